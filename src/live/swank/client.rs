//! A connection to a server, and what can be asked on it, one request at a time.

use std::io;
use std::time::{Duration, Instant};

use crate::live::swank::address::Address;
use crate::live::swank::collector::Collector;
use crate::live::swank::connection::Connection;
use crate::live::swank::error::{ClientError, ConnectError, ProtocolError};
use crate::live::swank::evaluation::{
    self, Answer, Evaluation, EvaluationOutcome, EvaluationOutput,
};
use crate::live::swank::info::Info;
use crate::live::swank::interrupt::Interrupt;
use crate::live::swank::message::{self, Message, RequestResult};
use crate::live::swank::sexp::{Sexp, quoted};
use crate::live::swank::stopping::{StopReason, Stopping};
use crate::trust::Owners;

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection and the first answer together.
    pub connect: Duration,
    /// For the answer to a question about the image, such as completion.
    pub answer: Duration,
    /// For an evaluation to end after it was interrupted.
    pub grace: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            grace: Duration::from_secs(5),
        }
    }
}

/// A connection to a server that has answered.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    timeouts: Timeouts,
    info: Info,
    last_id: u64,
}

/// How a request ended, and whether someone wanted it to.
type RequestEnd = (RequestResult, Option<Stopping>);

impl Client {
    /// Connects, sends the secret if there is one, and waits for the first answer. The secret is
    /// the first line of its file, without the line break.
    ///
    /// # Errors
    /// If nothing answers, or something that does not answer as a swank server.
    pub fn connect(
        address: &Address,
        secret: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Client, ConnectError> {
        let deadline = Instant::now() + timeouts.connect;
        let connection = Connection::open(address, timeouts.connect)?;
        Self::over(connection, address, secret, (timeouts, deadline))
    }

    /// The same where the other end, if it is on this machine, belongs to one of `owners`.
    ///
    /// Another user may hold the port while the service is down, and would receive the secret, or
    /// send answers of its own.
    ///
    /// # Errors
    /// Besides those, if another user of this machine listens there: nothing is sent then.
    pub fn connect_to_owner(
        address: &Address,
        secret: Option<&str>,
        owners: &Owners,
        timeouts: Timeouts,
    ) -> Result<Client, ConnectError> {
        let deadline = Instant::now() + timeouts.connect;
        let connection = Connection::open(address, timeouts.connect)?;
        match connection.stranger(owners) {
            Some(user) => Err(ConnectError::Stranger {
                address: address.clone(),
                user,
            }),
            None => Self::over(connection, address, secret, (timeouts, deadline)),
        }
    }

    fn over(
        connection: Connection,
        address: &Address,
        secret: Option<&str>,
        (timeouts, deadline): (Timeouts, Instant),
    ) -> Result<Client, ConnectError> {
        let mut client = Client {
            connection,
            timeouts,
            info: Info::default(),
            last_id: 0,
        };
        match client.introduce(secret, deadline) {
            Ok(info) => client.info = info,
            Err(error) => return Err(unanswered(address, secret, timeouts, error)),
        }
        Ok(client)
    }

    fn introduce(&mut self, secret: Option<&str>, deadline: Instant) -> Result<Info, ClientError> {
        if let Some(secret) = secret {
            self.connection.send(secret, Some(deadline))?;
        }
        let answer = self.ask("(swank:connection-info)", deadline)?;
        let info = Info::from_answer(&answer);
        info.ok_or(ProtocolError::Answer("the description of a connection").into())
    }

    /// What the server reported about itself on connecting.
    pub fn connection_info(&self) -> &Info {
        &self.info
    }

    /// What the image reports of itself, a property list; `nil` where it lacks the runtime.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn image(&mut self) -> Result<Sexp, ClientError> {
        self.ask(
            "(cl:if (cl:and (cl:find-package \"LISPLAUNCH\") \
             (cl:fboundp (cl:find-symbol \"IMAGE\" \"LISPLAUNCH\"))) \
             (cl:funcall (cl:find-symbol \"IMAGE\" \"LISPLAUNCH\")))",
            Instant::now() + self.timeouts.answer,
        )
    }

