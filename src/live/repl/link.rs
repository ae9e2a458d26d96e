//! The connection to the image, made again when it was lost.

use std::thread::sleep;
use std::time::Duration;

use super::{Reconnect, lost};
use crate::live::swank::{Client, ClientError};
use crate::problem::Problem;

/// How often a lost connection is tried again.
const ATTEMPTS: usize = 4;

/// How long it waits before each.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection that may be lost.
pub(super) struct Link {
    service: String,
    connect: Reconnect,
    client: Option<Client>,
    /// Of the process that answered last.
    pid: Option<u32>,
}

/// What became of a connection.
pub(super) enum News {
    /// It is as it was.
    Same,
    /// It was made again to the same process.
    Again(String),
    /// Another process answers.
    Restarted(String),
}

impl Link {
    /// Over this connection at first.
    pub(super) fn new(service: String, client: Client, connect: Reconnect) -> Self {
        Link {
            service,
            connect,
            pid: client.connection_info().pid,
            client: Some(client),
        }
    }

    /// The connection, unless it is lost.
    pub(super) fn client(&mut self) -> Option<&mut Client> {
        self.client.as_mut()
    }

    /// A connection that works, as far as one can know before it is used.
    ///
    /// # Errors
    /// If it was lost and cannot be made again: the service has gone.
    pub(super) fn ready(&mut self) -> Result<(&mut Client, News), Problem> {
        if let Some(mut client) = self.client.take()
            && client.attend().is_ok()
        {
            return Ok((self.client.insert(client), News::Same));
        }
        let client = self.connect_again()?;
        let news = self.news(client.connection_info().pid);
        Ok((self.client.insert(client), news))
    }

    /// A process that ends may still accept a connection, and one that starts none yet.
    fn connect_again(&mut self) -> Result<Client, Problem> {
        for _ in 1..ATTEMPTS {
            if let Ok(client) = (self.connect)() {
                return Ok(client);
            }
            sleep(PAUSE);
        }
        (self.connect)()
    }

    fn news(&mut self, pid: Option<u32>) -> News {
        let same = self.pid == pid;
        self.pid = pid;
        let process = pid.map_or(String::new(), |pid| format!(", pid {pid}"));
        let service = &self.service;
        if same {
            News::Again(format!("connected to `{service}` again{process}"))
        } else {
            News::Restarted(format!(
                "`{service}` was restarted{process}: what was defined here is gone"
            ))
        }
    }

    /// Forgets a connection after an error that closed it, and reports it.
    pub(super) fn lose(&mut self, error: &ClientError) -> Problem {
        self.client = None;
        lost(&self.service, error)
    }
}
