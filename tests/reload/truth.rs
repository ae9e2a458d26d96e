//! What differs from what is loaded is loaded, and what the next start loads is what was reloaded.

use insta::assert_snapshot;

use super::service::{Service, Sources};
use super::{PACKAGE, YAML, answer, app, report};

/// The lines that say what was compiled and loaded.
fn done(service: &Service) -> String {
    report(service.reload(&[]), 0)
}

const NOTHING: &str = "compiled nothing in TIME\nnothing has changed since the service loaded it\n";

#[test]
fn an_older_file_is_loaded_and_stays_loaded() {
    let mut service = app("").start("");
    service.shell("cp -p answer.lisp saved");
    service.change("answer.lisp", &answer("\"new\""));
    done(&service);
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"new\"");

    service.shell("cp -p saved answer.lisp");
    assert_snapshot!(done(&service), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(done(&service), NOTHING);
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(done(&service), NOTHING);

    // A start finds it out by itself.
    service.change("answer.lisp", &answer("\"newer\""));
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"newer\"");
    service.shell("cp -p saved answer.lisp");
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn no_edit_is_lost_however_fast_they_come() {
    let mut service = app("").start("");
    for number in 0..6 {
        service.change("answer.lisp", &answer(&number.to_string()));
        done(&service);
        assert_eq!(service.value("(app:answer)"), number.to_string());
    }
    service.restart();
    assert_eq!(service.value("(app:answer)"), "5");
    for number in 6..8 {
        service.change("answer.lisp", &answer(&number.to_string()));
        service.restart();
        assert_eq!(service.value("(app:answer)"), number.to_string());
    }
}

