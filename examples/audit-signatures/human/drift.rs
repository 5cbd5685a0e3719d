//! What differs from the trust lock.

use super::paragraph::labelled;
use super::sheet::Sheet;
use crate::view::{Event, Package, Report};

/// Every event of a package, beside the failure that names the gravest one.
pub fn events(out: &mut Sheet, package: &Package) {
    for event in changes(package) {
        labelled(out, 4, "drift", 14, &told(event));
        labelled(out, 4, "", 14, &event.advice);
    }
}

/// What differs and was let pass, and what is seen for the first time.
pub fn let_pass(out: &mut Sheet, report: &Report) {
    let verified = || report.packages.iter().filter(|package| package.verdict == "verified");
    let first = verified().filter(|package| package.drift.iter().any(|event| event.event == "first-seen")).count();
    let mut drifted = verified().filter(|package| changes(package).next().is_some()).peekable();
    if first == 0 && drifted.peek().is_none() {
        return;
    }
    out.heading("Compared with the trust lock");
    if first > 0 {
        labelled(out, 2, &format!("{first:>6}"), 10, "seen for the first time");
    }
    for package in drifted {
        labelled(out, 2, "", 2, &package.id());
        for event in changes(package) {
            let label = if event.accepted { "accepted" } else { "not denied" };
            labelled(out, 6, label, 18, &told(event));
        }
    }
}

fn changes(package: &Package) -> impl Iterator<Item = &Event> {
    package.drift.iter().filter(|event| event.event != "first-seen")
}

fn told(event: &Event) -> String {
    let shown = |text: &Option<String>| text.as_deref().map_or_else(|| "nothing".to_owned(), |t| format!("\"{t}\""));
    format!("{} ({}): {} became {}", event.event, event.severity, shown(&event.before), shown(&event.after))
}
