//! The commands that work with a running service.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::selection::{OneService, ServiceOption, Services};

/// A day: a longer wait is a mistake.
const LONGEST_WAIT: u64 = 24 * 60 * 60;

/// Where the service's swank server is, if not where the project file says.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// The machine that it runs on
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The port of its swank server
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// A file whose first line is the server's secret
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Connect to any image that listens there, whichever service it is
    #[arg(long)]
    pub any: bool,
}

/// Load changed code into the running service
///
/// Tries it in a fresh sbcl first: an error, a warning of the compiler, an undefined function or
/// variable leaves the service as it was. Then the service loads what differs from what it has
/// loaded, older or newer, with all that depends on it, and evaluates the `after-reload` forms
/// of the project file. Exits with 0 when all went well, with 1 when not, with 2 when there is no
/// such system, and with 3 when no service answered.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch reload
  lisplaunch reload web my-app/handlers
  lisplaunch reload --timeout 5m --json")]
pub struct ReloadArgs {
    /// The service, where the file has several, and systems [default: all of its systems and
    /// the files below `load`]
    #[arg(value_name = "[SERVICE] SYSTEM")]
    pub words: Vec<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: ServiceOption,
    /// Load all files of the project again, changed or not
    #[arg(long)]
    pub force: bool,
    /// Load the code though the compiler warns of it
    #[arg(long)]
    pub allow_warnings: bool,
    /// Give up after this time, `10s` or `2m`
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Print one JSON object: the files, the compiler's messages, the time, the error
    #[arg(long)]
    pub json: bool,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Show the state of the services
///
/// Asks the image of each, and where that cannot be asked reads the file in which the service
/// keeps its state. A service is loading, starting, ready, stopping, or failed with its last
/// words; crashed where its process is gone without any, down where it was stopped or never
/// started. It is silent where its process runs but does not answer, locked where its secret is
/// not known, other where something else has its port, up where it runs without states
/// (`runtime: false`), and unknown where it has no swank server then.
///
/// Exits with 0 when all are ready or up, with 3 when one is not.
///
/// --wait returns as soon as all are ready. A start that fails during the wait ends it; one that
/// failed before ends it after 3 seconds unless the service is started again. A service that is
/// down may be started at any time.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch status
  lisplaunch status web --wait=90s && echo deployed
  lisplaunch status --json | jq '.[].state'")]
pub struct StatusArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub services: Services,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Wait until all are ready, a minute at most or for `90s` or `5m`
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true,
          default_missing_value = "60s", value_parser = parse_duration)]
    pub wait: Option<Duration>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Stop the running service through its own exit
///
/// Runs the `stop` forms and waits until the process is gone, for `stop-timeout` and five
/// seconds at most. Exits with 1 when it is not gone by then, with 3 when none answered. A service
/// without a swank server gets SIGTERM, once its process is known for certain.
///
/// A service that supervisord or systemd would start again has to be stopped there: it is left
/// running, and the command for that is printed.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch stop
  lisplaunch stop web
  lisplaunch stop --anyway       supervisord starts it again")]
pub struct StopArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Stop it although its manager starts it again
    #[arg(long)]
    pub anyway: bool,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Stop the running service, and return when it is ready again
///
/// It is started again by what started it: supervisord, systemd or tmux. A service that was started
/// by hand is left running: restart it by hand. Exits with 0 when the new process is ready, with 1
/// when it cannot be restarted, with 3 when it does not run, or is not ready in time.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch restart
  lisplaunch restart web --wait=5m")]
pub struct RestartArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Wait for the new process to be ready for this time, `90s` or `5m`
    #[arg(long, value_name = "DURATION", require_equals = true, default_value = "60s",
          value_parser = parse_duration)]
    pub wait: Duration,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Print what to type in Emacs to connect to the running service
