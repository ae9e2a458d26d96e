//! The prompt: reads forms from a person, evaluates them, prints what comes of it.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use super::conversation::{Conversation, headline};
use super::editor::{Editor, EditorEvent};
use super::input::{self, ReplInput};
use super::link::{Link, News};
use super::screen::Screen;
use super::{ReplEnd, ReplTarget, first_package};
use crate::live::signals::Signals;
use crate::live::swank::{Answer, ClientError, Evaluation, Info, Package};
use crate::problem::Problem;

/// A prompt and what it needs.
struct Prompt {
    service: String,
    link: Rc<RefCell<Link>>,
    editor: Editor,
    screen: Screen,
    signals: Signals,
    /// To begin in, should the image be another one.
    first: Option<String>,
    package: Package,
}

/// Talks to a person at a terminal until that leaves.
///
/// # Errors
/// If there is nothing to talk to or to talk through, also when the service goes away. What else
/// goes wrong is shown.
pub fn prompt(mut image: ReplTarget) -> Result<(), ReplEnd> {
    let package = first_package(&mut image.client, &image.service, image.package.as_deref())?;
    let mut screen = Screen::new();
    let greeting = greeting(&image.service, image.client.connection_info());
    let link = Link::new(image.service.clone(), image.client, image.connect);
    let link = Rc::new(RefCell::new(link));
    let editor = Editor::new(link.clone(), &image.service, screen.colour());
    let editor = editor.map_err(ReplEnd::from)?;
    let shown = screen.remark(&greeting);
    let mut prompt = Prompt {
        service: image.service,
        link,
        editor,
        screen,
        signals: image.signals,
        first: image.package,
        package,
    };
    shown.map_err(ReplEnd::from)?;
    prompt.run()
}

fn greeting(service: &str, info: &Info) -> String {
    let mut parts = vec![format!("; {service}")];
    if let (Some(lisp), Some(version)) = (&info.lisp, &info.lisp_version) {
        parts.push(format!("{lisp} {version}"));
    }
    parts.extend(info.pid.map(|pid| format!("pid {pid}")));
    parts.join(", ") + "; Ctrl-C interrupts, Ctrl-D leaves"
}

impl Prompt {
    /// Until the person leaves.
    fn run(&mut self) -> Result<(), ReplEnd> {
        while !self.signals.end() {
            self.screen.fresh_line()?;
            let prompt = format!("{}> ", self.package.prompt);
            match self.editor.forms(&self.screen, &prompt, &self.package.name) {
                EditorEvent::Text(text) if input::leaves(&text) => break,
                EditorEvent::Text(text) => self.take(&text)?,
                EditorEvent::Cleared => {}
                EditorEvent::End => break,
            }
        }
        self.leave();
        Ok(())
    }

    /// Answers what the image still asks: a thread there may wait for it.
    fn leave(&mut self) {
        if let Some(client) = self.link.borrow_mut().client() {
            // If it is gone, it asks nothing.
            let _ = client.attend();
        }
    }

    fn take(&mut self, text: &str) -> Result<(), ReplEnd> {
        let forms = match input::understand(text, "input", 0) {
            ReplInput::Forms(forms) => forms,
            ReplInput::Invalid(problem) | ReplInput::Incomplete(problem) => {
                self.remember(text)?;
                return Ok(self.screen.problem(&problem)?);
            }
        };
        if forms.is_empty() {
            return Ok(());
        }
        self.remember(text)?;
        self.connect()?;
        for form in &forms {
            if !self.evaluate(form)? {
                break;
            }
        }
        Ok(())
    }

    fn remember(&mut self, text: &str) -> io::Result<()> {
        match self.editor.remember(text) {
            Ok(()) => Ok(()),
            Err((file, error)) => self.screen.problem(&Problem::warning(format!(
                "cannot keep the history in `{}`: {error}",
                file.display()
            ))),
        }
    }

    /// Handles a connection.
    fn connect(&mut self) -> Result<(), ReplEnd> {
        let link = self.link.clone();
        let mut link = link.borrow_mut();
        let (client, news) = link.ready().map_err(ReplEnd::Lost)?;
        match news {
            News::Same => {}
            News::Again(news) => self.screen.remark(&format!("; {news}"))?,
            News::Restarted(news) => {
                self.screen.remark(&format!("; {news}"))?;
                match first_package(client, &self.service, self.first.as_deref()) {
                    Ok(package) => self.package = package,
                    Err(ReplEnd::Failed(problem)) => self.screen.problem(&problem)?,
                    Err(ending) => return Err(ending),
                }
            }
        }
        Ok(())
    }

    /// Evaluates one form; whether the next one may follow.
    fn evaluate(&mut self, form: &str) -> Result<bool, ReplEnd> {
        let link = self.link.clone();
        let mut link = link.borrow_mut();
        let Some(client) = link.client() else {
            return Ok(false);
        };
        let evaluation = Evaluation {
            package: Some(&self.package.name),
            remember: true,
            interactive: true,
            ..Evaluation::new(form)
        };
        let mut conversation = Conversation {
            editor: &mut self.editor,
            screen: &mut self.screen,
            signals: &self.signals,
            shown: false,
        };
        let answer = self
            .signals
            .evaluating(|interrupt| client.evaluate(&evaluation, &mut conversation, interrupt));
        let shown = conversation.shown;
        match answer {
            Ok(answer) => Ok(self.show(answer, shown)?),
            Err(ClientError::Output { error, .. }) => Err(error.into()),
            Err(ClientError::Interrupted { stopped: true }) => {
                self.screen.remark("; interrupted")?;
                Ok(false)
            }
            Err(error) if error.closes() => {
                let problem = link.lose(&error);
                drop(link);
                self.screen.problem(&problem)?;
                // Whether the service has gone as well.
                self.connect()?;
                Ok(false)
            }
            Err(error) => {
                self.screen.problem(&Problem::error(error.to_string()))?;
                Ok(false)
            }
        }
    }

    /// Prints what came of a form; whether the next one may follow.
    fn show(&mut self, answer: Answer, shown: bool) -> io::Result<bool> {
        match answer {
            Answer::Returned {
                values,
                complete,
                package,
            } => {
                self.package = package;
                self.show_values(&values, complete).map(|()| true)
            }
            Answer::Signalled { ref package, .. } => {
                self.package = package.clone();
                if !shown {
                    self.screen.failure(&headline(&answer))?;
                }
                Ok(false)
            }
            Answer::UnknownPackage => self.forget_package().map(|()| false),
            Answer::Aborted(_) => self.screen.remark(&headline(&answer)).map(|()| false),
        }
    }

    fn show_values(&mut self, values: &[String], complete: bool) -> io::Result<()> {
        for value in values {
            self.screen.value(value)?;
        }
        match (values, complete) {
            ([], true) => self.screen.remark("; no value"),
            (_, true) => Ok(()),
            (_, false) => self.screen.remark("; the rest is too long to show"),
        }
    }

    /// The package was deleted: nothing can be read in it any more.
    fn forget_package(&mut self) -> io::Result<()> {
        let gone = std::mem::replace(
            &mut self.package,
            Package {
                name: "COMMON-LISP-USER".to_owned(),
                prompt: "CL-USER".to_owned(),
            },
        );
        self.screen.problem(&Problem::error(format!(
            "there is no package `{}` any more, so nothing was evaluated",
            gone.name
        )))
    }
}
