//! The subcommands, described as far as the list of them needs: most processes become sbcl at
//! once, and the options of all others would cost more than the rest of the launch.

use clap::{ArgMatches, Args, Error, FromArgMatches, Subcommand};

use super::{
    ArgvArgs, BuildArgs, CheckArgs, Command, DoctorArgs, EmitArgs, ReleaseArgs, RunArgs, ShowArgs,
    TemplatesArgs,
    beginning::{ImportArgs, InitArgs},
    deploy::DeployArgs,
    editor::{CompletionsArgs, EmacsArgs, ManArgs, SchemaArgs},
    evaluation::{DoArgs, EvalArgs, ExecArgs},
    everyday::{ListArgs, LogsArgs, PidArgs, UpArgs},
    live::{ConnectArgs, ReloadArgs, ReplArgs, RestartArgs, StatusArgs, StopArgs, TmuxArgs},
    manager::{InstallArgs, UninstallArgs},
};

/// A name, what it is for, and what adds its options.
type LazyCommand = (
    &'static str,
    &'static str,
    fn(clap::Command) -> clap::Command,
);

#[rustfmt::skip]
const ALL: &[LazyCommand] = &[
    ("run", "Become the sbcl process of a service", RunArgs::augment_args),
    ("up", "Run the services of the file in the foreground, all together", UpArgs::augment_args),
    ("argv", "Print the argument list of sbcl, for programs", ArgvArgs::augment_args),
    ("emit", "Write the service for another tool", EmitArgs::augment_args),
    ("install", "Write the files of a manager where it reads them, and let it start the services", InstallArgs::augment_args),
    ("uninstall", "Stop the services through a manager, and remove the files that it has of them", UninstallArgs::augment_args),
    ("build", "Save the images that services start from (`core:`), and write what they load", BuildArgs::augment_args),
    ("release", "Pack programs and files for a server that has neither sbcl nor lisplaunch", ReleaseArgs::augment_args),
    ("init", "Write a project file for the code in a folder, or make a new project", InitArgs::augment_args),
    ("import", "Write a project file from a Makefile, a unit, a stanza, a script", ImportArgs::augment_args),
    ("check", "Report everything that is wrong, without starting anything", CheckArgs::augment_args),
    ("doctor", "Look for common problems on this machine and in this project", DoctorArgs::augment_args),
    ("show", "Print the plan: every default, variable and path resolved", ShowArgs::augment_args),
    ("templates", "List the templates, and which file each comes from", TemplatesArgs::augment_args),
    ("list", "List the services of the project file", ListArgs::augment_args),
    ("eval", "Evaluate forms in the running service", EvalArgs::augment_args),
    ("exec", "Evaluate forms in a fresh image with the code of the service", ExecArgs::augment_args),
    ("do", "Evaluate a command of the project file (`commands:`), or list them", DoArgs::augment_args),
    ("reload", "Load changed code into the running service", ReloadArgs::augment_args),
    ("status", "Show the state of the services", StatusArgs::augment_args),
    ("pid", "Print the process number of the running service", PidArgs::augment_args),
    ("logs", "Print what the service has written", LogsArgs::augment_args),
    ("stop", "Stop the running service through its own exit", StopArgs::augment_args),
    ("restart", "Stop the running service, and return when it is ready again", RestartArgs::augment_args),
    ("deploy", "Deploy new code without a failed request", DeployArgs::augment_args),
    ("connect", "Print what to type in Emacs to connect to the running service", ConnectArgs::augment_args),
    ("repl", "Open a REPL in the running service", ReplArgs::augment_args),
    ("tmux", "Keep the service in a tmux session", TmuxArgs::augment_args),
    ("schema", "Print the JSON Schema of project files, for editors", SchemaArgs::augment_args),
    ("completions", "Print what makes a shell complete the words of lisplaunch", CompletionsArgs::augment_args),
    ("man", "Print the manual page of lisplaunch, or write all pages of the manual", ManArgs::augment_args),
    ("emacs", "Print lisplaunch.el, which connects Emacs to services", EmacsArgs::augment_args),
];

/// What to do, from options that are not looked at before they are asked for.
#[derive(Debug)]
pub struct Chosen(pub Command);

impl FromArgMatches for Chosen {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Command::from_arg_matches(matches).map(Chosen)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// `command` with those subcommands whose names are `wanted`.
pub(super) fn with_subcommands(
    command: clap::Command,
    wanted: impl Fn(&str) -> bool,
) -> clap::Command {
    let wanted = ALL.iter().filter(|(name, ..)| wanted(name));
    command
        .subcommands(
            wanted.map(|(name, about, options)| options(clap::Command::new(*name).about(*about))),
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
}

impl Subcommand for Chosen {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        with_subcommands(command, |_| true)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        ALL.iter().any(|(known, ..)| *known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_is_described_as_it_describes_itself() {
        let whole = Command::augment_subcommands(clap::Command::new("lisplaunch"));
        let whole: Vec<(String, String)> = whole
            .get_subcommands()
            .map(|command| {
                let about = command.get_about().map(ToString::to_string);
                (command.get_name().to_owned(), about.unwrap_or_default())
            })
            .collect();
        let described = ALL
            .iter()
            .map(|(name, about, _)| ((*name).to_owned(), (*about).to_owned()));
        let described: Vec<_> = described.collect();
        assert_eq!(described, whole);
    }
}
