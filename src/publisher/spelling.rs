//! How the values of a publisher are written, so that what can never match is refused when it is made.

use crate::error::{ParseError, is_unsafe};

/// The longest name of an environment (GitHub and GitLab: 255 characters).
const ENVIRONMENT_CHARS: usize = 255;

type Checked = Result<(), &'static str>;

/// `field` cannot be `value`; the reason says how to write it.
pub(super) fn refuse(field: &'static str, value: &str, reason: &'static str) -> ParseError {
    ParseError::PublisherInvalid { field, value: value.into(), reason }
}

/// The value, if it is spelt as the check demands.
pub(super) fn spelt(field: &'static str, value: &str, check: fn(&str) -> Checked) -> Result<Box<str>, ParseError> {
    check(value).map(|()| value.into()).map_err(|reason| refuse(field, value, reason))
}

fn when(holds: bool, reason: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(reason) }
}

/// `owner/name` at GitHub.
pub(super) fn repository(value: &str) -> Checked {
    when(!value.contains("://") && !value.starts_with("github.com"), "write owner/name, not a URL")?;
    let Some((owner, name)) = value.split_once('/') else { return Err("write owner/name") };
    let of_owner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    when(!owner.is_empty() && owner.bytes().all(of_owner), "an owner is letters, digits and hyphens")?;
    let of_name = |b: u8| of_owner(b) || b == b'.';
    let legal = !name.is_empty() && name.bytes().all(of_name);
    when(legal, "after the owner and one slash comes a name of letters, digits and -_.")?;
    when(!matches!(name, "." | ".."), "dots alone are no name")?;
    without_git(name)
}

/// `group/project` at GitLab, with as many subgroups as there are.
pub(super) fn project(value: &str) -> Checked {
    when(!value.contains("://"), "write group/project, not a URL")?;
    when(value.contains('/'), "write group/project, with every subgroup")?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    for part in value.split('/') {
        when(!part.is_empty() && part.bytes().all(legal), "between single slashes come letters, digits and -_.")?;
        when(!matches!(part, "." | ".."), "dots alone are no name")?;
    }
    let host = value.split('/').next().unwrap_or_default();
    when(host != "gitlab.com", "write group/project; the host is a member of its own")?;
    without_git(value)
}

fn without_git(name: &str) -> Checked {
    let end = name.len().checked_sub(4).and_then(|at| name.get(at..));
    when(!end.is_some_and(|end| end.eq_ignore_ascii_case(".git")), "leave out .git")
}

/// The name of a file in `.github/workflows`.
pub(super) fn workflow_file(value: &str) -> Checked {
    when(!value.contains(['/', '\\']), "write the file's name alone: it lies in .github/workflows")?;
    yaml(value, "a workflow's file ends in .yml or .yaml")
}

/// The path of a CI file in its GitLab project.
pub(super) fn ci_file(value: &str) -> Checked {
    when(!value.contains("://"), "write the path within the project, not a URL")?;
    when(!value.contains('\\'), "write the path with forward slashes")?;
    let relative = value.split('/').all(|part| !matches!(part, "" | "." | ".."));
    when(relative, "write a relative path: no slash at either end, nothing empty, no dots alone")?;
    yaml(value.rsplit('/').next().unwrap_or_default(), "a CI file ends in .yml or .yaml")?;
    when(printable(value), "only printable ASCII characters are supported in a file's name")
}

fn yaml(file: &str, reason: &'static str) -> Checked {
    let Some(stem) = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml")) else { return Err(reason) };
    when(!stem.is_empty() && stem.trim() == stem, "before the ending comes a name, without space around it")?;
    when(printable(file), "only printable ASCII characters are supported in a file's name")
}

fn printable(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// The name of a deployment environment.
pub(super) fn environment(value: &str) -> Checked {
    when(!value.is_empty(), "leave the member out where any environment will do")?;
    when(value.trim() == value, "write it without space around it")?;
    when(!value.chars().any(is_unsafe), "it has characters that cannot be seen")?;
    when(value.chars().count() <= ENVIRONMENT_CHARS, "no environment's name is that long")?;
    // Both stand in certificates where there is none (see `identity`).
    when(!matches!(value, "<nil>" | "\"\""), "certificates write this where there is no environment")
}

/// The number of a repository or an owner, as certificates write it.
pub(super) fn id(value: &str) -> Checked {
    let canonical = value.parse::<u64>().is_ok_and(|number| number.to_string() == value);
    when(canonical, "write the number in decimal digits, without sign, zeros in front or space")
}

/// The name of an event.
pub(super) fn trigger(value: &str) -> Checked {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    when(!value.is_empty() && value.bytes().all(legal), "write an event like push or workflow_dispatch")
}

/// What a repository can be.
pub(super) fn visibility(value: &str) -> Checked {
    when(matches!(value, "public" | "private" | "internal"), "write public, private or internal")
}

/// A git commit, in letters of either case.
pub(super) fn digest(value: &str) -> Checked {
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit());
    when(hex && matches!(value.len(), 40 | 64), "write the whole commit: 40 hexadecimal digits, or 64")
}

/// The short name of a GitHub enterprise.
pub(super) fn enterprise(value: &str) -> Checked {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    when(!value.is_empty() && value.bytes().all(legal), "write the enterprise's short name, as in its address")
}

/// The host of a GitLab, and its port if it is not 443.
pub(super) fn host(value: &str) -> Checked {
    when(!value.contains('/'), "write the host alone, without scheme and path")?;
    let (name, port) = value.split_once(':').unwrap_or((value, "1"));
    when(
        !port.starts_with('0') && port.parse::<u16>().is_ok() && !port.starts_with('+'),
        "after the colon comes a port",
    )?;
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let labels = name.split('.').all(|label| !label.is_empty() && label.bytes().all(legal));
    when(labels && name.contains('.'), "write a host's whole name in small letters, like gitlab.example")
}

/// `8-4-4-4-12` small hexadecimal digits.
pub(super) fn uuid(value: &str) -> Checked {
    let lengths = value.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let digits = value.bytes().all(|b| matches!(b, b'-' | b'0'..=b'9' | b'a'..=b'f'));
    when(lengths && digits, "write a UUID in small letters: 8-4-4-4-12 hexadecimal digits")
}

/// `host/owner/name`, as CircleCI names a repository.
pub(super) fn vcs_origin(value: &str) -> Checked {
    when(!value.contains("://"), "leave out the scheme: github.com/octo-org/octo-lib")?;
    when(value.bytes().all(|b| b.is_ascii_graphic()), "only printable ASCII characters occur in it")?;
    let parts = value.split('/');
    when(parts.clone().all(|part| !part.is_empty()) && parts.count() >= 3, "write host/owner/name")
}
