//! What a person would type to do the same in a shell.

use crate::command::Failure;
use crate::dialect::tmux::arguments;
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::lisp::Form;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::tmux::session::Session;
use crate::tmux::starting::Start;
use crate::tmux::typing;
use crate::word::{Argv, Word};

/// Starting the service: sbcl itself, as the variables of the shell in which this is typed
/// would not reach `lisplaunch run`.
pub(super) fn start(session: &Session, service: &Service, argv: &Argv) -> Result<String, Failure> {
    let start = Start::new(session, service, &service.env, argv).map_err(Problem::from)?;
    let directory = sh(std::slice::from_ref(&service.directory))?;
    let mut script = format!("cd {directory} && tmux");
    for (index, line) in start.lines().enumerate() {
        script += if index == 0 { " " } else { " \\\n  " };
        script += &sh(line)?;
    }
    Ok(script + "\n")
}

/// Typing these forms, of this text, at the pane in front.
pub(super) fn send(session: &Session, text: &str, forms: &[Form]) -> Result<String, Failure> {
    let paste = commands(&session.paste(None, "lisplaunch"))?;
    if typing::is_typeable(text) {
        let text = sh(&["%s\\n".into(), text.into()])?;
        return Ok(format!("printf {text} | {paste}"));
    }
    let mut script = String::new();
    for text in typing::file_texts(text, forms) {
        let text = sh(&["%s".into(), text.into()])?;
        let line = sh(&[typing::reading_line("%s").replace('\n', "\\n").into()])?;
        script += &format!("file=$(mktemp) && printf {text} >\"$file\" &&\n");
        script += &format!("  printf {line} \"$file\" | {paste}");
    }
    Ok(script)
}

fn sh(words: &[Word]) -> Result<String, Failure> {
    Ok(Sh
        .spell(&Printed::Words(words.to_vec()))
        .map_err(Problem::from)?)
}

/// tmux with these commands, as a shell takes it.
pub(super) fn commands(commands: &[Vec<Word>]) -> Result<String, Failure> {
    Ok(format!("tmux {}\n", sh(&arguments(commands))?))
}
