//! The Makefile, as both makes read it.

use std::collections::BTreeMap;

use super::expected::{kept, settings_of};
use super::project::{Drawn, Project, drawn, other_integers};
use super::text::Settings;
use super::{assert_refused, config, emit, for_projects, indices, name, overridden, runner};
use crate::consumer::{MAKES, command};

/// What makes add to it, beside their shell.
const BY_MAKES: &[&str] = &[
    "PWD",
    "OLDPWD",
    "SHLVL",
    "_",
    // GNU make
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "MAKEOVERRIDES",
    "MAKE_TERMOUT",
    "MAKE_TERMERR",
    // BSD make, as Debian builds it
    "HOST_MACHINE",
    "_HOST_ARCH",
    "_HOST_MACHINE",
    "_HOST_OSNAME",
    "_HOST_OSREL",
    "SYS_OS_MK",
];

/// The services that Makefiles hold, and of these the ones that one Makefile holds together: a
/// variable has one default in it.
fn held_by_makefiles(project: &Project) -> (Vec<usize>, Vec<usize>) {
    let holds = |index: &usize| project.expected(*index, &project.settings).make_holds();
    let alone: Vec<usize> = indices(project)
        .filter(|index| holds(index) == Some(true))
        .collect();
    let mut defaults: BTreeMap<&str, String> = BTreeMap::new();
    let together = |index: &usize| {
        let service = &project.services[*index].1;
        let values: Vec<(&str, String)> = kept(service, &settings_of(service, &project.settings));
        let clash = values
            .iter()
            .any(|(name, value)| defaults.get(name).is_some_and(|other| other != value));
        if !clash {
            defaults.extend(values);
        }
        !clash
    };
    let together = alone.iter().copied().filter(together).collect();
    (alone, together)
}

/// Runs a make on some targets of the project's Makefile, from another folder than the project's.
fn make(project: &Project, program: &str, settings: &Settings, arguments: &[&str]) {
    let mut command = project.command(program, settings);
    let output = command
        .args(["-f", "makefile.out"])
        .args(arguments)
        .output()
        .unwrap();
    project.success(&format!("{program} {arguments:?}"), output);
}

#[test]
pub fn makes_start_what_run_starts() {
    for_projects(6, 25, |project| {
        let (alone, together) = held_by_makefiles(project);
        for index in indices(project) {
            if project.expected(index, &project.settings).make_holds() == Some(false) {
                assert_refused(project, "makefile", &[name(project, index)]);
            }
        }
        if alone.len() > together.len() {
            let names: Vec<&str> = alone.iter().map(|index| name(project, *index)).collect();
            assert_refused(project, "makefile", &names);
        }
        if !together.is_empty() {
            emit(project, "makefile", &together);
            assert_made(project, &together);
        }
    });
}

fn assert_made(project: &Project, services: &[usize]) {
    let targets: Vec<&str> = match project.services.len() {
        1 => vec!["start"],
        _ => services.iter().map(|index| name(project, *index)).collect(),
    };
    let given: Vec<String> = other_integers()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    for program in MAKES {
        let runs: [(&Settings, Vec<&str>, &Settings); 3] = [
            (&project.settings, targets.clone(), &project.settings),
            (&overridden(project), targets.clone(), &overridden(project)),
            (
                &project.settings,
                [given.as_slice(), &["start"]].concat(),
                &overridden(project),
            ),
        ];
        make(
            project,
            program,
            &project.settings,
            &[&["-n"], targets.as_slice()].concat(),
        );
        for (environment, arguments, seen) in runs {
            make(project, program, environment, &arguments);
            for index in services {
                project.assert_started(*index, seen, program, BY_MAKES);
            }
        }
    }
}

/// Another name for the folder of a project.
const ELSEWHERE: &str = "o'clock;`x`&moved";

#[test]
fn a_makefile_of_a_project_goes_where_the_project_goes() {
    let test = |drawn: Drawn| {
        let mut project = Project::new(&drawn);
        let (_, together) = held_by_makefiles(&project);
        if together.is_empty() {
            return Ok(());
        }
        let makefile = project.file().with_file_name("Makefile");
        let mut emit = project.lisplaunch(&project.settings, &["emit", "makefile"]);
        emit.args(together.iter().map(|index| name(&project, *index)));
        project.success("emit", emit.arg("-o").arg(&makefile).output().unwrap());
        assert_made_beside(&project, &together, false);
        if !drawn.folder.contains(['"', '\\']) {
            let text = std::fs::read_to_string(&makefile).unwrap();
            let folder = makefile.parent().unwrap().to_str().unwrap();
            assert!(!text.contains(folder), "{text}");
            project.move_to(ELSEWHERE);
            assert_made_beside(&project, &together, true);
        }
        Ok(())
    };
    runner(config(5))
        .run(&drawn(12), test)
        .unwrap_or_else(|error| panic!("{error:.30000}"));
}

/// Starts services by the Makefile beside the project file: from its folder, and from another one.
fn assert_made_beside(project: &Project, services: &[usize], from_elsewhere: bool) {
    let makefile = project.file().with_file_name("Makefile");
    let folder = makefile.parent().unwrap();
    let targets: Vec<&str> = match project.services.len() {
        1 => vec!["start"],
        _ => services.iter().map(|index| name(project, *index)).collect(),
    };
    let settings = &project.settings;
    for program in MAKES {
        let mut there = project.command(program, settings);
        there.current_dir(folder);
        let mut led = project.command(program, settings);
        led.arg("-C").arg(folder);
        let mut elsewhere = project.command(program, settings);
        elsewhere.arg("-f").arg(&makefile);
        let mut near = project.command(program, settings);
        let path = std::path::Path::new("..").join(folder.file_name().unwrap());
        near.arg("-f").arg(path.join("Makefile"));
        for (mut command, from_elsewhere_only) in [
            (there, false),
            (led, false),
            (elsewhere, true),
            (near, true),
        ] {
            if from_elsewhere_only && !from_elsewhere {
                continue;
            }
            let output = command.args(&targets).output().unwrap();
            project.success(&format!("{command:?}"), output);
            for index in services {
                project.assert_started(*index, settings, program, BY_MAKES);
            }
        }
    }
}

