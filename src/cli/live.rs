//! The commands that work with a running service.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where the service's swank server is, if not where the project file says.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The machine that it runs on
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The port of its swank server
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// A file whose first line is the server's secret
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Evaluate forms in the running service
///
/// Prints what the forms print as they print it, then their values as the REPL would.
/// Exits with 0 when all returned, with 1 when one signalled an error, and with 3 when
/// no service answered.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch eval '(+ 1 2)'
  lisplaunch eval web '(my-app:stats)' --package my-app
  lisplaunch eval --file patch.lisp
  echo '(room)' | lisplaunch eval -")]
pub struct Eval {
    /// The service, where the file has several, and forms; `-` reads standard input
    #[arg(value_name = "[SERVICE] FORM", required_unless_present = "forms")]
    pub words: Vec<String>,
    /// Evaluate the forms in this file; `-` is standard input
    #[arg(long, value_name = "FILE", id = "forms")]
    pub file: Option<PathBuf>,
    /// The package in which the forms are read [default: the service's]
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    /// Interrupt the evaluation after this time, `10s` or `2m`
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// Print one JSON object: output, values or error
    #[arg(long)]
    pub json: bool,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Load changed code into the running service
///
/// Compiles it in a fresh sbcl first: a compile error leaves the service as it was. Then
/// the service loads it and evaluates the `after-reload` forms of the project file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch reload
  lisplaunch reload web my-app/handlers")]
pub struct Reload {
    /// The service, where the file has several, and systems [default: all of its systems]
    #[arg(value_name = "[SERVICE] SYSTEM")]
    pub words: Vec<String>,
    /// Give up after this time, `10s` or `2m`
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Show how the services are
///
/// Exits with 0 when all answer, with 3 when one does not.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch status
  lisplaunch status web --wait=60 && echo deployed
  lisplaunch status --json | jq '.[].pid'")]
pub struct Status {
    /// The services, all of them if none is named
    pub services: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Wait until they answer, for so many seconds at most
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "60")]
    pub wait: Option<u64>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Stop the running service through its own exit
///
/// Runs the `stop` forms and waits until the process is gone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  lisplaunch stop\n  lisplaunch stop web")]
pub struct Stop {
    /// The service, where the file has several
    pub service: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Print what to type in Emacs to connect to the running service
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  lisplaunch connect\n  lisplaunch connect web --host www.example.org"
)]
pub struct Connect {
    /// The service, where the file has several
    pub service: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Talk to the running service at a prompt
///
/// Enter continues a form until it is complete, Tab completes symbols, Ctrl-C interrupts an
/// evaluation, Ctrl-D leaves. An error offers its restarts. Forms on a pipe are evaluated one
/// after the other without a prompt, up to the first error; exit codes are those of `eval`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch repl
  lisplaunch repl web --package my-app
  lisplaunch repl < patch.lisp")]
pub struct Repl {
    /// The service, where the file has several
    pub service: Option<String>,
    /// The package to begin in [default: the service's]
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: Connection,
}

/// Keep the service in a tmux session
///
/// The session is named after the service and runs exactly what `lisplaunch run` runs.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch tmux start
  lisplaunch tmux send '(my-app:reload)'
  lisplaunch tmux attach
  lisplaunch tmux stop")]
pub struct Tmux {
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
    Start {
        /// The service, where the file has several
        service: Option<String>,
    },
    /// Look at the session; C-b d leaves it running
    Attach {
        /// The service, where the file has several
        service: Option<String>,
    },
    /// Type a form at the service's REPL, byte for byte
    Send {
        /// The service, where the file has several, and a form; `-` reads standard input
        #[arg(value_name = "[SERVICE] FORM", required = true, num_args = 1..=2)]
        words: Vec<String>,
    },
    /// Stop the service, its exit hooks included, and end the session
    Stop {
        /// The service, where the file has several
        service: Option<String>,
    },
    /// Stop it, and start it again
    Restart {
        /// The service, where the file has several
        service: Option<String>,
    },
    /// Say whether the session runs
    Status {
        /// The service, where the file has several
        service: Option<String>,
    },
}
