//! Several services in the foreground: each is started once all that it comes after are ready,
//! and stopped once all that come after it are gone.

mod events;
mod member;

use std::io;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::host::Host;
use crate::live::signals::Signals;
use crate::plan::after::After;
use crate::plan::service::Service;
use crate::problem::Problem;
use events::{Event, EventQueue};
use member::TogetherMember;

/// How often the services are looked after.
const TICK: Duration = Duration::from_millis(50);

/// How many lines are printed before they are looked after again.
const MOST_LINES: usize = 1000;

/// Services that run together.
pub struct Together<'a> {
    members: Vec<TogetherMember>,
    /// For each of them those that it comes after.
    before: Vec<Vec<usize>>,
    events: EventQueue,
    host: &'a Host,
    reporting: Reporting<'a>,
}

/// What is done with what there is to say.
pub struct Reporting<'a> {
    /// Takes a line of a service.
    pub print: &'a mut dyn FnMut(&Service, &str) -> io::Result<()>,
    /// Takes how it goes.
    pub info: &'a dyn Fn(&str),
}

/// Why they were stopped.
#[derive(Debug)]
pub enum StopCause {
    /// A signal asked for it.
    Asked,
    /// One of them had ended by itself.
    Ended(Box<Service>, ExitStatus),
    /// One could not be started.
    NotStarted(Problem),
    /// Their output was not taken any more.
    Output(io::Error),
}

/// How it went.
#[derive(Debug)]
pub struct TogetherOutcome {
    /// Why they were stopped.
    pub ending: StopCause,
    /// Those that did not stop in time, and were killed.
    pub killed: Vec<Service>,
}

impl<'a> Together<'a> {
    /// `start` gives the process of a service, about to start.
    pub fn new(
        services: Vec<Service>,
        start: impl Fn(&Service) -> Command,
        host: &'a Host,
        reporting: Reporting<'a>,
    ) -> Self {
        let before = services.iter().map(|service| earlier(service, &services));
        let before = before.collect();
        let members = services.into_iter().map(|service| {
            let command = start(&service);
            TogetherMember::new(service, command)
        });
        Together {
            members: members.collect(),
            before,
            events: EventQueue::new(),
            host,
            reporting,
        }
    }

    /// Starts them, and returns when all are gone.
    pub fn run(mut self, signals: &Signals) -> TogetherOutcome {
        let ending = self.serve(signals);
        let killed = self.stop(signals);
        TogetherOutcome { ending, killed }
    }

    /// Returns when they are to be stopped.
    fn serve(&mut self, signals: &Signals) -> StopCause {
        loop {
            if let Err(problem) = self.start_those_that_may() {
                return StopCause::NotStarted(problem);
            }
            if let Err(error) = self.print_what_they_write() {
                return StopCause::Output(error);
            }
            self.look();
            if let Some((service, status)) = self.members.iter().find_map(TogetherMember::ended) {
                return StopCause::Ended(Box::new(service.clone()), status);
            }
            if signals.take() {
                return StopCause::Asked;
            }
        }
    }

    fn start_those_that_may(&mut self) -> Result<(), Problem> {
        for (index, before) in self.before.iter().enumerate() {
            let ready = before.iter().all(|other| self.members[*other].is_ready());
            if ready && self.members[index].waits() {
                self.members[index].start(self.events.sender(index))?;
            }
        }
        Ok(())
    }

    /// Stops them, and returns those that had to be killed.
    fn stop(&mut self, signals: &Signals) -> Vec<Service> {
        while self.members.iter().any(TogetherMember::runs) {
            let gone = |index: &usize| !self.members[*index].runs();
            let may_stop: Vec<usize> = (0..self.members.len())
                .filter(|index| self.after(*index).iter().all(gone))
                .collect();
            for index in may_stop {
                self.members[index].ask_to_stop(self.reporting.info);
            }
            let at_once = signals.take();
            for member in &mut self.members {
                member.kill_if_late(at_once);
            }
            // They are stopped whether or not their output is taken.
            let _ = self.print_what_they_write();
            self.look();
        }
        let killed = self.members.iter().filter(|member| member.was_killed());
        killed.map(|member| member.service.clone()).collect()
    }

    /// Those that come after this one.
    fn after(&self, index: usize) -> Vec<usize> {
        let others = 0..self.before.len();
        others
            .filter(|other| self.before[*other].contains(&index))
            .collect()
    }

    fn look(&mut self) {
        for member in &mut self.members {
            member.look(self.host, self.reporting.info);
        }
    }

    /// Prints what has come, after a while at most.
    fn print_what_they_write(&mut self) -> io::Result<()> {
        let mut patience = TICK;
        for _ in 0..MOST_LINES {
            match self.events.next(patience) {
                None => break,
                Some(Event::Closed(index)) => self.members[index].output_ended(),
                Some(Event::Line(index, line)) => {
                    (self.reporting.print)(&self.members[index].service, &line)?;
                }
            }
            patience = Duration::ZERO;
        }
        Ok(())
    }
}

/// Where those of `services` are that `service` comes after.
fn earlier(service: &Service, services: &[Service]) -> Vec<usize> {
    let names = service.after.iter().filter_map(|after| match after {
        After::Service(name) => Some(name),
        After::Unit(_) => None,
    });
    names
        .filter_map(|name| services.iter().position(|other| other.name == *name))
        .collect()
}
