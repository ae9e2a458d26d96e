//! The commands with which a project file begins.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::init::template;

/// Write a project file from a Makefile, a unit, a stanza, a script
///
/// Reads Makefiles, configurations of supervisord, units of systemd, shell scripts, Procfiles,
/// compose files, Dockerfiles, scripts of Roswell and Lisp files, and runs none of them. What
/// could not be taken over is a comment in the project file, with its line. Whether the new
/// command line does the same as the old one is printed to standard error.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch import Makefile
  lisplaunch import Makefile -o lisplaunch.yaml
  lisplaunch import /etc/supervisor/conf.d/my-app.conf
  lisplaunch import web.service worker.service > lisplaunch.yaml")]
pub struct ImportArgs {
    /// The files; several of them become the services of one project file
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write this file instead of standard output
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Replace a file that lisplaunch did not write
    #[arg(long)]
    pub force: bool,
}

/// Write a project file for the code in a folder, or make a new project
///
/// Reads the `.asd` files, what loads their systems here, and what the packages export; nothing is
/// evaluated. Each guess is a comment in the project file. On a terminal three things are asked:
/// the system, the form that starts it, the port for SLIME. Nothing is replaced. Ends as
/// `lisplaunch check` does.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lisplaunch init
  lisplaunch init --template hunchentoot
  lisplaunch init --template worker my-worker")]
pub struct InitArgs {
    /// The folder, made where it is missing [default: the current one]
    pub folder: Option<PathBuf>,
    /// Make a small project that runs
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(template::ALL.iter().map(|template| template.name)))]
    pub template: Option<String>,
}
