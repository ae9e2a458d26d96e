//! Systems of ASDF: all that an image is made from is known.

use std::fs;

use insta::assert_snapshot;

use super::{start, with_code};
use crate::support::Project;

const YAML: &str = r"
name: app
loader: asdf
registry: [first, systems]
systems: [shop]
swank: false
start:
  - (shop/main:report)
  - (sb-ext:exit)
core: {depends: [README]}
";

const PRICES: &str = r#"
(defpackage :shop/prices (:use :cl) (:export :price))
(in-package :shop/prices)
(defmacro included ()
  (with-open-file (in (asdf:system-relative-pathname "shop" "included.txt")) (read in)))
(defun price () (included))
"#;

fn project() -> Project {
    let asd = r#"
(defsystem "shop" :class :package-inferred-system :depends-on ("shop/main"))
"#;
    let main = r#"
(defpackage :shop/main (:use :cl) (:import-from :shop/prices #:price) (:export :report))
(in-package :shop/main)
(defun report () (format t "~a ~:[from source~;from the image~]~%" (price)
                              (search "/.lisplaunch/" (namestring sb-ext:*core-pathname*))))
"#;
    with_code(YAML, "")
        .with_file("first/keep", "")
        .with_file("systems/shop.asd", asd)
        .with_file("systems/main.lisp", main)
        .with_file("systems/prices.lisp", PRICES)
        .with_file("systems/included.txt", "42")
        .with_file("README", "")
}

#[test]
fn everything_that_an_image_is_made_from_counts() {
    let project = project();
    project.run(&["build"]).success();
    let manifest = fs::read_to_string(project.folder().join(".lisplaunch/app.manifest")).unwrap();
    let manifest = project.with_fixed_paths(&manifest);
    let own = manifest.lines().filter(|line| line.contains("/srv/app/"));
    let own = own.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        format!("{} {}", words[0], words[words.len() - 1])
    });
    let mut own: Vec<String> = own
        .filter(|line| {
            !line.starts_with("absent")
                || line.contains("shop")
                || !line.contains("/first/") && !line.contains("/systems/")
        })
        .collect();
    own.sort();
    assert_snapshot!(own.join("\n"), @"
    absent /srv/app/first/shop.asd
    absent /srv/app/ocicl.csv
    absent /srv/app/qlfile.lock
    absent /srv/app/systems.csv
    file /srv/app/.lisplaunch/runtime.lisp
    file /srv/app/README
    file /srv/app/systems/included.txt
    file /srv/app/systems/main.lisp
    file /srv/app/systems/prices.lisp
    file /srv/app/systems/shop.asd
    ");
    let check = || project.run(&["build", "--check"]).stdout;
    let file = |name: &str| project.folder().join(name);
    assert_eq!(check(), "app: up to date\n");
    let changes = [
        ("systems/prices.lisp", ";"),
        ("systems/included.txt", "43"),
        ("systems/shop.asd", ";"),
        ("README", "changed"),
        ("first/shop.asd", ""),
        ("qlfile.lock", ""),
        ("ocicl.csv", ""),
    ];
    for (name, text) in changes {
        let before = fs::read(file(name)).ok();
        fs::write(file(name), text).unwrap();
        assert_eq!(
            check(),
            format!("app: stale: `/srv/app/{name}` has changed\n")
        );
        match before {
            Some(text) => fs::write(file(name), text).unwrap(),
            None => fs::remove_file(file(name)).unwrap(),
        }
        assert_eq!(check(), "app: up to date\n");
    }
    fs::remove_file(file("systems/prices.lisp")).unwrap();
    assert_eq!(
        check(),
        "app: stale: `/srv/app/systems/prices.lisp` has changed\n"
    );
    fs::write(file("systems/prices.lisp"), PRICES).unwrap();
    assert_eq!(start(&project).success(), "42 from the image\n");
    fs::write(file("systems/included.txt"), "43").unwrap();
    let said = start(&project).success();
    assert_eq!(said.lines().last(), Some("43 from source"));
}
