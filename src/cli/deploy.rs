//! The command that brings new code into service.

use std::time::Duration;

use clap::Args;

use super::live::parse_duration;
use super::selection::OneService;

/// Bring new code into service without a request that fails
///
/// Of `replicas` one after the other is started again by what has started it, and waited for
/// until it is ready; with `http.upstream` nginx sends it no requests meanwhile. With `spare: true`
/// one of them does not run: it is started with the new code, nginx is switched to it, and then
/// one with the old code has answered what it was sent and is stopped. The first process that
/// does not get ready ends it, and what runs goes on with the code that it has.
///
/// With `core` the images are built first, and the ones before are kept: they are put back when a
/// process does not get ready with the new one, and by --rollback.
///
/// Exits with 0 when the new code serves, with 1 when it does not, with 2 when the project file or
/// the command line is wrong, and with 3 when no process of the service runs.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch deploy --dry-run
  sudo lisplaunch deploy web -p production --wait=5m
  lisplaunch deploy --rollback
  lisplaunch deploy --json")]
pub struct DeployArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Go back to the saved image before (`core`), whatever its sources are now
    #[arg(long)]
    pub rollback: bool,
    /// Print the steps, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Wait for each process to be ready for this time, `90s` or `5m` [default: its
    /// `ready.timeout`]
    #[arg(long, value_name = "DURATION", require_equals = true, value_parser = parse_duration)]
    pub wait: Option<Duration>,
    /// How long a process may take to answer what it has been sent before it is stopped
    #[arg(long, value_name = "DURATION", require_equals = true, default_value = "30s",
          value_parser = parse_duration)]
    pub grace: Duration,
    /// Print one JSON object: what was done, the time, the error
    #[arg(long)]
    pub json: bool,
}