    /// Evaluates forms, and hands on their output as it comes.
    ///
    /// After the time limit, an interrupt or an error of `output` the evaluation is interrupted in
    /// the image. What returned anyway is an answer, unless its output is lost.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn evaluate(
        &mut self,
        evaluation: &Evaluation,
        output: &mut dyn EvaluationOutput,
        interrupt: &Interrupt,
    ) -> Result<Answer, ClientError> {
        let mut collector = Collector::new(output, evaluation.limit);
        let limit = evaluation
            .timeout
            .map(|after| (Instant::now() + after, after));
        let mut ended = self.request(&evaluation.request(), limit, interrupt, &mut collector)?;
        if let (RequestResult::Value(value), None) = &ended
            && matches!(evaluation::outcome(value), Ok(EvaluationOutcome::NoRuntime))
        {
            self.ask(
                &evaluation::runtime_request(),
                Instant::now() + self.timeouts.answer,
            )?;
            ended = self.request(&evaluation.request(), limit, interrupt, &mut collector)?;
        }
        match ended {
            (_, Some(stopping)) if stopping.is_of_output() => Err(stopping.error(true)),
            (RequestResult::Value(value), stopping) => match evaluation::outcome(&value) {
                Ok(EvaluationOutcome::Values(count, cut, package)) => {
                    Ok(collector.finish(count, cut, package)?)
                }
                Ok(EvaluationOutcome::Answer(answer)) => Ok(answer),
                Ok(EvaluationOutcome::NoRuntime) => {
                    Err(ProtocolError::Answer("the result of an evaluation").into())
                }
                Err(_) if stopping.is_some() => Ok(Answer::Aborted("aborted".to_owned())),
                Err(error) => Err(error.into()),
            },
            (RequestResult::Aborted(_), Some(stopping)) => Err(stopping.error(true)),
            (RequestResult::Aborted(reason), None) => Ok(Answer::Aborted(reason)),
            (RequestResult::Invalid(message), _) => Err(ClientError::Refused(message)),
        }
    }

    /// The symbols that begin with a prefix, which may name a package, as they would be typed.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn complete(
        &mut self,
        prefix: &str,
        package: Option<&str>,
    ) -> Result<Vec<String>, ClientError> {
        let form = format!(
            "(swank:simple-completions {} {})",
            quoted(prefix),
            package.map_or("nil".to_owned(), quoted)
        );
        let answer = self.ask(&form, Instant::now() + self.timeouts.answer)?;
        let completions = completions(&answer);
        completions.ok_or(ProtocolError::Answer("a list of completions").into())
    }

    /// Answers what the server has sent or asked since the last request.
    ///
    /// # Errors
    /// If the connection is lost.
    pub fn attend(&mut self) -> Result<(), ClientError> {
        let deadline = Instant::now() + self.timeouts.answer;
        while Instant::now() < deadline {
            let Some(payload) = self.connection.poll()? else {
                break;
            };
            // No request has this number.
            let handled = self.handle(
                &payload,
                0,
                Some(deadline),
                false,
                &mut Collector::nothing(),
            );
            handled.inspect_err(|_| self.connection.close())?;
        }
        Ok(())
    }

    /// The value of a form that is part of the protocol, not of the caller's code.
    fn ask(&mut self, form: &str, deadline: Instant) -> Result<Sexp, ClientError> {
        let after = deadline.saturating_duration_since(Instant::now());
        let (returned, stopping) = self.request(
            form,
            Some((deadline, after)),
            &Interrupt::new(),
            &mut Collector::nothing(),
        )?;
        match (returned, stopping) {
            (RequestResult::Value(value), _) => Ok(value),
            (RequestResult::Aborted(_), Some(stopping)) => Err(stopping.error(true)),
            (RequestResult::Aborted(message) | RequestResult::Invalid(message), _) => {
                Err(ClientError::Refused(message))
            }
        }
    }

    /// Sends a form and answers the server until that form has ended.
    fn request(
        &mut self,
        form: &str,
        limit: Option<(Instant, Duration)>,
        interrupt: &Interrupt,
        collector: &mut Collector,
    ) -> Result<RequestEnd, ClientError> {
        self.last_id += 1;
        let id = self.last_id;
        let payload = format!("(:emacs-rex {form} \"COMMON-LISP-USER\" t {id})");
        self.connection
            .send(&payload, limit.map(|(deadline, _)| deadline))?;
        let mut stopping: Option<Stopping> = None;
        loop {
            stopping = self.stop_if_due(stopping, limit, interrupt)?;
            let Some(payload) = self.connection.poll()? else {
                continue;
            };
            let until = match &stopping {
                Some(stopping) => Some(stopping.until()),
                None => limit.map(|(deadline, _)| deadline),
            };
            let handled = self.handle(&payload, id, until, stopping.is_some(), collector);
            match handled.inspect_err(|_| self.connection.close())? {
                Handled::Ended(returned) => return Ok((returned, stopping)),
                Handled::OutputFailed(error) if stopping.is_none() => {
                    let reason = match error.kind() {
                        io::ErrorKind::Interrupted => StopReason::Interrupt,
                        _ => StopReason::Output(error),
                    };
                    stopping = Some(Stopping::new(reason, self.timeouts.grace));
                }
                Handled::OutputFailed(_) | Handled::Nothing => {}
            }
        }
    }

    /// Interrupts what is late or not wanted, and gives up when that does not help.
    fn stop_if_due(
        &mut self,
        stopping: Option<Stopping>,
        limit: Option<(Instant, Duration)>,
        interrupt: &Interrupt,
    ) -> Result<Option<Stopping>, ClientError> {
        let interrupted = interrupt.take();
        let due = match stopping {
            Some(stopping) if interrupted || stopping.is_over() => {
                self.connection.close();
                return Err(stopping.error(false));
            }
            Some(stopping) => Some(stopping),
            None if interrupted => Some(Stopping::new(StopReason::Interrupt, self.timeouts.grace)),
            None => limit
                .filter(|(deadline, _)| Instant::now() >= *deadline)
                .map(|(_, after)| Stopping::new(StopReason::Timeout(after), self.timeouts.grace)),
        };
        let Some(mut stopping) = due else {
            return Ok(None);
        };
        if stopping.must_ask() {
            let asked = self
                .connection
                .send("(:emacs-interrupt t)", Some(stopping.until()));
            if asked.is_err() {
                return Err(stopping.error(false));
            }
        }
        Ok(Some(stopping))
    }

    /// Answers one message, or takes from it what belongs to the request.
    fn handle(
        &mut self,
        payload: &str,
        id: u64,
        until: Option<Instant>,
        stopping: bool,
        collector: &mut Collector,
    ) -> Result<Handled, ClientError> {
        let (message, reply) = message::understand(payload, &mut self.last_id)?;
        if let Some(reply) = reply {
            self.connection.send(&reply, until)?;
        }
        let written = match message {
            Message::Return(ended, returned) if ended == id => return Ok(Handled::Ended(returned)),
            Message::Unreadable { packet, message } if packet.starts_with("(:emacs-") => {
                return Ok(Handled::Ended(RequestResult::Invalid(message)));
            }
            Message::Write(target, text) => collector.take(target, &text)?,
            Message::Ask(question) => {
                let reply = if stopping {
                    Ok(question.nothing())
                } else {
                    collector.answer(&question)
                };
                match reply {
                    Ok(reply) => Ok(self.connection.send(&reply, until)?),
                    Err(error) => Err(error),
                }
            }
            // While stopping it is what was asked for.
            Message::Debug(message) if !stopping => collector.aborted(&message),
            _ => Ok(()),
        };
        Ok(written.map_or_else(Handled::OutputFailed, |()| Handled::Nothing))
    }
}