///
/// Connects to nothing. With --host, the ssh tunnel to that machine comes first; with --pod, that to
/// a pod of Kubernetes.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  lisplaunch connect\n  lisplaunch connect web --host www.example.org\n  \
                  lisplaunch connect web --pod shop-web-7d5c9-x2v4p"
)]
pub struct ConnectArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Print one JSON object, for editors: where to connect to, the file of the secret, the tunnel
    #[arg(long)]
    pub json: bool,
    /// The pod of Kubernetes that it runs in
    #[arg(long, value_name = "NAME", conflicts_with_all = ["host", "json"])]
    pub pod: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Open a REPL in the running service
///
/// Enter continues a form until it is complete, Tab completes symbols, Ctrl-C interrupts an
/// evaluation. Ctrl-D, `(quit)`, `(exit)` and `:q` leave the prompt; the service goes on. An error
/// offers its restarts. Forms on a pipe are evaluated one after the other without a prompt, up to
/// the first error; exit codes are those of `eval`, and 3 when the service goes away.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch repl
  lisplaunch repl web --package my-app
  lisplaunch repl < patch.lisp")]
pub struct ReplArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// The package to begin in [default: the service's]
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Keep the service in a tmux session
///
/// The session is named after the service, PROJECT-SERVICE where the file has several, and
/// runs exactly what `lisplaunch run` runs, with your environment. It is an ordinary session
/// of your own tmux server: `tmux attach` shows it too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch tmux start
  lisplaunch tmux send '(my-app:reload)'
  lisplaunch tmux attach
  lisplaunch tmux stop")]
pub struct TmuxArgs {
    /// What to do with the session
    #[command(subcommand)]
    pub command: TmuxCommand,
    /// Print the tmux commands instead of running them
    #[arg(long, global = true)]
    pub print: bool,
}

/// What to do with a tmux session.
#[derive(Clone, Debug, Subcommand)]
pub enum TmuxCommand {
    /// Start the service in a detached session
    ///
    /// Returns at once, with 0 also when it runs already: it changes nothing then. A service
    /// that fails leaves its last words in the session, until it is started again.
    Start(TmuxStartArgs),
    /// Attach to the session; C-b d detaches
    ///
    /// Inside tmux the terminal switches to it. Exits with 3 when there is no session.
    Attach(OneService),
    /// Type a form at the service's REPL, byte for byte
    ///
    /// The form is read here first: what is incomplete is not sent. An error in it ends the
    /// service, as `--disable-debugger` wants it; `lisplaunch eval` does not do that. Exits
    /// with 0 when it was typed, with 3 when the service does not run.
    Send {
        /// The service, where the file has several, and a form; `-` reads standard input
        #[arg(value_name = "[SERVICE] FORM", required = true, num_args = 1..=2, allow_hyphen_values = true)]
        words: Vec<String>,
        #[expect(missing_docs, reason = "the arguments say it")]
        #[command(flatten)]
        service: ServiceOption,
    },
    /// Stop the service, its exit hooks included, and end the session
    ///
    /// Waits for `stop-timeout` and a little longer, a minute unless the file says
    /// otherwise. Exits with 1 when the service still runs then.
    Stop(OneService),
    /// Stop it, and start it again
    ///
    /// What keeps it from being started is reported before it is stopped.
    Restart(TmuxStartArgs),
    /// Report whether it runs: exits with 0 if so, with 3 if not
    Status(OneService),
    /// Become the command in a file that `start` left
    #[command(hide = true)]
    Enter {
        /// The file
        file: PathBuf,
    },
}

/// What is started in a tmux session.
#[derive(Args, Clone, Debug)]
pub struct TmuxStartArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Arguments for the Lisp program itself (`sb-ext:*posix-argv*`)
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}

/// `10s`, `500ms`, `2m` or a bare number of seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => humantime::parse_duration(text).unwrap_or_default(),
    };
    if duration.is_zero() || duration > Duration::from_secs(LONGEST_WAIT) {
        return Err("expected a duration such as `10s` or `500ms`, at most a day".to_owned());
    }
    Ok(duration)
}
