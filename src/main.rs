//! `lisplaunch`: parse, do, explain what went wrong.

use std::process::ExitCode;

use lisplaunch::{cli, command};

fn main() -> ExitCode {
    match command::execute(cli::parse()) {
        Ok(code) => code,
        Err(error) => command::explain(&error),
    }
}
