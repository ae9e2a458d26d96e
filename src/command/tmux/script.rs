//! What a person would type to do the same in a shell.

use crate::command::Failure;
use crate::dialect::tmux::{arguments, fits};
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::lisp::Form;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::tmux::session::Session;
use crate::tmux::typing;
use crate::word::{Argv, Word};

/// Starting the service: sbcl itself, as the variables of the shell in which this is typed
/// would not reach `lisplaunch run`.
pub(super) fn start(session: &Session, service: &Service, argv: &Argv) -> Result<String, Failure> {
    let lines = argv.0.iter().map(|line| line.words.clone());
    let mut lines: Vec<Vec<Word>> = lines.collect();
    if let Some(first) = lines.first_mut() {
        first.splice(0..0, umask(service));
    }
    let variables = &service.env;
    let command = lines.iter().flatten().cloned().collect();
    let commands = session.start(variables, command);
    let words = arguments(&commands);
    fits(&words).map_err(Problem::from)?;
    let directory = sh(std::slice::from_ref(&service.directory))?;
    let mut script = format!("cd {directory} && tmux");
    let mut rest = words.as_slice();
    for (index, length) in line_lengths(&commands, variables.len(), &lines)
        .into_iter()
        .enumerate()
    {
        let (line, after) = rest.split_at(length);
        script += if index == 0 { " " } else { " \\\n  " };
        script += &sh(line)?;
        rest = after;
    }
    Ok(script + "\n")
}

/// tmux's server has a umask of its own.
fn umask(service: &Service) -> Vec<Word> {
    let Some(umask) = service.umask else {
        return Vec::new();
    };
    let script = format!("umask {umask} && exec \"$0\" \"$@\"");
    vec!["sh".into(), "-c".into(), script.into()]
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

/// How many words each line has of what starts a session: first the session, then a variable
/// a line, the lines of the service's command, and what is set for the session.
fn line_lengths(commands: &[Vec<Word>], variables: usize, lines: &[Vec<Word>]) -> Vec<usize> {
    let (start, options) = commands
        .split_first()
        .map_or((0, commands), |(start, rest)| (start.len(), rest));
    let of_variables = vec![2; variables];
    let of_lines: Vec<usize> = lines.iter().map(Vec::len).collect();
    let inside: usize = of_variables.iter().chain(&of_lines).sum();
    std::iter::once(start - inside)
        .chain(of_variables)
        .chain(of_lines)
        .chain(options.iter().map(|option| option.len() + 1))
        .collect()
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
