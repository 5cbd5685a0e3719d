//! Credentials, certificates and proxies of npm's configuration, as registries and proxies see them.

#[path = "registry_access/loopback.rs"]
mod loopback;
#[path = "registry_access/refused_certificate.rs"]
mod refused_certificate;
#[path = "../support/mod.rs"]
mod support;
#[path = "registry_access/tarballs.rs"]
mod tarballs;

use self::loopback::{Minted, Seen, proxy};
use super::*;

const SECRET: &str = "t0ken-s3cret";

/// A project, and a home with the minted authority in it.
struct Home {
    case: Case,
    minted: Minted,
}

impl Home {
    fn new() -> Self {
        let (case, minted) = (Case::new(&json!({"node_modules/a": locked("1.0.0")})), Minted::new());
        fs::create_dir(case.path("home")).unwrap();
        fs::write(case.path("home/ca.pem"), minted.pem()).unwrap();
        let (certificate, key) = minted.client();
        fs::write(case.path("home/cert.pem"), certificate).unwrap();
        fs::write(case.path("home/key.pem"), key).unwrap();
        Self { case, minted }
    }

    fn user(&self, text: &str) -> &Self {
        fs::write(self.case.path("home/.npmrc"), text).unwrap();
        self
    }

    fn project(&self, text: &str) -> &Self {
        fs::write(self.case.path(".npmrc"), text).unwrap();
        self
    }

    fn audit(&self, flags: &[&str]) -> Output {
        let home = self.case.path("home");
        let project = self.case.path(".");
        let arguments = [&[project.as_str(), "--at", AT, "--format", "json"], flags].concat();
        let mut command = command(&arguments);
        // What the tests are run with is not what is tested.
        for (name, _) in std::env::vars_os() {
            let lower = name.to_string_lossy().to_ascii_lowercase();
            if lower.starts_with("npm_config_") || lower.ends_with("_proxy") || lower == "prefix" {
                command.env_remove(name);
            }
        }
        let output = command.env("HOME", &home).env("USERPROFILE", &home).env("NPM_TOKEN", SECRET).output().unwrap();
        for text in [out(&output), err(&output)] {
            assert!(!text.contains(SECRET) && !text.contains("pr0xy"), "{text}");
        }
        output
    }

    /// The messages of the notes with this code.
    fn notes(&self, flags: &[&str], code: &str) -> String {
        let report: Value = serde_json::from_slice(&self.audit(flags).stdout).unwrap();
        let notes = report["notes"].as_array().unwrap().iter().filter(|note| note["code"] == code);
        notes.map(|note| note["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("\n")
    }
}

/// Documents of one package; keys are not among them.
fn ok(path: &str) -> String {
    if !matches!(path, "/a" | "/b") {
        return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
    }
    let body = packument("a", "1.0.0").to_string();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn all(seen: &Seen) -> String {
    seen.lock().unwrap().join("\n")
}

fn is_asked(seen: &Seen) -> bool {
    all(seen).contains("GET /a HTTP/1.1")
}

#[test]
fn a_registry_of_its_own_authority_is_reached_with_cafile() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    let token = format!("registry=https://localhost:{port}/\n//localhost:{port}/:_authToken=${{NPM_TOKEN}}\n");
    let note = home.user(&format!("{token}cafile=~/ca.pem")).notes(&[], "NOTE_AUDIT_CERTIFICATE_AUTHORITIES");
    assert!(note.contains("1 by `cafile` of") && note.contains("in place of the built-in ones"), "{note}");
    assert!(is_asked(&seen) && all(&seen).contains(&format!("Bearer {SECRET}")), "{}", all(&seen));
    seen.lock().unwrap().clear();
    // To the built-in authorities the registry is a stranger, who is asked and told nothing.
    let output = home.user(&token).audit(&[]);
    assert_eq!((code(&output), all(&seen)), (1, String::new()), "{}", err(&output));
    assert!(out(&output).contains("UnknownIssuer"), "{}", out(&output));
    let inline = format!("{token}ca=\"{}\"", home.minted.pem().replace('\n', "\\n"));
    home.user(&inline).audit(&[]);
    assert!(is_asked(&seen));
}

#[test]
fn without_strict_ssl_nothing_is_done_unless_a_flag_says_so() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    home.user(&format!(
        "registry=https://localhost:{port}/\n//localhost:{port}/:_authToken={SECRET}\nstrict-ssl=false"
    ));
    let output = home.audit(&[]);
    assert_eq!((code(&output), all(&seen)), (2, String::new()));
    assert!(
        err(&output).contains("`strict-ssl` is off by") && err(&output).contains("--insecure-tls"),
        "{}",
        err(&output)
    );
    let note = home.notes(&["--insecure-tls"], "NOTE_AUDIT_INSECURE_TLS");
    assert!(note.contains("No registry's certificate is checked"), "{note}");
    assert!(is_asked(&seen) && !all(&seen).contains(SECRET), "{}", all(&seen));
}

#[test]
fn cl_44_a_project_weakens_nothing() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    home.user(&format!("registry=https://localhost:{port}/\n//localhost:{port}/:_authToken={SECRET}"));
    home.project(&format!("strict-ssl=false\ncafile={}", home.case.path("home/ca.pem")));
    let ignored = home.notes(&["--insecure-tls"], "NOTE_AUDIT_NPMRC_IGNORED");
    assert!(ignored.contains("`strict-ssl`") && ignored.contains("`cafile`"), "{ignored}");
    assert_eq!(all(&seen), "");
}

