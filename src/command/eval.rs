//! `lisplaunch eval`: evaluate forms in the running service.

pub(super) mod forms;
mod json;
mod printer;

use std::io;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::live::{connect, warn_of_replicas};
use super::{FAILURE, Failure, Invocation, print, report};
use crate::cli::evaluation::{EvalArgs, EvaluationArgs};
use crate::live::finding::Running;
use crate::live::signals::Signals;
use crate::live::swank::{
    Answer, Client, ClientError, Evaluation, EvaluationOutput, FormPhase, Timeouts,
};
use crate::plan::service::Service;
use crate::problem::Problem;

pub(super) use json::EvaluationRecorder;

/// How much of the printed values is wanted, in characters; output has no limit.
const MOST_VALUES: usize = 4 << 20;

/// How many calls of a backtrace a person is shown.
const MOST_FRAMES: usize = 10;

/// How much of each, in characters.
const LONGEST_FRAME: usize = 160;

pub(super) fn execute(invocation: &Invocation, arguments: &EvalArgs) -> Result<ExitCode> {
    let asked = &arguments.forms;
    let least = usize::from(asked.file.is_none());
    let others = least..=usize::MAX;
    let (running, words) = invocation.running_for(
        (&asked.words, &asked.service),
        &others,
        &arguments.connection,
    )?;
    let forms = forms::read(words, asked.file.as_deref()).map_err(Failure::from)?;
    let package = package(asked.package.as_ref(), &running.service);
    run(&running, &forms, &package, asked.manner)
}

/// Evaluates forms in a running service.
pub(super) fn run(
    running: &Running,
    forms: &str,
    package: &str,
    manner: EvaluationArgs,
) -> Result<ExitCode> {
    let evaluation = evaluation(forms, package, manner);
    let ended = if manner.json {
        in_json(running, &evaluation)
    } else {
        for_people(running, &evaluation)
    };
    if ended.is_ok() {
        warn_of_replicas(&running.service);
    }
    ended
}

/// The evaluation of forms that begin in the package of this name.
pub(super) fn evaluation<'a>(
    forms: &'a str,
    package: &'a str,
    manner: EvaluationArgs,
) -> Evaluation<'a> {
    Evaluation {
        package: Some(package),
        timeout: manner.timeout,
        limit: MOST_VALUES,
        each: true,
        ..Evaluation::new(forms)
    }
}

/// The name of the package to begin in. A colon before it is how people know it from code.
pub(super) fn package(named: Option<&String>, service: &Service) -> String {
    match (named, &service.package) {
        (Some(name), _) => name.trim_start_matches(':').to_owned(),
        (None, Some(name)) => name.clone(),
        (None, None) => "COMMON-LISP-USER".to_owned(),
    }
}

fn for_people(running: &Running, evaluation: &Evaluation) -> Result<ExitCode> {
    let mut client = connect(running, Timeouts::default())?;
    let signals = Signals::catch().context("cannot catch signals")?;
    let mut printer = printer::Printer::new();
    let ended = evaluate(&mut client, evaluation, &mut printer, &signals);
    let said = match &ended {
        Ok(Answer::Returned { .. }) => printer.cut.then(|| {
            Problem::warning("the values are longer than 4 MB, and cut")
                .help("what is printed may have any length: `(print …)`")
        }),
        _ => problem(&running.service, evaluation, &ended),
    };
    report(said.as_slice());
    Ok(exit_code(&ended, &signals))
}

fn in_json(running: &Running, evaluation: &Evaluation) -> Result<ExitCode> {
    let mut recorder = EvaluationRecorder::default();
    let mut client = match connect(running, Timeouts::default()) {
        Ok(client) => client,
        Err(failure) => {
            print(&recorder.object(None, first_message(&failure))?)?;
            return Err(failure.into());
        }
    };
    let signals = Signals::catch().context("cannot catch signals")?;
    let ended = evaluate(&mut client, evaluation, &mut recorder, &signals);
    let problem = problem(&running.service, evaluation, &ended);
    let message = problem.as_ref().map_or("", Problem::message);
    print(&recorder.object(ended.as_ref().ok(), message)?)?;
    Ok(exit_code(&ended, &signals))
}

