//! The page that `--format html` writes, in a browser: that it filters, sorts and unfolds, that hostile
//! names stay text, and that it asks for nothing. Screenshots of every screen are left in the folder
//! `browser` of Cargo's temporary files.

mod driver;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use driver::Browser;
use serde_json::{Value, json};

const HOSTILE: [&str; 5] = [
    "\"><img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<svg onload=alert(3)>",
    "x\u{202e}txt.sj",
    "a\u{1b}[2Jb\u{200b}c",
];

/// As the page is to show them.
const SHOWN: [&str; 5] = [
    "\"><img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<svg onload=alert(3)>",
    "x\\u{202e}txt.sj",
    "a\\u{1b}[2Jb\\u{200b}c",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The demonstration with packages of hostile names beside it, as a page.
fn page(folder: &Path) -> PathBuf {
    let lock = fs::read(root().join("testdata/project/package-lock.json")).unwrap();
    let mut lock: Value = serde_json::from_slice(&lock).unwrap();
    for (name, number) in HOSTILE.iter().zip(1..) {
        let entry = json!({"version": format!("{number}.0.0<b>"), "resolved": "javascript:alert(4)",
            "integrity": format!("sha512-{}Q==", "A".repeat(85))});
        lock["packages"][format!("node_modules/{name}")] = entry;
    }
    fs::write(folder.join("package-lock.json"), lock.to_string()).unwrap();
    let test = std::env::current_exe().unwrap();
    let examples = test.parent().and_then(Path::parent).unwrap().join("examples");
    let page = folder.join("page.html");
    let ran = Command::new(examples.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX)))
        .current_dir(root())
        .arg(folder)
        .args(["--replay", "testdata/registry", "--registry-identity", "https://npm.example"])
        .args(["--keys", "testdata/registry-trust/keys.json"])
        .args(["--trusted-root", "testdata/registry-trust/trusted_root.json", "--at", "2026-11-22T00:00:00Z"])
        .args(["--publisher", "published-from-a-fork=octo-org/octo-lib:release.yml", "--quiet"])
        .arg("--output")
        .arg(format!("html={}", page.display()))
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    page
}

fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The names of the packages that are seen, in their order.
fn names(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.packages > tbody')]
        .filter((body) => body.getClientRects().length > 0 && !body.hidden)
        .map((body) => body.querySelector('.name').textContent)";
    serde_json::from_value(browser.evaluate(script)).unwrap()
}

fn texts(browser: &Browser, selector: &str) -> Vec<String> {
    let script =
        format!("return [...document.querySelectorAll({selector:?})].map((found) => found.textContent.trim())");
    serde_json::from_value(browser.evaluate(&script)).unwrap()
}

/// The column's own button.
fn head(column: usize) -> String {
    format!(".packages > thead th:nth-child({column}) button")
}

fn is_unfolded(browser: &Browser, name: &str) -> bool {
    let script = format!(
        "const body = [...document.querySelectorAll('.packages > tbody')]
            .find((body) => body.querySelector('.name').textContent === {name:?});
        return body.querySelector('tr.proofs').getClientRects().length > 0"
    );
    browser.evaluate(&script).as_bool().unwrap()
}

