//! One manual page. clap_mangen writes the sections that follow from the flags; examples and exit codes are
//! in the text behind the help, which it would fill like prose, so that its lines would run together.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

pub fn write(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(out)?;
    }
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for (heading, lines) in sections(&text) {
        let mut roff = Roff::default();
        roff.control("SH", [heading]);
        roff.control("nf", []);
        for line in lines {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
        roff.to_writer(out)?;
    }
    if command.get_version().is_some() { man.render_version_section(out) } else { Ok(()) }
}

/// A line that ends with a colon and is not indented begins a section, if it is one of those that manual
/// pages have.
fn sections(text: &str) -> Vec<(&'static str, Vec<&str>)> {
    let mut sections = vec![("NOTES", Vec::new())];
    for line in text.lines() {
        let heading = match line {
            "Examples:" => Some("EXAMPLES"),
            "Exit codes:" => Some("EXIT STATUS"),
            _ => None,
        };
        match (heading, sections.last_mut()) {
            (Some(heading), _) => sections.push((heading, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    sections.retain(|(_, lines)| lines.iter().any(|line| !line.is_empty()));
    sections
}
