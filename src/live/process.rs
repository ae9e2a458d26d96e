//! A process of this machine: what `/proc` says of it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// How many milliseconds a tick has in `/proc`, on every Linux that runs SBCL.
const TICK: u64 = 10;

/// A process of this machine. Its number may be given to another one once it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it began, in ticks since the machine did.
    started: u64,
}

/// What `/proc/PID/stat` says.
pub struct Stat {
    state: char,
    parent: u32,
    /// When the process began, in ticks since the machine did.
    pub started: u64,
}

impl Process {
    /// The process with this number, if it runs.
    pub fn of_pid(pid: u32) -> Option<Self> {
        let stat = Stat::of_pid(pid).filter(|stat| !stat.is_ended())?;
        Some(Process {
            pid,
            started: stat.started,
        })
    }

    /// The process with this number that began then, if it still runs.
    ///
    /// Behind a tunnel is another machine, and a container numbers its processes again: the same
    /// number is another process there, which began at another time.
    pub fn that_began(pid: u32, started: u64) -> Option<Self> {
        Self::of_pid(pid).filter(|process| process.started == started)
    }

    /// Whether it has ended. A parent that does not ask for its exit code keeps the rest.
    pub fn is_gone(&self) -> bool {
        Self::of_pid(self.pid) != Some(*self)
    }

    /// The process that started it, or that its parent left it to.
    pub fn parent(&self) -> Option<Self> {
        Process::of_pid(Stat::of_pid(self.pid)?.parent)
    }

    /// The name of its program.
    pub fn name(&self) -> Option<String> {
        let name = fs::read(self.file("comm")).ok()?;
        Some(String::from_utf8_lossy(&name).trim_end().to_owned())
    }

    /// The arguments that it was started with.
    pub fn command(&self) -> Option<Vec<String>> {
        let words = fs::read(self.file("cmdline")).ok()?;
        let words = words.split(|&byte| byte == 0);
        Some(
            words
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect(),
        )
    }

    /// A variable of the environment that it was started with, if this user may know that.
    pub fn variable(&self, name: &str) -> Option<String> {
        let environment = fs::read(self.file("environ")).ok()?;
        let mut entries = environment.split(|&byte| byte == 0);
        let value = entries.find_map(|entry| {
            let (known, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            (known == name).then_some(value)
        });
        value.map(str::to_owned)
    }

    /// The user whose rights it has.
    pub fn user(&self) -> Option<u32> {
        Some(fs::metadata(self.file("")).ok()?.uid())
    }

    /// The directory that it works in.
    pub fn directory(&self) -> Option<PathBuf> {
        fs::read_link(self.file("cwd")).ok()
    }

    /// A file in which the system says something about it.
    pub fn file(&self, name: &str) -> PathBuf {
        file(self.pid, name)
    }
}

/// How long ago the process with this number began, if it runs.
pub fn age(pid: u32) -> Option<Duration> {
    let machine = fs::read_to_string("/proc/uptime").ok()?;
    Stat::of_pid(pid)?.age(&machine)
}

/// Whether there is a process with this number.
pub fn exists(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // One of another user is there, too.
    pid.is_some_and(|pid| !matches!(test_kill_process(pid), Err(Errno::SRCH)))
}

/// All processes.
pub fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(Process::of_pid)
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

    /// How long ago the process began, by what `/proc/uptime` says of the machine.
    pub fn age(&self, machine: &str) -> Option<Duration> {
        let now: f64 = machine.split_ascii_whitespace().next()?.parse().ok()?;
        let started = Duration::from_millis(self.started * TICK);
        let age = Duration::try_from_secs_f64(now - started.as_secs_f64());
        Some(age.unwrap_or_default())
    }

    fn is_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

fn file(pid: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}