#[test]
fn the_page_filters_sorts_and_unfolds() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.screen(1280, 1400);
    browser.open(&page(folder.path()));
    let all = names(&browser);
    assert_eq!(all.len(), 46);
    let verdicts = texts(&browser, ".packages td.verdict");
    let first = |verdict: &str| verdicts.iter().position(|found| found == verdict).unwrap();
    assert!(first("invalid") < first("denied") && first("denied") < first("unverifiable"));
    assert!(first("unverifiable") < first("verified") && first("verified") < first("skipped"));
    browser.screenshot(&screenshots().join("desktop.png"));

    browser.write("#text", "FORK certificate");
    assert_eq!(names(&browser), ["provenance-contradicts-its-certificate", "published-from-a-fork"]);
    assert_eq!(texts(&browser, "#shown"), ["2 of 46 packages"]);
    browser.click("#filters input[value=denied]");
    assert_eq!(names(&browser), ["published-from-a-fork"]);

    assert!(!is_unfolded(&browser, "published-from-a-fork"));
    browser.click(".packages > tbody:not([hidden]) summary");
    assert!(is_unfolded(&browser, "published-from-a-fork"));
    let proofs = texts(&browser, "tbody:not([hidden]) tr.proofs").concat();
    for part in [
        "ERR_COUNTERSIGN_PUBLISHER_MISMATCH",
        "https://github.com/mallory/fork",
        "contradicted",
        "node_modules/published-from-a-fork",
    ] {
        assert!(proofs.contains(part), "{part}: {proofs}");
    }
    browser.screenshot(&screenshots().join("unfolded.png"));
    browser.click(".packages > tbody:not([hidden]) summary");
    assert!(!is_unfolded(&browser, "published-from-a-fork"));

    browser.write("#text", "no such package");
    assert!(names(&browser).is_empty());
    assert_eq!(browser.evaluate("return document.getElementById('nothing').hidden"), json!(false));
    browser.evaluate("document.getElementById('filters').reset(); document.getElementById('filters').dispatchEvent(new Event('input'))");
    browser.click("#level option[value=provenance]");
    assert!(
        names(&browser).contains(&"attested-in-2025".to_owned()) && names(&browser).len() == 10,
        "{:?}",
        names(&browser)
    );
    browser.evaluate("document.getElementById('filters').reset(); document.getElementById('filters').dispatchEvent(new Event('input'))");
    assert_eq!(names(&browser), all);

    browser.click(&head(1));
    let ascending = names(&browser);
    let at = |names: &[String], name: &str| names.iter().position(|found| found == name).unwrap();
    assert!(
        at(&ascending, "app") < at(&ascending, "attested-in-2023")
            && at(&ascending, "attested-in-2023") < at(&ascending, "timestamped")
    );
    browser.click(&head(1));
    assert_eq!(names(&browser), ascending.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(
        browser.evaluate(
            "return [...document.querySelectorAll('.packages th[aria-sort]')].map((th) => th.textContent + th.ariaSort)"
        ),
        json!(["Packagedescending"])
    );

    browser.click(&head(2));
    browser.click(&head(2));
    let versions = texts(&browser, ".packages td.version");
    assert_eq!(versions[..5], ["5.0.0<b>", "4.0.0<b>", "3.0.0<b>", "2.0.0<b>", "1.2.3"]);
    browser.click(&head(5));
    let repositories = texts(&browser, ".packages td.repository");
    assert!(repositories[0].starts_with("https://github.com/mallory/fork") && repositories[45].is_empty());
    assert_eq!(browser.log("browser"), Vec::<String>::new());
}

#[test]
fn cl_21_cl_23_hostile_names_are_text_and_nothing_is_asked_for() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path());
    browser.open(&page);
    let names = names(&browser);
    for name in SHOWN {
        assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
    }
    assert_eq!(browser.dialog(), None);
    let foreign = "return [document.scripts.length, document.styleSheets.length, document.images.length,
        document.querySelectorAll('link, iframe, object, embed, b b, [style], [src]').length,
        [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((name) => name.startsWith('on')).length,
        [...document.querySelectorAll('[href]')].filter((link) => link.protocol !== 'https:').length,
        performance.getEntriesByType('resource').length]";
    assert_eq!(browser.evaluate(foreign), json!([1, 1, 0, 0, 0, 0, 0]));
    // Filtering and sorting by them executes nothing either.
    browser.write("#text", "<script>");
    browser.click(&head(1));
    browser.click(".packages > tbody:not([hidden]) summary");
    assert_eq!(texts(&browser, "tbody:not([hidden]) .name"), ["</script><script>alert(2)</script>"]);
    browser.screenshot(&screenshots().join("hostile.png"));
    assert_eq!(browser.dialog(), None);
    assert_eq!(browser.log("browser"), Vec::<String>::new());
    // Chromium's own first page asks for its own parts meanwhile.
    let url = format!("file://{}", page.display());
    let entries = browser.log("performance");
    let entries = entries.iter().map(|entry| serde_json::from_str::<Value>(entry).unwrap()["message"].take());
    let requests = entries.filter(|entry| entry["method"] == "Network.requestWillBeSent");
    let requests = requests.map(|mut entry| entry["params"].take()).filter(|sent| sent["documentURL"] == url.as_str());
    let requests: Vec<Value> = requests.map(|sent| sent["request"]["url"].clone()).collect();
    assert_eq!(requests, [url]);
}

