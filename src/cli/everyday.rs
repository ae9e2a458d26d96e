//! The commands of every day: what there is, what it writes, all of it at once.

use std::path::PathBuf;

use clap::Args;

use super::live::ConnectionArgs;
use super::selection::OneService;

/// Print what the service has written
///
/// Reads where the manager of the service keeps it: the file of `log:`, supervisord's own file,
/// systemd's journal, the folder of runit or s6, or the pane of tmux; of a service that was
/// started by hand the file that its output goes to. Works for a service that has ended, too.
/// Exits with 1 when nothing keeps its output, or this user may not read it.
///
/// Here `-f` follows the log: the project file is `--project FILE`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch logs
  lisplaunch logs web -n 200
  lisplaunch logs -f                           until Ctrl-C")]
pub struct LogsArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Follow: print new lines as they are written
    #[arg(short, long)]
    pub follow: bool,
    /// How many of the last lines
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub lines: usize,
    /// The project file; `-` is standard input [default: lisplaunch.yaml here or above]
    // It takes the place of the one that all commands have, whose `-f` means something else here.
    #[arg(
        id = "file",
        long = "project",
        value_name = "FILE",
        env = "LISPLAUNCH_FILE",
        hide_env_values = true,
        help_heading = "Project"
    )]
    pub file: Option<PathBuf>,
}

/// Run the services of the file in the foreground, all together
///
/// Each is started as `run` does, once all that it comes after (`after:`) are ready; its lines
/// have its name before them. Ctrl-C stops them, those first that come after others, each within
/// its `stop-timeout`; a second Ctrl-C kills them. When one ends by itself the others are stopped
/// too. They end with this process, however that ends.
///
/// Exits with the exit code of the service that ended first, with 130 after Ctrl-C, and with 1
/// when one cannot be started.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch up
  lisplaunch up --only web,worker
  lisplaunch up -p development 2>up.log")]
pub struct UpArgs {
    /// Only this service; may be repeated
    #[arg(
        short = 's',
        long,
        alias = "service",
        value_name = "SERVICE",
        value_delimiter = ','
    )]
    pub only: Vec<String>,
}

/// List the services of the project file
///
/// Prints their names, one a line; replicas each with its number.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch list
  lisplaunch list --json | jq -r '.[]'
  for service in $(lisplaunch list); do lisplaunch pid $service; done")]
pub struct ListArgs {
    /// Print a JSON array of strings
    #[arg(long)]
    pub json: bool,
}

/// Print the process number of the running service
///
/// The number is certain: the image reports it, or the kernel confirms that the process is the
/// service's. Exits with 3 when it does not run, or something else may be in its place.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch pid
  kill -TERM $(lisplaunch pid web)")]
pub struct PidArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}
