//! `lisplaunch tmux`: the service in a session of its own.

mod form;
mod script;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{Failure, Invocation, again, command_line, deliver, info, print};
use crate::cli::live::{TmuxArgs, TmuxCommand, TmuxStartArgs};
use crate::cli::selection::{OneService, ServiceOption};
use crate::host::{self, Host};
use crate::launch;
use crate::live::process::Process;
use crate::live::state::State;
use crate::live::state_file;
use crate::plan::service::Service;
use crate::plan::stopping;
use crate::plan::{Choices, Plan};
use crate::problem::Problem;
use crate::tmux::client::{self, TmuxError};
use crate::tmux::handover::Handover;
use crate::tmux::session::{self, EndedPane, RunningPane, SessionState};
use crate::word::Argv;

/// The service does not run.
const NOT_RUNNING: u8 = 3;

/// How often a process that is about to end is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// How long it mostly takes to end; after that tmux may have missed its end, and is asked
/// at this interval.
const QUICK: Duration = Duration::from_millis(200);

pub(super) fn execute(invocation: &Invocation, arguments: &TmuxArgs) -> Result<ExitCode> {
    let target = |service: &OneService, choices| {
        TmuxTarget::new(invocation, service.name(), choices, arguments.print)
    };
    let tmux = |service| target(service, invocation.choices(&[]));
    let orders = |start: &TmuxStartArgs| target(&start.service, invocation.orders(&[])?);
    match &arguments.command {
        TmuxCommand::Start(start) => orders(start)?.start(invocation, start),
        TmuxCommand::Attach(service) => tmux(service)?.attach(),
        TmuxCommand::Send { words, service } => send(invocation, words, service, arguments.print),
        TmuxCommand::Stop(service) => tmux(service)?.stop(),
        TmuxCommand::Restart(start) => orders(start)?.restart(invocation, start),
        TmuxCommand::Status(service) => tmux(service)?.status(&invocation.host),
        TmuxCommand::Enter { file } => enter(file),
    }
}

