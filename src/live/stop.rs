//! Letting a service leave through its own exit, and waiting until its process is gone.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::finding::{Connected, Running};
use super::manager::Manager;
use super::missed::Missed;
use super::process::Process;
use super::swank::reader::read;
use super::swank::sexp::Sexp;
use super::swank::{
    Answer, Client, ClientError, ConnectError, Evaluation, Interrupt, Timeouts, Unheard,
};

/// How long an image may take to say that it is going to leave.
const ANSWER: Duration = Duration::from_secs(5);

/// How often a process is looked at, and how often a port.
const GLANCE: Duration = Duration::from_millis(20);
const TRIAL: Duration = Duration::from_millis(250);

/// Asks an image that lacks the runtime, and so has not said it, what started it and when.
pub fn complete(connected: &mut Connected) {
    if connected.record.project.is_some() {
        return;
    }
    let form = "(list (lisplaunch::find-manager) (lisplaunch::own-start-time))";
    let Ok(Answer::Returned { values, .. }) = evaluate(&mut connected.client, form) else {
        return;
    };
    let printed = values.first().and_then(|value| read(value).ok());
    if let Some([manager, started]) = printed.as_ref().and_then(Sexp::as_list) {
        connected.record.manager = Manager::read(manager);
        connected.record.started = started.as_number();
    }
}

/// Asks the image to leave, as on SIGTERM; it may be gone before it answers, or too busy with it.
///
/// # Errors
/// With the reason when it does not.
pub fn leave(client: &mut Client) -> Result<(), String> {
    match evaluate(client, "(lisplaunch::leave)") {
        Ok(Answer::Signalled { message, .. }) => Err(message),
        Ok(_) | Err(ClientError::Closed | ClientError::Io(_) | ClientError::TimedOut { .. }) => {
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn evaluate(client: &mut Client, forms: &str) -> Result<Answer, ClientError> {
    let evaluation = Evaluation {
        package: Some("COMMON-LISP-USER"),
        timeout: Some(ANSWER),
        ..Evaluation::new(forms)
    };
    client.evaluate(&evaluation, &mut Unheard, &Interrupt::new())
}

/// Waits until a process of this machine is gone; returns whether it is.
pub fn is_gone(process: Process, deadline: Instant) -> bool {
    while !process.is_gone() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(GLANCE);
    }
    true
}

/// Waits until the server, which is on another machine, does not answer or is another one than
/// `pid`; returns whether that is so.
pub fn is_silent(running: &Running, pid: Option<u32>, deadline: Instant) -> bool {
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        ..Timeouts::default()
    };
    loop {
        match running.attempt(timeouts) {
            // A tunnel accepts, finds nothing and closes. Another image may take the port.
            Err(
                Missed::Other(..)
                | Missed::Unanswered {
                    error:
                        ConnectError::Refused(_)
                        | ConnectError::Closed { .. }
                        | ConnectError::Stranger { .. },
                    ..
                },
            ) => return true,
            Ok(connected) if connected.record.pid != pid => return true,
            _ if Instant::now() > deadline => return false,
            _ => sleep(TRIAL),
        }
    }
}