/// If escaping failed, the page's own policy would still stand.
#[test]
fn what_got_into_the_page_could_neither_run_nor_load() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&page(folder.path()));
    let refused = "window.refused = [];
        document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
        document.body.insertAdjacentHTML('beforeend', '<img src=\"x.png\" onerror=\"window.ran = 1\"><p style=\"color: red\">');
        const script = document.createElement('script');
        script.textContent = 'window.ran = 2';
        document.body.append(script);
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.body.append(style);
        document.querySelector('img').dispatchEvent(new Event('error'));
        fetch('page.html').catch(() => {});";
    browser.evaluate(refused);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let found = browser.evaluate(
        "return [window.ran ?? null, getComputedStyle(document.body).display, [...new Set(window.refused)].sort()]",
    );
    let directives =
        ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-attr", "style-src-elem"];
    assert_eq!(found, json!([null, "block", directives]));
}

#[test]
fn the_page_reads_on_a_phone_in_the_dark_and_on_paper() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path());
    for (name, width, height, media, scheme) in [
        ("phone", 390, 1800, "screen", "light"),
        ("dark", 1280, 1400, "screen", "dark"),
        ("phone-dark", 390, 1800, "screen", "dark"),
        ("print", 794, 1123, "print", "light"),
    ] {
        browser.screen(width, height);
        browser.media(media, scheme);
        browser.open(&page);
        assert_eq!(browser.evaluate("return document.documentElement.scrollWidth"), json!(width), "{name}");
        let is_open = is_unfolded(&browser, "attested-in-2025");
        assert_eq!(is_open, media == "print", "{name}: paper shows all proofs");
        browser.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })");
        assert_eq!(browser.evaluate("return document.documentElement.scrollWidth"), json!(width), "{name}, unfolded");
        assert_eq!(browser.evaluate(FAINT), json!([]), "{name}: text that is hard to read");
        browser.evaluate("document.querySelectorAll('details').forEach((details, n) => { details.open = n === 1 })");
        browser.screenshot(&screenshots().join(format!("{name}.png")));
    }
}

/// Texts whose contrast to what is behind them is less than 4.5.
const FAINT: &str = "
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = parts(getComputedStyle(e).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const faint = new Set();
    for (const element of document.body.querySelectorAll('*')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || element.closest('svg, script, option') || element.getClientRects().length === 0) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) faint.add(`${element.tagName} ${element.className} ${contrast.toFixed(2)}`);
    }
    return [...faint]";

#[test]
fn without_a_script_everything_is_there() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.command("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.screen(1280, 1400);
    browser.open(&page(folder.path()));
    browser.command("Emulation.setScriptExecutionDisabled", &json!({"value": false}));
    assert_eq!(names(&browser).len(), 46);
    assert_eq!(browser.evaluate("return document.getElementById('filters').hidden"), json!(true));
    assert_eq!(browser.evaluate("return document.querySelectorAll('.packages thead button').length"), json!(0));
    assert!(!is_unfolded(&browser, &names(&browser)[0]));
    browser.click(".packages > tbody summary");
    assert!(is_unfolded(&browser, &names(&browser)[0]));
}
