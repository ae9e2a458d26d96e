//! The command line as it is typed. The only module that names clap.

pub mod beginning;
pub mod complete;
pub mod deploy;
pub mod editor;
pub mod evaluation;
pub mod everyday;
mod lazy;
pub mod live;
pub mod manager;
pub mod manual;
pub mod selection;
mod usage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Error, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::format;
use crate::problem::Problem;
use crate::terminal::colours;
use complete::Request;
use lazy::Chosen;
use selection::{Colour, OneService, Printing, Selection, Services, parse_absolute};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const PROJECT_FILE: &str = "\
The project file, lisplaunch.yaml:
  name: hello
  systems: [hello]
  start: (hello:start :port ${PORT:-8080})
  swank: 4005

Examples:
  lisplaunch check                              is everything there?
  lisplaunch run                                become sbcl
  lisplaunch emit supervisor > hello.conf       write it for supervisord
  PORT=9000 lisplaunch run -- --verbose         a variable, an argument for the program";

/// Run Common Lisp services from one YAML file.
#[derive(Debug, Parser)]
#[command(
    name = "lisplaunch",
    version,
    about,
    after_help = PROJECT_FILE,
    styles = STYLES,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    disable_help_flag = true,
    infer_long_args = false
)]
pub struct Cli {
    /// What is chosen for every command.
    #[command(flatten)]
    pub selection: Selection,
    /// What is printed besides.
    #[command(flatten)]
    pub printing: Printing,
    /// What to do.
    #[command(subcommand)]
    pub command: Chosen,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[expect(
        missing_docs,
        reason = "the arguments say it, and clap takes it from there"
    )]
    Run(RunArgs),
    #[expect(missing_docs, reason = "see above")]
    Up(everyday::UpArgs),
    #[expect(missing_docs, reason = "see above")]
    Argv(ArgvArgs),
    #[expect(missing_docs, reason = "see above")]
    Emit(EmitArgs),
    #[expect(missing_docs, reason = "see above")]
    Install(manager::InstallArgs),
    #[expect(missing_docs, reason = "see above")]
    Uninstall(manager::UninstallArgs),
    #[expect(missing_docs, reason = "see above")]
    Build(BuildArgs),
    #[expect(missing_docs, reason = "see above")]
    Release(ReleaseArgs),
    #[expect(missing_docs, reason = "see above")]
    Init(beginning::InitArgs),
    #[expect(missing_docs, reason = "see above")]
    Import(beginning::ImportArgs),
    #[expect(missing_docs, reason = "see above")]
    Check(CheckArgs),
    #[expect(missing_docs, reason = "see above")]
    Doctor(DoctorArgs),
    #[expect(missing_docs, reason = "see above")]
    Show(ShowArgs),
    #[expect(missing_docs, reason = "see above")]
    Templates(TemplatesArgs),
    #[expect(missing_docs, reason = "see above")]
    List(everyday::ListArgs),
    #[expect(missing_docs, reason = "see above")]
    Eval(evaluation::EvalArgs),
    #[expect(missing_docs, reason = "see above")]
    Exec(evaluation::ExecArgs),
    #[expect(missing_docs, reason = "see above")]
    Do(evaluation::DoArgs),
    #[expect(missing_docs, reason = "see above")]
    Reload(live::ReloadArgs),
    #[expect(missing_docs, reason = "see above")]
    Status(live::StatusArgs),
    #[expect(missing_docs, reason = "see above")]
    Pid(everyday::PidArgs),
    #[expect(missing_docs, reason = "see above")]
    Logs(everyday::LogsArgs),
    #[expect(missing_docs, reason = "see above")]
    Stop(live::StopArgs),
    #[expect(missing_docs, reason = "see above")]
    Restart(live::RestartArgs),
    #[expect(missing_docs, reason = "see above")]
    Deploy(deploy::DeployArgs),
    #[expect(missing_docs, reason = "see above")]
    Connect(live::ConnectArgs),
    #[expect(missing_docs, reason = "see above")]
    Repl(live::ReplArgs),
    #[expect(missing_docs, reason = "see above")]
    Tmux(live::TmuxArgs),
    #[expect(missing_docs, reason = "see above")]
    Schema(editor::SchemaArgs),
    #[expect(missing_docs, reason = "see above")]
    Completions(editor::CompletionsArgs),
    #[expect(missing_docs, reason = "see above")]
    Man(editor::ManArgs),
    #[expect(missing_docs, reason = "see above")]
    Emacs(editor::EmacsArgs),
    /// Offer completions to a shell, which asks with a variable of the environment.
    #[command(skip)]
    Complete(Request),
}

/// Become the sbcl process of a service
///
/// Sets the environment and the working directory and replaces itself by sbcl: the
/// process keeps its number, and nothing of lisplaunch stays behind.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is typed"
)]
#[command(after_help = "\
Examples:
  lisplaunch run
  lisplaunch run web -p production
  lisplaunch run --set PORT=9000 -- --verbose
  lisplaunch run --debug                        an error opens the debugger of sbcl
  lisplaunch run --dry-run --explain")]
