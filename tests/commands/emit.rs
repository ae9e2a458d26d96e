//! `lisplaunch emit`: where the output goes, and where it does not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use insta::assert_snapshot;
use lisplaunch::format::ALL;

use super::PLAIN;
use crate::support::Project;

#[test]
fn formats_are_listed() {
    assert_snapshot!(Project::empty().run(&["emit", "--list"]).output(), @"
    makefile    a Makefile with a target `start`, for GNU make and BSD make
    supervisor  stanzas for supervisord's configuration
    ");
}

#[test]
fn every_format_says_what_wrote_it_and_how_to_write_it_again() {
    let yaml = format!("{PLAIN}profiles: {{two words: {{restart: never}}}}");
    let project = Project::new(&yaml);
    for format in ALL {
        let output = project
            .run(&["emit", format.name, "-p", "two words", "--set", "A=b c"])
            .output();
        let head: Vec<&str> = output.lines().take(3).map(|line| &line[2..]).collect();
        assert_eq!(
            head,
            [
                &*format!(
                    "Written by `lisplaunch emit {}` from /srv/app/lisplaunch.yaml.",
                    format.name
                ),
                "Change that file instead of this one, then write this one again:",
                &*format!(
                    "  lisplaunch emit {} -f /srv/app/lisplaunch.yaml -p 'two words' --set 'A=b c' -o FILE",
                    format.name
                ),
            ]
        );
    }
}

#[test]
fn a_file_is_written_into_a_folder_under_its_usual_name() {
    let project = Project::new(PLAIN).with_file("out/keep", "");
    for format in ALL {
        let output = project.run(&["emit", format.name]).output();
        assert_eq!(
            project.run(&["emit", format.name, "-o", "out"]).output(),
            ""
        );
        let file = project.file("out").join(format.file_name);
        let written = fs::read_to_string(file).unwrap();
        let folder = project.folder().to_str().unwrap().to_owned();
        assert_eq!(written.replace(&folder, "/srv/app"), output);
    }
    let left: Vec<_> = fs::read_dir(project.file("out")).unwrap().collect();
    assert_eq!(left.len(), ALL.len() + 1, "{left:?}");
}

#[test]
fn a_file_of_ours_is_replaced_and_keeps_its_permissions() {
    let project = Project::new(PLAIN);
    let emit = || {
        project
            .run(&["emit", "makefile", "-o", "Makefile"])
            .output()
    };
    let file = project.file("Makefile");
    emit();
    let umask = 0o666 & !fs::metadata(&file).unwrap().mode();
    assert_eq!(umask & !0o077, 0, "a new file is one like others");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let head = text.lines().next().unwrap();
    fs::write(&file, format!("{head}\nold\n")).unwrap();
    emit();
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o604);
}

#[test]
fn a_link_stays_one() {
    let project = Project::new(PLAIN).with_file("real/keep", "");
    symlink("real/there", project.file("link")).unwrap();
    let emit = || project.run(&["emit", "makefile", "-o", "link"]).output();
    emit();
    emit();
    assert!(project.file("link").is_symlink());
    assert!(project.file("real/there").is_file());
}

#[test]
fn a_foreign_file_is_replaced_only_by_force() {
    let project = Project::new(PLAIN).with_file("Makefile", "all:\n");
    project
        .run(&["emit", "makefile", "-o", "Makefile"])
        .failure(1);
    assert_eq!(
        fs::read_to_string(project.file("Makefile")).unwrap(),
        "all:\n"
    );
    project
        .run(&["emit", "makefile", "-o", "Makefile", "--force"])
        .output();
    assert!(
        fs::read_to_string(project.file("Makefile"))
            .unwrap()
            .contains("start:")
    );
}

