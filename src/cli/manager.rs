//! The commands that give services to a manager, and take them back.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::live::parse_duration;
use super::selection::Services;
use crate::service_manager::ManagerKind;

/// Which manager, and where it has its files.
#[derive(Args, Clone, Debug)]
pub struct ManagerArgs {
    /// The manager, by the format that it reads
    #[arg(value_name = "FORMAT", value_parser = kinds())]
    pub kind: ManagerKind,
    /// Print the steps, their commands and how the files differ, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Your own manager instead of the machine's
    #[arg(long)]
    pub user: bool,
    /// The folder for the files [default: where the manager reads them]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The configuration of supervisord [default: where supervisorctl looks for it]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Write the files of a manager where it reads them, and let it start the services
///
/// Prints each step as it is done: the files are written, the manager reads them, the services are
/// started, or started again where their files have changed. Then it waits until they are ready.
/// Where nothing has changed nothing is done, so it can be repeated after a failure.
///
/// Exits with 0 when all are ready, with 1 when a step fails, with 2 when the project file or the
/// command line is wrong, and with 3 when a service does not get ready.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch install systemd --dry-run
  sudo lisplaunch install systemd -p production --wait=5m
  lisplaunch install systemd --user
  lisplaunch install supervisor --config ~/supervisord.conf")]
pub struct InstallArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub manager: ManagerArgs,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub services: Services,
    /// Let the manager start `lisplaunch run`, which reads the project file at each start
    #[arg(long)]
    pub indirect: bool,
    /// Replace files that lisplaunch did not write
    #[arg(long)]
    pub force: bool,
    /// Wait for the services for this time, `90s` or `5m` [default: their `ready.timeout`]
    #[arg(long, value_name = "DURATION", require_equals = true, value_parser = parse_duration)]
    pub wait: Option<Duration>,
}

/// Stop the services through a manager, and remove the files that it has of them
///
/// Only files that lisplaunch wrote are removed. Exits with 0 when nothing of them is left, with
/// 1 when a step fails, and with 2 when the project file or the command line is wrong.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch uninstall systemd --dry-run
  sudo lisplaunch uninstall systemd -p production")]
pub struct UninstallArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub manager: ManagerArgs,
}

fn kinds() -> impl TypedValueParser<Value = ManagerKind> {
    PossibleValuesParser::new(ManagerKind::names())
        .map(|name| ManagerKind::named(&name).expect("it is one of the names"))
}
