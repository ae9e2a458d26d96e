//! The commands that evaluate forms: those that are typed, and those of the project file.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::live::{ConnectionArgs, parse_duration};
use super::selection::ServiceOption;

/// Forms that are typed.
#[derive(Args, Debug)]
pub struct FormsArgs {
    /// The service, where the file has several, and forms; `-` reads standard input
    #[arg(
        value_name = "[SERVICE] FORM",
        required_unless_present = "forms",
        allow_negative_numbers = true
    )]
    pub words: Vec<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: ServiceOption,
    /// Evaluate the forms in this file; `-` is standard input
    #[arg(long, value_name = "FILE", id = "forms")]
    pub file: Option<PathBuf>,
    /// The package in which the forms are read [default: the service's]
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub manner: EvaluationArgs,
}

/// How long an evaluation may take, and how it is printed.
#[derive(Args, Clone, Copy, Debug)]
pub struct EvaluationArgs {
    /// Interrupt the evaluation after this time, `10s` or `5m`; in a fresh image loading counts
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Print one JSON object: output, values or error
    #[arg(long)]
    pub json: bool,
}

/// Evaluate forms in the running service
///
/// Prints what the forms print as they print it, and the values of each as the REPL would.
/// Exits with 0 when all returned, with 1 when one signalled an error or they took too long,
/// with 2 when one is not well formed, and with 3 when no service answered.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch eval '(+ 1 2)'
  lisplaunch eval web '(my-app:stats)' --package my-app
  lisplaunch eval --file patch.lisp
  echo '(room)' | lisplaunch eval -")]
pub struct EvalArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub forms: FormsArgs,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Evaluate forms in a fresh image with the code of the service
///
/// Loads the systems and files of the service and starts nothing: no server, no swank. For
/// migrations and other jobs beside the service, whether that runs or not. Output, values and
/// exit codes are those of `eval`; a form that exits the image itself gives its own exit code.
/// Standard input is that of this command.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch exec '(my-app.db:migrate)'
  lisplaunch exec web '(my-app:report)' --json
  lisplaunch exec --file seed.lisp -p production")]
pub struct ExecArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub forms: FormsArgs,
}

/// Evaluate a command of the project file (`commands:`), or list them
///
/// A command is a form with a name. It is evaluated in a fresh image as `exec` does it, or with
/// `remote: true` in the running service as `eval` does it, with the output, the values and the
/// exit codes of these. Words behind its name are strings behind the arguments of its form, which
/// is a call then. The service need not be named where one alone has the command. Without a name
/// the commands are listed as they are written.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch do
  lisplaunch do migrate
  lisplaunch do migrate 0042                   (my-app.db:migrate \"0042\")
  lisplaunch do web seed --json -- --fast      an argument that begins with a dash")]
pub struct DoArgs {
    /// The command, after its service where several have it, and its arguments
    #[arg(
        id = "command",
        value_name = "[SERVICE] NAME",
        allow_negative_numbers = true
    )]
    pub words: Vec<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: ServiceOption,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub manner: EvaluationArgs,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub connection: ConnectionArgs,
}
