//! The reader of forms against the real one: an SBCL reads every text as well.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use lisplaunch::lisp::print::{string, system_designator};
use lisplaunch::lisp::reader::{read_form, read_forms};
use lisplaunch::lisp::{Fault, FaultKind, Form, Origin, Part};
use lisplaunch::word::{Piece, Variable, Word};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseResult};

// The oracle.

/// The packages that the texts name.
const ORACLE_PACKAGES: &str =
    r#"(progn (defpackage "T" (:use)) (defpackage "FOO" (:use) (:export "BAR")))"#;

/// Reads each text that it is sent, `CHARACTERS\nTEXT`, and answers with one line:
/// `ok` and each form as printed, `incomplete`, `error`, or `value` where the text is
/// well formed as far as it was read but names what is not there.
const ORACLE_LOOP: &str = r#"
(progn
  (defvar t::k 7)
  (defun shown (form)
    (let ((*print-circle* t) (*print-pretty* nil) (*package* (find-package "T")))
      (substitute (code-char 1) #\Newline (prin1-to-string form))))
  (defun every-form (text)
    (let ((*package* (find-package "T")) (*readtable* (copy-readtable nil)))
      (handler-bind ((sb-int:simple-reader-package-error
                       (lambda (e) (when (some (lambda (part) (search part (princ-to-string e))) '("not found in" "is not external")) (continue e))))
                     (warning #'muffle-warning))
        (with-input-from-string (in text)
          (loop for form = (read in nil in) until (eq form in) collect (shown form))))))
  (defun no-fault-of-the-text-p (e)
    (or (not (typep e 'reader-error))
        (typep e 'sb-int:simple-reader-package-error)
        (typep e 'sb-kernel:reader-impossible-number-error)
        (some (lambda (part) (search part (princ-to-string e)))
              '("structure" "unrecognized character name" "is not a sequence"))))
  (defun answer (text)
    (handler-case (format nil "ok~{~c~a~}" (loop for form in (every-form text) collect (code-char 2) collect form))
      (end-of-file () "incomplete")
      (error (e) (if (no-fault-of-the-text-p e) "value" "error"))))
  (loop for line = (read-line *standard-input* nil) while line
        do (let ((text (make-string (parse-integer line))))
             (read-sequence text *standard-input*)
             (write-line (answer text))
             (finish-output))))
"#;

struct Oracle {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Forms(Vec<String>),
    Incomplete,
    Error,
    Value,
}

static SBCL: LazyLock<Mutex<Oracle>> = LazyLock::new(|| {
    let mut child = Command::new("sbcl")
        .args([
            "--noinform",
            "--no-sysinit",
            "--no-userinit",
            "--disable-debugger",
        ])
        .args(["--eval", ORACLE_PACKAGES, "--eval", ORACLE_LOOP, "--quit"])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sbcl must be installed for the tests");
    let input = child.stdin.take().expect("its input is a pipe");
    let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    Mutex::new(Oracle {
        _child: child,
        input,
        output,
    })
});

fn sbcl(text: &str) -> Verdict {
    let mut oracle = SBCL
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    write!(oracle.input, "{}\n{text}", text.chars().count()).expect("sbcl reads");
    oracle.input.flush().expect("sbcl reads");
    let mut line = String::new();
    oracle.output.read_line(&mut line).expect("sbcl answers");
    let line = line.trim_end_matches('\n');
    match line {
        "incomplete" => Verdict::Incomplete,
        "error" => Verdict::Error,
        "value" => Verdict::Value,
        _ => Verdict::Forms(
            line.strip_prefix("ok")
                .unwrap_or_else(|| panic!("sbcl said {line:?} to {text:?}"))
                .split('\u{2}')
                .skip(1)
                .map(str::to_owned)
                .collect(),
        ),
    }
}

// Texts.

fn written(text: &str) -> [Part<'_>; 1] {
    [Part {
        text,
        at: 0..text.len(),
        origin: Origin::Written,
    }]
}

fn one(text: &str) -> Result<Form, Fault> {
    read_form(&written(text))
}

fn many(text: &str) -> Result<Vec<Form>, Fault> {
    read_forms(&written(text))
}

/// Reads `before${X}after`, X having this value.
fn with_value(before: &str, value: &str, after: &str) -> Result<Form, Fault> {
    let variable = before.len()..before.len() + "${X}".len();
    read_form(&[
        Part {
            text: before,
            at: 0..variable.start,
            origin: Origin::Written,
        },
        Part {
            text: value,
            at: variable.clone(),
            origin: Origin::Value("X"),
        },
        Part {
            text: after,
            at: variable.end..variable.end + after.len(),
            origin: Origin::Written,
        },
    ])
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_220_927),
        ..ProptestConfig::default()
    }
}

/// Whether the reader and SBCL say the same of a text, and the words mean the same.
fn agrees(text: &str) -> TestCaseResult {
    let theirs = sbcl(text);
    match many(text) {
        _ if theirs == Verdict::Value => {}
        Ok(forms) if forms.iter().any(|form| !form.warnings.is_empty()) => {}
        Ok(forms) => {
            let mut read = Vec::new();
            for form in &forms {
                match sbcl(&form.text()) {
                    Verdict::Forms(printed) if printed.len() == 1 => read.extend(printed),
                    other => prop_assert!(false, "{text:?} became {:?}: {other:?}", form.text()),
                }
            }
            prop_assert_eq!(Verdict::Forms(read), theirs, "{:?}", text);
        }
        Err(fault) if fault.kind == FaultKind::Incomplete => {
            prop_assert_eq!(Verdict::Incomplete, theirs, "{:?}: {:?}", text, fault);
        }
        Err(fault) => prop_assert_eq!(Verdict::Error, theirs, "{:?}: {:?}", text, fault),
    }
    Ok(())
}

const TOKENS: &[&str] = &[
    "(",
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    ")",
    "a",
    "b",
    "nil",
    "12",
    "1/2",
    "1/0",
    "+.5e3",
    ".",
    "..",
    "a.b",
    "\"s\"",
    "\"a\n ; b\"",
    "\"( \\\" #|\"",
    "\"",
    "|a b|",
    "|\n;|",
    "|",
    "a|b c|d",
    "\\",
    "\\(",
    "foo\\)bar",
    "#\\a",
    "#\\(",
    "#\\)",
    "#\\;",
    "#\\\"",
    "#\\|",
    "#\\Space",
    "#\\ ",
    "#\\\n",
    "#\\",
    "#\\U+41",
    "; c\n",
    ";\n",
    "; (",
    "#| c |#",
    "#|\n#|x|# ; |#",
    "#|",
    "|#",
    "#||#",
    "#5|x|#",
    "'",
    "'",
    "#'",
    "`",
    "`",
    ",",
    ",@",
    ",.",
    "`(",
    "`(a ,",
    "@",
    "#+",
    "#-",
    "#+sbcl",
    "#+nope",
    "#-sbcl",
    "#+nope",
    "#-nope",
    "#+(or sbcl nope)",
    "#+(and sbcl (not nope))",
    "#-(or)",
    "#+(not)",
    "#+(not a b)",
    "#+5",
    "#+(or nope 5)",
    "(and",
    "(not",
    "sbcl",
    "nope",
    ":sbcl",
    "#(",
    "#(1 2)",
    "#2(",
    "#1(a b)",
    "#0(",
    "#:",
    "#:g",
    "#:a:b",
    "#:1",
    "#:\\1",
    "#*",
    "#*01",
    "#*012",
    "#3*01",
    "#1*01",
    "#3*",
    "#p\"x\"",
    "#p",
    "#P",
    "#b",
    "#b101",
    "#b2",
    "#o17",
    "#xFF",
    "#xfg",
    "#x",
    "#36rz",
    "#37r1",
    "#r1",
    "#r",
    "#c(1 2)",
    "#c(1 a)",
    "#c(1)",
    "#c",
    "#c(",
    "#s(foo)",
    "#s",
    "#s(",
    "#2a((1)(2))",
    "#a",
    "#1a",
    "#0a5",
    "#1=",
    "#1=",
    "#1#",
    "#2#",
    "#2=",
    "#=",
    "##",
    "#.k",
    "#.",
    "#",
    "#<x>",
    "#<",
    "#)",
    "# ",
    "#\n",
    "#\t",
    ":k",
    "::k",
    ":",
    "::",
    "foo:bar",
    "foo::x",
    "foo:",
    "foo::",
    "foo:::x",
    "a:b:c",
    ":a:b",
    "foo::(",
    "foo::|x|",
    "foo:\\x",
    "||",
    "|.|",
    "\\.",
    ".||",
    "a\\",
    "\u{8}",
    "é",
    "\u{a0}",
    "\r\n",
    "\x0c",
    "@x",
    ".5",
    "1.",
    "+",
    "-1",
    "1+",
    "#5'",
    "t",
];

const BLANKS: &[&str] = &[
    " ",
    " ",
    " ",
    "",
    "",
    "\n",
    "  \n\t ",
    "  ",
    "\t",
    "; c\n",
    " ;\n ;\n",
    "#| |#",
    " #|x\n|# ",
];

fn texts() -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(TOKENS), prop::sample::select(BLANKS));
    prop::collection::vec(piece, 0..14).prop_map(|pieces| {
        pieces
            .into_iter()
            .flat_map(|(token, blank)| [token, blank])
            .collect()
    })
}

/// Texts that are mostly well formed, since long random ones rarely are.
fn good_texts() -> impl Strategy<Value = String> {
    let atoms: Vec<&'static str> = TOKENS
        .iter()
        .copied()
        .filter(|token| matches!(sbcl(token), Verdict::Forms(forms) if forms.len() == 1))
        .collect();
    let blank =
        prop::sample::select(BLANKS).prop_map(|blank| if blank.is_empty() { " " } else { blank });
    let blank = blank.boxed();
    let wraps = &[
        "(_)",
        "'_",
        "#'_",
        "`_",
        "`(_ ,_)",
        "`(,@_)",
        "#(_)",
        "#+nope _ _",
        "#-nope _",
        "(_ . _)",
        "#+sbcl _",
        "foo::_",
        "#1=_",
        "(#+nope _)",
    ];
    prop::sample::select(atoms)
        .prop_map(str::to_owned)
        .prop_recursive(6, 40, 5, move |inner| {
            let parts = prop::collection::vec((inner, blank.clone()), 1..5);
            (parts, prop::sample::select(&wraps[..])).prop_map(|(parts, wrap)| {
                let all: String = parts
                    .iter()
                    .flat_map(|(form, blank)| [form.as_str(), blank])
                    .collect();
                let first = format!("{}{}", parts[0].1, parts[0].0);
                match wrap {
                    "(_)" | "#(_)" | "(#+nope _)" => wrap.replacen('_', &all, 1),
                    _ => wrap.replace('_', &format!("{first} ")),
                }
            })
        })
}

proptest! {
    #![proptest_config(config(6000))]

    #[test]
    fn reads_as_sbcl_does(text in texts()) {
        agrees(&text)?;
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn keeps_the_meaning(text in good_texts()) {
        agrees(&text)?;
    }
}
