//! Forms from standard input that is not a terminal: one after the other, without a prompt.

use std::io::{self, BufRead};

use super::conversation::headline;
use super::input::{self, ReplInput};
use super::screen::Screen;
use super::{ReplEnd, ReplTarget, first_package};
use crate::live::signals::Signals;
use crate::live::swank::{Answer, Client, Evaluation, EvaluationOutput, Package};
use crate::problem::Problem;

/// What the input is called in errors.
const NAME: &str = "standard input";

/// Evaluates each form as soon as its last line was read, up to the first that fails.
///
/// # Errors
/// With why not all of it was evaluated.
pub fn feed(mut image: ReplTarget, mut input: impl BufRead) -> Result<(), ReplEnd> {
    let package = first_package(&mut image.client, &image.service, image.package.as_deref())?;
    let mut feed = Feed {
        service: image.service,
        client: image.client,
        package,
        screen: Screen::new(),
        signals: image.signals,
    };
    let mut text = String::new();
    let mut before = 0;
    loop {
        let read = input
            .read_line(&mut text)
            .map_err(|error| ReplEnd::Wrong(Problem::cannot("read standard input", &error)))?;
        if input::leaves(&text) {
            return Ok(());
        }
        match input::understand(&text, NAME, before) {
            ReplInput::Forms(forms) => {
                forms.iter().try_for_each(|form| feed.evaluate(form))?;
                before += text.matches('\n').count();
                text.clear();
            }
            ReplInput::Incomplete(_) if read > 0 => {}
            ReplInput::Incomplete(problem) | ReplInput::Invalid(problem) => {
                return Err(ReplEnd::Wrong(problem));
            }
        }
        if read == 0 {
            return Ok(());
        }
    }
}

struct Feed {
    service: String,
    client: Client,
    package: Package,
    screen: Screen,
    signals: Signals,
}

/// Hands the output on.
struct Through<'a>(&'a mut Screen);

impl EvaluationOutput for Through<'_> {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        self.0.output(text)
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.0.errors(text)
    }
}

impl Feed {
    fn evaluate(&mut self, form: &str) -> Result<(), ReplEnd> {
        let evaluation = Evaluation {
            package: Some(&self.package.name),
            remember: true,
            ..Evaluation::new(form)
        };
        let client = &mut self.client;
        let mut output = Through(&mut self.screen);
        let answer = self
            .signals
            .evaluating(|interrupt| client.evaluate(&evaluation, &mut output, interrupt));
        match answer.map_err(|error| ReplEnd::of(&self.service, error))? {
            Answer::Returned {
                values, package, ..
            } => {
                self.package = package;
                values
                    .iter()
                    .try_for_each(|value| self.screen.value(value))
                    .map_err(|error| ReplEnd::of_output(&error))
            }
            answer => Err(self.failed(&answer)),
        }
    }

    fn failed(&mut self, answer: &Answer) -> ReplEnd {
        let message = match answer {
            Answer::UnknownPackage => {
                format!("there is no package `{}` any more", self.package.name)
            }
            answer => headline(answer),
        };
        let frames = match answer {
            Answer::Signalled { backtrace, .. } => &backtrace[..],
            _ => &[],
        };
        let shown = frames
            .iter()
            .enumerate()
            .try_for_each(|(index, frame)| self.screen.errors(&format!("  {index}: {frame}\n")));
        match shown {
            Ok(()) => ReplEnd::Failed(Problem::error(message)),
            Err(error) => ReplEnd::of_output(&error),
        }
    }
}
