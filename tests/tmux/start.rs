//! What `tmux start` starts is what `run` starts, and so is what `--print` prints.

use std::ffi::OsString;
use std::process::Command;

use lisplaunch::dialect::tmux::arguments;
use lisplaunch::word::Word;
use proptest::prelude::*;

use super::server::{Server, wait_until};
use crate::consumer::{Dumper, Received};
use crate::support::Project;

/// Variables of the terminal, which is another one, and those that a shell sets.
const OF_TERMINAL: [&str; 6] = [
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "_",
];

/// A project whose sbcl writes down what it receives.
fn hostile(dumper: &Dumper, long: &str) -> (Server, String) {
    let program = dumper.program("sbcl;");
    let yaml = format!(
        r##"
name: hostile.app
loader: none
directory: "a #{{pid}} #(id);"
sbcl: {{program: {program:?}}}
umask: "027"
env:
  PLAIN: ${{FROM_SHELL}}
  HOSTILE: "x;\n#{{pane_id}} 'é' $$HOME;"
  EMPTY: ""
  TERM_NOT: xterm
start: |
  (f "${{FROM_SHELL}}" "#{{pid}} '$(id)' \\" "
  line
  {long}" :é #\;) ; comment;
"##
    );
    let project = Project::new(&yaml)
        .with_file("a #{pid} #(id);/file", "")
        .with_variable("FROM_SHELL", "Enter\t;C-c;")
        .with_variable("LANG", "C");
    let server = Server::new(project);
    // A server that was started from another environment.
    let status = server
        .command(
            "tmux",
            &["new-session", "-d", "-s", "other", "sleep", "600"],
        )
        .env("FROM_SHELL", "wrong")
        .env("FROM_SERVER", "wrong")
        .env("LANG", "wrong")
        .status();
    assert!(status.expect("`tmux` must be installed").success());
    (server, program)
}

/// What the program of this path received, but for its terminal.
fn received(program: &str) -> Received {
    let mut record = None;
    wait_until(|| {
        record = Received::by(program);
        record.is_some()
    });
    let mut record = record.expect("it was started");
    std::fs::remove_file(format!("{program}.dump")).unwrap();
    record
        .environment
        .retain(|name, _| !OF_TERMINAL.iter().any(|own| name == own));
    record
}

#[test]
fn a_session_starts_exactly_what_run_starts() {
    let dumper = Dumper::new();
    // More than tmux takes in a command.
    let (server, program) = hostile(&dumper, &"long ".repeat(6000));
    let arguments = ["--", "argument;", "--version", "#{pid}", ";", "", "-t"];
    let by = |command: &[&str]| {
        let outcome = server.project.run(&[command, &arguments].concat());
        outcome.success();
        received(&program)
    };
    let expected = by(&["run"]);
    let started = by(&["tmux", "start"]);
    assert_eq!(started, expected);
    assert!(expected.variable("PLAIN").unwrap() == "Enter\t;C-c;");
    assert!(expected.variable("FROM_SERVER").is_none());
    server.assert_nothing_left();
}

#[test]
fn what_is_printed_starts_the_same() {
    let dumper = Dumper::new();
    let (server, program) = hostile(&dumper, "");
    server.project.run(&["run"]).success();
    let expected = received(&program);
    let output = server
        .project
        .command(&["tmux", "start", "--print"])
        .output()
        .unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    let output = server.command("sh", &["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{script}\n{output:?}");
    let started = received(&program);
    assert_eq!(started.argv, expected.argv, "{script}");
    assert_eq!(started.directory, expected.directory);
    for name in ["PLAIN", "HOSTILE", "EMPTY", "TERM_NOT"] {
        assert_eq!(started.variable(name), expected.variable(name), "{script}");
    }
}

#[test]
fn what_tmux_cannot_take_is_not_printed() {
    let long = format!("loader: none\nstart: (f \"{}\")\n", "x".repeat(17_000));
    let said = Server::of(&long).run(&["start", "--print"]).failure(2);
    assert!(said.contains("tmux takes at most 16320 bytes"), "{said}");
}

#[test]
fn what_is_printed_can_be_read() {
    let yaml = "
name: shop
loader: none
services:
  web:
    env: {GREETING: It's}
    umask: '027'
    start: (shop:start \"a;\" :port 8080)
  mailer:
    start: (shop:mail)
";
    let server = Server::of(yaml);
    let printed = |arguments: &[&str]| server.run(&[&["--print"], arguments].concat()).success();
    insta::assert_snapshot!(printed(&["start", "web", "--", "--verbose;"]), @r#"
    cd /srv/app && tmux new-session -d -s shop-web \
      sh -c 'umask 027 && exec "$0" "$@"' env \
      'GREETING=It'\''s' \
      sbcl --noinform --end-runtime-options --disable-debugger \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "shop" :service "web" :file "/srv/app/lisplaunch.yaml")' \
      --eval '(progn (lisplaunch:starting) (shop:start "a;" :port 8080))' \
      --eval '(lisplaunch:stay)' \
      --end-toplevel-options '--verbose\;' \
      ';' set-option -w -t '=shop-web:' remain-on-exit failed \
      ';' set-option -t '=shop-web:' destroy-unattached off \
      ';' set-option -F -t '=shop-web:' @lisplaunch-pane '#{pane_id}' \
      ';' set-option -t '=shop-web:' @lisplaunch 'web /srv/app/lisplaunch.yaml'
    "#);
    insta::assert_snapshot!(printed(&["send", "web", "(f \"it's\");"]), @r#"printf '%s\n' '(f "it'\''s");' | tmux load-buffer -b lisplaunch - ';' paste-buffer -d -r -b lisplaunch -t '=shop-web:'"#);
    insta::assert_snapshot!(printed(&["send", "web", "(f \"é\")"]), @r##"
    file=$(mktemp) && printf %s '(f "é")' >"$file" &&
      printf '#.(cl:let ((#1=#:file (sb-ext:parse-native-namestring "%s"))) (cl:with-open-file (#2=#:in #1# :external-format :utf-8) (cl:delete-file #1#) (cl:read #2#)))\n' "$file" | tmux load-buffer -b lisplaunch - ';' paste-buffer -d -r -b lisplaunch -t '=shop-web:'
    "##);
    insta::assert_snapshot!(printed(&["stop", "web"]), @r#"
    tmux set-option -w -t '=shop-web:' remain-on-exit off
    kill "$(tmux display-message -p -t '=shop-web:' '#{pane_pid}')"
    while tmux run-shell 'sleep 1' ';' has-session -t '=shop-web:' 2>/dev/null; do :; done
    "#);
    insta::assert_snapshot!(printed(&["attach", "mailer"]), @"tmux attach-session -t '=shop-mailer:'");
    assert!(!server.has_session("shop-web"), "nothing was started");
}

/// Text that means something to tmux.
const HOSTILE: &[&str] = &[
    ";", "\\;", "\\", ";;", " ;", "\n", "\t", "#", "#{pid}", "#(id)", "#[x]", "$HOME", "~", "~/",
    "'", "\"", "{", "}", "%1", "%if", "Enter", "C-c", "-", "--", "-t", "=", "é", "🙂", "\u{1}",
    "\u{7f}", "a", "b c", "",
];

fn words() -> impl Strategy<Value = Vec<Word>> {
    let fragment = proptest::sample::select(HOSTILE);
    let word = proptest::collection::vec(fragment, 0..4).prop_map(|parts| parts.concat());
    proptest::collection::vec(word.prop_map(Word::from), 300)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn tmux_gives_back_every_word(words in words()) {
        let dumper = Dumper::new();
        let server = Server::of("name: app\nstart: (f)\n");
        let program = dumper.program("program");
        let head = ["new-session", "-d", "-s", "words", &program].map(Word::from);
        let started = [&head[..], &words].concat();
        let option = ["set-option", "-g", "@last", "value;"].map(Word::from);
        let mut tmux: Command = server.command("tmux", &[]);
        tmux.args(arguments(&[started, option.to_vec()]).iter().map(Word::resolved));
        // The session may be gone before the option is set.
        tmux.output().expect("`tmux` must be installed");
        let expected: Vec<OsString> = words.iter().map(|word| word.resolved().into()).collect();
        assert_eq!(received(&program).argv[1..], expected);
    }
}
