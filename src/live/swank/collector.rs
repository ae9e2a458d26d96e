//! Hands on the output of an evaluation and keeps its values, within their limits.

use std::io;

use crate::live::swank::error::ProtocolError;
use crate::live::swank::evaluation::{Answer, EvaluationOutput, Package};
use crate::live::swank::message::{Asked, OutputTarget, Question};

/// How many values are kept, printed or not.
const MOST_VALUES: usize = 1 << 20;

/// The output goes through, the values stay.
pub(crate) struct Collector<'a> {
    output: Option<&'a mut dyn EvaluationOutput>,
    values: Vec<String>,
    /// How many bytes of values are still allowed.
    room: usize,
}

impl<'a> Collector<'a> {
    /// For values of at most `limit` characters in all.
    pub(crate) fn new(output: &'a mut dyn EvaluationOutput, limit: usize) -> Self {
        Collector {
            output: Some(output),
            values: Vec::new(),
            // A character has at most four bytes.
            room: limit.saturating_mul(4),
        }
    }

    /// For a request without output and values.
    pub(crate) fn nothing() -> Self {
        Collector {
            output: None,
            values: Vec::new(),
            room: 0,
        }
    }

    /// Takes a piece of text; the inner error is that of the output.
    pub(crate) fn take(
        &mut self,
        target: OutputTarget,
        text: &str,
    ) -> Result<io::Result<()>, ProtocolError> {
        let Some(output) = self.output.as_deref_mut() else {
            return Ok(Ok(()));
        };
        match target {
            OutputTarget::Output => Ok(output.stdout(text)),
            OutputTarget::Errors => Ok(output.stderr(text)),
            OutputTarget::Value(index) => self.take_value(index, text).map(Ok),
            OutputTarget::Values(count, cut) => {
                let values = self.take_all(count, cut)?;
                let output = self.output.as_deref_mut();
                Ok(output.map_or(Ok(()), |output| output.values(values, cut.is_none())))
            }
        }
    }

    /// Reports that another thread was aborted.
    pub(crate) fn aborted(&mut self, message: &str) -> io::Result<()> {
        match self.output.as_deref_mut() {
            Some(output) => output.aborted(message),
            None => Ok(()),
        }
    }

    /// The reply to a question.
    pub(crate) fn answer(&mut self, question: &Question) -> io::Result<String> {
        let Some(output) = self.output.as_deref_mut() else {
            return Ok(question.nothing());
        };
        Ok(match &question.asked {
            Asked::Line => question.text(&output.read_line()?.unwrap_or_default()),
            Asked::Restart(signalled, restarts) => {
                question.restart(output.choose(signalled, restarts)?)
            }
        })
    }

    fn take_value(&mut self, index: usize, text: &str) -> Result<(), ProtocolError> {
        self.room = self
            .room
            .checked_sub(text.len())
            .ok_or(ProtocolError::TooMuch)?;
        if index >= self.values.len() {
            self.resize(index.saturating_add(1))?;
        }
        self.values[index].push_str(text);
        Ok(())
    }

    fn resize(&mut self, count: usize) -> Result<(), ProtocolError> {
        if count > MOST_VALUES {
            return Err(ProtocolError::TooMuch);
        }
        self.values.resize_with(count, String::new);
        Ok(())
    }

    /// The answer with the values that came: how many there are, and which one was cut.
    pub(crate) fn finish(
        mut self,
        count: usize,
        cut: Option<usize>,
        package: Package,
    ) -> Result<Answer, ProtocolError> {
        Ok(Answer::Returned {
            values: self.take_all(count, cut)?,
            complete: cut.is_none(),
            package,
        })
    }

    /// The values that came since the last ones were taken.
    fn take_all(&mut self, count: usize, cut: Option<usize>) -> Result<Vec<String>, ProtocolError> {
        // Nothing comes for a value that is printed as nothing, or after the one that was cut.
        self.resize(cut.map_or(count, |index| index.saturating_add(1)))?;
        Ok(std::mem::take(&mut self.values))
    }
}
