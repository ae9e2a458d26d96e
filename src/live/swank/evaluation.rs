//! One evaluation: what is asked, and what comes of it.

use std::io;
use std::time::Duration;

use crate::live::swank::backtrace;
use crate::live::swank::error::ProtocolError;
use crate::live::swank::sexp::{Sexp, quoted};
use crate::runtime;

/// How much of the printed values is sent unless another limit is set, in characters.
const USUAL_LIMIT: usize = 32 << 20;

/// How many frames of a backtrace are sent.
const FRAMES: usize = 20;

/// Forms to evaluate, one after the other, and how.
///
/// They are read as the image reads, so that one may define the package that the next is read
/// in. Their standard input is empty, and where the image would enter the debugger, the evaluation
/// ends, unless there is a person to ask. It also ends when the client disappears.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    /// The text of the forms.
    pub forms: &'a str,
    /// The name of the package to start in, as written or in upper case; without one, the
    /// image's own.
    pub package: Option<&'a str>,
    /// How long it may take in all.
    pub timeout: Option<Duration>,
    /// How many characters of the printed values are wanted.
    pub limit: usize,
    /// Whether `*`, `/`, `+` and the like are set, as in a REPL. They belong to the whole image.
    pub remember: bool,
    /// Whether [`EvaluationOutput::read_line`] and [`EvaluationOutput::choose`] are asked for input and restarts.
    pub interactive: bool,
    /// Whether the values of each form go to [`EvaluationOutput::values`], and none into the answer.
    pub each: bool,
}

impl<'a> Evaluation<'a> {
    /// These forms in the image's own package, without a time limit.
    pub fn new(forms: &'a str) -> Self {
        Evaluation {
            forms,
            package: None,
            timeout: None,
            limit: USUAL_LIMIT,
            remember: false,
            interactive: false,
            each: false,
        }
    }

    /// The form that the server is to evaluate.
    pub(crate) fn request(&self) -> String {
        // The server knows only NIL, T and QUOTE by themselves.
        format!(
            "(cl:if (cl:and (cl:find-package \"LISPLAUNCH\") \
             (cl:fboundp (cl:find-symbol \"EVALUATE\" \"LISPLAUNCH\"))) \
             (cl:funcall (cl:find-symbol \"EVALUATE\" \"LISPLAUNCH\") \
             {forms} :package {package} :limit {limit} :frames {FRAMES} \
             :remember {remember} :interactive {interactive} :each {each}) \
             '(:no-runtime))",
            forms = quoted(self.forms),
            package = self.package.map_or("nil".to_owned(), quoted),
            limit = self.limit,
            remember = boolean(self.remember),
            interactive = boolean(self.interactive),
            each = boolean(self.each),
        )
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "t" } else { "nil" }
}

/// Where the output of an evaluation goes while it runs, and who answers its questions.
pub trait EvaluationOutput {
    /// Text for standard output.
    ///
    /// # Errors
    /// End the evaluation.
    fn stdout(&mut self, text: &str) -> io::Result<()>;

    /// Text for standard error.
    ///
    /// # Errors
    /// End the evaluation.
    fn stderr(&mut self, text: &str) -> io::Result<()>;

    /// The values of the form that returned, printed as the REPL prints them, and whether that is
    /// all of them: the limit is one for all forms. Only if those of each form are wanted.
    ///
    /// # Errors
    /// End the evaluation.
    fn values(&mut self, values: Vec<String>, complete: bool) -> io::Result<()> {
        let _ = (values, complete);
        Ok(())
    }

    /// Another thread of the image entered the debugger on this connection, with this message, and
    /// was aborted since nothing would have answered it.
    ///
    /// # Errors
    /// End the evaluation.
    fn aborted(&mut self, message: &str) -> io::Result<()> {
        let _ = message;
        Ok(())
    }

    /// The next line of standard input with its line break, or `None` at its end.
    ///
    /// # Errors
    /// End the evaluation. [`io::ErrorKind::Interrupted`] does so as an interrupt would.
    fn read_line(&mut self) -> io::Result<Option<String>> {
        Ok(None)
    }

    /// The index of the restart to invoke, or `None` to end the evaluation, which then ends with
    /// the answer that is given here. Asked again if the restart returns.
    ///
    /// # Errors
    /// End the evaluation, as for [`EvaluationOutput::read_line`].
    fn choose(
        &mut self,
        signalled: &Answer,
        restarts: &[LispRestart],
    ) -> io::Result<Option<usize>> {
        let _ = (signalled, restarts);
        Ok(None)
    }
}

/// Output that is not asked for.
#[derive(Debug)]
pub struct Unheard;