fn first_message(failure: &Failure) -> &str {
    failure.problems.first().map_or("", Problem::message)
}

fn evaluate(
    client: &mut Client,
    evaluation: &Evaluation,
    output: &mut dyn EvaluationOutput,
    signals: &Signals,
) -> Result<Answer, ClientError> {
    client.evaluate(evaluation, output, &signals.interrupt())
}

pub(super) fn exit_code(ended: &Result<Answer, ClientError>, signals: &Signals) -> ExitCode {
    match ended {
        Ok(Answer::Returned { .. }) => ExitCode::SUCCESS,
        Err(ClientError::Interrupted { .. }) => signals.exit_code().into(),
        _ => FAILURE.into(),
    }
}

/// What a person reads of an evaluation that did not return.
pub(super) fn problem(
    service: &Service,
    evaluation: &Evaluation,
    ended: &Result<Answer, ClientError>,
) -> Option<Problem> {
    let name = &service.name;
    match ended {
        Ok(Answer::Returned { .. }) => None,
        Ok(Answer::Signalled {
            phase,
            condition,
            message,
            backtrace,
            ..
        }) => Some(signalled(*phase, condition, message, backtrace)),
        Ok(Answer::UnknownPackage) => Some(
            Problem::error(format!(
                "there is no package `{}` in the service `{name}`",
                evaluation.package.unwrap_or_default()
            ))
            .help("`--package` names the one to begin in, `package:` in the project file the usual one"),
        ),
        Ok(Answer::Aborted(reason)) => Some(aborted(reason)),
        // The rest is not wanted.
        Err(ClientError::Output { error, stopped: true })
            if error.kind() == io::ErrorKind::BrokenPipe =>
        {
            None
        }
        Err(ClientError::Output { error, stopped }) => {
            let problem = Problem::cannot("write the output", error);
            Some(match stopped {
                true => problem,
                false => problem.note("the evaluation may still run"),
            })
        }
        Err(error @ (ClientError::TimedOut { .. } | ClientError::Interrupted { .. })) => {
            Some(Problem::error(error.to_string()))
        }
        Err(error) => Some(
            Problem::error(format!("the service `{name}` did not answer: {error}"))
                .help("`lisplaunch status` shows whether it still runs"),
        ),
    }
}

fn aborted(reason: &str) -> Problem {
    let problem = Problem::error("the evaluation left through the top level of its thread");
    // Swank prints the condition, if there is one.
    match reason {
        "NIL" => problem,
        _ => problem.note(reason),
    }
}

fn signalled(phase: FormPhase, condition: &str, message: &str, backtrace: &[String]) -> Problem {
    let problem = Problem::error(match phase {
        FormPhase::Read => format!("the image cannot read the form: `{condition}`"),
        FormPhase::Evaluate => format!("the evaluation signalled `{condition}`"),
        FormPhase::Print => format!("a value cannot be printed: `{condition}`"),
    });
    // Below an empty line a reader says where in its stream it was, which is none of the person's,
    // as are the calls of the reader itself.
    if phase == FormPhase::Read {
        let reason = message.split("\n\n").next().unwrap_or(message);
        return problem.note(reason.trim_end());
    }
    let problem = problem.note(message.trim_end());
    if backtrace.is_empty() {
        return problem;
    }
    let frames = backtrace.iter().take(MOST_FRAMES).enumerate();
    let lines: String = frames
        .map(|(index, frame)| format!("\n{index}: {}", short(frame)))
        .collect();
    problem.note(format!("the innermost calls:{lines}"))
}

/// A call in one line.
fn short(frame: &str) -> String {
    let words: Vec<&str> = frame.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_FRAME) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