/// Sources in the folder `one`, which `code` is or leads to, and others in `two`.
fn releases() -> Sources {
    let system = "(defsystem \"app\" :components
        ((:file \"package\") (:file \"answer\" :depends-on (\"package\"))
         (:file \"other\" :depends-on (\"package\"))))";
    let mut sources = Sources::new(&YAML.replace("[.]", "[code]"));
    // The second release is the older one.
    for (folder, text) in [("two", "\"new\""), ("one", "\"old\"")] {
        let name = |name: &str| format!("{folder}/{name}");
        sources = sources
            .with_file(&name("app.asd"), system)
            .with_file(&name("package.lisp"), PACKAGE)
            .with_file(&name("answer.lisp"), &answer(text))
            .with_file(
                &name("other.lisp"),
                "(in-package :app)\n(defvar *loaded* 0)\n(incf *loaded*)\n",
            );
    }
    sources
}

#[test]
fn folders_may_be_swapped() {
    let sources = releases();
    sources.shell("touch -d 2001-02-03 two/*; mv one code");
    let mut service = sources.start("");
    let swap = "mv code one; mv two code";
    service.shell(swap);
    assert_snapshot!(done(&service), @"
    compiled code/answer.lisp in TIME
    loaded code/answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_eq!(done(&service), NOTHING);
    service.shell("mv code two; mv one code");
    done(&service);
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    // It was the same file all the time.
    assert_eq!(service.value("app::*loaded*"), "1");
}

#[test]
fn a_link_may_be_switched() {
    let sources = releases();
    sources.shell("touch -d 2001-02-03 two/*; ln -s one code");
    let mut service = sources.start("");
    service.shell("ln -sfn two code");
    assert_snapshot!(done(&service), @"
    compiled two/package.lisp, two/answer.lisp, two/other.lisp in TIME
    loaded two/answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_eq!(service.value("app::*loaded*"), "1");
    service.restart();
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    service.shell("ln -sfn one code");
    done(&service);
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(service.value("app::*loaded*"), "1");
    assert_eq!(done(&service), NOTHING);
}

#[test]
fn what_depends_on_a_change_is_loaded_with_it() {
    let yaml = YAML.replace("[.]", "[., lib]");
    let mut service = Sources::new(&yaml)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"lib\") :components
               ((:file \"package\") (:file \"macros\" :depends-on (\"package\"))
                (:file \"answer\" :depends-on (\"macros\")) (:file \"apart\" :depends-on (\"package\"))))",
        )
        .with_file("package.lisp", PACKAGE)
        .with_file("macros.lisp", "(in-package :app) (defmacro twice (x) `(* 2 ,x))")
        .with_file("answer.lisp", &answer("(+ (twice 21) (lib:one))"))
        .with_file("apart.lisp", "(in-package :app) (defvar *apart* 1)")
        .with_file("lib/lib.asd", "(defsystem \"lib\" :components ((:file \"lib\")))")
        .with_file("lib/lib.lisp", "(defpackage :lib (:use :cl) (:export #:one))\n(in-package :lib)\n(defmacro one () 1)")
        .start("");
    assert_eq!(service.value("(app:answer)"), "43");
    service.shell("cp -p macros.lisp saved");
    service.change(
        "macros.lisp",
        "(in-package :app) (defmacro twice (x) `(* 3 ,x))",
    );
    assert_snapshot!(done(&service), @"
    compiled macros.lisp, answer.lisp in TIME
    loaded macros.lisp, answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "64");
    service.shell("cp -p saved macros.lisp");
    done(&service);
    assert_eq!(service.value("(app:answer)"), "43");
    service.change(
        "lib/lib.lisp",
        "(defpackage :lib (:use :cl) (:export #:one))\n(in-package :lib)\n(defmacro one () 2)",
    );
    assert_snapshot!(done(&service), @"
    compiled lib/lib.lisp, package.lisp, macros.lisp, answer.lisp, apart.lisp in TIME
    loaded lib/lib.lisp, package.lisp, macros.lisp, answer.lisp, apart.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "44");
    service.restart();
    assert_eq!(service.value("(app:answer)"), "44");
}

/// Another process, perhaps a trial whose reload came to nothing, compiled it within the second in
/// which the service did.
#[test]
fn a_library_that_was_replaced_is_loaded() {
    let service = app("")
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"lib\") :components ((:file \"package\") (:file \"answer\")))",
        )
        .with_file("~/common-lisp/lib/lib.asd", "(defsystem \"lib\" :components ((:file \"lib\")))")
        .with_file("~/common-lisp/lib/lib.lisp", "(defparameter cl-user::*lib* 1)")
        .start("");
    service.change(
        "../home/common-lisp/lib/lib.lisp",
        "(defparameter cl-user::*lib* 2)",
    );
    service.shell(
        "cd ../home/fasls/common-lisp/lib
         sbcl --noinform --non-interactive --no-userinit --eval '(compile-file \"../../../common-lisp/lib/lib.lisp\" :output-file \"'$PWD'/new.fasl\")' >/dev/null
         touch -r lib.fasl new.fasl ../../../common-lisp/lib/lib.lisp
         mv new.fasl lib.fasl",
    );
    assert_snapshot!(done(&service), @"
    compiled nothing in TIME
    loaded package.lisp, answer.lisp and 1 file of other projects in TIME
    ");
    assert_eq!(service.value("cl-user::*lib*"), "2");
    service.shell("chmod 600 ../home/fasls/common-lisp/lib/lib.fasl");
    assert_eq!(done(&service), NOTHING);
}

#[test]
fn definitions_of_systems_and_texts_that_are_read_count() {
    let mut service = app("")
        .with_file("text", "one")
        .with_file(
            "answer.lisp",
            "(in-package :app)\n(defun answer () #.(uiop:read-file-string (asdf:system-relative-pathname :app \"text\")))\n",
        )
        .start("");
    service.shell("cp -p app.asd saved; cp -p text one");
    service.change("text", "two");
    assert_snapshot!(done(&service), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"two\"");
    service.shell("cp -p one text");
    done(&service);
    assert_eq!(service.value("(app:answer)"), "\"one\"");

    service.shell("sed -i 's/(:file \"answer\")/(:file \"answer\") (:file \"more\")/' app.asd");
    assert_snapshot!(done(&service), @"
    compiled package.lisp, answer.lisp, more.lisp in TIME
    loaded package.lisp, answer.lisp, more.lisp in TIME
    ");
    assert_eq!(service.value("cl-user::*more*"), "T");
    service.restart();
    assert_eq!(service.value("cl-user::*more*"), "T");
    service.shell("cp -p saved app.asd");
    done(&service);
    service.restart();
    assert_eq!(service.value("(boundp 'cl-user::*more*)"), "NIL");
}

#[test]
fn all_of_it_can_be_loaded_again() {
    let service = app("").start("");
    service.value("(setf (symbol-function 'app:answer) (constantly 1))");
    assert_eq!(done(&service), NOTHING);
    assert_snapshot!(report(service.reload(&["--force"]), 0), @"
    compiled nothing in TIME
    loaded package.lisp, answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn a_service_without_the_runtime_says_what_it_does_not_know() {
    let mut service = app("").start("");
    service.shell("echo 'runtime: false' >> lisplaunch.yaml");
    service.restart();
    assert_snapshot!(done(&service), @"
    compiled nothing in TIME
    warning: the service `app` does not remember from which text it loaded 2 files
     |
     = note: by their time stamps, in whole seconds, they have not changed
     = help: `--force` loads them again; with `runtime: true` the service remembers
    loaded nothing in TIME
    ");
    // From now on it remembers what it loads.
    assert_snapshot!(report(service.reload(&["--force"]), 0), @"
    compiled nothing in TIME
    loaded package.lisp, answer.lisp in TIME
    ");
    service.shell("cp -p answer.lisp saved");
    service.change("answer.lisp", &answer("\"new\""));
    done(&service);
    service.shell("cp -p saved answer.lisp");
    assert_snapshot!(done(&service), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(done(&service), NOTHING);
}
