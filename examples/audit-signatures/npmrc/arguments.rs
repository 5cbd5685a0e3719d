//! The flags that lift a rule.

use clap::Args;

/// What the user allows beyond what is safe for everybody.
#[derive(Debug, Default, Clone, Copy, Args)]
pub struct AccessArguments {
    /// Let the project's own .npmrc send your variables and client certificates to registries that only it names
    #[arg(long, conflicts_with = "replay")]
    pub allow_project_credentials: bool,

    /// Let strict-ssl=false of your own npm configuration count: nobody's certificate is checked then
    #[arg(long, conflicts_with = "replay")]
    pub insecure_tls: bool,
}
