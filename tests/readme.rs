//! What the README shows is true: its commands run, its tables are those of the program.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::{Command, Stdio};

use lisplaunch::format;
use lisplaunch::project::keys;

use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Project, REPOSITORY};
use crate::swank_server::real::cache;

fn readme() -> String {
    fs::read_to_string(format!("{REPOSITORY}/README.md")).unwrap()
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    blocks_of(&readme(), language)
}

fn blocks_of(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// A command that a person would type at the prompt.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    /// Run here, in the project of the README.
    Lisplaunch(String),
    /// Run by another test, or by the person alone.
    Elsewhere,
}

/// Commands that are not run here, with what runs them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("./examples/try", "tests/end_to_end.rs"),
    ("./tests/run", "this run"),
    (
        "cargo install --path .",
        "cargo builds the same program for the tests",
    ),
    (
        "sudo lisplaunch install systemd",
        "tests/end_to_end/installed_units.rs",
    ),
    (
        "sudo lisplaunch install supervisor",
        "tests/end_to_end/installed.rs",
    ),
    ("lisplaunch tmux attach", "tests/tmux.rs"),
];

fn classify(line: &str) -> Shown {
    let command = line.split(" # ").next().unwrap().trim();
    if ELSEWHERE.iter().any(|(known, _)| *known == command) {
        return Shown::Elsewhere;
    }
    let command = command.trim_start_matches("sudo ");
    assert!(
        command.contains("lisplaunch "),
        "the README shows `{line}`, which no test runs"
    );
    Shown::Lisplaunch(command.to_owned())
}

/// The project of the README's five minutes, with a stand-in for sbcl.
fn my_app() -> Project {
    let yaml = blocks("yaml")
        .into_iter()
        .find(|block| block.contains("name: my-app"))
        .unwrap();
    Project::new(&yaml)
        .with_file("~/quicklisp/setup.lisp", "")
        .with_sbcl("printf '%s\\n' \"$@\"")
}

/// Runs a command as a person would type it, in the folder of the project.
fn run_shown(project: &Project, command: &str) {
    let path = Path::new(LISPLAUNCH).parent().unwrap();
    let script = format!("PATH={}:$PATH; {command}", path.display());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env_clear();
    for (name, value) in project.command(&[]).get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let output = shell
        .current_dir(project.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "`{command}`: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The commands of the README before, in and after the section on the running service.
fn commands() -> [Vec<String>; 3] {
    let readme = readme();
    let (before, rest) = readme
        .split_once("## Working with the running service")
        .unwrap();
    let (section, after) = rest.split_once("\n## ").unwrap();
    [before, section, after].map(|part| {
        blocks_of(part, "sh")
            .iter()
            .flat_map(|block| block.lines())
            .filter_map(|line| match classify(line) {
                Shown::Lisplaunch(command) => Some(command),
                Shown::Elsewhere => None,
            })
            .collect()
    })
}

#[test]
fn every_command_runs() {
    let project = my_app().with_file("Makefile", &blocks("make")[0]);
    let [before, _, after] = commands();
    assert!(before.len() + after.len() >= 8, "{before:?} {after:?}");
    for command in before.iter().chain(&after) {
        run_shown(&project, command);
    }
}

/// Programs of the pages on formats that the tests of these formats run, or that start and stop
/// services of the machine.
const MANAGERS: &[&str] = &[
    "foreman",
    "ln",
    "logrotate",
    "make",
    "nginx",
    "rc-service",
    "rc-update",
    "s6-svscanctl",
    "systemctl",
];

#[test]
fn every_command_of_the_pages_on_formats_runs() {
    let project = my_app();
    let yaml = fs::read_to_string(project.folder().join("lisplaunch.yaml")).unwrap();
    let yaml =
        format!("{yaml}\nhttp: {{port: 8080, hosts: [my-app.example]}}\nlog: log/my-app.log\n");
    let project = project.with_file("lisplaunch.yaml", yaml);
    let pages = fs::read_dir(Path::new(REPOSITORY).join("docs/formats")).unwrap();
    let mut run = 0;
    for page in pages {
        let text = fs::read_to_string(page.unwrap().path()).unwrap();
        for line in blocks_of(&text, "sh")
            .iter()
            .flat_map(|block| block.lines())
        {
            let command = line.trim_start_matches("sudo ");
            let program = command.split(' ').next().unwrap();
            if program == "lisplaunch" {
                run_shown(&project, &below_project(&project, command));
                run += 1;
            } else {
                assert!(MANAGERS.contains(&program), "no test runs `{line}`");
            }
        }
    }
    assert!(run >= 7, "{run}");
}

/// The command with the folder that it writes to below that of the project, and there.
fn below_project(project: &Project, command: &str) -> String {
    let Some((front, path)) = command.split_once(" -o /") else {
        return command.to_owned();
    };
    let folder = project.folder().join(path).parent().unwrap().to_owned();
    fs::create_dir_all(folder).unwrap();
    format!("{front} -o {path}")
}

/// Commands of the page that take a terminal or a Ctrl-C, with the tests that give them one.
const AT_THE_DESK: &[(&str, &str)] = &[
    ("lisplaunch up", "tests/up.rs"),
    ("lisplaunch up --only web,worker", "tests/up.rs"),
    ("lisplaunch run --debug", "tests/debug.rs"),
];

/// The page is read from top to bottom, beside a service that really runs.
#[test]
fn every_command_of_the_page_on_every_day_runs() {
    let page = fs::read_to_string(Path::new(REPOSITORY).join("docs/everyday.md")).unwrap();
    let yaml = blocks_of(&page, "yaml").remove(0);
    let system = "(defsystem \"my-app\" :components ((:file \"my-app\")))";
    let code = "(defpackage :my-app (:use :cl) (:export :main :count-users)) (in-package :my-app)\n\
                (defun main () (format t \"begun~%\")) (defun count-users () 3)";
    let project = Project::new(&yaml)
        .with_file("my-app.asd", system)
        .with_file("my-app.lisp", code)
        .with_file("log/my-app.log", "")
        .with_file("seed.lisp", "(my-app:count-users)")
        .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap());
    let log = fs::File::create(project.folder().join("log/my-app.log")).unwrap();
    let mut run = project.command(&["run"]);
    let mut service = run.stdout(log).spawn().unwrap();
    project.run(&["status", "--wait=2m"]).success();
    let commands = blocks_of(&page, "sh").join("");
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        for command in commands.lines() {
            if !AT_THE_DESK.iter().any(|(known, _)| *known == command) {
                run_shown(&project, command);
            }
        }
    }));
    let _ = service.kill();
    service.wait().unwrap();
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
    assert!(commands.lines().count() >= 6, "{commands}");
}

