//! The command that deploys new code.

use std::time::Duration;

use clap::Args;

use super::live::parse_duration;
use super::selection::OneService;

/// Deploy new code without a failed request
///
/// Restarts the replicas (`replicas`) one after the other, each through its manager, and waits
/// until each is ready; with `http.upstream` nginx sends it no requests meanwhile. With `spare: true`
/// one replica does not run: it is started with the new code, nginx is switched to it, and then
/// one with the old code is stopped once it has answered all requests. The first process that
/// does not get ready ends the deployment, and the others go on with the code that they have.
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
