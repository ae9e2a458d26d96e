//! What a start writes to the log while it compiles.

use tempfile::TempDir;

use crate::support::{Outcome, Project, REPOSITORY};

/// The project's own system, which needs a library.
const OWN: &str = r#"
(defsystem "own" :depends-on ("library" "library/more") :components ((:file "own")))
(defsystem "misplaced")
"#;

/// A library that the compiler says much of, and that keeps the stream it is loaded with.
const LIBRARY: &str = r"
(defvar *kept* *standard-output*)
(defun library-function (x) (library-missing))
(print :loading-the-library)
";

fn project(more: &str) -> (Project, TempDir) {
    project_with(&format!("loader: asdf\n{more}"))
}

/// A project that is started once, with a library elsewhere.
fn project_with(keys: &str) -> (Project, TempDir) {
    let cache = TempDir::new().unwrap();
    let project = Project::new(&format!(
        "name: app\nregistry: [.]\nsystems: [own]\n{keys}
start: [(write-line \"by the library\" *kept*), (sb-ext:exit)]\n"
    ))
    .with_file("own.asd", OWN)
    .with_file("own.lisp", "(defun own-function (x) (own-missing))")
    .with_file(
        "~/libraries/library.asd",
        "(defsystem \"library\" :components ((:file \"library\")))
         (defsystem \"library/more\" :components ((:static-file \"library.asd\")))
         (defsystem \"astray\")",
    )
    .with_file("~/libraries/library.lisp", LIBRARY)
    .with_variable("XDG_CACHE_HOME", cache.path().to_str().unwrap());
    let libraries = format!("{}/libraries/:", project.home().display());
    (
        project.with_variable("CL_SOURCE_REGISTRY", &libraries),
        cache,
    )
}

/// All that a run wrote.
fn log(outcome: &Outcome) -> String {
    format!("{}{}", outcome.stdout, outcome.stderr)
}

#[track_caller]
fn assert_says(log: &str, expected: &[&str], unexpected: &[&str]) {
    for text in expected {
        assert!(log.contains(text), "{text} is missing in:\n{log}");
    }
    for text in unexpected {
        assert!(!log.contains(text), "{text} is in:\n{log}");
    }
}

#[test]
fn a_start_says_all_of_its_own_systems_and_little_of_libraries() {
    let (project, _cache) = project("");
    let first = project.run(&["run"]);
    assert_says(
        &log(&first),
        &[
            "; compiling library\n",
            "undefined function: COMMON-LISP-USER::OWN-MISSING",
            "contains definition for system \"misplaced\"",
            "by the library",
        ],
        &["LIBRARY-MISSING", "LOADING-THE-LIBRARY", "astray"],
    );
    assert_eq!(first.code, Some(0));

    let second = log(&project.run(&["run"]));
    assert_says(
        &second,
        &["by the library"],
        &["compiling", "LOADING-THE-LIBRARY", "astray"],
    );
    assert!(second.lines().count() < 5, "{second}");
}

#[test]
fn a_start_says_all_of_a_library_that_fails() {
    let (project, _cache) = project("");
    let project = project.with_file(
        "~/libraries/library.lisp",
        "(print :loading-the-library)\n(defun broken () (library-missing)\n",
    );
    let outcome = project.run(&["run"]);
    assert_eq!(outcome.code, Some(1));
    assert_says(
        &log(&outcome),
        &[
            "; compiling file",
            "READ error during COMPILE-FILE",
            "end of file",
        ],
        &[],
    );

    let project = project.with_file(
        "~/libraries/library.lisp",
        "(print :loading-the-library)\n(error \"at load\")\n",
    );
    let outcome = project.run(&["run"]);
    assert_eq!(outcome.code, Some(1));
    assert_says(&log(&outcome), &["LOADING-THE-LIBRARY", "at load"], &[]);
}

#[test]
fn a_verbose_start_says_all() {
    // Quicklisp drops what the compiler says unless it is asked not to.
    let quicklisp =
        format!("verbose: true\nsetup: {REPOSITORY}/tests/quicklisp/setup.lisp\nloader: quicklisp");
    for keys in ["verbose: true\nloader: asdf", &quicklisp] {
        let (project, _cache) = project_with(keys);
        assert_says(
            &log(&project.run(&["run"])),
            &[
                "COMMON-LISP-USER::LIBRARY-MISSING",
                "COMMON-LISP-USER::OWN-MISSING",
                "LOADING-THE-LIBRARY",
            ],
            &[],
        );
    }
}
