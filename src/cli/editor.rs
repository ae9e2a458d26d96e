//! The commands for editors and shells: what they need to know of project files and of lisplaunch.

use std::path::PathBuf;

use clap::Args;

use super::complete::Shell;

/// Print the JSON Schema of project files, for editors
///
/// An editor that knows it completes keys, says what they are for, and marks what is wrong while
/// one types. `init` names it in the first line of a project file:
///
/// # yaml-language-server: $schema=.lisplaunch/schema.json
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mkdir -p .lisplaunch && lisplaunch schema > .lisplaunch/schema.json")]
pub struct SchemaArgs {}

/// Print what makes a shell complete the words of lisplaunch
///
/// Commands and options are completed, and the services, profiles and variables of the project
/// file at hand.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch completions bash > ~/.local/share/bash-completion/completions/lisplaunch
  lisplaunch completions zsh > ~/.zfunc/_lisplaunch      a folder of $fpath
  lisplaunch completions fish > ~/.config/fish/completions/lisplaunch.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Print the manual page of lisplaunch, or write all pages of the manual
///
/// There is a page for each command, and lisplaunch.yaml(5) for the project file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch man | man -l -
  lisplaunch man ~/.local/share/man            then: man lisplaunch-run")]
pub struct ManArgs {
    /// The folder for all pages, which go below `man1` and `man5` in it
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Print lisplaunch.el, which connects Emacs to services
///
/// `M-x lisplaunch-connect` connects SLIME to a service of the project file at hand, with a prefix
/// argument to one on another machine. `M-x lisplaunch-reload` loads changed code.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mkdir -p ~/.emacs.d/lisp && lisplaunch emacs > ~/.emacs.d/lisp/lisplaunch.el

In the init file of Emacs:
  (add-to-list 'load-path \"~/.emacs.d/lisp\")
  (autoload 'lisplaunch-connect \"lisplaunch\" nil t)
  (autoload 'lisplaunch-reload \"lisplaunch\" nil t)")]
pub struct EmacsArgs {}
