//! The session of a service: its name, whose it is, and the commands that concern it.
//!
//! Targets are written `=name:`, as tmux also takes a beginning or a pattern of a name, and
//! `=name` alone for a window. Two options of the session say whose it is and in which
//! pane the service runs, since a person may have sessions of the same name, and may split
//! this one: a form must not be typed at whatever pane is in front.

use crate::plan::service::Service;
use crate::word::Word;

use super::client::{TmuxError, run};

/// Whose the session is.
const OWNER: &str = "@lisplaunch";

/// In which pane the service runs.
const PANE: &str = "@lisplaunch-pane";

/// What is asked of every pane; the owner last, as the only one that may contain blanks.
const QUESTION: &str = "#{@lisplaunch-pane} #{pane_id} #{session_id} #{pane_pid} #{pane_dead} \
     #{pane_input_off} #{session_created} #{session_attached} [#{pane_dead_status}] #{@lisplaunch}";

/// The lines that a service leaves behind and that are shown.
const LAST_LINES: usize = 12;

/// The session of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    name: String,
    owner: String,
}

/// The state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// There is none.
    Absent,
    /// There is one of this name, of this owner if any.
    Foreign(Option<String>),
    /// The service has ended and left its last words.
    Ended(EndedPane),
    /// It runs.
    Running(RunningPane),
}

/// A service that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningPane {
    /// The session as no other one is called, `$1`.
    pub session: String,
    /// Its pane, `%1`.
    pub pane: String,
    /// Its process.
    pub pid: i32,
    /// When it was started, in seconds since 1970.
    pub since: u64,
    /// How many terminals look at it.
    pub clients: u32,
    /// Whether its input is switched off.
    pub deaf: bool,
}

/// A service that runs no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedPane {
    /// The session as no other one is called, `$1`.
    pub session: String,
    /// Its pane, if that is still there.
    pub pane: Option<String>,
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
}

impl Session {
    /// The session `name` of `owner`, which is one line of text.
    pub fn new(name: &str, owner: &str) -> Self {
        Session {
            // tmux does the same, since both mean something in a target.
            name: name.replace(['.', ':'], "_"),
            owner: owner.escape_debug().to_string(),
        }
    }

    /// The session of a service; none where its project file is standard input.
    pub fn of(service: &Service) -> Option<Self> {
        // Another copy of the project is another service, though it has the same name.
        let file = service.identity.file.as_ref()?;
        let owner = format!("{} {file}", service.name);
        Some(Session::new(&service.identity.unique_name(), &owner))
    }

