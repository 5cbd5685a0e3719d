//! A headless browser, driven over W3C WebDriver.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Fails the test where there is no browser, in place of leaving it out.
const REQUIRED: &str = "COUNTERSIGN_BROWSER";

pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    /// Holds the profile for as long as the browser runs.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// `None` if this machine has none; then the test has said so.
    pub fn start() -> Option<Self> {
        let started = Self::try_start();
        if let Err(reason) = &started {
            let required = std::env::var_os(REQUIRED).is_some_and(|value| value == "required");
            assert!(!required, "{reason}");
            static SAID: Once = Once::new();
            // Past what the test harness captures.
            SAID.call_once(|| drop(writeln!(std::io::stderr(), "skipped: {reason}")));
        }
        started.ok()
    }

    fn try_start() -> Result<Self, String> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("no chromedriver: {e}"))?;
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = |line: String| line.split("on port ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned());
        // The first line only announces port 0.
        let port = lines.filter_map(port).find(|port| port.parse().is_ok_and(|port: u16| port > 0));
        let agent = ureq::Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let profile = tempfile::tempdir().unwrap();
        let session = format!("http://127.0.0.1:{}/session", port.as_deref().unwrap_or("0"));
        let mut browser = Self { driver, agent, session, _profile: profile };
        let answer = browser.call("POST", "", &browser.capabilities());
        let id = answer["sessionId"].as_str().ok_or_else(|| format!("no browser: {}", answer["message"]))?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
    }

    fn capabilities(&self) -> Value {
        let mut arguments = vec![
            "--headless".to_owned(),
            "--disable-gpu".into(),
            "--disable-quic".into(),
            "--no-first-run".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--hide-scrollbars".into(),
            format!("--user-data-dir={}", self._profile.path().display()),
        ];
        if is_root() {
            // The browser refuses its sandbox to root.
            arguments.push("--no-sandbox".into());
        }
        json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}})
    }

    /// The `value` of the answer.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let sent = match method {
            "POST" => self.agent.post(&url).content_type("application/json").send(body.to_string()),
            "DELETE" => self.agent.delete(&url).call(),
            _ => self.agent.get(&url).call(),
        };
        let text = sent.map(|mut answer| answer.body_mut().with_config().limit(1 << 26).read_to_string());
        let text = match text {
            Ok(Ok(text)) => text,
            Ok(Err(e)) | Err(e) => return json!({"error": "no answer", "message": e.to_string()}),
        };
        let mut answer: Value = serde_json::from_str(&text).unwrap_or_default();
        answer["value"].take()
    }

    #[track_caller]
    fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        let value = self.call(method, path, body);
        assert!(value.get("error").is_none(), "{path} {body}: {value}");
        value
    }

    pub fn open(&self, file: &Path) {
        self.must("POST", "/url", &json!({"url": format!("file://{}", file.display())}));
    }

    #[track_caller]
    pub fn evaluate(&self, script: &str) -> Value {
        self.must("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let found = self.must("POST", "/element", &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        format!("/element/{}", id.unwrap())
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.must("POST", &format!("{}/click", self.element(selector)), &json!({}));
    }

    #[track_caller]
    pub fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.must("POST", &format!("{element}/clear"), &json!({}));
        self.must("POST", &format!("{element}/value"), &json!({"text": text}));
    }

    /// The text of the dialog that is open.
    pub fn dialog(&self) -> Option<String> {
        self.call("GET", "/alert/text", &json!({})).as_str().map(str::to_owned)
    }

    /// What was written to the log `browser` or `performance` since this was last asked.
    pub fn log(&self, kind: &str) -> Vec<String> {
        let entries = self.must("POST", "/se/log", &json!({"type": kind}));
        let message = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        entries.as_array().unwrap().iter().map(message).collect()
    }

    /// A command of the browser's own protocol.
    #[track_caller]
    pub fn command(&self, command: &str, parameters: &Value) -> Value {
        self.must("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    pub fn screen(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    pub fn media(&self, media: &str, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.command("Emulation.setEmulatedMedia", &json!({"media": media, "features": [feature]}));
    }

    pub fn screenshot(&self, file: &Path) {
        let image = self.must("GET", "/screenshot", &json!({}));
        let bytes = STANDARD.decode(image.as_str().unwrap()).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 10_000, "{} has nothing on it", file.display());
        std::fs::write(file, bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.call("DELETE", "", &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}
