//! Whether `doctor` knows that a running image is older than its sources.

use serde_json::Value;

use super::service::Service;
use super::{answer, app};

/// What `doctor` finds of the image: how it is, and in which words.
fn image(service: &Service) -> (String, String) {
    let outcome = service.project().run(&["doctor", "--json"]);
    let said: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    let mut images = findings
        .iter()
        .filter(|finding| finding["check"] == "image");
    let image = images.next().unwrap();
    let text = |key: &str| image[key].as_str().unwrap().to_owned();
    (text("level"), text("message"))
}

fn found(level: &str, message: &str) -> (String, String) {
    (level.to_owned(), message.to_owned())
}

#[test]
fn an_image_says_itself_whether_it_is_older_than_its_sources() {
    let service = app("load: more.lisp\n")
        .with_file("more.lisp", "(in-package :app)\n")
        .start("");
    let same = found(
        "ok",
        "the image of `app` has loaded its sources as they are",
    );
    assert_eq!(image(&service), same);
    // Neither a new time stamp nor an old one is a change, and what is put back with an old one is.
    service.shell("touch answer.lisp");
    assert_eq!(image(&service), same);
    service.change("answer.lisp", &answer("\"new\""));
    service.shell("touch -d '-1 year' answer.lisp");
    let older = "the image of `app` is older than its sources: ";
    assert_eq!(
        image(&service),
        found("warning", &format!("{older}answer.lisp"))
    );
    service.change("more.lisp", "(in-package :app)\n(defvar *more* 1)\n");
    assert_eq!(
        image(&service),
        found("warning", &format!("{older}more.lisp, answer.lisp"))
    );
    // Looking has changed nothing.
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(service.reload(&[]).code, Some(0));
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_eq!(image(&service), same);
}

#[test]
fn an_image_without_the_runtime_does_not_know_it() {
    let service = app("runtime: false\n").start("");
    let (level, message) = image(&service);
    assert_eq!(level, "unknown");
    assert!(
        message.contains("started by another release, or without the runtime"),
        "{message}"
    );
}
