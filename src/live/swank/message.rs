//! The messages of a server, and the replies that it must have in any case.
//!
//! The messages are those of `dispatch-event` in `swank.lisp`. What is not among them, or not of
//! its shape, is [`Message::Other`]: a client must pass over what it does not know.

use crate::live::swank::error::ProtocolError;
use crate::live::swank::evaluation::{self, Answer, LispRestart};
use crate::live::swank::reader;
use crate::live::swank::sexp::{Sexp, quoted};

/// A message from a server.
#[derive(Debug)]
pub(crate) enum Message {
    /// The answer to a request.
    Return(u64, RequestResult),
    /// It could not read a request.
    Unreadable {
        /// What it got, and what is wrong with it.
        packet: String,
        message: String,
    },
    /// Text that was written.
    Write(OutputTarget, String),
    /// A thread entered the debugger, and why.
    Debug(String),
    /// A thread waits for an answer that a person may give.
    Ask(Question),
    /// What a client passes over.
    Other,
}

/// What a thread waits for, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Question {
    /// What is asked.
    pub(crate) asked: Asked,
    thread: String,
    tag: String,
}

/// What can be asked.
#[derive(Debug)]
pub(crate) enum Asked {
    /// A line of standard input.
    Line,
    /// Which of these restarts, in place of this answer.
    Restart(Answer, Vec<LispRestart>),
}

impl Question {
    /// The reply that gives this text.
    pub(crate) fn text(&self, text: &str) -> String {
        let Question { thread, tag, .. } = self;
        format!("(:emacs-return-string {thread} {tag} {})", quoted(text))
    }

    /// The reply that names a restart by its index.
    pub(crate) fn restart(&self, index: Option<usize>) -> String {
        let Question { thread, tag, .. } = self;
        let index = index.map_or("nil".to_owned(), |index| index.to_string());
        format!("(:emacs-return {thread} {tag} {index})")
    }

    /// The reply when no user is there to answer: the end of the input, none of the restarts.
    pub(crate) fn nothing(&self) -> String {
        match self.asked {
            Asked::Line => self.text(""),
            Asked::Restart(..) => self.restart(None),
        }
    }
}

/// How a request ended.
#[derive(Debug)]
pub(crate) enum RequestResult {
    /// With a value.
    Value(Sexp),
    /// Without, and why.
    Aborted(String),
    /// It was refused, and why.
    Invalid(String),
}

/// Where written text belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputTarget {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
    /// The value with this index.
    Value(usize),
    /// The end of the values of a form: how many there are, and which one was cut, if any.
    Values(usize, Option<usize>),
}

/// The meaning of a message, and what must be sent back at once.
pub(crate) fn understand(
    payload: &str,
    next_id: &mut u64,
) -> Result<(Message, Option<String>), ProtocolError> {
    let sexp = reader::read(payload)?;
    let parts = sexp.as_list().unwrap_or_default();
    let name = parts.first().and_then(Sexp::as_atom).unwrap_or_default();
    let message = message(name, parts).unwrap_or(Message::Other);
    let reply = match message {
        Message::Ask(_) => None,
        _ => reply(name, parts, next_id),
    };
    Ok((message, reply))
}

/// The message, if its parts are there.
fn message(name: &str, parts: &[Sexp]) -> Option<Message> {
    let text = |index: usize| Some(parts.get(index)?.as_str()?.to_owned());
    match name {
        ":return" => {
            let id = parts.get(2)?.as_number()?;
            Some(Message::Return(id, returned(parts.get(1)?)?))
        }
        ":invalid-rpc" => {
            let id = parts.get(1)?.as_number()?;
            Some(Message::Return(id, RequestResult::Invalid(text(2)?)))
        }
        ":reader-error" => Some(Message::Unreadable {
            packet: text(1)?,
            message: text(2)?,
        }),
        ":write-string" => Some(Message::Write(target(parts.get(2)), text(1)?)),
        ":debug" => {
            let condition = parts.get(3)?.as_list()?;
            let message = condition.first()?.as_str()?;
            Some(Message::Debug(message.to_owned()))
        }
        ":read-string" => question(parts, Asked::Line),
        ":read-from-minibuffer" => {
            let (signalled, restarts) = evaluation::restarts(parts.get(3)?)?;
            question(parts, Asked::Restart(signalled, restarts))
        }
        _ => None,
    }
}

fn question(parts: &[Sexp], asked: Asked) -> Option<Message> {
    let atom = |index: usize| Some(parts.get(index)?.as_atom()?.to_owned());
    Some(Message::Ask(Question {
        asked,
        thread: atom(1)?,
        tag: atom(2)?,
    }))
}

fn returned(outcome: &Sexp) -> Option<RequestResult> {
    match outcome.as_list()? {
        [ok, value] if ok.is_symbol(":ok") => Some(RequestResult::Value(value.clone())),
        [abort, rest @ ..] if abort.is_symbol(":abort") => {
            let reason = rest.first().and_then(Sexp::as_str).unwrap_or("aborted");
            Some(RequestResult::Aborted(reason.to_owned()))
        }
        _ => None,
    }
}

/// The targets are named in `evaluate.lisp` and `streams.lisp`; everything else is the server's own output.
fn target(target: Option<&Sexp>) -> OutputTarget {
    match target {
        Some(target) if target.is_symbol(":lisplaunch-stderr") => OutputTarget::Errors,
        Some(Sexp::List(parts)) => match &parts[..] {
            [name, index] if name.is_symbol(":lisplaunch-value") => index
                .as_number()
                .map_or(OutputTarget::Output, OutputTarget::Value),
            [name, count, cut] if name.is_symbol(":lisplaunch-values") => {
                count.as_number().map_or(OutputTarget::Output, |count| {
                    OutputTarget::Values(count, cut.as_number())
                })
            }
            _ => OutputTarget::Output,
        },
        _ => OutputTarget::Output,
    }
}

/// What a thread of the server waits for: it would wait for ever.
fn reply(name: &str, parts: &[Sexp], next_id: &mut u64) -> Option<String> {
    let thread = parts.get(1).and_then(Sexp::as_atom);
    let tag = parts.get(2).and_then(Sexp::as_atom);
    let answer = |with: &str, value: &str| Some(format!("({with} {} {}{value})", thread?, tag?));
    match name {
        ":ping" => answer(":emacs-pong", ""),
        // Since 2.28, where the thread is named.
        ":write-string" => Some(format!("(:write-done {})", parts.get(3)?.as_atom()?)),
        // No, and nothing.
        ":y-or-n-p" | ":read-from-minibuffer" => answer(":emacs-return", " nil"),
        ":eval" | ":ed-rpc" => answer(
            ":emacs-return",
            " (:error \"lisplaunch\" \"it is not an editor\")",
        ),
        ":debug" => {
            *next_id += 1;
            Some(format!(
                "(:emacs-rex (swank:throw-to-toplevel) nil {} {next_id})",
                thread?
            ))
        }
        _ => None,
    }
}
