//! Which project file, which profile, which values.

use insta::assert_snapshot;

use super::PLAIN;
use crate::support::Project;

/// Three projects with different start forms.
fn three() -> Project {
    Project::new("loader: none\nstart: (upper)")
        .with_file("sub/deep/README", "")
        .with_file("other/lisplaunch.yml", "loader: none\nstart: (other)")
        .with_file("other/file.yaml", "loader: none\nstart: (named)")
}

#[test]
fn the_nearest_file_is_found() {
    let project = three();
    assert_eq!(project.start_form(&[]), "(upper)");
    assert_eq!(project.start_form(&["-C", "sub/deep"]), "(upper)");
    assert_eq!(project.start_form(&["-C", "other"]), "(other)");
    let mut command = project.command(&["argv"]);
    let outcome = project.outcome({
        command.current_dir(project.file("sub/deep"));
        command
    });
    assert!(outcome.output().contains("(upper)"));
}

#[test]
fn a_file_can_be_named() {
    let project = three();
    assert_eq!(project.start_form(&["-f", "other/file.yaml"]), "(named)");
    assert_eq!(
        project.start_form(&["-C", "other", "-f", "file.yaml"]),
        "(named)"
    );
    let project = project.with_variable("LISPLAUNCH_FILE", "other/file.yaml");
    assert_eq!(project.start_form(&[]), "(named)");
    assert_eq!(project.start_form(&["-f", "lisplaunch.yaml"]), "(upper)");
}

#[test]
fn a_file_can_come_from_standard_input() {
    let project = Project::empty();
    let outcome = project.run_with_input(&["-f", "-", "run", "--dry-run"], PLAIN.as_bytes());
    assert_snapshot!(outcome.output(), @r#"
    cd -P /srv/app && exec \
      sbcl --noinform --disable-debugger \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "app")' \
      --eval '(progn (lisplaunch:starting) (f))' \
      --eval '(lisplaunch:stay)'
    "#);
}

