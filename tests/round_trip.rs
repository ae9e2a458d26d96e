//! Whole projects, drawn at random: every tool that starts a service, by the file that was written
//! for it, starts the words, the environment and the directory that `lisplaunch run` would start.
//!
//! The reference is given twice: by what `run` really executes, and by [`expected`], which knows
//! nothing of the program under test.

mod cases;
mod contained;
mod expected;
mod folders;
mod form;
mod kubernetes;
mod launchd;
mod lisp;
mod logrotate;
mod makefile;
mod nginx;
mod nomad;
mod openrc;
mod placed;
mod procfile;
mod project;
mod recorder;
mod refusal;
mod service;
mod sh;
mod started;
mod supervisor;
mod systemd;
mod text;
mod tmux;
mod yaml;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;

use lisplaunch::format::ALL;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::consumer::{Daemon, MAKES, Parsed, Parser, SHELLS};
use expected::setting_holds;
use project::{Drawn, Project, drawn, other_integers};
use recorder::Record;
use text::{HOSTILE, Settings};

/// Every format, with the test that lets the programs read it for which it is written.
const CONSUMERS: &[(&str, fn())] = &[
    (
        "compose",
        contained::compose_gives_containers_what_the_project_says,
    ),
    (
        "dockerfile",
        contained::containers_start_what_the_project_says,
    ),
    (
        "kubernetes",
        kubernetes::kubernetes_starts_what_the_plan_says,
    ),
    ("launchd", launchd::parsers_read_what_run_starts),
    (
        "logrotate",
        logrotate::logrotate_keeps_what_the_project_says,
    ),
    ("makefile", makefile::makes_start_what_run_starts),
    ("nginx", nginx::nginx_serves_what_the_project_says),
    ("nomad", nomad::nomad_starts_what_run_starts),
    ("openrc", openrc::supervise_daemon_starts_what_run_starts),
    ("procfile", procfile::runners_start_what_run_starts),
    (
        "quadlet",
        contained::systemd_reads_what_podmans_generator_hands_on,
    ),
    ("runit", folders::runsv_starts_what_run_starts),
    ("s6", folders::s6_supervise_starts_what_run_starts),
    ("sh", sh::shells_start_what_run_starts),
    ("supervisor", supervisord_starts_what_run_starts),
    ("systemd", systemd::systemd_starts_what_run_starts),
    ("tmux", tmux::tmux_starts_what_run_starts),
];

#[test]
fn every_format_has_a_consumer() {
    let formats: Vec<&str> = ALL.iter().map(|format| format.name).collect();
    let tried: Vec<&str> = CONSUMERS.iter().map(|(format, _)| *format).collect();
    assert_eq!(tried, formats);
}

/// What a shell adds to the environment.
const BY_SHELLS: &[&str] = &["PWD", "OLDPWD", "SHLVL", "_"];

/// What supervisord adds to it.
const BY_SUPERVISORD: &[&str] = &[
    "SUPERVISOR_ENABLED",
    "SUPERVISOR_PROCESS_NAME",
    "SUPERVISOR_GROUP_NAME",
];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Default::default()
    }
}

fn runner(config: ProptestConfig) -> TestRunner {
    TestRunner::new(config)
}

