//! What starts a service in its session, for a shell: sbcl itself, as the variables of the shell
//! would not reach `lisplaunch run`.

use super::session::Session;
use crate::dialect::Refusal;
use crate::dialect::tmux::{arguments, fits};
use crate::plan::service::Service;
use crate::word::{Argv, Word};

/// The arguments of tmux, in lines as a person would break them.
#[derive(Debug)]
pub struct Start {
    /// The new session.
    pub session: Vec<Word>,
    /// The variables of the service, and its command.
    pub service: Vec<Vec<Word>>,
    /// What is set for the session.
    pub options: Vec<Vec<Word>>,
}

impl Start {
    /// Those for a service that is started in its folder.
    ///
    /// # Errors
    /// When it is more than tmux takes, or `env` would take the program for a variable.
    pub fn new(
        session: &Session,
        service: &Service,
        variables: &[(String, Word)],
        argv: &Argv,
    ) -> Result<Self, Refusal> {
        let lines = argv.0.iter().map(|line| line.words.clone());
        let mut lines: Vec<Vec<Word>> = lines.collect();
        prefix(&mut lines, service, variables)?;
        let command = lines.iter().flatten().cloned().collect();
        let commands = session.start(command);
        let words = arguments(&commands);
        fits(&words)?;
        let lengths: Vec<usize> = lines.iter().map(Vec::len).collect();
        let own: usize = lengths.iter().sum();
        let mut words = words.into_iter();
        let session = words.by_ref().take(commands[0].len() - own).collect();
        let service = cut(&mut words, lengths);
        let options = commands[1..].iter().map(|option| option.len() + 1);
        Ok(Start {
            session,
            service,
            options: cut(&mut words, options),
        })
    }

    /// All of them.
    pub fn lines(&self) -> impl Iterator<Item = &Vec<Word>> {
        std::iter::once(&self.session)
            .chain(&self.service)
            .chain(&self.options)
    }
}

fn cut(
    words: &mut impl Iterator<Item = Word>,
    lengths: impl IntoIterator<Item = usize>,
) -> Vec<Vec<Word>> {
    let line = |length| words.by_ref().take(length).collect();
    lengths.into_iter().map(line).collect()
}

/// Puts before a command what tmux would not give it: its server has a umask and limits of its
/// own, and sets variables over those of the session.
fn prefix(
    lines: &mut Vec<Vec<Word>>,
    service: &Service,
    variables: &[(String, Word)],
) -> Result<(), Refusal> {
    let mut before: Vec<Word> = Vec::new();
    let umask = service.umask.map(|umask| format!("umask {umask} && "));
    let open_files = service.limits.open_files;
    let open_files = open_files.map(|number| format!("ulimit -n {number} && "));
    let limits: String = umask.into_iter().chain(open_files).collect();
    if !limits.is_empty() {
        let script = format!("{limits}exec \"$0\" \"$@\"");
        before.extend(["sh".into(), "-c".into(), script.into()]);
    }
    let Some(first) = lines.first_mut() else {
        return Ok(());
    };
    if variables.is_empty() {
        first.splice(0..0, before);
        return Ok(());
    }
    let program = first.first().map(Word::resolved).unwrap_or_default();
    if program.contains('=') {
        return Err(Refusal {
            message: format!(
                "the program `{program}` has a `=` in its path, and `env` would set a variable"
            ),
            help: "give `sbcl.program` a path without `=`, or leave out `env`".to_owned(),
        });
    }
    before.push("env".into());
    let assignments = variables.iter().map(|(name, value)| {
        let mut assignment = Word::from(format!("{name}="));
        assignment.extend(value.pieces().iter().cloned());
        vec![assignment]
    });
    lines.splice(0..0, std::iter::once(before).chain(assignments));
    Ok(())
}
