//! `lisplaunch emit`: where the output goes, and where it does not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use insta::assert_snapshot;
use lisplaunch::format::ALL;

use super::{PLAIN, SERVED};
use crate::support::{self, Project};

#[test]
fn formats_are_listed() {
    let output = Project::empty().run(&["emit", "--list"]).output();
    let lines: Vec<_> = output.lines().map(|line| line.split_once(' ')).collect();
    let formats = ALL.iter().map(|format| (format.name, format.summary));
    for (line, (name, summary)) in lines.iter().zip(formats) {
        let (listed, meaning) = line.unwrap();
        assert_eq!((listed, meaning.trim_start()), (name, summary));
    }
    assert_eq!(lines.len(), ALL.len());
}

/// The files below a folder with their texts, in order.
pub fn files_below(folder: &Path) -> Vec<(String, String)> {
    let files = support::files_below(folder).into_iter();
    let named = files.map(|path| {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
        (name.to_owned(), fs::read_to_string(&path).unwrap())
    });
    let mut found: Vec<_> = named.collect();
    found.sort();
    found
}

#[test]
fn every_file_says_what_wrote_it_and_how_to_write_it_again() {
    let yaml =
        format!("{SERVED}description: ${{A:-x}}\nprofiles: {{two words: {{restart: never}}}}");
    for format in ALL {
        let project = Project::new(&yaml);
        let arguments = ["-p", "two words", "--set", "A=b c", "-o", "out/"];
        let arguments = [&["emit", format.name], &arguments[..]].concat();
        project.run(&arguments).output();
        for (name, text) in files_below(&project.file("out")) {
            let text = text.replace(project.folder().to_str().unwrap(), "/srv/app");
            let head = text.lines().skip_while(|line| !line.contains("Written by"));
            let head: Vec<&str> = head.take(3).collect();
            assert!(
                head[0].ends_with(&*format!(
                    "Written by `lisplaunch emit {}` from /srv/app/lisplaunch.yaml.",
                    format.name
                )),
                "{name}: {head:?}"
            );
            // No two hyphens may be side by side in a comment of XML.
            let command = head[2].replace("-\\-", "--");
            assert!(
                command.contains(&*format!(
                    "  lisplaunch emit {} -f /srv/app/lisplaunch.yaml -p 'two words' --set 'A=b c' -o F",
                    format.name
                )),
                "{name}: {head:?}"
            );
        }
    }
}

#[test]
fn files_are_written_into_a_folder_under_their_own_names() {
    for format in ALL {
        let project = Project::new(SERVED);
        let emit = ["emit", format.name, "-o", "new/folder/"];
        assert_eq!(project.run(&emit).output(), "");
        let written = files_below(&project.file("new/folder"));
        assert!(!written.is_empty());
        project.run(&emit).output();
        project.run(&[&emit[..], &["--check"]].concat()).output();
        assert_eq!(files_below(&project.file("new/folder")), written);
        if let [(_, text)] = &written[..] {
            let text = text.replace(project.folder().to_str().unwrap(), "/srv/app");
            assert_eq!(project.run(&["emit", format.name]).output(), text);
        } else {
            project.run(&["emit", format.name]).failure(2);
        }
    }
}

#[test]
fn the_project_file_can_name_the_files() {
    let yaml = format!(
        "{PLAIN}emit:\n  makefile: Makefile\n  supervisor: {{path: etc/, indirect: true}}\n"
    );
    let project = Project::new(&yaml);
    let check = |arguments: &[&str], code: i32| {
        let outcome = project.run(&[&["emit", "--check"], arguments].concat());
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        outcome.stdout
    };
    check(&[], 1);
    project.run(&["emit"]).output();
    let names: Vec<String> = files_below(&project.folder())
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with(".lisplaunch/"))
        .collect();
    assert_eq!(names, ["Makefile", "etc/app.conf", "lisplaunch.yaml"]);
    let stanza = fs::read_to_string(project.file("etc/app.conf")).unwrap();
    assert!(stanza.contains("/lisplaunch run -f "), "{stanza}");
    check(&[], 0);
    let project = project.with_file("lisplaunch.yaml", yaml.replace("(f)", "(g)"));
    let outcome = project.run(&["emit", "makefile", "--check"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains("(g)"), "{}", outcome.stdout);
    // What starts `lisplaunch run` is as it was.
    project.run(&["emit", "supervisor", "--check"]).output();
}