    /// Whose it is.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Its name for tmux.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn target(&self) -> String {
        format!("={}:", self.name)
    }

    /// Starts `command` in a new session. It inherits the folder from which tmux is run.
    pub fn start(&self, command: Vec<Word>) -> Vec<Vec<Word>> {
        let mut start = words(&["new-session", "-d", "-s", &self.name]);
        start.extend(command);
        let target = self.target();
        let options: [&[&str]; 4] = [
            // What goes wrong at once can be read afterwards.
            &["-w", "-t", &target, "remain-on-exit", "failed"],
            // A person who has this on means sessions to look at.
            &["-t", &target, "destroy-unattached", "off"],
            &["-F", "-t", &target, PANE, "#{pane_id}"],
            &["-t", &target, OWNER, &self.owner],
        ];
        let set = |option: &&[&str]| words(&[&["set-option"], *option].concat());
        std::iter::once(start)
            .chain(options.iter().map(set))
            .collect()
    }

    /// Looks at it.
    pub fn attach(&self) -> Vec<Word> {
        words(&["attach-session", "-t", &self.target()])
    }

    /// Looks at it from inside tmux.
    pub fn switch(&self) -> Vec<Word> {
        words(&["switch-client", "-t", &self.target()])
    }

    /// Types the text on standard input at this pane, or else at the one in front; it goes
    /// through the paste buffer of this name, which is gone then.
    pub fn paste(&self, pane: Option<&str>, buffer: &str) -> Vec<Vec<Word>> {
        let target = self.target();
        let pane = pane.unwrap_or(&target);
        // -r: or every line break becomes a return. No key is ever looked up on this way,
        // so a pane in copy mode and key names do no harm.
        vec![
            words(&["load-buffer", "-b", buffer, "-"]),
            words(&["paste-buffer", "-d", "-r", "-b", buffer, "-t", pane]),
        ]
    }

    /// What a person would type to stop the service; its process is known only then.
    pub fn stop_script(&self) -> String {
        let target = self.target();
        format!(
            "tmux set-option -w -t '{target}' remain-on-exit off\n\
             kill \"$(tmux display-message -p -t '{target}' '#{{pane_pid}}')\"\n\
             while tmux run-shell 'sleep 1' ';' has-session -t '{target}' 2>/dev/null; do :; done\n"
        )
    }

    /// Asks whether it is there and whether it runs.
    pub fn status(&self) -> Vec<Word> {
        words(&["list-panes", "-s", "-t", &self.target(), "-F", QUESTION])
    }

    /// How it is.
    ///
    /// # Errors
    /// When tmux reports an error.
    pub fn state(&self) -> Result<SessionState, TmuxError> {
        match self.ask()? {
            SessionState::Ended(EndedPane {
                pane: Some(_),
                code: None,
                ..
            }) => {
                reap()?;
                self.ask()
            }
            state => Ok(state),
        }
    }

    fn ask(&self) -> Result<SessionState, TmuxError> {
        match run(&[self.status()], &[]) {
            Ok(answer) => self.understand(&answer).ok_or(TmuxError::Other(answer)),
            Err(TmuxError::Absent) => Ok(SessionState::Absent),
            Err(failed) => Err(failed),
        }
    }

    fn understand(&self, answer: &str) -> Option<SessionState> {
        let mut session = None;
        for line in answer.lines() {
            let answer: Vec<&str> = line.splitn(10, ' ').collect();
            let [
                own,
                pane,
                id,
                pid,
                dead,
                deaf,
                since,
                clients,
                status,
                owner,
            ] = answer[..]
            else {
                return None;
            };
            if owner != self.owner {
                let owner = (!owner.is_empty()).then(|| owner.to_owned());
                return Some(SessionState::Foreign(owner));
            }
            session = Some(id.to_owned());
            if own != pane {
                continue;
            }
            let (session, pane) = (id.to_owned(), pane.to_owned());
            return Some(if dead == "1" {
                SessionState::Ended(EndedPane {
                    session,
                    pane: Some(pane),
                    code: status.trim_matches(['[', ']']).parse().ok(),
                })
            } else {
                SessionState::Running(RunningPane {
                    session,
                    pane,
                    pid: pid.parse().ok()?,
                    since: since.parse().ok()?,
                    clients: clients.parse().ok()?,
                    deaf: deaf == "1",
                })
            });
        }
        // A user has closed its pane and kept others.
        Some(SessionState::Ended(EndedPane {
            session: session?,
            pane: None,
            code: None,
        }))
    }
}

/// The lines in a pane and above it, long ones whole.
///
/// # Errors
/// When there is no such pane, or tmux reports an error.
pub fn lines(pane: &str) -> Result<Vec<String>, TmuxError> {
    let capture = words(&["capture-pane", "-p", "-J", "-S", "-", "-t", pane]);
    let text = run(&[capture], &[])?;
    let lines = text.trim_end().lines().map(str::trim_end);
    let lines = lines.filter(|line| !line.starts_with("Pane is dead"));
    Ok(lines.map(str::to_owned).collect())
}

impl EndedPane {
    /// The last lines that it wrote.
    ///
    /// # Errors
    /// When tmux reports an error.
    pub fn last_words(&self) -> Result<String, TmuxError> {
        let Some(pane) = &self.pane else {
            return Ok(String::new());
        };
        let mut lines = lines(pane)?;
        lines.retain(|line| !line.is_empty());
        Ok(lines[lines.len().saturating_sub(LAST_LINES)..].join("\n"))
    }
}

/// Makes tmux notice which of its processes have ended.
///
/// The signal that says so is lost on tmux 3.3a now and then, and the process stays undead
/// until the next one ends: so this lets one end.
///
/// # Errors
/// When tmux fails; that there is none any more is fine.
pub fn reap() -> Result<(), TmuxError> {
    match run(&[words(&["run-shell", "true"])], &[]) {
        Ok(_) | Err(TmuxError::Absent) => Ok(()),
        Err(failed) => Err(failed),
    }
}

/// Ends a session, by its name or as [`RunningPane::session`] calls it.
pub fn kill(session: &str) -> Vec<Word> {
    words(&["kill-session", "-t", session])
}

fn words(words: &[&str]) -> Vec<Word> {
    words.iter().map(|&word| word.into()).collect()
}
