//! `lisplaunch up`: the services of the file in the foreground.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result};

use super::{Failure, Invocation, again, info, install, report};
use crate::cli::everyday::UpArgs;
use crate::host::own_program;
use crate::launch;
use crate::live::signals::Signals;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::terminal::{colours, inert};
use crate::together::{Reporting, StopCause, Together, TogetherOutcome};

/// The colours of the names, for one service after the other.
const COLOURS: [&str; 6] = [
    "\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[31m",
];
const PLAIN: &str = "\x1b[0m";

pub(super) fn execute(invocation: &Invocation, arguments: &UpArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    if project.file.is_none() {
        return Err(Failure::from(
            Problem::error("`up` needs a project file, not standard input")
                .help("each service reads it again: name a file with `-f FILE`"),
        )
        .into());
    }
    let plan = invocation.plan(&project, &invocation.orders(&arguments.only)?)?;
    let obstacles = plan.services.iter().flat_map(|service| {
        let mut obstacles = launch::obstacles(service, &invocation.host);
        obstacles.extend(launch::taken_port(service, &invocation.host));
        obstacles
    });
    let obstacles: Vec<Problem> = obstacles.collect();
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles).into());
    }
    install(&plan)?;
    let program = own_program(&invocation.host.environment).context("cannot find this program")?;
    let start = |service: &Service| {
        let name = Some(service.name.as_str());
        let words = again::run(&program, invocation, name, &["--until-parent-ends"], &[]);
        command(&words)
    };
    let signals = Signals::catch().context("cannot catch signals")?;
    let mut screen = PrefixedOutput::new(&plan.services);
    let mut print = |service: &Service, line: &str| screen.print(service, line);
    let reporting = Reporting {
        print: &mut print,
        info: &info,
    };
    let together = Together::new(plan.services.clone(), start, &invocation.host, reporting);
    conclude(together.run(&signals), &signals)
}

fn command(words: &[OsString]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// Reports how it went, with the exit code of the service that ended first.
fn conclude(outcome: TogetherOutcome, signals: &Signals) -> Result<ExitCode> {
    for service in &outcome.killed {
        report(&[Problem::warning(format!(
            "the service `{}` was killed: it had not stopped within its `stop-timeout`",
            service.name
        ))]);
    }
    match outcome.ending {
        StopCause::Asked => Ok(signals.exit_code().into()),
        StopCause::NotStarted(problem) => Err(Failure::failed([problem]).into()),
        // The rest is not wanted.
        StopCause::Output(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        StopCause::Output(error) => {
            Err(Failure::failed([Problem::cannot("write to standard output", &error)]).into())
        }
        StopCause::Ended(service, status) => Ok(report_end(&service, status)),
    }
}

fn report_end(service: &Service, status: ExitStatus) -> ExitCode {
    let name = &service.name;
    let (how, code) = match (status.code(), status.signal()) {
        (Some(0), _) => {
            info(&format!("`{name}` has ended, and with it the others"));
            return ExitCode::SUCCESS;
        }
        (Some(code), _) => (format!("with exit code {code}"), code),
        (None, signal) => {
            let signal = signal.unwrap_or_default();
            (format!("by signal {signal}"), 128 + signal)
        }
    };
    report(&[
        Problem::error(format!("the service `{name}` has ended {how}"))
            .note("its last output is above; the others were stopped"),
    ]);
    u8::try_from(code).unwrap_or(u8::MAX).into()
}

/// Standard output, with the name of the service before each line.
struct PrefixedOutput {
    names: Vec<String>,
    width: usize,
    colour: bool,
    /// Whether what the services write must not steer it.
    terminal: bool,
}

impl PrefixedOutput {
    fn new(services: &[Service]) -> Self {
        let names = services.iter().map(|service| service.name.to_string());
        let names: Vec<String> = names.collect();
        let widths = names.iter().map(|name| name.chars().count());
        PrefixedOutput {
            width: widths.max().unwrap_or_default(),
            names,
            colour: colours::on(&io::stdout()),
            terminal: io::IsTerminal::is_terminal(&io::stdout()),
        }
    }

    fn print(&mut self, service: &Service, line: &str) -> io::Result<()> {
        let name = service.name.as_str();
        let width = self.width;
        let index = self.names.iter().position(|known| known == name);
        let title = match index.filter(|_| self.colour) {
            Some(index) => {
                let colour = COLOURS[index % COLOURS.len()];
                format!("{colour}{name:width$} |{PLAIN}")
            }
            None => format!("{name:width$} |"),
        };
        let line = if self.terminal {
            inert(line)
        } else {
            line.into()
        };
        let mut stdout = io::stdout().lock();
        let blank = if line.is_empty() { "" } else { " " };
        writeln!(stdout, "{title}{blank}{line}")?;
        stdout.flush()
    }
}