pub struct RunArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// Print the command line as a shell would take it, and start nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Print above each part of the command line what it is for
    #[arg(long, requires = "dry_run")]
    pub explain: bool,
    /// Load the sources, though the project file asks for a saved image
    #[arg(long)]
    pub from_source: bool,
    /// Leave the debugger on and print all messages of the compiler, from the sources; on a
    /// terminal only
    #[arg(long)]
    pub debug: bool,
    /// End when the parent of this process does
    #[arg(long, hide = true, conflicts_with = "debug")]
    pub until_parent_ends: bool,
    /// Arguments for the Lisp program itself (`sb-ext:*posix-argv*`)
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}

/// Print the argument list of sbcl, for programs
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch argv
  lisplaunch argv web --format json | jq .
  lisplaunch argv --format nul | xargs -0 env")]
pub struct ArgvArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub service: OneService,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ArgvFormat::Sh)]
    pub format: ArgvFormat,
    /// Arguments for the Lisp program itself
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}

/// How an argument list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ArgvFormat {
    /// One line that a shell takes
    Sh,
    /// A JSON array of strings
    Json,
    /// One argument a line; refused if an argument has several lines
    Lines,
    /// Each argument followed by a NUL byte
    Nul,
}

/// Write the service for another tool
///
/// Prints to standard output, or writes a file whole or not at all. A file that
/// lisplaunch did not write is left alone unless --force is given.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is typed"
)]
#[command(after_help = "\
Examples:
  lisplaunch emit makefile -o Makefile
  lisplaunch emit supervisor > /etc/supervisor/conf.d/hello.conf
  lisplaunch emit supervisor -p production --check -o hello.conf
  lisplaunch emit --check                      all files that `emit:` names
  lisplaunch emit --list")]
pub struct EmitArgs {
    /// What to write, all that `emit:` in the project file names if none is given; --list shows
    /// what there is
    #[arg(value_parser = PossibleValuesParser::new(format::ALL.iter().map(|format| format.name)))]
    pub format: Option<String>,
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub services: Services,
    /// Write this file, or below this folder (`DIR/` makes it); `-` is standard output
    #[arg(short, long, value_name = "PATH", requires = "format")]
    pub output: Option<PathBuf>,
    /// Replace a file that lisplaunch did not write
    #[arg(long)]
    pub force: bool,
    /// Change nothing: print how the file differs, and exit with 1 if it does
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Let the tool start `lisplaunch run`, which reads the project file at each start
    #[arg(long)]
    pub indirect: bool,
    /// For your own manager instead of the machine's
    #[arg(long)]
    pub user: bool,
    /// List the formats
    #[arg(long, action = ArgAction::SetTrue, exclusive = true)]
    pub list: bool,
}

/// Save the images that services start from (`core:`), and write what they load
///
/// Loads the code of each service with `core:` in a process of its own, beside running services,
/// and saves it below `.lisplaunch/`; the image before is kept as `NAME.core.1`. Writes
/// lisplaunch's own code there too, as every command does that prints or starts a command line: so
/// this is also for the owner of a folder that the service's user may not write to.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch build
  lisplaunch build web -p production
  lisplaunch build --check                      exits with 1 if an image is stale
  lisplaunch build --executable -o hello        a program that needs neither sbcl nor lisplaunch")]
pub struct BuildArgs {
    /// Which services.
    #[command(flatten)]
    pub services: Services,
    /// Change nothing: report which images are stale, and why
    #[arg(long)]
    pub check: bool,
    /// Make a program of its own, which brings sbcl, the code and the forms that start the service
    #[arg(long, requires = "output", conflicts_with = "check")]
    pub executable: bool,
    /// The file of the program
    #[arg(short, long, value_name = "FILE", requires = "executable")]
    pub output: Option<PathBuf>,
}

/// Pack programs and files for a server that has neither sbcl nor lisplaunch
///
/// Makes a program of its own of each service, and beside it the files of the formats that `emit:`
/// in the project file names, with the paths of the server, a sample of the secrets that only the
/// server knows, and a README.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch release -o shop.tar.gz
  lisplaunch release web -p production --root /srv/shop -o shop/")]
pub struct ReleaseArgs {
    /// Which services.
    #[command(flatten)]
    pub services: Services,
    /// The new folder, or the file if it ends in `.tar.gz`
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,
    /// Where it will lie on the server [default: /srv/NAME]
    #[arg(long, value_name = "FOLDER", value_parser = parse_absolute)]
    pub root: Option<String>,
}

