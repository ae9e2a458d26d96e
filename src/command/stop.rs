//! `lisplaunch stop`: the image's own exit, waited for.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::live::Running;
use super::{Failure, Session, tell};
use crate::cli::live::Stop;
use crate::live::process::Process;
use crate::live::swank::reader::read;
use crate::live::swank::{
    Answer, Client, ClientError, ConnectError, Evaluation, Info, Interrupt, Timeouts, Unheard,
};
use crate::plan::stopping;
use crate::problem::Problem;

/// Leaves as on SIGTERM: the main thread unwinds, the exit hooks run once, and the other threads
/// have `*exit-timeout*` to end. Asked again, also by SIGTERM, it goes on leaving.
const LEAVE: &str = "\
(sb-thread:interrupt-thread
 (sb-thread:main-thread)
 (cl:lambda ()
   (cl:unless sb-impl::*exit-in-progress*
     (sb-sys:enable-interrupt sb-unix:sigterm :ignore)
     (sb-ext:exit))))";

/// Tells which process it is.
const STAT: &str = "\
(cl:ignore-errors
 (cl:with-open-file (stream \"/proc/self/stat\" :external-format :latin-1)
   (cl:values (cl:read-line stream))))";

/// How long a process manager may take to start it again.
const RESTART: Duration = Duration::from_millis(1500);

/// How often a process is looked at, and how often all of them or a port.
const GLANCE: Duration = Duration::from_millis(20);
const TRIAL: Duration = Duration::from_millis(250);

pub(super) fn execute(session: &Session, arguments: &Stop) -> Result<ExitCode> {
    let running = session.running(arguments.service.as_ref(), &arguments.connection)?;
    let mut client = running.connect(Timeouts::default())?;
    let info = client.connection_info().clone();
    // Before it goes.
    let process = stat(&mut client).and_then(|stat| Process::of_server(&info, &stat));
    let start = Instant::now();
    leave(&running, &mut client)?;
    drop(client);
    let pid = pid_text(info.pid);
    let name = &running.service.name;
    let limit = limit(&running);
    let end = match &process {
        Some(process) => ended(process, start + limit),
        None => silent(&running, &info, start + limit),
    };
    if end == End::Late {
        return Err(Failure::failed([Problem::error(format!(
            "the service `{name}`{pid} has not ended within {} s",
            limit.as_secs()
        ))
        .help("its log may tell what it waits for; `kill -9` ends it at once, without the rest of its exit")])
        .into());
    }
    tell(&format!(
        "stopped `{name}`{pid} in {:.1} s",
        start.elapsed().as_secs_f64()
    ));
    let successor = match end {
        End::Replaced(successor) => Some(successor),
        _ => process.and_then(|process| restarted(&process)),
    };
    if let Some(successor) = successor {
        tell(&format!(
            "`{name}` was started again (pid {successor}): what watches over it has to be told to stop it"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What came of an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The process is gone.
    Gone,
    /// It is gone, and this one answers.
    Replaced(u32),
    /// It is still there.
    Late,
}

/// What the image reads about its own process.
fn stat(client: &mut Client) -> Option<String> {
    let Ok(Answer::Returned { values, .. }) = evaluate(client, STAT) else {
        return None;
    };
    let line = read(values.first()?).ok()?;
    line.as_str().map(str::to_owned)
}

/// Asks the image to leave; it may be gone before it answers.
fn leave(running: &Running, client: &mut Client) -> Result<(), Failure> {
    let reason = match evaluate(client, LEAVE) {
        Ok(Answer::Signalled { message, .. }) => message,
        Ok(_) | Err(ClientError::Closed | ClientError::Io(_)) => return Ok(()),
        Err(error) => error.to_string(),
    };
    Err(Failure::failed([Problem::error(format!(
        "the service `{}` cannot be told to stop: {reason}",
        running.service.name
    ))]))
}

fn evaluate(client: &mut Client, forms: &str) -> Result<Answer, ClientError> {
    let evaluation = Evaluation {
        package: Some("COMMON-LISP-USER"),
        timeout: Some(Duration::from_secs(10)),
        ..Evaluation::new(forms)
    };
    client.evaluate(&evaluation, &mut Unheard, &Interrupt::new())
}

fn limit(running: &Running) -> Duration {
    Duration::from_secs(stopping::patience(running.service.stop_timeout).0)
}

fn pid_text(pid: Option<u32>) -> String {
    pid.map_or(String::new(), |pid| format!(" (pid {pid})"))
}

fn ended(process: &Process, deadline: Instant) -> End {
    while !process.is_gone() {
        if Instant::now() > deadline {
            return End::Late;
        }
        sleep(GLANCE);
    }
    End::Gone
}

/// Waits until the server, which is on another machine, does not answer or is another one.
fn silent(running: &Running, info: &Info, deadline: Instant) -> End {
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        ..Timeouts::default()
    };
    loop {
        match running
            .attempt(timeouts)
            .map(|client| client.connection_info().pid)
        {
            // A tunnel accepts, finds nobody and closes.
            // Somebody else may take the port that it left.
            Err(
                ConnectError::Refused(_)
                | ConnectError::Closed { .. }
                | ConnectError::Stranger { .. },
            ) => return End::Gone,
            Ok(Some(pid)) if Some(pid) != info.pid => return End::Replaced(pid),
            _ if Instant::now() > deadline => return End::Late,
            _ => sleep(TRIAL),
        }
    }
}

/// The process that a process manager started in place of this one.
fn restarted(process: &Process) -> Option<u32> {
    if !process.may_return() {
        return None;
    }
    let deadline = Instant::now() + RESTART;
    loop {
        let successor = process.successor();
        if successor.is_some() || Instant::now() > deadline {
            return successor;
        }
        sleep(TRIAL);
    }
}
