//! What a run says, in every format that somebody reads.
//!
//! Each format is a file of its own that writes a finished report; `ndjson` alone is written while the
//! packages are being judged. `destination` is where it goes, `json` how JSON is made fit for a log.

mod destination;
mod finding;
mod github;
mod html;
mod json;
mod junit;
mod ndjson;
mod npm_json;
mod place;
mod sarif;
mod terminal;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use countersign::report::{AuditReport, PackageReport};

use crate::human::{self, Detail, Look};
use crate::lockfile::Item;
use crate::plain_text::plain;
use crate::progress::Progress;
use destination::Destination;
pub use destination::{print, print_by};
pub use json::{line, pretty};
use place::Places;
use terminal::Color;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// The whole report, a stable interface
    Json,
    /// One package a line as soon as it is judged, then the report without packages
    Ndjson,
    /// One page for a browser, a phone and a printer
    Html,
    /// The JSON of `npm audit signatures`, for scripts that read it
    NpmJson,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub Actions run
    Github,
    /// JUnit's XML, one test case a package
    Junit,
}

/// Where the report goes.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// Also write the report into a file, such as json=report.json; repeatable
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = OutputArgument::parse)]
    pub outputs: Vec<OutputArgument>,

    /// With --format npm-json: list packages with verified attestations too, as npm's flag does
    #[arg(long)]
    pub include_attestations: bool,

    /// Say only what failed, and the counts; no progress
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Also list every package, its level and what of it was proved
    #[arg(long, short)]
    verbose: bool,

    /// Colours for people; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

impl OutputArguments {
    /// Whether it is a way to show one package.
    pub fn is_for_one_package(&self) -> bool {
        matches!(self.format, Format::Human | Format::Json) && self.outputs.is_empty()
    }

    /// How much people are told.
    pub fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }

    /// Whether the report on standard output has the notes of the run.
    pub fn has_notes(&self) -> bool {
        match self.format {
            Format::Human => !self.quiet,
            Format::Json | Format::Ndjson | Format::Html | Format::Sarif => true,
            Format::NpmJson | Format::Github | Format::Junit => false,
        }
    }

    /// How it looks on standard output.
    pub fn look(&self) -> Look {
        terminal::look(self.color)
    }
}

/// `--output FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputArgument {
    format: Format,
    file: PathBuf,
}

impl OutputArgument {
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            let formats = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = formats.map(|value| value.get_name().to_owned()).collect();
            format!("expected FORMAT=FILE, with one of {}", names.join(", "))
        };
        let (format, file) = text.split_once('=').ok_or_else(expected)?;
        let format = Format::from_str(format, false).map_err(|_| expected())?;
        if file.is_empty() {
            return Err(expected());
        }
        Ok(Self { format, file: file.into() })
    }
}

/// What a format may say beside the report itself.
pub struct Context {
    /// The lock file or folder that was audited.
    pub audited: PathBuf,
    /// The file in which packages have a line, if one was audited.
    pub lock_file: Option<PathBuf>,
    /// What was audited, as the lock file has it.
    pub items: Arc<Vec<Item>>,
    /// npm's JSON lists verified attestations only if it is asked to.
    pub include_attestations: bool,
    /// Nothing ended the run early.
    pub finished: bool,
    /// How much people are told.
    pub detail: Detail,
    /// How it looks on standard output; files are plain.
    pub look: Look,
}

impl Context {
    fn places(&self, report: &AuditReport) -> Places {
        Places::of(report, self.lock_file.as_deref())
    }
}

/// All places that a run reports to, opened before it begins: a report that cannot be written must not be
/// found out about after an hour.
pub struct Outputs(Vec<(Format, Destination)>);

impl Outputs {
    pub fn open(arguments: &OutputArguments) -> Result<Self, String> {
        let mut outputs = vec![(arguments.format, Destination::stdout())];
        for (n, OutputArgument { format, file }) in arguments.outputs.iter().enumerate() {
            if arguments.outputs.iter().skip(n + 1).any(|other| other.file == *file) {
                let file = plain(&file.display().to_string());
                return Err(format!(
                    "--output: two formats are to be written into {file}. Give each a file of its own"
                ));
            }
            outputs.push((*format, Destination::file(file)?));
        }
        Ok(Self(outputs))
    }

    /// A package has been judged; `progress` may be on the screen that this prints to.
    pub fn judged(&mut self, package: &PackageReport, progress: &Progress) -> Result<(), String> {
        for (_, destination) in self.0.iter_mut().filter(|(format, _)| *format == Format::Ndjson) {
            let write = |out: &mut dyn Write| ndjson::package(out, package);
            if destination.is_file() {
                destination.write(write)?;
            } else {
                progress.beside(|| destination.write(write))?;
            }
        }
        Ok(())
    }

    /// The run is over.
    pub fn finish(self, report: &AuditReport, context: &Context) -> Result<(), String> {
        for (format, mut destination) in self.0 {
            let look = if destination.is_file() { Look::PLAIN } else { context.look };
            destination.write(|out| match format {
                Format::Human => {
                    let text = human::render(report, look, context.detail)?;
                    out.write_all(text.as_bytes()).map_err(|e| e.to_string())
                }
                Format::Json => pretty(out, report),
                Format::Ndjson => ndjson::last(out, report),
                Format::Html => html::write(out, report, context),
                Format::NpmJson => npm_json::write(out, report, context),
                Format::Sarif => sarif::write(out, report, context),
                Format::Github => github::write(out, report, context),
                Format::Junit => junit::write(out, report, context),
            })?;
            destination.finish()?;
        }
        Ok(())
    }
}