/// The section is read from top to bottom, on a service that really runs.
#[test]
fn a_day_with_the_running_service() {
    let port = free_port();
    let yaml = format!(
        "name: my-app\nloader: asdf\nregistry: [.]\nsystems: [my-app]\nstart: my-app:main\nswank: {port}\n"
    );
    let system = "(defsystem \"my-app\" :components ((:file \"my-app\")))";
    let code = "(defpackage :my-app (:use :cl) (:export :main :stats)) (in-package :my-app)\n\
                (defun main () t) (defun stats () (list :requests 0))";
    let project = Project::new(&yaml)
        .with_file("my-app.asd", system)
        .with_file("my-app.lisp", code)
        .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap());
    let sockets = project.home().join("tmux");
    fs::create_dir(&sockets).unwrap();
    let project = project.with_variable("TMUX_TMPDIR", sockets.to_str().unwrap());
    let mut service = project
        .command(&["run"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let [_, section, _] = commands();
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        for command in &section {
            run_shown(&project, command);
        }
    }));
    let _ = service.kill();
    service.wait().unwrap();
    run_shown(&project, "tmux kill-server 2>/dev/null || true");
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
    assert!(section.len() >= 9, "{section:?}");
}

#[test]
fn the_table_of_keys_is_the_programs() {
    let readme = readme();
    let table = readme
        .split("<!-- keys: begin -->\n")
        .nth(1)
        .and_then(|rest| rest.split("<!-- keys: end -->").next())
        .unwrap();
    assert_eq!(table, keys::markdown());
}

#[test]
fn the_table_of_formats_is_complete() {
    let readme = readme();
    for format in format::ALL {
        assert!(
            readme.contains(&format!("\n| `{}` | ", format.name)),
            "the README does not list the format `{}`",
            format.name
        );
    }
}

#[test]
fn every_project_file_in_it_can_be_read() {
    for block in blocks("yaml") {
        let yaml = if block.contains("name:") {
            block
        } else {
            format!("name: shown\n{block}")
        };
        Project::new(&yaml)
            .with_file("~/quicklisp/setup.lisp", "")
            .run(&["show"])
            .success();
    }
}

#[test]
fn the_error_in_it_is_the_programs() {
    let yaml =
        "name: my-app\nregistry: [.]\nsystems: [my-app]\nstart: (my-app:start #'on-request\n";
    let project = Project::new(yaml)
        .with_file("~/quicklisp/setup.lisp", "")
        .with_sbcl("");
    let shown = blocks("text").into_iter().next().unwrap();
    let report = project.run(&["check"]).failure(1);
    assert_eq!(
        shown,
        report.split("lisplaunch.yaml: 1 problem").next().unwrap()
    );
}
