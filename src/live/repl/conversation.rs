//! An evaluation at the prompt: its output, its questions, its restarts.

use std::io;

use super::editor::{Editor, EditorEvent};
use super::screen::Screen;
use crate::live::signals::Signals;
use crate::live::swank::{Answer, EvaluationOutput, LispRestart};

/// Where nothing is chosen.
const LEAVE: &str = "return to the prompt";

/// The person during an evaluation.
pub(super) struct Conversation<'a> {
    pub(super) editor: &'a mut Editor,
    pub(super) screen: &'a mut Screen,
    pub(super) signals: &'a Signals,
    /// Whether the error that ended the evaluation has been shown.
    pub(super) shown: bool,
}

impl EvaluationOutput for Conversation<'_> {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        self.screen.output(text)
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.screen.errors(text)
    }

    fn aborted(&mut self, message: &str) -> io::Result<()> {
        let first = message.lines().next().unwrap_or_default();
        self.screen
            .remark(&format!("; another thread was aborted: {first}"))
    }

    fn read_line(&mut self) -> io::Result<Option<String>> {
        // The image wrote its question without ending the line.
        let question = self.screen.take_line();
        match self.answer(&question) {
            EditorEvent::Text(text) => Ok(Some(text + "\n")),
            EditorEvent::Cleared => Err(io::ErrorKind::Interrupted.into()),
            EditorEvent::End => Ok(None),
        }
    }

    fn choose(
        &mut self,
        signalled: &Answer,
        restarts: &[LispRestart],
    ) -> io::Result<Option<usize>> {
        self.shown = true;
        self.screen.failure(&headline(signalled))?;
        self.list(restarts)?;
        loop {
            let EditorEvent::Text(text) = self.answer("restart> ") else {
                return Ok(None);
            };
            match text.trim() {
                "" => {}
                "b" => self.show_backtrace(signalled)?,
                word => match chosen(word, restarts) {
                    // The one after the last is ours.
                    Some(index) => return Ok(Some(index).filter(|&index| index < restarts.len())),
                    None => self.screen.remark(&format!("; no restart is `{word}`"))?,
                },
            }
        }
    }
}

impl Conversation<'_> {
    fn answer(&mut self, prompt: &str) -> EditorEvent {
        let Conversation {
            editor,
            screen,
            signals,
            ..
        } = self;
        signals.waiting(|| editor.answer(screen, prompt))
    }

    fn list(&mut self, restarts: &[LispRestart]) -> io::Result<()> {
        let named = restarts
            .iter()
            .map(|restart| (restart.name.as_str(), restart.report.as_str()));
        for (index, (name, report)) in named.chain([("ABORT", LEAVE)]).enumerate() {
            self.screen
                .output(&format!("  {index}: [{name}] {report}\n"))?;
        }
        self.screen
            .remark("; a number chooses, b shows the backtrace, Ctrl-D returns to the prompt")
    }

    fn show_backtrace(&mut self, signalled: &Answer) -> io::Result<()> {
        let Answer::Signalled { backtrace, .. } = signalled else {
            return Ok(());
        };
        for (index, frame) in backtrace.iter().enumerate() {
            self.screen.remark(&format!("  {index}: {frame}"))?;
        }
        Ok(())
    }
}

/// The index of a restart that is named by its number or its name.
fn chosen(word: &str, restarts: &[LispRestart]) -> Option<usize> {
    match word.parse() {
        Ok(index) => Some(index).filter(|&index| index <= restarts.len()),
        Err(_) => restarts
            .iter()
            .map(|restart| restart.name.as_str())
            .chain(["ABORT"])
            .position(|name| name.eq_ignore_ascii_case(word)),
    }
}

/// The type of a condition and what it reports.
pub(super) fn headline(answer: &Answer) -> String {
    match answer {
        Answer::Signalled {
            condition, message, ..
        } => format!("{condition}: {message}"),
        Answer::Aborted(reason) => format!("; {reason}"),
        Answer::UnknownPackage | Answer::Returned { .. } => String::new(),
    }
}