/// Both lines are the project's, and the variable is the user's.
#[test]
fn cl_44_a_project_sends_no_variable_to_a_registry_of_its_own() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    let lines = format!("registry=https://localhost:{port}/\n//localhost:{port}/:_authToken=${{NPM_TOKEN}}");
    let note = home.user("cafile=~/ca.pem").project(&lines).notes(&[], "NOTE_AUDIT_CREDENTIAL_WITHHELD");
    assert!(note.contains("spend your NPM_TOKEN"), "{note}");
    assert!(is_asked(&seen) && !all(&seen).contains(SECRET));
    home.audit(&["--allow-project-credentials"]);
    assert!(all(&seen).contains(SECRET));
    seen.lock().unwrap().clear();
    home.audit(&["--registry", &format!("https://localhost:{port}")]);
    assert!(all(&seen).contains(SECRET));
}

#[test]
fn a_proxy_sees_its_own_password_and_no_token() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    let (proxy, proxied) = proxy(port);
    home.user(&format!(
        "registry=https://registry.example:{port}/\n//registry.example:{port}/:_authToken={SECRET}\ncafile=~/ca.pem\n\
         https-proxy=http://user:pr0xy@127.0.0.1:{proxy}"
    ));
    let note = home.notes(&[], "NOTE_AUDIT_PROXY");
    assert!(note.contains(&format!("the proxy http://127.0.0.1:{proxy}, named by")), "{note}");
    assert!(
        is_asked(&seen) && all(&seen).contains(SECRET) && !all(&seen).contains("dXNlcjpwcjB4eQ=="),
        "{}",
        all(&seen)
    );
    let proxied = all(&proxied);
    assert!(proxied.contains(&format!("CONNECT registry.example:{port} HTTP/1.1")), "{proxied}");
    assert!(proxied.contains("Proxy-Authorization: Basic dXNlcjpwcjB4eQ=="));
    assert!(!proxied.contains(SECRET) && !proxied.contains("GET "));
}

#[test]
fn cl_43_a_client_certificate_is_not_shown_where_a_redirect_leads() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(|path| match path {
        "/a" => "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => ok(path),
    });
    home.user(&format!(
        "registry=https://localhost:{port}/\ncafile=~/ca.pem\n//localhost:{port}/:certfile=~/cert.pem\n\
         //localhost:{port}/:keyfile=~/key.pem"
    ));
    assert!(home.notes(&[], "NOTE_AUDIT_CREDENTIAL").contains("A client certificate is used for"));
    let seen = all(&seen);
    assert!(seen.contains("certificate\nGET /a HTTP/1.1") && seen.contains("nobody\nGET /b HTTP/1.1"), "{seen}");
}

#[test]
fn cl_43_a_token_is_not_sent_where_a_redirect_leads() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(|path| match path {
        "/a" => "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => ok(path),
    });
    home.user(&format!("registry=https://localhost:{port}/\ncafile=~/ca.pem\n//localhost:{port}/:_authToken={SECRET}"));
    home.audit(&[]);
    let seen = seen.lock().unwrap();
    let has_token = |path: &str| {
        let request = seen.iter().find(|request| request.contains(&format!("GET {path} HTTP/1.1"))).unwrap();
        request.contains(SECRET)
    };
    assert_eq!((has_token("/a"), has_token("/b")), (true, false));
}

#[test]
fn a_client_certificate_with_another_key_or_through_an_https_proxy_is_refused() {
    let home = Home::new();
    let lines = "registry=https://npm.example/\n//npm.example/:certfile=~/cert.pem\n//npm.example/:keyfile=~/key.pem\n";
    let output = home.user(&format!("{lines}https-proxy=https://proxy.example")).audit(&[]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("it is reached through an https proxy"), "{}", err(&output));
    fs::write(home.case.path("home/cert.pem"), home.minted.pem()).unwrap();
    let output = home.user(lines).audit(&[]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("key.pem: it is not the key of the client certificate"), "{}", err(&output));
}

/// Every kind of secret, and a run that fails in every way it can.
#[test]
fn no_output_shows_a_secret() {
    let home = Home::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let credentials = format!(
        "//{nobody}/:_authToken={SECRET}\n//{nobody}/x/:_auth={SECRET}\n//{nobody}/y/:username={SECRET}\n\
         //{nobody}/y/:_password={SECRET}\n_authToken={SECRET}\n"
    );
    for more in [
        format!("registry=http://{nobody}/"),
        format!("registry=http://user:{SECRET}@{nobody}/"),
        format!("registry=//{SECRET}@{nobody}/"),
        format!("registry=http://{nobody}/\nhttps-proxy=socks5://u:{SECRET}@{nobody}"),
        format!("registry=https://npm.example/\nhttps-proxy=http://u:{SECRET}@{nobody}"),
        format!("registry=http://{nobody}/\n//{nobody}/:_authToken=\"{SECRET}\\nx\""),
    ] {
        for format in ["json", "human"] {
            let credentials = credentials.replace(&format!("_password={SECRET}"), "_password=cHc=");
            home.user(&format!("{credentials}{more}"));
            let arguments = [home.case.path("."), "--at".into(), AT.into(), "--format".into(), format.into()];
            let home_folder = home.case.path("home");
            let output = command(&arguments.each_ref().map(String::as_str))
                .env("HOME", &home_folder)
                .env("USERPROFILE", &home_folder)
                .output()
                .unwrap();
            assert_ne!(code(&output), 0);
            let text = out(&output) + &err(&output);
            assert!(!text.is_empty() && !text.contains(SECRET), "{more}: {text}");
        }
    }
}

#[test]
fn a_replay_asks_nobody_and_reads_no_configuration() {
    let home = Home::new();
    home.user("strict-ssl=false\nregistry=${NO}");
    assert_eq!(code(&home.audit(&["--replay", &home.case.path("recording")])), 1);
}
