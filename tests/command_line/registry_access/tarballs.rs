//! Tarballs: by the authorities and the proxy of npm's configuration; as somebody to their own registry alone.

use std::sync::{Arc, OnceLock};

use super::*;

/// What the bytes of `a` hash to.
const SHA512: &str = "sha512-SftQDEhVJ+aP+/Fxw8p2FImW8pNqFQKAG3KUufXp8BCoeinsF8Iqq4VGiVrgiYgTVJTZpGPKnqGp6swlqK9neg==";

/// A registry with `a@1.0.0`, whose tarball is said to be at `address`, and that tarball.
fn served(path: &str, address: &str) -> String {
    let body = match path {
        "/a" => {
            let mut packument = packument("a", "1.0.0");
            packument["versions"]["1.0.0"]["dist"] = json!({"integrity": SHA512, "tarball": address});
            packument.to_string()
        }
        "/files/a.tgz" => "bytes of a".to_owned(),
        _ => return ok(path),
    };
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A home that locks what is served.
fn home() -> Home {
    let home = Home::new();
    home.case.lock(&json!({"node_modules/a": {"version": "1.0.0", "integrity": SHA512}}));
    home
}

fn fetched(home: &Home) -> Value {
    let output = home.audit(&["--fetch-tarballs"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output)));
    report["packages"][0].clone()
}

/// Nothing is wrong but that nobody signed it.
#[track_caller]
fn is_hashed(package: &Value) {
    assert_eq!(package["bytes"], "hashed", "{package:#}");
    let codes: Vec<&Value> = package["failures"].as_array().unwrap().iter().map(|failure| &failure["code"]).collect();
    assert_eq!(codes, ["ERR_COUNTERSIGN_MISSING_REGISTRY_SIGNATURE"], "{package:#}");
}

/// The request for the tarball, with who sent it.
fn request(seen: &Seen) -> String {
    let seen = seen.lock().unwrap();
    let mut requests = seen.iter().filter(|request| request.contains("GET /files/a.tgz HTTP/1.1"));
    let request = requests.next().unwrap().to_ascii_lowercase();
    assert!(requests.next().is_none());
    request
}

#[test]
fn a_tarball_is_fetched_by_the_authorities_of_cafile_and_by_no_others() {
    let (home, stranger) = (home(), Minted::another());
    let (port_of_tarballs, seen) = stranger.registry(|path| served(path, ""));
    let address = format!("https://localhost:{port_of_tarballs}/files/a.tgz");
    let (port, _) = home.minted.registry(move |path| served(path, &address));
    home.user(&format!("registry=https://localhost:{port}/\ncafile=~/ca.pem"));
    let refused = fetched(&home);
    let failure = &refused["failures"][0];
    assert_eq!(failure["code"], "ERR_COUNTERSIGN_TARBALL_UNAVAILABLE", "{refused:#}");
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("localhost: its certificate") && message.contains("cafile=FILE"), "{message}");
    assert_eq!(all(&seen), "");
    fs::write(home.case.path("home/ca.pem"), home.minted.pem() + &stranger.pem()).unwrap();
    is_hashed(&fetched(&home));
    request(&seen);
}

/// A tarball's digest is what it is; who wants it is nobody's business, wherever a manifest sends him.
#[test]
fn cl_43_whoever_fetches_a_tarball_elsewhere_shows_no_certificate_and_no_token() {
    let home = home();
    let (port_of_tarballs, seen) = home.minted.registry(|path| served(path, ""));
    let address = format!("https://localhost:{port_of_tarballs}/files/a.tgz");
    let (port, asked) = home.minted.registry(move |path| served(path, &address));
    home.user(&format!(
        "registry=https://localhost:{port}/\ncafile=~/ca.pem\n//localhost:{port_of_tarballs}/:_authToken={SECRET}\n\
         //localhost:{port}/:certfile=~/cert.pem\n//localhost:{port}/:keyfile=~/key.pem"
    ));
    is_hashed(&fetched(&home));
    assert!(all(&asked).contains("certificate\nGET /a HTTP/1.1"), "{}", all(&asked));
    let request = request(&seen);
    assert!(request.starts_with("nobody\n") && !request.contains("authorization"), "{request}");
}

#[test]
fn a_tarball_is_fetched_through_the_proxy() {
    let home = home();
    let (port, seen) = home.minted.registry(|path| served(path, "https://registry.example/files/a.tgz"));
    let (proxy, proxied) = proxy(port);
    home.user(&format!(
        "registry=https://registry.example/\n//registry.example/:_authToken={SECRET}\ncafile=~/ca.pem\n\
         https-proxy=http://user:pr0xy@127.0.0.1:{proxy}"
    ));
    is_hashed(&fetched(&home));
    let request = request(&seen);
    assert!(
        request.starts_with("nobody\n")
            && request.contains(&format!("authorization: bearer {SECRET}").to_ascii_lowercase()),
        "{request}"
    );
    let heads = proxied.lock().unwrap().iter().filter(|sent| sent.starts_with("CONNECT ")).cloned().collect::<Vec<_>>();
    let own = heads.iter().find(|head| head.starts_with("CONNECT registry.example:443 HTTP/1.1")).unwrap();
    assert!(own.contains("Proxy-Authorization: Basic dXNlcjpwcjB4eQ==") && !own.contains(SECRET), "{own}");
}

/// A registry whose tarball is at its own `/files/a.tgz`, or where that redirects; and what the user shows to it.
fn private(home: &Home, redirected_to: Option<String>) -> (Value, Seen) {
    let port = Arc::new(OnceLock::new());
    let known = Arc::clone(&port);
    let (own, seen) = home.minted.registry(move |path| match &redirected_to {
        Some(target) if path == "/files/a.tgz" => {
            format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n")
        }
        _ => served(path, &format!("https://localhost:{}/files/a.tgz", known.get().unwrap())),
    });
    port.set(own).unwrap();
    home.user(&format!(
        "registry=https://localhost:{own}/\ncafile=~/ca.pem\n//localhost:{own}/:_authToken={SECRET}\n\
         //localhost:{own}/:certfile=~/cert.pem\n//localhost:{own}/:keyfile=~/key.pem"
    ));
    (fetched(home), seen)
}

#[test]
fn cl_42_a_private_tarball_is_fetched_as_its_registrys_documents_are() {
    let (package, seen) = private(&home(), None);
    is_hashed(&package);
    let request = request(&seen);
    assert!(request.starts_with("certificate\n"), "{request}");
    assert!(request.contains(&format!("authorization: bearer {SECRET}").to_ascii_lowercase()), "{request}");
}

#[test]
fn cl_43_where_a_private_tarball_is_redirected_the_user_is_nobody() {
    let home = home();
    let (port, seen) = home.minted.registry(|path| served(path, ""));
    let (package, own) = private(&home, Some(format!("https://localhost:{port}/files/a.tgz")));
    is_hashed(&package);
    assert!(request(&own).starts_with("certificate\n"));
    let request = request(&seen);
    assert!(request.starts_with("nobody\n") && !request.contains("authorization"), "{request}");
}
