//! `tmux send`: the REPL of a real sbcl reads what was sent, whatever it contains.

use proptest::prelude::*;

use super::server::{Server, wait_until};
use crate::consumer::SHELLS;

/// A service that keeps what it is given: each as its length in octets, and the octets.
const YAML: &str = r#"
name: app
loader: none
start:
  - (defvar *kept* (open "kept" :direction :output :element-type '(unsigned-byte 8) :if-exists :supersede))
  - |
    (defun keep (text)
      (let ((octets (sb-ext:string-to-octets text :external-format :utf-8)))
        (write-sequence (sb-ext:string-to-octets (format nil "~D:" (length octets))) *kept*)
        (write-sequence octets *kept*)
        (finish-output *kept*)
        (values)))
"#;

/// A session whose REPL keeps texts.
struct Repl {
    server: Server,
    kept: Vec<u8>,
    /// Whether more has been sent than what is kept yet.
    ahead: bool,
}

impl Repl {
    fn start() -> Self {
        // In the C locale, which is not that of the texts.
        let server = Server::of(YAML);
        server.run(&["start"]).success();
        Repl {
            server,
            kept: Vec::new(),
            ahead: false,
        }
    }

    fn send(&self, form: &str) {
        self.server.run(&["send", "--", form]).success();
    }

    /// The REPL has kept this after all that it kept before.
    #[track_caller]
    fn keeps(&mut self, text: &str) {
        self.kept
            .extend_from_slice(format!("{}:{text}", text.len()).as_bytes());
        let length = self.kept.len();
        let kept = self.server.wait_for("kept", |kept| kept.len() >= length);
        let (came, more) = kept.split_at(length);
        // Of what failed a person wants to see the end.
        let end = &came[length.saturating_sub(text.len() + 20)..];
        assert!(
            came == self.kept,
            "{text:.1000?}: {:?}",
            String::from_utf8_lossy(end)
        );
        assert!(self.ahead || more.is_empty());
    }

    #[track_caller]
    fn keeps_when_sent(&mut self, text: &str) {
        self.send(&format!("(keep {})", literal(text)));
        self.keeps(text);
    }
}

/// A Lisp string.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text that means something to tmux, to a terminal or to a reader.
const HOSTILE: &[&str] = &[
    "Enter",
    "Space",
    "Up",
    "C-c",
    "M-x",
    "0x41",
    "^C",
    "^D",
    ";",
    "\\;",
    "; ",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\t",
    "\u{1}",
    "\u{3}",
    "\u{4}",
    "\u{8}",
    "\u{f}",
    "\u{11}",
    "\u{12}",
    "\u{13}",
    "\u{15}",
    "\u{16}",
    "\u{17}",
    "\u{19}",
    "\u{1a}",
    "\u{1b}",
    "\u{1b}[A",
    "\u{1b}[200~",
    "\u{1c}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "~/",
    "~.",
    "#{pid}",
    "#(id)",
    "#[fg=red]",
    "##",
    "$HOME",
    "`id`",
    "%s",
    "%%",
    "-",
    "--",
    "-t",
    "'",
    "\"",
    "\\",
    "\\n",
    "|",
    "#|",
    "|#",
    "(",
    ")",
    "é",
    "λ",
    "🙂",
    "\u{301}",
    "\u{feff}",
    "\u{2028}",
    "a",
    " ",
    "b c",
    "=hello:",
    "!!",
    "{",
    "}",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        8 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("no program takes NUL", |any| *any != '\0').prop_map(String::from),
        1 => "[ -~]{1,40}",
    ];
    proptest::collection::vec(fragment, 0..8).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_text_arrives(texts in proptest::collection::vec(text(), 200)) {
        let mut repl = Repl::start();
        for text in texts {
            repl.keeps_when_sent(&text);
        }
        repl.server.assert_nothing_left();
    }
}

#[test]
fn every_length_and_every_control_character_arrives() {
    let mut repl = Repl::start();
    let controls: String = ('\u{1}'..='\u{a0}').collect();
    repl.keeps_when_sent(&controls);
    for length in [
        880, 890, 900, 1024, 4080, 4090, 4095, 4096, 4100, 20_000, 100_000,
    ] {
        repl.keeps_when_sent(&"x".repeat(length));
    }
    repl.keeps_when_sent(&"line\n".repeat(2000));
    // Sent faster than it is read.
    repl.send("(sleep 1)");
    let lines: Vec<String> = (0..30)
        .map(|number| format!("{number} {}", "y".repeat(800)))
        .collect();
    for line in &lines {
        repl.send(&format!("(keep {})", literal(line)));
    }
    repl.ahead = true;
    for line in &lines {
        repl.keeps(line);
    }
}

#[test]
fn forms_of_all_kinds_are_read_as_if_typed() {
    let mut repl = Repl::start();
    // What a command line might take for something else.
    repl.send("(defparameter -t \"dash\")");
    repl.send("(define-symbol-macro Enter (keep -t))");
    repl.send("Enter");
    repl.keeps("dash");
    repl.send("-t");
    repl.send("(keep *);");
    repl.keeps("dash");
    repl.send("(keep (string #\\;))");
    repl.keeps(";");
    repl.send("(keep #|)|# (princ-to-string '(a . b))) ; the end \\");
    repl.keeps("(A . B)");
    repl.send("#+sbcl (keep \"sbcl\") #-sbcl (keep \"other\")");
    repl.keeps("sbcl");
    // Several, where one makes what the next one is read with; typed, and from files.
    repl.send("(defpackage :p (:use)) (cl-user::keep \"one\") 'p::x");
    repl.keeps("one");
    for separator in ["\n", "\t"] {
        repl.send(&format!(
            "(in-package :p){separator}(cl:defparameter x \"two\"){separator}(cl-user::keep x)"
        ));
        repl.keeps("two");
        // The package stays, and values are those of the REPL.
        repl.send(&format!("x{separator}(cl-user::keep cl:*)"));
        repl.keeps("two");
        repl.send("(cl:in-package :cl-user)");
        repl.send("(cl:defpackage :p (:use :cl))");
    }
    // No package of its own, and one in which nothing may be made.
    for package in ["keyword", "cl"] {
        repl.send(&format!("(cl:in-package :{package})"));
        repl.send("(cl-user::keep \"é\t\")");
        repl.keeps("é\t");
    }
    repl.server
        .project
        .run_with_input(&["tmux", "send", "-"], b"(cl-user::keep\n \"a\r\n\")\n\n")
        .success();
    repl.keeps("a\r\n");
    repl.server.assert_nothing_left();
}

#[test]
fn what_is_printed_sends_the_same() {
    let mut repl = Repl::start();
    repl.keeps_when_sent("ready");
    for text in ["it's \\ %s;", "%s\té\n'\u{4}\\n", &"x".repeat(5000)] {
        let form = format!("(keep {});", literal(text));
        let command = repl
            .server
            .project
            .command(&["tmux", "send", "--print", &form]);
        let script = { command }.output().unwrap().stdout;
        let script = String::from_utf8(script).unwrap();
        for shell in SHELLS {
            let output = repl
                .server
                .command(shell, &["-c", &script])
                .output()
                .unwrap();
            assert!(output.status.success(), "{script:.2000}\n{output:?}");
            repl.keeps(text);
        }
    }
    repl.server.assert_nothing_left();
}

#[test]
fn many_may_send_at_once() {
    let mut repl = Repl::start();
    repl.keeps_when_sent("ready");
    let (server, before) = (&repl.server, repl.kept.len());
    let texts: Vec<String> = (10..34).map(|number| format!("{number}\t")).collect();
    std::thread::scope(|scope| {
        for text in &texts {
            scope.spawn(|| {
                server
                    .run(&["send", &format!("(keep {})", literal(text))])
                    .success()
            });
        }
    });
    let length = before + texts.len() * "3:10 ".len();
    let kept = server.wait_for("kept", |kept| kept.len() >= length);
    let kept = String::from_utf8(kept[before..].to_vec()).unwrap();
    let mut came: Vec<&str> = kept.split_inclusive('\t').collect();
    came.sort_unstable();
    let expected: Vec<String> = texts.iter().map(|text| format!("3:{text}")).collect();
    assert_eq!(came, expected);
}

#[test]
fn what_is_no_form_is_not_sent() {
    let mut repl = Repl::start();
    for (form, message) in [
        ("(keep \"a", "the string is not closed"),
        ("(keep", "`(` is not closed"),
        ("(keep \"a\"))", "`)`"),
        ("#| ", "the comment is not closed"),
        ("; a", "there is no form in it"),
        ("", "there is no form in it"),
    ] {
        let said = repl.server.run(&["send", form]).failure(2);
        assert!(said.contains(message), "{form}: {said}");
    }
    insta::assert_snapshot!(repl.server.run(&["send", "(keep \"x\""]).failure(2), @r#"
    error: `(` is not closed
     --> the form:1:1
      |
    1 | (keep "x"
      | ^ opened here
      |
      = help: add the missing `)`
    "#);
    repl.keeps_when_sent("nothing came before");
}

#[test]
fn the_form_goes_to_the_service_whatever_is_in_front() {
    let mut repl = Repl::start();
    repl.keeps_when_sent("ready");
    let server = &repl.server;
    let pane = server.tmux(&["display-message", "-p", "-t", "=app:", "#{pane_id}"]);
    server.tmux(&["split-window", "-t", "=app:", "cat"]);
    server.tmux(&["new-window", "-t", "=app:", "cat"]);
    server.tmux(&["copy-mode", "-t", &pane]);
    repl.keeps_when_sent("q:kill-session");
    // Input is switched off.
    let server = &repl.server;
    server.tmux(&["select-pane", "-d", "-t", &pane]);
    let said = server.run(&["send", "(keep \"no\")"]).failure(1);
    assert!(
        said.contains("the input of the tmux session `app` is switched off"),
        "{said}"
    );
    server.tmux(&["select-pane", "-e", "-t", &pane]);
    // The others go with the service.
    server.run(&["stop"]).success();
    assert!(wait_until(|| !server.has_session("app")));
}