#[test]
fn paths_are_relative_to_the_file() {
    let yaml = "loader: none\nload: [a.lisp, ./b.lisp, ../c.lisp, ~/d.lisp, /e.lisp]\nlog: app.log";
    let project = Project::empty().with_file("sub/lisplaunch.yaml", yaml);
    assert_snapshot!(project.run(&["-C", "sub", "argv"]).output(), @r#"sbcl --noinform --disable-debugger --load /srv/app/sub/.lisplaunch/runtime.lisp --eval '(lisplaunch:boot "sub" :file "/srv/app/sub/lisplaunch.yaml")' --load /srv/app/sub/a.lisp --load /srv/app/sub/b.lisp --load /srv/app/sub/../c.lisp --load /home/me/d.lisp --load /e.lisp --eval '(progn (lisplaunch:starting))' --eval '(lisplaunch:stay)'"#);
}

#[test]
fn profiles_are_laid_over_the_file_one_on_another() {
    let yaml = "\
loader: none
start: (f)
env: {A: file, B: file}
profiles:
  one: {env: {A: one, C: one}, start: (g)}
  two: {env: {C: two}}
  nothing:
";
    let project = Project::new(yaml);
    let env = |arguments: &[&str]| {
        let arguments: Vec<&str> = [&["run", "--dry-run"], arguments].concat();
        let output = project.run(&arguments).output();
        let lines = output
            .lines()
            .map(|line| line.trim().trim_end_matches(" \\"));
        let kept =
            lines.filter(|line| line.contains('=') || line.contains("(f)") || line.contains("(g)"));
        kept.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(env(&[]), @"A=file B=file --eval '(progn (lisplaunch:starting) (f))'");
    assert_snapshot!(env(&["-p", "one"]), @"A=one B=file C=one --eval '(progn (lisplaunch:starting) (g))'");
    assert_snapshot!(env(&["-p", "one", "-p", "two"]), @"A=one B=file C=two --eval '(progn (lisplaunch:starting) (g))'");
    assert_snapshot!(env(&["-p", "two,one"]), @"A=one B=file C=one --eval '(progn (lisplaunch:starting) (g))'");
    assert_snapshot!(env(&["-p", "nothing"]), @"A=file B=file --eval '(progn (lisplaunch:starting) (f))'");
    let project = Project::new(yaml).with_variable("LISPLAUNCH_PROFILE", "one");
    assert_eq!(project.start_form(&[]), "(g)");
    assert_eq!(project.start_form(&["-p", "two"]), "(f)");
}

#[test]
fn values_come_from_set_the_environment_env_files_and_defaults() {
    let yaml = "loader: none\nenv-file: [a.env, b.env]\nstart: (f \"${V:-default}\")";
    let project = Project::new(yaml)
        .with_file("a.env", "")
        .with_file("b.env", "");
    assert_eq!(project.start_form(&[]), "(f \"default\")");
    let project = project.with_file("a.env", "V=first");
    assert_eq!(project.start_form(&[]), "(f \"first\")");
    let project = project.with_file("b.env", "V=second");
    assert_eq!(project.start_form(&[]), "(f \"second\")");
    let project = project.with_variable("V", "environment");
    assert_eq!(project.start_form(&[]), "(f \"environment\")");
    assert_eq!(
        project.start_form(&["--set", "V=a", "--set", "V=set"]),
        "(f \"set\")"
    );
    assert_eq!(project.start_form(&["--set", "V=a=b c"]), "(f \"a=b c\")");
}

#[test]
fn an_empty_value_gives_way_to_a_default() {
    let project = Project::new("loader: none\nstart: (f \"${V:-default}\" \"${W}\")")
        .with_variable("V", "")
        .with_variable("W", "");
    assert_eq!(project.start_form(&[]), "(f \"default\" \"\")");
}

#[test]
fn the_environment_of_the_process_is_the_same_as_that_of_the_file() {
    let yaml = "loader: none\nenv-file: a.env\nenv: {E: env, F: '${F}!'}\nstart: (f)";
    let project = Project::new(yaml)
        .with_file("a.env", "E=file\nF=file\nG=file\nH=file\n")
        .with_variable("G", "environment")
        .with_variable("O", "other")
        .with_sbcl("env | grep '^[E-O]=' | sort");
    assert_snapshot!(project.run(&["run", "--set", "H=set"]).output(), @"
    E=env
    F=file!
    G=environment
    H=set
    O=other
    ");
}

#[test]
fn run_becomes_sbcl() {
    let project = Project::new("loader: none\nstart: (f)\ndirectory: var\numask: '027'")
        .with_file("var/keep", "")
        .with_sbcl("pwd; umask; printf '<%s>' \"$@\"; cat");
    let outcome = project.run(&["run", "--", "--user", "two words", ""]);
    let lines: Vec<String> = outcome.output().lines().map(str::to_owned).collect();
    assert_eq!(lines[..2], ["/srv/app/var", "0027"]);
    assert_snapshot!(lines[2], @r#"<--noinform><--end-runtime-options><--disable-debugger><--load></srv/app/.lisplaunch/runtime.lisp><--eval><(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")><--eval><(progn (lisplaunch:starting) (f))><--eval><(lisplaunch:stay)><--end-toplevel-options><--user><two words><>"#);
}

#[test]
fn run_keeps_its_process_number_and_exit_code() {
    let project = Project::new(PLAIN).with_sbcl("echo $$; exit 42");
    let mut command = project.command(&["run"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("{pid}\n")
    );
    assert_eq!(output.status.code(), Some(42));
}

#[test]
fn a_dry_run_starts_nothing_and_is_what_a_shell_takes() {
    let yaml = "\
loader: none
directory: var
umask: '027'
env: {A: \"it's\", B: 'x y'}
start: (f \"$$HOME `ls`\" 'a)
";
    let project = Project::new(yaml)
        .with_file("var/keep", "")
        .with_sbcl("pwd; umask; echo \"$A,$B\"; printf '<%s>' \"$@\"");
    let line = project.run(&["run", "--dry-run", "--", "x y"]).output();
    assert_snapshot!(line, @r#"
    umask 027 && cd -P /srv/app/var && exec env \
      A='it'\''s' \
      B='x y' \
      sbcl --noinform --end-runtime-options --disable-debugger \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")' \
      --eval '(progn (lisplaunch:starting) (f "$HOME `ls`" '\''a))' \
      --eval '(lisplaunch:stay)' \
      --end-toplevel-options 'x y'
    "#);
    let mut shell = std::process::Command::new("sh");
    shell
        .arg("-c")
        .arg(line.replace("/srv/app", project.folder().to_str().unwrap()));
    let run = project.run(&["run", "--", "x y"]).output();
    let path = format!("{}/bin:/usr/bin:/bin", project.home().display());
    shell.env("PATH", path);
    assert_eq!(project.outcome(shell).output(), run);
}

#[test]
fn argv_is_for_programs() {
    let project = Project::new("loader: none\nstart: (f 'a \"b  c\")");
    let argv = |format: &str| project.run(&["argv", "--format", format]).output();
    assert_snapshot!(argv("sh"), @r#"sbcl --noinform --disable-debugger --load /srv/app/.lisplaunch/runtime.lisp --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")' --eval '(progn (lisplaunch:starting) (f '\''a "b  c"))' --eval '(lisplaunch:stay)'"#);
    assert_snapshot!(argv("json"), @r#"["sbcl","--noinform","--disable-debugger","--load","/srv/app/.lisplaunch/runtime.lisp","--eval","(lisplaunch:boot \"app\" :file \"/srv/app/lisplaunch.yaml\")","--eval","(progn (lisplaunch:starting) (f 'a \"b  c\"))","--eval","(lisplaunch:stay)"]"#);
    assert_snapshot!(argv("lines"), @r#"
    sbcl
    --noinform
    --disable-debugger
    --load
    /srv/app/.lisplaunch/runtime.lisp
    --eval
    (lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")
    --eval
    (progn (lisplaunch:starting) (f 'a "b  c"))
    --eval
    (lisplaunch:stay)
    "#);
    assert_eq!(argv("lines"), argv("nul").replace('\0', "\n"));
    assert_eq!(project.run(&["argv"]).output(), argv("sh"));
}

#[test]
fn what_was_asked_for_is_on_standard_output_and_the_rest_is_not() {
    let project = Project::new("loader: none\nstart: '(f #?x)'").with_sbcl("");
    let outcome = project.run(&["argv"]);
    assert!(
        outcome.stderr.starts_with("warning: "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.success().starts_with("sbcl "));
    let outcome = Project::new(PLAIN).with_sbcl("").run(&["check"]);
    assert_eq!(outcome.stderr, "");
    assert_snapshot!(outcome.stdout, @"lisplaunch.yaml: 1 service and 0 profiles, all well");
}

#[test]
fn colour_is_for_terminals() {
    let project = Project::new("start: (f");
    let on_a_terminal = |before: &str| {
        let line = format!("{before} {} argv", crate::support::LISPLAUNCH);
        let mut command = std::process::Command::new("script");
        command
            .args(["-qec", &line, "/dev/null"])
            .current_dir(project.folder())
            .env("TERM", "xterm");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(on_a_terminal("").contains("\u{1b}["));
    assert!(!on_a_terminal("NO_COLOR=1").contains('\u{1b}'));
    assert!(on_a_terminal("NO_COLOR=").contains("\u{1b}["));
    assert!(!on_a_terminal("TERM=dumb").contains('\u{1b}'));
    assert!(!project.run(&["argv"]).stderr.contains('\u{1b}'));
}

#[test]
fn colour_is_as_it_is_asked_for() {
    let project = Project::new("start: (f").with_variable("NO_COLOR", "1");
    let coloured = |arguments: &[&str]| project.run(arguments).stderr.contains("\u{1b}[");
    assert!(coloured(&["argv", "--color", "always"]));
    assert!(coloured(&["--color=always", "argv"]));
    assert!(!coloured(&["argv", "--color=never"]));
    assert!(!coloured(&["argv", "--color=auto"]));
    // What is wrong with the command line itself.
    assert!(coloured(&["agrv", "--color=always"]));
    assert!(!coloured(&["run", "--dyr", "--", "--color=always"]));
    let help = project.run(&["run", "--help", "--color=always"]).output();
    assert!(help.contains("\u{1b}["), "{help}");
}

#[test]
fn quiet_leaves_what_is_asked_for_and_errors() {
    let project = Project::new("loader: none\nstart: '(f #?x)'").with_sbcl("");
    let outcome = project.run(&["argv", "-q"]);
    assert_eq!(outcome.stderr, "");
    assert!(outcome.success().starts_with("sbcl "));
    let outcome = project.run(&["--quiet", "argv", "nobody"]);
    assert!(
        outcome.stderr.starts_with("error: there is no service"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_service_is_named_by_an_option_as_well() {
    let yaml =
        "loader: none\nservices: {web: {start: (w)}, worker: {start: (k)}, last: {start: (l)}}";
    let project = Project::new(yaml).with_sbcl("");
    let argv = |arguments: &[&str]| project.run(arguments).success();
    assert_eq!(argv(&["argv", "-s", "web"]), argv(&["argv", "web"]));
    let of_two = ["show", "--service", "web", "-s", "worker"];
    assert_eq!(argv(&of_two), argv(&["show", "web", "worker"]));
    assert_eq!(argv(&["show", "web", "-s", "worker"]), argv(&of_two));
    let send = |words: &[&str]| argv(&[&["tmux", "send", "--print"], words].concat());
    assert_eq!(send(&["-s", "web", "(f)"]), send(&["web", "(f)"]));
    assert_snapshot!(project.run(&["tmux", "send", "-s", "web", "(f)", "(g)"]).failure(2), @"
    error: unexpected argument `(f)` beside `--service web`
     |
     = help: name the service once; put blanks within a form into quotes
    ");
}

#[test]
fn what_every_command_has_is_last_in_its_help() {
    let project = Project::empty();
    for command in ["run", "eval", "status", "install", "tmux", "emit"] {
        let help = project.run(&[command, "-h"]).output();
        let titles = help
            .lines()
            .filter(|line| !line.starts_with(' ') && line.ends_with(':'));
        let titles: Vec<&str> = titles.filter(|title| *title != "Examples:").collect();
        assert!(titles.ends_with(&["Project:", "Output:"]), "{help}");
        let own = help.split("\nProject:\n").next().unwrap();
        for shared in ["--help", "--profile", "--quiet"] {
            assert!(!own.contains(&format!("{shared} ")), "{help}");
        }
    }
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let project = Project::empty();
    for command in [
        "run",
        "argv",
        "emit",
        "check",
        "show",
        "templates",
        "list",
        "pid",
        "logs",
        "up",
        "exec",
    ] {
        let help = project.run(&[command, "--help"]).output();
        assert!(help.contains(&format!("  lisplaunch {command}")), "{help}");
        assert!(help.contains("Examples:"), "{help}");
    }
    assert_eq!(
        project.run(&["help"]).output(),
        project.run(&["--help"]).output()
    );
    assert!(
        project
            .run(&["--version"])
            .output()
            .starts_with("lisplaunch ")
    );
}