/// Tries projects of this many services.
fn for_projects(cases: u32, services: usize, test: impl Fn(&Project)) {
    runner(config(cases))
        .run(&drawn(services), |drawn: Drawn| {
            test(&Project::new(&drawn));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.30000}"));
}

fn indices(project: &Project) -> std::ops::Range<usize> {
    0..project.services.len()
}

fn name(project: &Project, index: usize) -> &str {
    &project.services[index].0
}

/// All integer variables set to something else.
fn overridden(project: &Project) -> Settings {
    let mut settings = project.settings.clone();
    settings.extend(other_integers());
    settings
}

/// Asserts that a format refuses a service, and says so.
fn assert_refused(project: &Project, format: &str, services: &[&str]) {
    let output = project
        .lisplaunch(&project.settings, &["emit", format])
        .args(services)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    let context = format!(
        "{format} of {services:?}: {message:.3000}\n{:.3000}",
        project.yaml
    );
    assert_eq!(output.status.code(), Some(1), "{context}");
    assert!(
        output.stdout.is_empty() && message.starts_with("error: "),
        "{context}"
    );
}

/// Writes these services as a file of this format, and returns its text.
fn emit(project: &Project, format: &str, services: &[usize]) -> String {
    let mut arguments = vec!["emit", format];
    arguments.extend(services.iter().map(|index| name(project, *index)));
    let text = project.printed(&project.settings, &arguments);
    assert_eq!(
        text,
        project.printed(&project.settings, &arguments),
        "twice the same"
    );
    let file = project.root().join("out").join(format!("{format}.out"));
    for check in [&[][..], &["--check"]] {
        let mut command = project.lisplaunch(&project.settings, &arguments);
        let output = command.args(check).arg("-o").arg(&file).output().unwrap();
        assert_eq!(project.success("emit", output).stdout, b"");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    text
}

#[test]
fn run_starts_what_the_project_says() {
    for_projects(6, 25, |project| {
        for settings in [project.settings.clone(), overridden(project)] {
            for index in indices(project) {
                let output = project
                    .lisplaunch(&settings, &["run", name(project, index)])
                    .output()
                    .unwrap();
                assert_eq!(project.success("run", output).stdout, b"started\n");
                project.assert_started(index, &settings, "run", &[]);
            }
        }
    });
}

#[test]
fn argv_prints_what_run_starts() {
    for_projects(5, 20, |project| {
        let mut script = String::new();
        let mut all = Vec::new();
        for index in indices(project) {
            let printed = |format| {
                project.printed(
                    &project.settings,
                    &["argv", name(project, index), "--format", format],
                )
            };
            let expected = project.expected(index, &project.settings);
            let words: Vec<String> = serde_json::from_str(&printed("json")).unwrap();
            assert_eq!(expected.read(&words).as_ref(), Ok(&expected.started));
            let nul = printed("nul");
            assert_eq!(
                nul.strip_suffix('\0')
                    .unwrap()
                    .split('\0')
                    .collect::<Vec<_>>(),
                words
            );
            write!(script, "printf '%s\\0' {}", printed("sh")).unwrap();
            let lines = project
                .lisplaunch(
                    &project.settings,
                    &["argv", name(project, index), "--format", "lines"],
                )
                .output()
                .unwrap();
            if words.iter().any(|word| word.contains('\n')) {
                assert_eq!(lines.status.code(), Some(1));
            } else {
                assert_eq!(
                    String::from_utf8(lines.stdout).unwrap(),
                    words.join("\n") + "\n"
                );
            }
            all.extend(words);
        }
        for shell in SHELLS {
            let output = project
                .command(shell, &project.settings)
                .arg("-c")
                .arg(&script)
                .output()
                .unwrap();
            let words = project.success(shell, output).stdout;
            assert_eq!(
                String::from_utf8(words).unwrap(),
                all.join("\0") + "\0",
                "{shell}"
            );
        }
    });
}

#[test]
fn shells_start_what_a_dry_run_prints() {
    for_projects(6, 25, |project| {
        let mut script = String::new();
        let mut printed = Vec::new();
        for index in indices(project) {
            let output = project
                .lisplaunch(
                    &project.settings,
                    &["run", "--dry-run", name(project, index)],
                )
                .args((index % 2 == 1).then_some("--explain"))
                .output()
                .unwrap();
            if project
                .expected(index, &project.settings)
                .env_takes_the_program()
            {
                assert_eq!(output.status.code(), Some(2), "{}", name(project, index));
                continue;
            }
            let output = project.success("dry run", output);
            write!(
                script,
                "(\n{})\n",
                String::from_utf8(output.stdout).unwrap()
            )
            .unwrap();
            printed.push(index);
        }
        let file = project.root().join("out/script");
        fs::write(&file, script).unwrap();
        for shell in SHELLS {
            let output = project
                .command(shell, &project.settings)
                .arg(&file)
                .output()
                .unwrap();
            project.success(shell, output);
            for index in &printed {
                project.assert_started(*index, &project.settings, shell, BY_SHELLS);
            }
        }
    });
}

/// The main configuration of supervisord that includes the project's own, or is it.
fn configuration(project: &Project, text: &str, included: bool) -> std::path::PathBuf {
    let folder = project.root().join("out");
    let mut main =
        "[supervisord]\nnodaemon=true\nlogfile=daemon.log\npidfile=daemon.pid\nchildlogdir=.\n"
            .to_owned();
    if included {
        main += "[include]\nfiles=supervisor.out\n";
    } else {
        main += text;
    }
    let file = folder.join("supervisord.conf");
    fs::write(&file, main).unwrap();
    file
}

/// Writes the configuration of what supervisord holds, having seen that the rest is refused.
fn emit_supervisor(project: &Project) -> Option<(Vec<usize>, String)> {
    let holds = |index: &usize| {
        project
            .expected(*index, &project.settings)
            .supervisor_holds()
    };
    let (held, refused): (Vec<usize>, Vec<usize>) = indices(project).partition(holds);
    for index in refused {
        assert_refused(project, "supervisor", &[name(project, index)]);
    }
    (!held.is_empty()).then(|| {
        let text = emit(project, "supervisor", &held);
        (held, text)
    })
}

/// What supervisord calls a service.
fn program_name(project: &Project, index: usize) -> String {
    match project.services.len() {
        1 => name(project, index).to_owned(),
        _ => format!("project-{}", name(project, index)),
    }
}

#[test]
fn the_parser_of_supervisord_reads_what_run_starts() {
    let parser = RefCell::new(Parser::start());
    for included in [true, false] {
        for_projects(6, 40, |project| {
            let Some((held, text)) = emit_supervisor(project) else {
                return;
            };
            let file = configuration(project, &text, included);
            let programs = parser
                .borrow_mut()
                .parse(&file)
                .unwrap_or_else(|error| panic!("{error:.3000}\n{text:.3000}"));
            assert_eq!(programs.len(), held.len());
            for index in held {
                assert_parsed(project, index, &programs[&program_name(project, index)]);
            }
        });
    }
}

fn assert_parsed(project: &Project, index: usize, parsed: &Parsed) {
    let expected = project.expected(index, &project.settings);
    let Parsed::Program {
        argv,
        environment,
        directory,
        log_file,
    } = parsed
    else {
        panic!("{parsed:?}");
    };
    let (mut environment, mut argv) = (environment.clone(), argv.clone());
    if expected.started.program != "/usr/bin/env" && argv[0] == "/usr/bin/env" {
        let count = 1 + expected.env.len() - environment.len();
        let variables = argv.drain(..count).skip(1);
        environment.extend(variables.filter_map(|variable| {
            let (name, value) = variable.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        }));
    }
    let context = || format!("`{}`\n{:.3000}", name(project, index), project.yaml);
    assert_eq!(
        expected.read(&argv).as_ref(),
        Ok(&expected.started),
        "{}",
        context()
    );
    assert_eq!(environment, expected.env, "{}", context());
    assert_eq!(
        directory.as_ref(),
        Some(&expected.directory),
        "{}",
        context()
    );
    assert_eq!(*log_file, expected.log, "{}", context());
}

#[test]
fn supervisord_starts_what_run_starts() {
    for_projects(2, 60, |project| {
        let Some((held, text)) = emit_supervisor(project) else {
            return;
        };
        let file = configuration(project, &text, true);
        let mut daemon = Daemon::start_with(&file, project.environment(&project.settings));
        daemon.wait_until(|| {
            held.iter()
                .all(|index| Record::exists(&project.program(*index)))
        });
        for index in held {
            project.assert_started(index, &project.settings, "supervisord", BY_SUPERVISORD);
        }
    });
}

#[test]
fn arguments_of_the_program_come_last() {
    for_projects(2, 2, |project| {
        let arguments: Vec<&str> = HOSTILE.iter().copied().chain(["", "--"]).collect();
        let (name, program) = (name(project, 0), project.program(0));
        let expected = project.expected(0, &project.settings);
        let mut run = project.lisplaunch(&project.settings, &["run", name]);
        project.success("run", run.arg("--").args(&arguments).output().unwrap());
        let argv = Record::take(&program).unwrap().argv;
        let mut started = expected.started.clone();
        let end = "--end-runtime-options".to_owned();
        started.options.insert(vec![end]);
        let given = arguments.iter().map(|text| (*text).to_owned());
        started.arguments.extend(given);
        assert_eq!(expected.read(&argv), Ok(started));
        if expected.env_takes_the_program() {
            return;
        }
        let mut dry = project.lisplaunch(&project.settings, &["run", "--dry-run", name]);
        let script = project.success("dry run", dry.arg("--").args(&arguments).output().unwrap());
        for shell in SHELLS {
            let mut shell = project.command(shell, &project.settings);
            let script = String::from_utf8(script.stdout.clone()).unwrap();
            project.success("shell", shell.args(["-c", &script]).output().unwrap());
            assert_eq!(Record::take(&program).unwrap().argv, argv);
        }
    });
}

#[test]
fn supervisord_can_start_run_itself() {
    for_projects(2, 12, |project| {
        let held: Vec<usize> = indices(project)
            .filter(|index| setting_holds(&project.expected(*index, &project.settings).directory))
            .filter(|index| {
                project
                    .expected(*index, &project.settings)
                    .log
                    .as_ref()
                    .is_none_or(|log| setting_holds(log))
            })
            .collect();
        let file = project.file().into_os_string().into_string().unwrap();
        if held.is_empty()
            || file.contains('\r')
            || project.profile().is_some_and(|name| name.contains('\r'))
        {
            return;
        }
        let mut arguments = vec!["emit", "supervisor", "--indirect"];
        arguments.extend(held.iter().map(|index| name(project, *index)));
        let text = project.printed(&project.settings, &arguments);
        fs::write(project.root().join("out/supervisor.out"), &text).unwrap();
        let configuration = configuration(project, &text, true);
        let lisplaunch = std::path::Path::new(crate::support::LISPLAUNCH);
        std::os::unix::fs::symlink(lisplaunch, project.root().join("bin/lisplaunch")).unwrap();
        let mut daemon = Daemon::start_with(&configuration, project.environment(&project.settings));
        daemon.wait_until(|| {
            held.iter()
                .all(|index| Record::exists(&project.program(*index)))
        });
        for index in held {
            project.assert_started(
                index,
                &project.settings,
                "supervisord through run",
                BY_SUPERVISORD,
            );
        }
    });
}

#[test]
fn the_longest_words_are_held_or_refused() {
    const LONGEST: usize = 131_071;
    let yaml = |length: usize| {
        format!(
            "name: app\nloader: none\nsbcl: {{program: /bin/true}}\nstart: [(first), (f \"{}\")]\n",
            "x".repeat(length - 6)
        )
    };
    let longest = crate::support::Project::new(&yaml(LONGEST));
    longest.run(&["run"]).success();
    let words = longest.run(&["argv", "--format", "nul"]).success();
    assert!(words.split('\0').any(|word| word.len() == LONGEST));
    longest.run(&["emit", "makefile"]).failure(1);
    let text = longest.run(&["emit", "supervisor"]).success();
    let folder = longest.folder();
    fs::write(
        folder.join("main.conf"),
        format!(
            "[supervisord]\n{}",
            text.replace("/srv/app", folder.to_str().unwrap())
        ),
    )
    .unwrap();
    let programs = Parser::start().parse(&folder.join("main.conf")).unwrap();
    assert!(
        matches!(&programs["app"], Parsed::Program { argv, .. } if argv.iter().any(|word| word.len() == LONGEST))
    );
    let longer = crate::support::Project::new(&yaml(LONGEST + 1));
    for (arguments, code) in [
        (&["run"][..], 2),
        (&["argv"], 2),
        (&["emit", "makefile"], 1),
        (&["emit", "supervisor"], 1),
    ] {
        let message = longer.run(arguments).failure(code);
        assert!(
            message.starts_with("error: the service `app` has an argument of 131072 bytes: "),
            "{message:.200}"
        );
    }
}

#[test]
fn a_thousand_services_are_written_and_read() {
    let mut yaml = "name: many\nloader: none\nsbcl: {program: /bin/true}\nservices:\n".to_owned();
    for index in 0..1000 {
        writeln!(yaml, "  s{index}:\n    start: '(f \"%(here)s ;\" #\\; $$x ${{PORT:-8080}} {index})'\n    env: {{A: \" ;'\\\"{index}\"}}").unwrap();
    }
    let project = crate::support::Project::new(&yaml);
    let folder = project.folder();
    project.run(&["emit", "makefile", "-o", "."]).success();
    for make in MAKES {
        let output = crate::consumer::run(make, &["-n", "s0", "s999"], &folder);
        assert!(
            output.contains("(f \"%(here)s ;\" #\\; $x '\"$PORT\"' 999))'"),
            "{make}: {output}"
        );
    }
    project.run(&["emit", "supervisor", "-o", "."]).success();
    let text = fs::read_to_string(folder.join("many.conf")).unwrap();
    fs::write(folder.join("main.conf"), format!("[supervisord]\n{text}")).unwrap();
    let programs = Parser::start().parse(&folder.join("main.conf")).unwrap();
    assert_eq!(programs.len(), 1000);
    for index in 0..1000 {
        let Parsed::Program { argv, .. } = &programs[&format!("many-s{index}")] else {
            panic!("s{index}");
        };
        assert_eq!(
            argv[..3],
            ["/usr/bin/env", &format!("A= ;'\"{index}"), "/bin/true"]
        );
        let start = format!("(f \"%(here)s ;\" #\\; $x 8080 {index}))");
        assert!(argv.iter().any(|word| word.ends_with(&start)));
    }
}
