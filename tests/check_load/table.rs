//! Services that fail, each for another reason, and where the reason is.

/// When it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// While it starts.
    AtStart,
    /// When it is to stop, or has reloaded its code, or counts as ready.
    Later,
}

/// A service that fails.
pub struct Case {
    pub what: &'static str,
    /// Its systems.
    pub systems: &'static str,
    /// What its project file holds besides.
    pub yaml: &'static str,
    /// Files that it has instead of those that all have, or besides.
    pub files: &'static [(&'static str, &'static str)],
    pub fails: Fails,
    /// The place of what is wrong: file, line and column.
    pub place: &'static str,
    /// What is wrong, in part.
    pub message: &'static str,
}

const PLAIN: Case = Case {
    what: "",
    systems: "[app]",
    yaml: "start: (my-app:start)",
    files: &[],
    fails: Fails::AtStart,
    place: "",
    message: "",
};

pub const CASES: &[Case] = &[
    Case {
        what: "a system that does not exist",
        systems: "[app, hunchentot]",
        place: "lisplaunch.yaml:3:16",
        message: "there is no system `hunchentot`",
        ..PLAIN
    },
    Case {
        what: "a dependency that does not exist",
        files: &[(
            "app.asd",
            "(defsystem \"app\"\n  :depends-on (#:alexandira)\n  :components ((:file \"package\") (:file \"app\" :depends-on (\"package\"))))",
        )],
        place: "app.asd:2:18",
        message: "there is no system `alexandira`",
        ..PLAIN
    },
    Case {
        what: "a file of the system that does not exist",
        files: &[(
            "app.asd",
            "(defsystem \"app\" :serial t\n  :components ((:file \"package\") (:file \"app\")\n               (:file \"routes\")))",
        )],
        place: "app.asd:3:24",
        message: "there is no file `routes.lisp`",
        ..PLAIN
    },
    Case {
        what: "a package that does not exist",
        yaml: "start: (my-ap:start :port 80)",
        place: "lisplaunch.yaml:5:9",
        message: "Package MY-AP does not exist",
        ..PLAIN
    },
    Case {
        what: "a symbol that does not exist",
        yaml: "start:\n  - |\n    (progn (print 1)\n      (my-app:strat))",
        place: "lisplaunch.yaml:8:8",
        message: "Symbol \"STRAT\" not found in the MY-APP package",
        ..PLAIN
    },
    Case {
        what: "a symbol that is not exported",
        yaml: "start: [(my-app:start), (my-app:hidden)]",
        place: "lisplaunch.yaml:5:26",
        message: "The symbol \"HIDDEN\" is not external",
        ..PLAIN
    },
    Case {
        what: "a function that is exported and never defined",
        yaml: "start: my-app:gone",
        place: "lisplaunch.yaml:5:8",
        message: "undefined function: my-app:gone",
        ..PLAIN
    },
    Case {
        what: "an unknown keyword",
        yaml: "start: (list (my-app:start :prot 80))",
        place: "lisplaunch.yaml:5:14",
        message: ":PROT is not a known argument keyword",
        ..PLAIN
    },
    Case {
        what: "a wrong number of arguments",
        yaml: "start: (my-app:stop 1)",
        place: "lisplaunch.yaml:5:8",
        message: "is called with one argument, but wants exactly zero",
        ..PLAIN
    },
    Case {
        what: "an initialization argument that a class does not take",
        systems: "[hunchentoot]",
        yaml: "start: (hunchentoot:start (make-instance 'hunchentoot:easy-acceptor :prot 0))",
        place: "lisplaunch.yaml:5:27",
        message: ":prot is not an initialization argument of hunchentoot:easy-acceptor",
        ..PLAIN
    },
    Case {
        what: "a class that does not exist",
        yaml: "start: (make-instance 'my-app::acceptor)",
        place: "lisplaunch.yaml:5:8",
        message: "there is no class my-app::acceptor",
        ..PLAIN
    },
    Case {
        what: "a variable that does not exist",
        yaml: "start: (print my-app::*application*)",
        place: "lisplaunch.yaml:5:8",
        message: "undefined variable: my-app::*application*",
        ..PLAIN
    },
    Case {
        what: "a macro that is called in a wrong way",
        yaml: "start: (my-app:with-app)",
        place: "lisplaunch.yaml:5:8",
        message: "too few elements",
        ..PLAIN
    },
    Case {
        what: "a package for the forms that does not exist",
        yaml: "package: myapp\nstart: (start)",
        place: "lisplaunch.yaml:5:10",
        message: "there is no package `myapp`",
        ..PLAIN
    },
    Case {
        what: "a form before the systems that needs another loader",
        yaml: "before-load: [(print 1), (push 1 ql:*local-project-directories*)]\nstart: (my-app:start)",
        place: "lisplaunch.yaml:5:34",
        message: "Package QL does not exist",
        ..PLAIN
    },
    Case {
        what: "a source file that ends too early",
        files: &[(
            "app.lisp",
            "(in-package :my-app)\n\n(defun start ()\n  (list 1 2)\n",
        )],
        place: "app.lisp:3:1",
        message: "the file ends before the form that begins here",
        ..PLAIN
    },
    Case {
        what: "a source file that names a package that does not exist",
        files: &[(
            "app.lisp",
            "(in-package :my-app)\n(defun start () (alexandria:iota 3))\n",
        )],
        place: "app.lisp:2:18",
        message: "Package ALEXANDRIA does not exist",
        ..PLAIN
    },
    Case {
        what: "a source file that is in a package that does not exist",
        files: &[("app.lisp", "(in-package :app)\n(defun start ())\n")],
        place: "app.lisp:1:1",
        message: "\"APP\" does not designate any package",
        ..PLAIN
    },
    Case {
        what: "an error while a source file is loaded",
        files: &[(
            "app.lisp",
            "(in-package :my-app)\n(defun connect () (error \"no database\"))\n\n(defvar *db*\n  (connect))\n(defun start ())\n",
        )],
        place: "app.lisp:4:1",
        message: "no database",
        ..PLAIN
    },
    Case {
        what: "a warning because of which ASDF does not load a file",
        files: &[(
            "app.lisp",
            "(in-package :my-app)\n(defun start ()\n  (+ 1 \"one\"))\n",
        )],
        place: "app.lisp:3:3",
        message: "Constant \"one\" conflicts with its asserted type NUMBER",
        ..PLAIN
    },
    Case {
        what: "an error in a file that is loaded after the systems",
        yaml: "load: run.lisp\nstart: (my-app:start)",
        files: &[("run.lisp", "(print 1)\n\n(my-app:stop\n  2)\n")],
        place: "run.lisp:3:1",
        message: "invalid number of arguments: 1",
        ..PLAIN
    },
    Case {
        what: "no swank",
        yaml: "swank: 4005\nstart: (my-app:start)\nenv: {CL_SOURCE_REGISTRY: '(:source-registry :ignore-inherited-configuration)'}",
        place: "lisplaunch.yaml:5:8",
        message: "there is no system `swank`",
        ..PLAIN
    },
    Case {
        what: "a stop form that calls what is not there",
        yaml: "start: (my-app:start)\nstop: (my-app::stop-all)",
        fails: Fails::Later,
        place: "lisplaunch.yaml:6:7",
        message: "undefined function: my-app::stop-all",
        ..PLAIN
    },
    Case {
        what: "a ready form that asks what is not there",
        yaml: "start: (my-app:start)\nready: {form: (funcall 'my-app::ready-p), timeout: 1m}",
        fails: Fails::Later,
        place: "lisplaunch.yaml:6:15",
        message: "undefined function: my-app::ready-p",
        ..PLAIN
    },
    Case {
        what: "a form for a saved image that calls what is not there",
        yaml: "start: (my-app:start)\ncore: {warm: [(my-app:warm-up)]}",
        fails: Fails::Later,
        place: "lisplaunch.yaml:6:16",
        message: "Symbol \"WARM-UP\" not found",
        ..PLAIN
    },
    Case {
        what: "a form for reloads that is called in a wrong way",
        yaml: "start: (my-app:start)\nafter-reload: [(my-app:up-p), (my-app:start 80)]",
        fails: Fails::Later,
        place: "lisplaunch.yaml:6:31",
        message: "odd number of keyword arguments",
        ..PLAIN
    },
    Case {
        what: "an error of a form when it runs",
        yaml: "start: (open \"/nowhere/file\")",
        place: "lisplaunch.yaml:5:8",
        message: "/nowhere/file",
        ..PLAIN
    },
];
