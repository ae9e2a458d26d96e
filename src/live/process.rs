//! A service's process, where it runs on this machine: what `/proc` says of it.

use std::fs;
use std::path::PathBuf;

use crate::live::swank::Info;

/// A process of this machine. Its number may be given to another one once it is gone.
pub struct Process {
    pid: u32,
    stat: Stat,
    /// Its arguments, each followed by a NUL.
    command: Vec<u8>,
    /// Whether a person sits before it, and so no process manager starts it again.
    on_terminal: bool,
}

/// What `/proc/PID/stat` says.
pub struct Stat {
    state: char,
    parent: u32,
    /// When it began, in ticks since the machine did.
    pub started: u64,
}

impl Process {
    /// The process that a server says it is, if that is one of this machine; `stat` is what
    /// the server reads in `/proc/self/stat`.
    ///
    /// Behind a tunnel is another machine, and a container numbers its processes anew: the same
    /// number is another process there, which began at another time.
    pub fn of_server(info: &Info, stat: &str) -> Option<Self> {
        let hostname = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        if info.machine.as_deref() != Some(hostname.trim_end()) {
            return None;
        }
        let process = Self::of_pid(info.pid?)?;
        let same = Stat::parse(stat)?.started == process.stat.started;
        same.then_some(process)
    }

    fn of_pid(pid: u32) -> Option<Self> {
        let input = fs::read_link(file(pid, "fd/0")).unwrap_or_default();
        let input = input.to_string_lossy();
        Some(Process {
            pid,
            stat: Stat::of_pid(pid)?,
            command: command(pid)?,
            on_terminal: input.starts_with("/dev/pts/") || input.starts_with("/dev/tty"),
        })
    }

    /// Whether it has ended. A parent that does not ask for its exit code keeps the rest.
    pub fn is_gone(&self) -> bool {
        Stat::of_pid(self.pid)
            .is_none_or(|stat| stat.started != self.stat.started || stat.is_ended())
    }

    /// Whether something may start it again.
    pub fn may_return(&self) -> bool {
        !self.on_terminal
    }

    /// The process that its parent started in its place.
    pub fn successor(&self) -> Option<u32> {
        let entries = fs::read_dir("/proc").ok()?;
        let mut pids =
            entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        pids.find(|&pid| {
            let stat = Stat::of_pid(pid);
            stat.is_some_and(|stat| {
                stat.parent == self.stat.parent
                    && stat.started > self.stat.started
                    && !stat.is_ended()
            }) && command(pid).is_some_and(|command| command == self.command)
        })
    }
}

impl Stat {
    fn of_pid(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(file(pid, "stat")).ok()?)
    }

    /// The program's name, in parentheses, may hold anything.
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        Some(Stat {
            state: fields.next()?.chars().next()?,
            parent: fields.next()?.parse().ok()?,
            started: fields.nth(17)?.parse().ok()?,
        })
    }

    fn is_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

fn file(pid: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

fn command(pid: u32) -> Option<Vec<u8>> {
    fs::read(file(pid, "cmdline")).ok()
}
