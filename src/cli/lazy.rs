//! The subcommands, described as far as the list of them needs: most processes become sbcl at
//! once, and the options of all others would cost more than the rest of the launch.

use clap::{ArgMatches, Args, Command as Clap, Error, FromArgMatches, Subcommand};

use super::{
    Build, Check, Command, Doctor, Emit, PrintArgv, Release, Run, Show, Templates,
    beginning::{Import, Init},
    deploy::Deploy,
    editor::{Completions, Emacs, Man, Schema},
    everyday::{Exec, List, Logs, Pid, Up},
    live::{Connect, Eval, Reload, Repl, Restart, Status, Stop, Tmux},
    manager::{Install, Uninstall},
};

/// A name, what it is for, and what adds its options.
type Described = (&'static str, &'static str, fn(Clap) -> Clap);

#[rustfmt::skip]
const ALL: &[Described] = &[
    ("run", "Become the sbcl process of a service", Run::augment_args),
    ("up", "Run the services of the file in the foreground, all together", Up::augment_args),
    ("argv", "Print the argument list of sbcl, for programs", PrintArgv::augment_args),
    ("emit", "Write the service for another tool", Emit::augment_args),
    ("install", "Write the files of a manager where it reads them, and let it start the services", Install::augment_args),
    ("uninstall", "Let a manager stop the services, and remove the files that it has of them", Uninstall::augment_args),
    ("build", "Save the images that services start from (`core:`), and write what they load", Build::augment_args),
    ("release", "Pack programs and files for a server that has neither sbcl nor lisplaunch", Release::augment_args),
    ("init", "Write a project file for the code in a folder, or make a new project", Init::augment_args),
    ("import", "Write a project file from a Makefile, a unit, a stanza, a script", Import::augment_args),
    ("check", "Tell everything that is wrong, without starting anything", Check::augment_args),
    ("doctor", "Look for what has bitten people: on this machine, and in this project", Doctor::augment_args),
    ("show", "Print the plan: every default, variable and path resolved", Show::augment_args),
    ("templates", "List the templates, and which file each comes from", Templates::augment_args),
    ("list", "List the services of the project file", List::augment_args),
    ("eval", "Evaluate forms in the running service", Eval::augment_args),
    ("exec", "Evaluate forms in a fresh image with the code of the service", Exec::augment_args),
    ("reload", "Load changed code into the running service", Reload::augment_args),
    ("status", "Show how the services are", Status::augment_args),
    ("pid", "Print the process number of the running service", Pid::augment_args),
    ("logs", "Print what the service has written", Logs::augment_args),
    ("stop", "Stop the running service through its own exit", Stop::augment_args),
    ("restart", "Stop the running service, and return when it is ready again", Restart::augment_args),
    ("deploy", "Bring new code into service without a request that fails", Deploy::augment_args),
    ("connect", "Print what to type in Emacs to connect to the running service", Connect::augment_args),
    ("repl", "Talk to the running service at a prompt", Repl::augment_args),
    ("tmux", "Keep the service in a tmux session", Tmux::augment_args),
    ("schema", "Print the JSON Schema of project files, for editors", Schema::augment_args),
    ("completions", "Print what makes a shell complete the words of lisplaunch", Completions::augment_args),
    ("man", "Print the manual page of lisplaunch, or write all pages of the manual", Man::augment_args),
    ("emacs", "Print lisplaunch.el, which connects Emacs to services", Emacs::augment_args),
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
pub(super) fn with_subcommands(command: Clap, wanted: impl Fn(&str) -> bool) -> Clap {
    let wanted = ALL.iter().filter(|(name, ..)| wanted(name));
    command
        .subcommands(wanted.map(|(name, about, options)| options(Clap::new(*name).about(*about))))
        .subcommand_required(true)
        .arg_required_else_help(true)
}

impl Subcommand for Chosen {
    fn augment_subcommands(command: Clap) -> Clap {
        with_subcommands(command, |_| true)
    }

    fn augment_subcommands_for_update(command: Clap) -> Clap {
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
        let whole = Command::augment_subcommands(Clap::new("lisplaunch"));
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