impl EvaluationOutput for Unheard {
    fn stdout(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn stderr(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// A way on from where the debugger would have been entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LispRestart {
    /// Its name, such as `USE-VALUE`.
    pub name: String,
    /// What it does, for a person.
    pub report: String,
}

/// How an evaluation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All forms returned.
    Returned {
        /// The values of the last one, printed as the REPL prints them; none if those of each
        /// form were wanted.
        values: Vec<String>,
        /// Whether that is all of them; if not, the limit was reached in the last one.
        complete: bool,
        /// The package afterwards.
        package: Package,
    },
    /// The debugger would have been entered.
    Signalled {
        /// What was done.
        phase: FormPhase,
        /// The type of the condition, as Lisp prints it in the package.
        condition: String,
        /// What it reports, at most 65,536 characters.
        message: String,
        /// At most 20 frames, the innermost first, none of the client or the server.
        backtrace: Vec<String>,
        /// The package at that point.
        package: Package,
    },
    /// There is no package of that name, and nothing was read.
    UnknownPackage,
    /// It left through the top level, as when it ends its thread; with the message of swank.
    Aborted(String),
}

/// A package of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its shortest name, for a prompt.
    pub prompt: String,
}

/// What is done with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormPhase {
    /// Its text is read.
    Read,
    /// It is evaluated.
    Evaluate,
    /// Its values are printed.
    Print,
}

/// What `templates/sbcl/runtime/swank/evaluate.lisp` returned, without the values.
#[derive(Debug)]
pub(crate) enum EvaluationOutcome {
    /// How many values there are, and which one was cut, if any.
    Values(usize, Option<usize>, Package),
    /// Everything else.
    Answer(Answer),
    /// The image lacks the function that evaluates.
    NoRuntime,
}

/// The form that gives an image the runtime: an image that lisplaunch did not start, or an
/// earlier release of it. Compiling it would take longer than most evaluations.
pub(crate) fn runtime_request() -> String {
    format!(
        "(cl:with-input-from-string (cl-user::text {text}) \
         (cl:let ((cl:*package* cl:*package*) (cl:*readtable* (cl:copy-readtable nil)) \
         (sb-ext:*evaluator-mode* (cl:if (cl:find-package \"SB-EVAL\") :interpret :compile))) \
         (cl:loop (cl:let ((cl-user::form (cl:read cl-user::text nil cl-user::text))) \
         (cl:if (cl:eq cl-user::form cl-user::text) (cl:return t)) (cl:eval cl-user::form)))))",
        text = quoted(&runtime::definitions())
    )
}

/// Understands what `templates/sbcl/runtime/swank/evaluate.lisp` returned.
pub(crate) fn outcome(value: &Sexp) -> Result<EvaluationOutcome, ProtocolError> {
    read_outcome(value).ok_or(ProtocolError::Answer("the result of an evaluation"))
}

fn read_outcome(value: &Sexp) -> Option<EvaluationOutcome> {
    let (kind, parts) = value.as_list()?.split_first()?;
    match (kind.as_atom()?, parts) {
        (":ok", [count, cut, package @ ..]) => Some(EvaluationOutcome::Values(
            count.as_number()?,
            if cut.is_nil() {
                None
            } else {
                Some(cut.as_number()?)
            },
            read_package(package)?,
        )),
        (":error", [phase, condition, message, frames, package @ ..]) => {
            let frames = frames.as_list()?.iter();
            let frames = frames.map(|frame| frame.as_str().map(str::to_owned));
            Some(EvaluationOutcome::Answer(Answer::Signalled {
                phase: read_phase(phase)?,
                condition: condition.as_str()?.to_owned(),
                message: message.as_str()?.to_owned(),
                backtrace: backtrace::shorten(frames.collect::<Option<_>>()?),
                package: read_package(package)?,
            }))
        }
        (":no-runtime", []) => Some(EvaluationOutcome::NoRuntime),
        (":no-package", []) => Some(EvaluationOutcome::Answer(Answer::UnknownPackage)),
        _ => None,
    }
}

/// Understands the question for a restart: the answer that it would come to, and the restarts.
pub(crate) fn restarts(question: &Sexp) -> Option<(Answer, Vec<LispRestart>)> {
    let [kind, report, restarts] = question.as_list()? else {
        return None;
    };
    if !kind.is_symbol(":lisplaunch-restarts") {
        return None;
    }
    let EvaluationOutcome::Answer(signalled) = read_outcome(report)? else {
        return None;
    };
    let restart = |restart: &Sexp| match restart.as_list()? {
        [name, report] => Some(LispRestart {
            name: name.as_str()?.to_owned(),
            report: report.as_str()?.to_owned(),
        }),
        _ => None,
    };
    let restarts = restarts.as_list()?.iter().map(restart);
    Some((signalled, restarts.collect::<Option<_>>()?))
}

fn read_package(parts: &[Sexp]) -> Option<Package> {
    match parts {
        [name, prompt] => Some(Package {
            name: name.as_str()?.to_owned(),
            prompt: prompt.as_str()?.to_owned(),
        }),
        _ => None,
    }
}

fn read_phase(phase: &Sexp) -> Option<FormPhase> {
    match phase.as_atom()? {
        ":read" => Some(FormPhase::Read),
        ":evaluate" => Some(FormPhase::Evaluate),
        ":print" => Some(FormPhase::Print),
        _ => None,
    }
}
