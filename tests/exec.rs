//! `lisplaunch exec`: a fresh image with the code of a service.

use std::process::Stdio;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::end_to_end::running::Running;
use crate::live::service::{SMALL, Service};
use crate::support::{Outcome, Project};
use crate::swank_server::real::cache;

/// A project with a system of its own, which must not be started.
fn app(keys: &str, code: &str) -> Project {
    let yaml = format!(
        "name: app\nloader: asdf\nregistry: [.]\nsystems: [app]\npackage: app\n{keys}\
         start: (with-open-file (s \"started\" :direction :output))\n"
    );
    Project::new(&yaml)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :components ((:file \"app\")))",
        )
        .with_file(
            "app.lisp",
            format!("(defpackage :app (:use :cl)) (in-package :app)\n{code}\n"),
        )
        .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
        .with_variable("LC_ALL", "C.UTF-8")
}

/// Forms of all kinds, as `eval` takes them.
const FORMS: &[&[&str]] = &[
    &["(+ 1 2)"],
    &["(values 1 \"a λ\" :key)", "(values)", "'(quote a)"],
    &["(format t \"begun\")", "(print 1)", "2"],
    &["(progn (write-line \"out\") 1)", "(error \"no ~a\" 'more)"],
    &[
        "(defpackage :fresh (:use :cl))",
        "(in-package :fresh)",
        "'symbol",
    ],
    &["(no-such-package:f)"],
    &["(no-such-function 1)"],
    &["--package", "no-such", "1"],
    &["--package", "keyword", "'cl:car"],
    &[
        "(make-array 3 :initial-element #\\a)",
        "1/3",
        "#'car",
        "(list 1.5d0 #p\"/x\")",
    ],
    &["(write-line \"to standard error\" *error-output*)"],
    &["(car 1)"],
    &[
        "(defun inner (x) (error \"x ~a\" x))",
        "(defun outer (x) (list (inner x) 1))",
        "(outer 1)",
    ],
    &["(funcall (lambda (&rest r) (cerror \"go on\" \"λ\")) (make-list 20))"],
    &["(with-open-file (s \"/no/such\") 1)"],
    &["(break)"],
    &["unbound-variable"],
    &["("],
    &["#'car)"],
    &["--json", "(print 1)", "(values 2 \"3\")"],
    &["--json", "(format *error-output* \"e\")", "(error \"no\")"],
    &["--json", "--package", "no-such", "1"],
];

#[test]
fn output_values_and_exit_codes_are_those_of_eval() {
    let service = Service::with(&SMALL.replace("STOP", "(f)"), "small").started();
    for forms in FORMS {
        let run = |command: &str| service.run(&[&[command], *forms].concat());
        let (eval, exec) = (run("eval"), run("exec"));
        assert_eq!(
            exec.code, eval.code,
            "{forms:?}: {}{}",
            eval.stderr, exec.stderr
        );
        assert_eq!(exec.stdout, eval.stdout, "{forms:?}");
        assert_eq!(exec.stderr, eval.stderr, "{forms:?}");
    }
}

#[test]
fn the_code_is_loaded_and_nothing_is_started() {
    let app = app("swank: 1\n", "(print 'loading) (defun add (a b) (+ a b))");
    let outcome = app.run(&["exec", "(add 1 2)", "(package-name *package*)"]);
    // What is written while it is loaded is not what the forms write.
    assert!(outcome.stderr.contains("LOADING"), "{}", outcome.stderr);
    assert_eq!(outcome.success(), "3\n\"APP\"\n");
    assert!(!app.folder().join("started").exists());
    assert_eq!(
        app.run(&["exec", "-s", "app", "(add 3 4)"]).success(),
        "7\n"
    );
}

#[test]
fn forms_come_from_a_file_and_standard_input_and_read_what_is_left() {
    let app = app("runtime: false\n", "").with_file("job.lisp", "(print 1)\n(read-line)\n");
    let from_file = app.run_with_input(&["exec", "--file", "job.lisp"], b"a line\n");
    assert_eq!(from_file.success(), "\n1 \n1\n\"a line\"\nNIL\n");
    let from_input = app.run_with_input(&["exec", "-"], b"(+ 1 1)\n");
    assert_eq!(from_input.success(), "2\n");
}

#[test]
fn code_that_cannot_be_loaded_is_reported() {
    let failed = |project: &Project| {
        let outcome = project.run(&["exec", "1"]);
        assert_eq!(outcome.stdout, "");
        let said = outcome.failure(1);
        let start = said
            .find("error: the code")
            .unwrap_or_else(|| panic!("{said}"));
        said[start..].to_owned()
    };
    assert_snapshot!(failed(&app("", "(error \"broken ~a\" 1)")), @"
    error: the code of the service `app` cannot be loaded: `SIMPLE-ERROR`
     |
     = note: loading system app: broken 1
    ");
    let missing = Project::new("name: a\nloader: asdf\nsystems: [no-such-system]\nstart: (f)\n");
    assert_snapshot!(failed(&missing), @"
    error: the code of the service `a` cannot be loaded: `ASDF/FIND-COMPONENT:MISSING-COMPONENT`
     |
     = note: loading system no-such-system: Component :NO-SUCH-SYSTEM not found
    ");
    let killed = app("", "(sb-unix:unix-kill (sb-unix:unix-getpid) 9) (sleep 60)");
    let said = killed.run(&["exec", "1"]).failure(1);
    assert!(
        said.contains("the image of the service `app` has ended while it loaded the code"),
        "{said}"
    );
    let left = killed_while_evaluating();
    assert!(
        left.contains("has ended while it evaluated: signal: 9"),
        "{left}"
    );
}

fn killed_while_evaluating() -> String {
    let project = Project::new("name: a\nloader: none\nstart: (f)\n");
    let kill = "(progn (sb-unix:unix-kill (sb-unix:unix-getpid) 9) (sleep 60))";
    project.run(&["exec", kill]).failure(1)
}

#[test]
fn a_form_that_exits_gives_the_exit_code() {
    let project = Project::new("name: a\nloader: none\nstart: (f)\n");
    let exit = |form: &str| -> Outcome { project.run(&["exec", form]) };
    assert_eq!(
        exit("(progn (princ 1) (sb-ext:exit :code 7))").code,
        Some(7)
    );
    assert_eq!(exit("(sb-ext:exit :code 0 :abort t)").code, Some(0));
    assert_snapshot!(exit("(unwind-protect (error \"a\") (error \"b\"))").failure(1), @"
    error: the evaluation signalled `SIMPLE-ERROR`
     |
     = note: a
     = note: the innermost calls:
             0: ((LAMBDA ()))
    ");
}

#[test]
fn it_ends_when_it_is_interrupted_and_in_time() {
    let project = Project::new("name: a\nloader: none\nstart: (f)\n");
    let form = "(unwind-protect (progn (write-line \"begun\") (finish-output) (sleep 600)) \
                (write-line \"unwound\"))";
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut command = project.command(&["exec", form]);
        command.stdin(Stdio::null());
        let mut exec = Running::start(command);
        exec.until_it_says("begun\n");
        exec.signal(signal);
        assert_eq!(exec.wait().code(), Some(code), "{}", exec.stderr());
        assert_eq!(exec.stdout(), "begun\nunwound\n");
        assert_eq!(exec.stderr(), "error: interrupted\n");
    }
    // From a terminal both processes receive it.
    let mut exec = Running::start(project.command(&["exec", form]));
    exec.until_it_says("begun\n");
    exec.signal_group(Signal::INT);
    assert_eq!(exec.wait().code(), Some(130), "{}", exec.stderr());

    let outcome = project.run(&["exec", "--timeout", "1500ms", "(sleep 600)"]);
    assert_snapshot!(outcome.failure(1), @"error: no answer within 1.5 s");
}

#[test]
fn a_program_that_cannot_be_started_is_reported() {
    let project = Project::new("name: a\nloader: none\nstart: (f)\n").with_sbcl("");
    let program = project.home().join("bin/sbcl");
    std::fs::write(program, "#!/no/such/program\n").unwrap();
    assert_snapshot!(project.run(&["exec", "1"]).failure(1), @"error: cannot evaluate the forms: no such file or directory");
}