/// What came of a message.
enum Handled {
    /// The request has ended.
    Ended(RequestResult),
    /// The output could not be written.
    OutputFailed(io::Error),
    /// Nothing that matters to the request.
    Nothing,
}

/// A list of strings with their longest common prefix, or since swank 2.31 of lists that begin
/// with one.
fn completions(answer: &Sexp) -> Option<Vec<String>> {
    let list = match answer.as_list()? {
        [list, Sexp::String(_)] => list.as_list()?,
        list => list,
    };
    let name = |completion: &Sexp| match completion {
        Sexp::String(name) => Some(name.clone()),
        _ => completion.as_list()?.first()?.as_str().map(str::to_owned),
    };
    list.iter().map(name).collect()
}

/// Why the first answer did not come.
fn unanswered(
    address: &Address,
    secret: Option<&str>,
    timeouts: Timeouts,
    error: ClientError,
) -> ConnectError {
    let address = address.clone();
    match error {
        ClientError::Closed => ConnectError::Closed {
            address,
            secret: secret.is_some(),
        },
        ClientError::TimedOut { .. } => ConnectError::TimedOut(address, timeouts.connect),
        ClientError::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            ConnectError::TimedOut(address, timeouts.connect)
        }
        ClientError::Io(error) => ConnectError::Unreachable(address, error),
        ClientError::Protocol(error) => ConnectError::Protocol(address, error),
        _ => ConnectError::Protocol(
            address,
            ProtocolError::Answer("the description of a connection"),
        ),
    }
}
