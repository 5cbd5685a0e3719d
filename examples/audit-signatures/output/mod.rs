//! What a run says, in every format that somebody reads.
//!
//! Each format is a file of its own that writes a finished report; `ndjson` alone is written while the
//! packages are being judged. `destination` is where it goes, `json` how JSON is made fit for a log.

mod destination;
mod html;
mod json;
mod ndjson;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use countersign::report::{AuditReport, PackageReport};

use crate::human;
use destination::Destination;
pub use destination::{print, print_by};
pub use json::pretty;

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
}

/// All places that a run reports to, opened before it begins: a report that cannot be written must not be
/// found out about after an hour.
pub struct Outputs(Vec<(Format, Destination)>);

impl Outputs {
    pub fn open(arguments: &OutputArguments) -> Result<Self, String> {
        let mut outputs = vec![(arguments.format, Destination::stdout())];
        for OutputArgument { format, file } in &arguments.outputs {
            outputs.push((*format, Destination::file(file)?));
        }
        Ok(Self(outputs))
    }

    /// A package has been judged.
    pub fn judged(&mut self, package: &PackageReport) -> Result<(), String> {
        for (_, destination) in self.0.iter_mut().filter(|(format, _)| *format == Format::Ndjson) {
            destination.write(|out| ndjson::package(out, package))?;
        }
        Ok(())
    }

    /// The run is over.
    pub fn finish(self, report: &AuditReport, context: &Context) -> Result<(), String> {
        for (format, mut destination) in self.0 {
            destination.write(|out| match format {
                Format::Human => {
                    human::render(report).and_then(|text| out.write_all(text.as_bytes()).map_err(|e| e.to_string()))
                }
                Format::Json => pretty(out, report),
                Format::Ndjson => ndjson::last(out, report),
                Format::Html => html::write(out, report, context),
            })?;
            destination.finish()?;
        }
        Ok(())
    }
}
