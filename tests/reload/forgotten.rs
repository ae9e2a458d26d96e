//! What ASDF forgets to have loaded: it does where it reads a definition again, as it does for the
//! sake of another system in the same file.

use serde_json::{Value, json};

use super::service::Sources;
use super::{PACKAGE, YAML, answer, report};

/// As `swank-asdf` of SLIME's contribs does when it is loaded.
const LOOK_AT_ALL: &str = "(asdf:map-systems 'asdf:find-system)";

#[test]
fn code_that_asdf_has_forgotten_is_loaded_all_the_same() {
    let yaml = YAML.replace("[.]", "[., ~/lib]");
    let service = Sources::new(&yaml)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"lib\") :serial t
               :components ((:file \"package\") (:file \"answer\")))
             (defsystem \"app-test\")",
        )
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_file(
            "~/lib/lib.asd",
            "(defsystem \"lib\" :components ((:file \"lib\"))) (defsystem \"lib-test\")",
        )
        .with_file("~/lib/lib.lisp", "(defparameter cl-user::*lib* 1)")
        .start("");
    service.value(LOOK_AT_ALL);
    for name in ["lib", "app"] {
        let known = format!("(find \"{name}\" (asdf:already-loaded-systems) :test #'string=)");
        assert_eq!(service.value(&known), "NIL");
    }
    let status = service.project().run(&["status", "--json"]).success();
    let status: Value = serde_json::from_str(&status).unwrap();
    let said = status.to_string();
    for name in ["lib", "app"] {
        assert!(said.contains(&json!(name).to_string()), "{said}");
    }

    service.value("(setf cl-user::*lib* 2)");
    assert_eq!(
        report(service.reload(&[]), 0),
        "compiled nothing in TIME\nnothing has changed since the service loaded it\n"
    );
    assert_eq!(service.value("cl-user::*lib*"), "2");
    // What has changed since is found.
    service.value(LOOK_AT_ALL);
    service.change("answer.lisp", &answer("\"new\""));
    assert_eq!(
        report(service.reload(&[]), 0),
        "compiled answer.lisp in TIME\nloaded answer.lisp in TIME\n"
    );
    assert_eq!(service.value("(app:answer)"), "\"new\"");
}