#[test]
fn nothing_is_written_when_something_is_wrong() {
    let project = Project::new("start: (f)\ndirectory: '/a #b'");
    project
        .run(&["emit", "supervisor", "-o", "out.conf"])
        .failure(1);
    assert!(!project.file("out.conf").exists());
    let left: Vec<_> = fs::read_dir(project.folder()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn check_compares_and_changes_nothing() {
    let project = Project::new(PLAIN);
    let check = || project.run(&["emit", "makefile", "--check", "-o", "Makefile"]);
    project
        .run(&["emit", "makefile", "-o", "Makefile"])
        .output();
    assert_eq!(check().output(), "");
    let project = project.with_file("lisplaunch.yaml", PLAIN.replace("(f)", "(g)"));
    let before = fs::read_to_string(project.file("Makefile")).unwrap();
    let outcome = project.run(&["emit", "makefile", "--check", "-o", "Makefile"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_snapshot!(outcome.stdout, @r#"
    --- Makefile
    +++ what lisplaunch would write
    @@ -8,5 +8,5 @@
     	  sbcl --noinform --disable-debugger \
     	  --load /srv/app/.lisplaunch/runtime.lisp \
     	  --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")' \
    -	  --eval '(progn (lisplaunch:starting) (f))' \
    +	  --eval '(progn (lisplaunch:starting) (g))' \
     	  --eval '(lisplaunch:stay)'
    "#);
    assert_eq!(
        fs::read_to_string(project.file("Makefile")).unwrap(),
        before
    );
}

#[test]
fn services_can_be_chosen() {
    let project = Project::new("loader: none\nstart: (f)\nservices: {a: , b: , c: }");
    let targets = |arguments: &[&str]| {
        let arguments = [&["emit", "makefile"], arguments].concat();
        let output = project.run(&arguments).output();
        let lines = output.lines().filter(|line| line.starts_with(".PHONY"));
        lines.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(targets(&[]), @".PHONY: start .PHONY: a .PHONY: b .PHONY: c");
    assert_snapshot!(targets(&["c", "a"]), @".PHONY: start .PHONY: a .PHONY: c");
}

#[test]
fn check_shows_which_argument_of_a_supervised_command_differs() {
    let yaml = "loader: none\nload: [a.lisp]\nstart: (f)\nstop: (g)\nswank: 4005\nenv: {A: b}\n";
    let project = Project::new(yaml);
    project.run(&["emit", "supervisor", "-o", "."]).output();
    let check = ["emit", "supervisor", "--check", "-o", "."];
    assert_eq!(project.run(&check).output(), "");
    let changed = yaml
        .replace("4005", "4006")
        .replace("load: [a.lisp]", "load: [a.lisp, b.lisp]")
        .replace("stop: (g)\n", "")
        .replace("A: b", "A: c");
    let project = project.with_file("lisplaunch.yaml", changed);
    let outcome = project.run(&check);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_snapshot!(outcome.stdout, @r#"
    --- ./supervisor.conf
    +++ what lisplaunch would write
    @@ -7,11 +7,11 @@
       --load /srv/app/.lisplaunch/runtime.lisp
       --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")'
       --load /srv/app/a.lisp
    -  --eval '(lisplaunch:on-stop (g))'
    -  --eval '(progn (lisplaunch:start-swank :port 4005) (f))'
    +  --load /srv/app/b.lisp
    +  --eval '(progn (lisplaunch:start-swank :port 4006) (f))'
       --eval '(lisplaunch:stay)'
     directory=/srv/app
    -environment=A="b"
    +environment=A="c"
     autorestart=true
     exitcodes=0
     startsecs=10
    "#);
}

#[test]
fn a_supervisor_can_start_lisplaunch_instead() {
    let project = Project::new("loader: none\nstart: (f)\nenv: {A: b}\nservices: {a: , b: }");
    let output = project
        .run(&["emit", "supervisor", "a", "--indirect", "--set", "A=b"])
        .output();
    assert_snapshot!(output, @"
    ; Written by `lisplaunch emit supervisor` from /srv/app/lisplaunch.yaml.
    ; Change that file instead of this one, then write this one again:
    ;   lisplaunch emit supervisor a -f /srv/app/lisplaunch.yaml --set A=b --indirect -o FILE

    [program:app-a]
    command=lisplaunch run -f /srv/app/lisplaunch.yaml --set A=b a
    directory=/srv/app
    autorestart=true
    exitcodes=0
    startsecs=10
    stopwaitsecs=15
    stopasgroup=true
    killasgroup=true
    redirect_stderr=true
    ");
}
