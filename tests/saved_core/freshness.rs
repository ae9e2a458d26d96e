//! Code that has changed since the image was saved is never run from it in silence.

use std::fs;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;

use super::{CODE, built, project, start};

/// Writes the code again, with another text of the same size, and perhaps within the same second.
fn change(project: &crate::support::Project) {
    let code = CODE.replace("first", "other");
    fs::write(project.folder().join("app.lisp"), code).unwrap();
}

#[test]
fn an_image_that_is_up_to_date_is_started() {
    let project = built("");
    assert_snapshot!(project.run(&["build", "--check"]).success(), @"app: up to date");
    assert_snapshot!(project.run(&["run"]).success(), @"first; from the image");
    assert_snapshot!(start(&project).success(), @"first; from the image");
    assert_snapshot!(project.run(&["run", "--from-source"]).success(), @"first; from source");
}

#[test]
fn changed_code_is_loaded_from_its_source() {
    let project = built("");
    change(&project);
    let check = project.run(&["build", "--check"]);
    assert_eq!(check.code, Some(1));
    assert_snapshot!(check.stdout, @"app: stale: `/srv/app/app.lisp` has changed");
    for outcome in [project.run(&["run"]), start(&project)] {
        assert!(
            outcome.stderr.contains("app: the saved image is stale: "),
            "{}",
            outcome.stderr
        );
        assert_eq!(outcome.success(), "other; from source\n");
    }
}

/// Only its time differs: it is read, and found to be the same.
#[test]
fn a_file_that_was_touched_is_the_same() {
    let project = built("");
    let file = fs::File::open(project.folder().join("app.lisp")).unwrap();
    let later = SystemTime::now() + Duration::from_secs(3600);
    file.set_modified(later).unwrap();
    assert_eq!(project.run(&["run"]).success(), "first; from the image\n");
    assert_eq!(start(&project).success(), "first; from the image\n");
}

#[test]
fn an_image_may_be_used_all_the_same() {
    let project = built("  ").with_file(
        "lisplaunch.yaml",
        super::YAML.replace("core: true", "core: {stale: use}"),
    );
    project.run(&["build"]).success();
    change(&project);
    for outcome in [project.run(&["run"]), start(&project)] {
        assert!(outcome.stderr.contains("used anyway"));
        assert_eq!(outcome.success(), "first; from the image\n");
    }
}

#[test]
fn a_stale_image_may_be_refused() {
    let project = project("").with_file(
        "lisplaunch.yaml",
        super::YAML.replace("core: true", "core: {stale: refuse}"),
    );
    project.run(&["build"]).success();
    change(&project);
    assert_snapshot!(project.run(&["run"]).failure(1), @"
    error: the saved image of `app` is stale: `/srv/app/app.lisp` has changed
     |
     = help: `lisplaunch build` rebuilds it; `run --from-source` starts without it
    ");
    assert_snapshot!(start(&project).failure(1), @"lisplaunch: app did not start: the saved image is stale: /srv/app/app.lisp has changed. `lisplaunch build` rebuilds it");
}