/// Report everything that is wrong, without starting anything
///
/// Checks all services, without a profile and with each profile alone: values, forms,
/// files, ports, templates, and what the formats of `emit:` can hold; also what the `user` of a
/// service may read and write, in a profile only where it is chosen with -p. Exits with 0, or
/// with 1 and every problem; with 2 when there is no file to check.
#[derive(Args, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is typed"
)]
#[command(after_help = "\
Examples:
  lisplaunch check
  lisplaunch check -p production
  lisplaunch check --load                      do the forms fit the code?
  lisplaunch check --allow-unset --json | jq .problems")]
pub struct CheckArgs {
    /// Warn of what this format cannot hold, though the project file does not ask for it; may be
    /// repeated
    #[arg(long = "format", value_name = "FORMAT", value_parser = PossibleValuesParser::new(format::ALL.iter().map(|format| format.name)))]
    pub formats: Vec<String>,
    /// Check the file without its profiles only
    #[arg(long)]
    pub no_profiles: bool,
    /// Accept variables without a value and env files that are missing, as where the secrets are
    /// not
    #[arg(long)]
    pub allow_unset: bool,
    /// Also load the systems in a fresh sbcl, and look up in it what the forms name; only of the
    /// profile that is chosen
    #[arg(long)]
    pub load: bool,
    /// Give up loading after this time, `90s` or `5m`
    #[arg(long, value_name = "DURATION", requires = "load", value_parser = live::parse_duration)]
    pub timeout: Option<Duration>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

/// Look for common problems on this machine and in this project
///
/// It starts no service and changes nothing. What it cannot find out it reports as unknown. Exits
/// with 0, or with 1 where it finds an error.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch doctor
  lisplaunch doctor -p production --json | jq '.findings[] | select(.level != \"ok\")'")]
pub struct DoctorArgs {
    /// The configuration of supervisord, where it is not in its usual place
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

/// Print the plan: every default, variable and path resolved
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch show
  lisplaunch show -p production --json | jq '.services[].env'")]
pub struct ShowArgs {
    #[expect(missing_docs, reason = "the arguments say it")]
    #[command(flatten)]
    pub services: Services,
    /// Print JSON instead of YAML
    #[arg(long)]
    pub json: bool,
}

/// List the templates, and which file each comes from
///
/// A template is replaced by a file of its name in the folder that `templates:` names in
/// the project file, or in `lisplaunch/templates` below your configuration folder.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch templates
  lisplaunch templates show sbcl/argv")]
pub struct TemplatesArgs {
    /// What to do with them instead of listing them
    #[command(subcommand)]
    pub command: Option<TemplatesCommand>,
}

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// Print a template as it is in use
    Show {
        /// Its name, as `lisplaunch templates` lists it
        name: String,
    },
}

/// Reads the arguments of this process; ends it for `--help` and `--version`.
///
/// # Errors
/// What is wrong with them.
pub fn parse() -> Result<Cli, Problem> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(request) = Request::of(&arguments) {
        return completing(request).map_err(|error| usage::problem(&error));
    }
    let words = arguments.iter().filter_map(|word| word.to_str());
    let colour = Colour::asked_for(words);
    colours::choose(colour.colours());
    // The message for what is wrong may name any subcommand.
    let parsed = read(brief(&arguments), &arguments)
        .or_else(|_| read(Cli::command().color(colour.choice()), &arguments));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => usage::problem(&error),
    })
}

/// The project that a command line is for in which a word is completed.
fn completing(request: Request) -> Result<Cli, Error> {
    Ok(Cli {
        selection: request.selection()?,
        printing: Printing::default(),
        command: Chosen(Command::Complete(request)),
    })
}

/// As much of the command as understands these arguments if they are right: a subcommand that is
/// described gets a copy of each option of the project, which for all of them costs more than
/// what else there is to do.
fn brief(arguments: &[OsString]) -> clap::Command {
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let command = Selection::augment_args(clap::Command::new("lisplaunch").disable_help_flag(true));
    lazy::with_subcommands(Printing::augment_args(command), named)
}

fn read(command: clap::Command, arguments: &[OsString]) -> Result<Cli, Error> {
    // Most processes become sbcl at once: taking the command apart again would be for nothing.
    let command = Box::leak(Box::new(command));
    command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| error.format(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_brief_command_understands_the_whole_one_understands_in_the_same_way() {
        for line in [
            "run",
            "run web --dry-run --explain -p one,two --set A=1 -- stop --verbose",
            "-C run -f show.yaml status",
            "-p run stop --trust status",
            "tmux start web",
            "templates show sbcl/argv",
            "eval --any -- (+ 1 1)",
        ] {
            let arguments = line.split(' ').map(OsString::from);
            let arguments: Vec<OsString> = [OsString::from("lisplaunch")]
                .into_iter()
                .chain(arguments)
                .collect();
            let understood = |command| read(command, &arguments).expect(line);
            assert_eq!(
                format!("{:?}", understood(brief(&arguments))),
                format!("{:?}", understood(Cli::command())),
            );
        }
    }
}