#[test]
fn a_makefile_says_what_a_clone_needs() {
    let project =
        crate::support::Project::new("loader: none\nsbcl: {program: /bin/echo}\nstart: (f)\n");
    project.run(&["emit", "makefile", "-o", "."]).success();
    std::fs::remove_dir_all(project.folder().join(".lisplaunch")).unwrap();
    for make in MAKES {
        let made = || {
            let mut command = command(make);
            command.current_dir(project.folder());
            project.outcome(command)
        };
        let message = made().stderr;
        assert!(
            message.contains("a clone needs this once: lisplaunch build -C /srv/app"),
            "{make}: {message}"
        );
        project
            .run(&["build", "-C", project.folder().to_str().unwrap()])
            .success();
        assert!(made().success().contains("(f)"), "{make}");
        std::fs::remove_dir_all(project.folder().join(".lisplaunch")).unwrap();
    }
}

#[test]
fn a_makefile_says_that_lisp_cannot_read_its_path() {
    let project =
        crate::support::Project::new("loader: none\nsbcl: {program: /bin/echo}\nstart: (f)\n");
    project.run(&["emit", "makefile", "-o", "."]).success();
    let text = std::fs::read_to_string(project.folder().join("Makefile")).unwrap();
    let folder = project.folder().join("say \"(quit)\"");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("Makefile"), text).unwrap();
    for make in MAKES {
        let mut command = command(make);
        command.current_dir(&folder);
        let outcome = project.outcome(command);
        let started = outcome.stdout.contains("--noinform");
        assert!(outcome.code != Some(0) && !started, "{make}");
        let message = "/srv/app/say \"(quit)\": Lisp cannot read a path with quotes or backslashes";
        assert!(
            outcome.stderr.contains(message),
            "{make}: {}",
            outcome.stderr
        );
    }
}

/// What a person may set a number to, to have something else done.
const HOSTILE_NUMBERS: &[&str] = &[
    "1)' `touch ran` '",
    "'; touch ran; '",
    "\"; touch ran; \"",
    "1; touch ran",
    "1\ntouch ran",
    "`touch ran`",
    "$(touch ran)",
    "$$(touch ran)",
    "$(shell touch ran)",
    "$(eval $(shell touch ran))",
    "${:!touch ran!}",
    "1) (touch",
    "1 2",
    "8080x",
    "-",
    "1-1",
    "--1",
    "+1",
    "²",
    "٣",
    " ",
];

/// The ways to ask for the service, in which nothing at all may be done.
const WAYS: [&[&str]; 5] = [
    &["start"],
    &["-j2", "start"],
    &["-k", "start"],
    &["-i", "start"],
    &["-n", "start"],
];

#[test]
fn a_variable_of_a_makefile_is_a_number_or_refused() {
    let yaml = "loader: none\nsbcl: {program: /usr/bin/touch}\nstart: (f ${PORT:-8080})\n\
                env: {SAME: '${PORT:-8080}'}\n";
    let project = crate::support::Project::new(yaml);
    project.run(&["emit", "makefile", "-o", "."]).success();
    for (make, value) in MAKES
        .into_iter()
        .flat_map(|make| HOSTILE_NUMBERS.iter().map(move |value| (make, *value)))
    {
        let given = format!("PORT={value}");
        // BSD make expands what its command line says before it reads any Makefile.
        let typed = make == "make" || !value.starts_with("${:");
        for way in WAYS {
            let mut from_the_environment = command(make);
            from_the_environment.env("PORT", value).args(way);
            let mut commands = vec![from_the_environment];
            if typed {
                let mut from_the_command_line = command(make);
                from_the_command_line.arg(&given).args(way);
                commands.push(from_the_command_line);
            }
            for mut command in commands {
                let output = command.current_dir(project.folder()).output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                let lenient = way[0] == "-i" || way[0] == "-n";
                assert!(lenient || !output.status.success(), "{command:?}: {said}");
                let mut files = std::fs::read_dir(project.folder()).unwrap();
                let ran = files.find_map(|file| {
                    let name = file.unwrap().file_name();
                    let known = ["Makefile", "lisplaunch.yaml", ".lisplaunch"];
                    known.iter().all(|known| *known != name).then_some(name)
                });
                assert_eq!(ran, None, "{command:?}: {said}");
            }
        }
    }
}

#[test]
fn a_refused_number_is_named() {
    let project = crate::support::Project::new(
        "loader: none\nsbcl: {program: /bin/echo}\nstart: (f ${PORT:-8080})\n",
    );
    project.run(&["emit", "makefile", "-o", "."]).success();
    for make in MAKES {
        let made = |value: &str| {
            let mut command = command(make);
            command.env("PORT", value).current_dir(project.folder());
            project.outcome(command)
        };
        let said = made("80a").stderr;
        assert!(said.contains("PORT is not an integer"), "{make}: {said}");
        // An empty one is none, as in `${PORT:-8080}`.
        assert!(made("").success().contains("(f 8080)"), "{make}");
        assert!(made("-1").success().contains("(f -1)"), "{make}");
    }
}