/// Restarts a service if `process` is in its session, and returns whether it is.
pub(super) fn restart(
    invocation: &Invocation,
    service: Option<&String>,
    process: Process,
) -> Result<bool> {
    if invocation.project()?.file.is_none() {
        return Ok(false);
    }
    let target = TmuxTarget::new(invocation, service, invocation.orders(&[])?, false)?;
    match target.session.state() {
        Ok(SessionState::Running(running)) if u32::try_from(running.pid) == Ok(process.pid) => {
            let start = TmuxStartArgs {
                service: OneService::named(service.cloned()),
                arguments: Vec::new(),
            };
            target.restart(invocation, &start)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// One service and its session.
struct TmuxTarget {
    plan: Plan,
    service: Service,
    session: session::Session,
    /// Whether commands are printed and not run.
    print: bool,
}

impl TmuxTarget {
    fn new(
        invocation: &Invocation,
        service: Option<&String>,
        choices: Choices,
        print: bool,
    ) -> Result<Self, Failure> {
        let project = invocation.project()?;
        let (plan, _) = invocation.plan_one_of(&project, service, choices)?;
        TmuxTarget::of_plan(plan, print)
    }

    fn of_plan(plan: Plan, print: bool) -> Result<Self, Failure> {
        let service = plan.services[0].clone();
        let Some(session) = session::Session::of(&service) else {
            return Err(
                Problem::error("`tmux` needs a project file, not standard input")
                    .help("the session outlives what is read there: name a file with `-f FILE`")
                    .into(),
            );
        };
        Ok(TmuxTarget {
            plan,
            service,
            session,
            print,
        })
    }

    /// What to type to do something else with this service.
    fn command(&self, verb: &str) -> String {
        if self.plan.several {
            format!("lisplaunch tmux {verb} {}", self.service.name)
        } else {
            format!("lisplaunch tmux {verb}")
        }
    }

    // Starting.

    fn start(&self, invocation: &Invocation, start: &TmuxStartArgs) -> Result<ExitCode> {
        let argv = self.checked_argv(invocation, start)?;
        if self.print {
            deliver(&script::start(&self.session, &self.service, &argv)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        match self.state()? {
            SessionState::Running(running) => {
                info(&format!(
                    "`{}` runs already in the tmux session `{}`, process {}",
                    self.service.name,
                    self.session.name(),
                    running.pid
                ));
                return Ok(ExitCode::SUCCESS);
            }
            SessionState::Ended(ended) => self.launch(invocation, start, Some(&ended))?,
            SessionState::Absent | SessionState::Foreign(_) => {
                self.launch(invocation, start, None)?;
            }
        }
        info(&format!(
            "`{}` is started in the tmux session `{}`; `{}` shows it",
            self.service.name,
            self.session.name(),
            self.command("attach")
        ));
        Ok(ExitCode::SUCCESS)
    }

    fn restart(&self, invocation: &Invocation, start: &TmuxStartArgs) -> Result<ExitCode> {
        let argv = self.checked_argv(invocation, start)?;
        if self.print {
            deliver(
                &(self.session.stop_script()
                    + &script::start(&self.session, &self.service, &argv)?),
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        self.stop()?;
        self.start(invocation, start)
    }

    /// The argument list of sbcl, if nothing keeps it from being started.
    fn checked_argv(
        &self,
        invocation: &Invocation,
        start: &TmuxStartArgs,
    ) -> Result<Argv, Failure> {
        let argv = command_line(&self.plan, &self.service, &start.arguments)?;
        let obstacles = launch::obstacles(&self.service, &invocation.host);
        if self.print || obstacles.is_empty() {
            Ok(argv)
        } else {
            Err(Failure::failed(obstacles))
        }
    }

    /// Lets the session's first process become `lisplaunch run`, which becomes sbcl: so there
    /// is one way to start a service, with one environment, and nothing stays behind.
    fn launch(
        &self,
        invocation: &Invocation,
        start: &TmuxStartArgs,
        over: Option<&EndedPane>,
    ) -> Result<()> {
        if let Some(taken) = launch::taken_port(&self.service, &invocation.host) {
            return Err(Failure::failed([taken]).into());
        }
        let program = std::env::current_exe().context("cannot find this program")?;
        let program_word = utf8(&program)?.into();
        let service = start.service.name().map(String::as_str);
        let run = again::run(&program, invocation, service, &[], &start.arguments);
        let handover = Handover::from_here(run).context("cannot find the working directory")?;
        let folder = private_folder();
        let file = handover
            .leave(&folder)
            .map_err(|error| cannot_write(&folder, &error))?;
        let command = vec![
            program_word,
            "tmux".into(),
            "enter".into(),
            utf8(&file)?.into(),
        ];
        // In one run of tmux: a server that has no session left would leave in between.
        let mut commands: Vec<_> = over
            .map(|ended| session::kill(&ended.session))
            .into_iter()
            .collect();
        commands.extend(self.session.start(command));
        let directory = self.service.directory.resolved();
        if let Err(failed) = client::run_in(Path::new(&directory), &commands, &[]) {
            // It is not going to be read.
            let _ = std::fs::remove_file(&file);
            return Err(explain(&failed).into());
        }
        Ok(())
    }

    // Working with it.

    fn attach(&self) -> Result<ExitCode> {
        let inside = std::env::var_os("TMUX").is_some_and(|tmux| !tmux.is_empty());
        let command = if inside {
            self.session.switch()
        } else {
            self.session.attach()
        };
        if self.print {
            deliver(&script::commands(&[command])?)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let SessionState::Absent = self.state()? {
            return Err(self.not_running().into());
        }
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if !inside && !terminal {
            let status = self.command("status");
            return Err(Failure::failed([Problem::error("`attach` needs a terminal")
                .help(format!("`{status}` says how the service is"))])
            .into());
        }
        Err(explain(&client::become_client(&command)).into())
    }

    fn send(&self, text: &str) -> Result<ExitCode> {
        let forms = form::read(text)?;
        if self.print {
            deliver(&script::send(&self.session, text, &forms)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let SessionState::Running(running) = self.state()? else {
            return Err(self.not_running().into());
        };
        if running.deaf {
            return Err(Failure::failed([Problem::error(format!(
                "the input of the tmux session `{}` is switched off",
                self.session.name()
            ))
            .help(format!("`tmux select-pane -e -t {}`", running.pane))])
            .into());
        }
        let typed = form::typed(text, &forms)?;
        // One for each sender, who may be many.
        let buffer = format!("lisplaunch-{}", std::process::id());
        let paste = self.session.paste(Some(&running.pane), &buffer);
        match client::run(&paste, typed.as_bytes()) {
            Ok(_) => Ok(ExitCode::SUCCESS),
            // It has ended since.
            Err(TmuxError::Absent) => Err(self.not_running().into()),
            Err(failed) => Err(explain(&failed).into()),
        }
    }

    fn status(&self, host: &Host) -> Result<ExitCode> {
        if self.print {
            deliver(&script::commands(&[self.session.status()])?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let state = self.state_of_any()?;
        let code = match state {
            SessionState::Running(_) => ExitCode::SUCCESS,
            _ => ExitCode::from(NOT_RUNNING),
        };
        let mut text = describe(&state)?;
        // Its terminal may be gone, or full of other words.
        if let Some(note) = self.last_note(host).filter(|note| !text.contains(note)) {
            text += &format!("\n{note}");
        }
        print(&format!("{}: {text}\n", self.service.name))?;
        Ok(code)
    }

    /// The last words of the service itself, unless it still runs or was stopped.
    fn last_note(&self, host: &Host) -> Option<String> {
        let record = state_file::read(&self.service, host)?;
        let failed = State::of_file(Some(&record), None) == State::Failed;
        record.note.filter(|_| failed)
    }

    // Stopping.

    fn stop(&self) -> Result<ExitCode> {
        if self.print {
            deliver(&self.session.stop_script())?;
            return Ok(ExitCode::SUCCESS);
        }
        let name = &self.service.name;
        match self.state()? {
            SessionState::Running(running) => self.stop_running(&running)?,
            SessionState::Ended(ended) => {
                end(&ended.session)?;
                info(&format!("`{name}` had ended; its tmux session is gone"));
            }
            SessionState::Absent | SessionState::Foreign(_) => {
                info(&format!("`{name}` does not run"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// SIGTERM makes SBCL run its exit hooks; that of a closed terminal would not.
    fn stop_running(&self, running: &RunningPane) -> Result<()> {
        let Some(pid) = Pid::from_raw(running.pid) else {
            return Ok(());
        };
        let name = &self.service.name;
        let patience = stopping::patience(self.service.stop_timeout).0;
        let asked = Instant::now();
        // A process that has ended meanwhile is what is wanted.
        let _ = kill_process(pid, Signal::TERM);
        while test_kill_process(pid).is_ok() {
            if asked.elapsed() > Duration::from_secs(patience) {
                return Err(Failure::failed([Problem::error(format!(
                    "`{name}` still runs after {patience} seconds, process {}",
                    running.pid
                ))
                .help(format!(
                    "`{}` shows what it does; `kill -KILL {}` ends it without its exit hooks",
                    self.command("attach"),
                    running.pid
                ))])
                .into());
            }
            if asked.elapsed() < QUICK {
                std::thread::sleep(GLANCE);
            } else {
                std::thread::sleep(QUICK);
                session::reap().map_err(|failed| explain(&failed))?;
            }
        }
        if let Ok(SessionState::Ended(ended)) = self.state()
            && ended.session == running.session
        {
            info(&format!("`{name}`: {}", last_words(&ended)?));
        }
        end(&running.session)?;
        info(&format!("`{name}` is stopped"));
        Ok(())
    }

    // What is there.

    fn state_of_any(&self) -> Result<SessionState, Failure> {
        self.session.state().map_err(|failed| explain(&failed))
    }

    /// How the session is; another user's session is an error.
    fn state(&self) -> Result<SessionState, Failure> {
        let state = self.state_of_any()?;
        let SessionState::Foreign(owner) = &state else {
            return Ok(state);
        };
        Err(Failure::failed([Problem::error(format!(
            "the tmux session `{}` is not of this service: {}",
            self.session.name(),
            foreign(owner.as_deref())
        ))
        .help(format!(
            "rename it (`tmux rename-session -t ={} NAME`), or change `name:` of the project",
            self.session.name()
        ))]))
    }

    fn not_running(&self) -> Failure {
        Failure {
            problems: vec![
                Problem::error(format!("`{}` does not run in tmux", self.service.name))
                    .help(format!("`{}` starts it", self.command("start"))),
            ],
            code: NOT_RUNNING,
        }
    }
}

fn enter(file: &Path) -> Result<ExitCode> {
    let handover =
        Handover::take(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    Err(handover.exec()).context("cannot start `lisplaunch run`")
}

fn send(
    invocation: &Invocation,
    words: &[String],
    service: &ServiceOption,
    print: bool,
) -> Result<ExitCode> {
    let project = invocation.project()?;
    let (plan, forms) = invocation.plan_for(
        &project,
        (words, service),
        &(1..=1),
        invocation.choices(&[]),
    )?;
    let target = TmuxTarget::of_plan(plan, print)?;
    let form = forms.first().map_or("", String::as_str);
    if form == "-" {
        let text = host::read_text_from(&mut io::stdin().lock())
            .context("cannot read the form from standard input")?;
        target.send(text.trim_end_matches('\n'))
    } else {
        target.send(form)
    }
}

/// Where files lie that another process of this user reads at once.
fn private_folder() -> PathBuf {
    dirs::runtime_dir()
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(std::env::temp_dir)
}

fn cannot_write(folder: &Path, error: &io::Error) -> Failure {
    Failure::failed([
        Problem::io("write a file in", folder, error).help("name another folder: `TMPDIR=FOLDER`")
    ])
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("the path `{}` is not UTF-8", path.display()))
}

fn end(session: &str) -> Result<(), Failure> {
    match client::run(&[session::kill(session)], &[]) {
        // It has gone with its last process.
        Ok(_) | Err(TmuxError::Absent) => Ok(()),
        Err(failed) => Err(explain(&failed)),
    }
}

fn explain(failed: &TmuxError) -> Failure {
    let problem = Problem::error(failed.to_string());
    Failure::failed([match failed {
        TmuxError::Missing => {
            problem.help("install it (Debian and Ubuntu: `apt-get install tmux`)")
        }
        TmuxError::Absent | TmuxError::Other(_) => problem,
    }])
}

fn describe(state: &SessionState) -> Result<String> {
    Ok(match state {
        SessionState::Absent => "not running".to_owned(),
        SessionState::Foreign(owner) => format!(
            "not running; the tmux session of its name is not of it: {}",
            foreign(owner.as_deref())
        ),
        SessionState::Ended(ended) => format!("not running; it {}", last_words(ended)?),
        SessionState::Running(running) => {
            let since = UNIX_EPOCH + Duration::from_secs(running.since);
            let age = SystemTime::now().duration_since(since).unwrap_or_default();
            format!(
                "running, process {}, since {} ({}), {}",
                running.pid,
                humantime::format_rfc3339_seconds(since),
                humantime::format_duration(Duration::from_secs(age.as_secs())),
                match running.clients {
                    1 => "1 terminal attached".to_owned(),
                    clients => format!("{clients} terminals attached"),
                }
            )
        }
    })
}

fn foreign(owner: Option<&str>) -> String {
    match owner {
        Some(owner) => format!("it is that of `{owner}`"),
        None => "lisplaunch did not start it".to_owned(),
    }
}

fn last_words(ended: &EndedPane) -> Result<String, Failure> {
    let how = match (&ended.pane, ended.code) {
        (None, _) => return Ok("has ended".to_owned()),
        (_, Some(code)) => format!("ended with exit code {code}"),
        (_, None) => "was ended by a signal".to_owned(),
    };
    let words = ended.last_words().map_err(|failed| explain(&failed))?;
    Ok(if words.is_empty() {
        how
    } else {
        format!("{how}; its last words:\n{words}")
    })
}
