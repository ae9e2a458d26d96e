//! What the files start when those read them that they were written for: make, shells, supervisord,
//! systemd, the programs that run containers. Lisp and what people start it with are stand-ins.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::case::{Case, Origin};
use super::contained::{composed, image};
use crate::consumer::{Parsed, Parser, Runner, Systemd};
use crate::end_to_end::running::eventually;
use crate::support::{Project, make_executable};

/// The programs that the stand-in is.
const NAMES: [&str; 12] = [
    "sbcl", "ros", "clackup", "qlot", "sudo", "chpst", "rlwrap", "tini", "screen", "su", "git",
    "npm",
];

/// The stand-ins, and what they have written down.
pub struct StandIns {
    folder: TempDir,
}

impl StandIns {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (programs, records) = (folder.path().join("bin"), folder.path().join("records"));
        fs::create_dir(&programs).unwrap();
        fs::create_dir(&records).unwrap();
        let text = include_str!("stand-in.sh").replace("@RECORDS@", records.to_str().unwrap());
        for name in NAMES {
            let file = programs.join(name);
            fs::write(&file, &text).unwrap();
            make_executable(&file);
        }
        StandIns { folder }
    }

    /// The words of the Lisp that was started first, once there is one.
    fn first(&self) -> Option<Vec<String>> {
        let entries = fs::read_dir(self.folder.path().join("records")).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.file_name().unwrap().to_str().unwrap().starts_with('.'));
        let text = fs::read_to_string(files.iter().min()?).unwrap();
        let words = text.strip_suffix('\0').unwrap().split('\0');
        Some(words.map(str::to_owned).collect())
    }

    /// What a command line starts first, in the folder of a project.
    fn of(
        &self,
        project: &Project,
        words: &[String],
        variables: &[(String, String)],
    ) -> Vec<String> {
        let mut command = Command::new("unshare");
        let environment = project.command(&[]);
        command
            .args(["-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c"])
            .args([include_str!("inside.sh"), "sh"])
            .args(words)
            .envs(
                environment
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .envs(variables.iter().cloned())
            .env("STAND_INS", self.folder.path().join("bin"))
            .env("TMUX_TMPDIR", self.folder.path())
            .env("LINGER", "10")
            .current_dir(project.folder())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(self.folder.path().join("stderr")).unwrap());
        let mut child = command
            .spawn()
            .expect("`unshare` must be installed for this test");
        let first = eventually(&format!("{words:?} ends or starts a Lisp"), || {
            let ended = child.try_wait().unwrap();
            self.first().map(Some).or(ended.map(|_| None))
        });
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        child.wait().unwrap();
        let said = fs::read_to_string(self.folder.path().join("stderr")).unwrap();
        first.unwrap_or_else(|| panic!("{words:?}: {said}"))
    }
}

/// What starts one service of a case.
pub fn started(case: &Case, project: &Project, origin: &Origin) -> Vec<String> {
    let stand_ins = StandIns::new();
    let file = project.folder().join(&origin.file);
    let run = |words: &[&str], variables: &[(String, String)]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        stand_ins.of(project, &words, variables)
    };
    match (origin.kind.as_str(), origin.name.as_deref()) {
        ("target", Some(target)) => run(&["make", "-f", &origin.file, target], &[]),
        ("process", Some(process)) => {
            let commands = Runner::Honcho.parse(&file);
            run(&["sh", "-c", &commands[process]], &[])
        }
        ("program", Some(program)) => {
            let file = included(project, &file);
            let parsed = Parser::start_with(case.variables()).parse(&file).unwrap();
            let (words, variables) = program_of(parsed, program);
            stand_ins.of(project, &words, &variables)
        }
        ("service", Some(service)) => {
            let (words, variables) = composed(project, &origin.file, service);
            stand_ins.of(project, &words, &variables)
        }
        ("unit", None) => below_systemd(&stand_ins, project, &file),
        ("command of the image", None) => {
            let (words, variables) = image(&file);
            stand_ins.of(project, &words, &variables)
        }
        ("the command", None) => {
            make_executable(&file);
            let text = fs::read_to_string(&file).unwrap();
            // One that does what it is asked to.
            let start = text.contains("start)").then_some("start");
            let words: Vec<&str> = [file.to_str().unwrap()].into_iter().chain(start).collect();
            run(&words, &[])
        }
        other => panic!("{other:?} is not known"),
    }
}

/// A configuration of supervisord with this file in it, whose users need not be there.
fn included(project: &Project, file: &Path) -> PathBuf {
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("user="))
        .collect();
    let program = project.home().join("program.conf");
    fs::write(&program, lines.join("\n")).unwrap();
    let whole = project.home().join("supervisord.conf");
    let include = format!("[supervisord]\n[include]\nfiles = {}\n", program.display());
    fs::write(&whole, include).unwrap();
    whole
}

/// A command line, and the variables that it is given.
pub type Words = (Vec<String>, Vec<(String, String)>);

/// The command line of a program, or of its first process, as supervisord splits it.
fn program_of(parsed: impl IntoIterator<Item = (String, Parsed)>, name: &str) -> Words {
    let first = format!("{name}_");
    let found = parsed
        .into_iter()
        .find(|(process, _)| process == name || process.starts_with(&first));
    match found {
        Some((
            _,
            Parsed::Program {
                argv, environment, ..
            },
        )) => (argv, environment.into_iter().collect()),
        other => panic!("{name}: {other:?}"),
    }
}

/// A systemd starts the unit: as its own user, since it is not that of the machine.
fn below_systemd(stand_ins: &StandIns, project: &Project, file: &Path) -> Vec<String> {
    let systemd = Systemd::start(&project.home());
    let name = file.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(file).unwrap();
    fs::write(systemd.units().join(name), &text).unwrap();
    let own = systemd.units().join(format!("{name}.d"));
    fs::create_dir(&own).unwrap();
    fs::write(own.join("own.conf"), "[Service]\nUser=\n").unwrap();
    for line in text.lines() {
        for needed in line
            .strip_prefix("Requires=")
            .into_iter()
            .flat_map(str::split_whitespace)
        {
            let unit = "[Service]\nExecStart=/bin/sleep 600\n";
            fs::write(systemd.units().join(needed), unit).unwrap();
        }
    }
    let mut inside = systemd.command("sh");
    inside
        .args(["-c", include_str!("inside.sh"), "sh", "true"])
        .env("STAND_INS", stand_ins.folder.path().join("bin"));
    assert!(inside.status().unwrap().success());
    systemd.success(&["daemon-reload"]);
    systemd.success(&["start", "--no-block", name]);
    eventually(&format!("{name} starts a Lisp"), || stand_ins.first())
}
