//! The state of a service: what its image reports, what its state file holds, and what is seen from
//! here.

use serde::Serialize;

use super::missed::Missed;
use super::record::{Phase, Record};
use super::swank::ConnectError;

/// The state of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its systems are loaded.
    Loading,
    /// Its start forms run.
    Starting,
    /// It does what it is for.
    Ready,
    /// Its image answers, and knows no states.
    Up,
    /// It leaves.
    Stopping,
    /// Its process runs, and its server does not answer.
    Silent,
    /// Its server wants a secret that is not known.
    Locked,
    /// Something else has its port.
    Other,
    /// It left with an error.
    Failed,
    /// Its process is gone without having left.
    Crashed,
    /// It does not run.
    Down,
    /// Its state is not known.
    Unknown,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            State::Loading => "loading",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Up => "up",
            State::Stopping => "stopping",
            State::Silent => "silent",
            State::Locked => "locked",
            State::Other => "other",
            State::Failed => "failed",
            State::Crashed => "crashed",
            State::Down => "down",
            State::Unknown => "unknown",
        }
    }

    /// Whether all is well.
    pub fn is_ready(self) -> bool {
        matches!(self, State::Ready | State::Up)
    }

    /// Of a service whose image answered.
    pub fn of_image(record: &Record) -> Self {
        record.phase.map_or(State::Up, State::of_phase)
    }

    /// Of a service whose image was not asked, or why it cannot be; by its state file.
    ///
    /// What the service itself wrote counts for more than what is seen of its port.
    pub fn of_file(record: Option<&Record>, missed: Option<&Missed>) -> Self {
        let alone = match record {
            None => State::Down,
            Some(record) => match (record.phase, record.runs()) {
                (Some(Phase::Ready), true) if missed.is_some() => State::Silent,
                (Some(phase), true) => return State::of_phase(phase),
                (Some(Phase::Ended), false) if record.exit.is_some_and(is_order) => State::Down,
                (Some(Phase::Ended), false) => return State::Failed,
                (_, false) | (None, true) => return State::Crashed,
            },
        };
        missed.map_or(alone, |missed| missed.state(alone))
    }

    fn of_phase(phase: Phase) -> Self {
        match phase {
            Phase::Loading => State::Loading,
            Phase::Starting => State::Starting,
            Phase::Ready => State::Ready,
            Phase::Stopping => State::Stopping,
            Phase::Ended => State::Down,
        }
    }
}

/// Whether it left because it was asked to: by SIGTERM or `stop`, by Ctrl-C, or with its terminal.
fn is_order(exit: i32) -> bool {
    matches!(exit, 0 | 129 | 130)
}

impl Missed {
    /// What is seen of a service that cannot be asked; `alone` where nothing has its port.
    fn state(&self, alone: State) -> State {
        match self {
            Missed::Secret { listens: false, .. } => alone,
            Missed::Secret { .. } => State::Locked,
            Missed::Mute(_) => State::Silent,
            Missed::Other(..) => State::Other,
            Missed::Unanswered { error, .. } => match error {
                ConnectError::Refused(_) => alone,
                ConnectError::Closed { .. } => State::Locked,
                ConnectError::Stranger { .. } | ConnectError::Protocol(..) => State::Other,
                ConnectError::TimedOut(..) => State::Silent,
                ConnectError::Unresolved(..) | ConnectError::Unreachable(..) => State::Unknown,
            },
        }
    }
}