#[test]
fn all_files_are_written_or_none() {
    let yaml = format!("{PLAIN}emit: {{makefile: Makefile, supervisor: taken.conf}}\n");
    let project = Project::new(&yaml).with_file("taken.conf", "[program:other]\n");
    project.run(&["emit"]).failure(1);
    assert!(!project.file("Makefile").exists());
    project.run(&["emit", "--force"]).output();
    assert!(project.file("Makefile").exists());
}

#[test]
fn what_may_hold_secrets_is_for_its_owner_alone() {
    let mode = |project: &Project, arguments: &[&str]| {
        let file = project.file("app.conf");
        project
            .run(&[&["emit", "supervisor", "-o", "./"], arguments].concat())
            .output();
        fs::metadata(file).unwrap().mode() & 0o777
    };
    let plain = Project::new(PLAIN);
    assert_eq!(mode(&plain, &[]) & 0o044, 0o044);
    for yaml in [
        format!("{PLAIN}env: {{DB_PASSWORD: x}}"),
        format!("{PLAIN}env-file: app.env"),
        "loader: none\nstart: (f \"${API_TOKEN:-x}\")".to_owned(),
    ] {
        let project = Project::new(&yaml).with_file("app.env", "A=b\n");
        assert_eq!(mode(&project, &[]), 0o600, "{yaml}");
        // A file that everyone could read does not stay one.
        let file = project.file("app.conf");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(mode(&project, &[]), 0o600, "{yaml}");
    }
    let project = Project::new(&format!("{PLAIN}env: {{DB_PASSWORD: x}}"));
    assert_eq!(mode(&project, &["--indirect"]) & 0o044, 0o044);
}

#[test]
fn what_the_environment_gave_is_in_the_header() {
    let project = Project::new("loader: none\nstart: (f ${PORT:-1} \"${API_TOKEN:-x}\" ${B:-2})")
        .with_variable("PORT", "9000")
        .with_variable("API_TOKEN", "hidden")
        .with_variable("UNUSED", "1");
    let output = project.run(&["emit", "supervisor"]).output();
    assert_snapshot!(output.lines().nth(2).unwrap(), @";   lisplaunch emit supervisor -f /srv/app/lisplaunch.yaml --set PORT=9000 -o FILE");
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
fn a_dash_is_standard_output() {
    let project = Project::new(PLAIN);
    let output = project.run(&["emit", "makefile", "-o", "-"]).output();
    assert_eq!(output, project.run(&["emit", "makefile"]).output());
    assert!(!project.file("-").exists());
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
    @@ -13,5 +13,5 @@
     	  sbcl --noinform --disable-debugger \
     	  --load "$$here"/.lisplaunch/runtime.lisp \
     	  --eval '(lisplaunch:boot "app" :file "'"$$here"'/lisplaunch.yaml")' \
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
    --- ./app.conf
    +++ what lisplaunch would write
    @@ -8,11 +8,11 @@
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
    let project = Project::new("loader: none\nstart: (f)\nenv: {A: '${A}'}\nservices: {a: , b: }");
    let output = project
        .run(&["emit", "supervisor", "a", "--indirect", "--set", "A=b"])
        .output();
    assert_snapshot!(output, @"
    ; Written by `lisplaunch emit supervisor` from /srv/app/lisplaunch.yaml.
    ; Change that file instead of this one, then write this one again:
    ;   lisplaunch emit supervisor a -f /srv/app/lisplaunch.yaml --set A=b --indirect -o FILE

    ; no log: supervisord keeps the output in a file of its own, and deletes that when it starts again
    [program:app-a]
    command=/usr/bin/lisplaunch run -f /srv/app/lisplaunch.yaml --set A=b a
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

#[test]
fn what_a_script_does_not_do_is_a_comment() {
    let project = Project::new(
        "loader: none\nstart: (f)\nuser: shop\nlog: app.log\nafter: postgresql.service\n\
         limits: {memory: 1GB, open-files: 4000}\n",
    )
    .with_file(".lisplaunch/x", "");
    for format in ["makefile", "procfile", "sh", "tmux"] {
        let text = project.run(&["emit", format]).success();
        let comments = text.lines().filter(|line| line.starts_with("# ")).skip(3);
        let comments: Vec<&str> = comments.filter(|line| line.contains(": ")).collect();
        let expected = [
            "# user: it runs as the user who starts it, so be shop",
            "# after: nothing waits for postgresql.service here, so start that before",
            "# limits.memory: a shell sets no such limit, so start it in a cgroup that has it",
            "# log: the output is left where it is started, so send it on",
        ];
        for line in expected {
            assert!(comments.contains(&line), "{format}: {text}");
        }
        assert!(text.contains("ulimit -n 4000 "), "{format}: {text}");
    }
}
