//! `audit-signatures policy`: checks a policy, or writes a first one.

mod check;
mod init;

use std::process::ExitCode;

use crate::arguments::PolicyCommand;
use crate::output::print;

pub fn run(command: &PolicyCommand) -> Result<ExitCode, String> {
    match command {
        PolicyCommand::Check { file } => {
            print(&check::summary(file)?)?;
            Ok(ExitCode::SUCCESS)
        }
        PolicyCommand::Init(inputs) => {
            let (policy, exit) = init::policy(inputs)?;
            print(&policy)?;
            Ok(exit)
        }
    }
}
