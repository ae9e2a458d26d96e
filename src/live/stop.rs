//! Letting a service leave through its own exit, and waiting until its process is gone.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::finding::{Connected, Missed, Running};
use super::manager::Manager;
use super::process::Process;
use super::swank::reader::read;
use super::swank::{
    Answer, Client, ClientError, ConnectError, Evaluation, Interrupt, Timeouts, Unheard,
};

/// How long an image may take to say that it is going to leave.
const ANSWER: Duration = Duration::from_secs(5);

/// How often a process is looked at, and how often a port.
const GLANCE: Duration = Duration::from_millis(20);
const TRIAL: Duration = Duration::from_millis(250);

/// What may start the service of this image again.
///
/// An image that has no runtime is asked for what it was started from.
pub fn manager(connected: &mut Connected) -> Option<Manager> {
    if connected.record.project.is_some() {
        return connected.record.manager.clone();
    }
    let Ok(Answer::Returned { values, .. }) =
        evaluate(&mut connected.client, "(lisplaunch::find-manager)")
    else {
        return None;
    };
    Manager::read(&read(values.first()?).ok()?)
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
                | Missed::Unanswered(
                    ConnectError::Refused(_)
                    | ConnectError::Closed { .. }
                    | ConnectError::Stranger { .. },
                    _,
                ),
            ) => return true,
            Ok(connected) if connected.record.pid != pid => return true,
            _ if Instant::now() > deadline => return false,
            _ => sleep(TRIAL),
        }
    }
}
