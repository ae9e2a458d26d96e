//! Loading the runtime, whatever the surroundings.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{installed, sbcl, sbcl_of_user, succeed};

const BOOT: &str = r#"(lisplaunch:boot "shop" :file "/srv/shop.yaml")"#;

/// The compiled files of the runtime below a home folder.
fn compiled(home: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(home.join(".cache/lisplaunch")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

/// Boots and prints what `form` is, and nothing else.
#[track_caller]
fn booted(command: &mut Command, form: &str) -> String {
    let print = format!("(progn (prin1 {form}) (finish-output) (sb-ext:exit))");
    succeed(command.args(["--eval", BOOT, "--eval", &print]))
}

#[test]
fn it_is_compiled_once() {
    let home = installed();
    for _ in 0..2 {
        let compiled = "(compiled-function-p (function lisplaunch:boot))";
        assert_eq!(booted(&mut sbcl(home.path()), compiled), "T");
    }
    let files = compiled(home.path());
    assert_eq!(files.len(), 1, "{files:?}");
    let before = fs::metadata(&files[0]).unwrap().modified().unwrap();
    booted(&mut sbcl(home.path()), "1");
    let after = fs::metadata(&files[0]).unwrap().modified().unwrap();
    assert_eq!(before, after);
}

#[test]
fn it_is_loaded_as_text_where_there_is_no_cache() {
    let home = installed();
    let mut command = sbcl(home.path());
    command.env("XDG_CACHE_HOME", "/proc/nothing");
    let compiled = "(compiled-function-p (function lisplaunch:boot))";
    assert_eq!(booted(&mut command, compiled), "T");
}

#[test]
fn it_needs_no_variable_of_the_environment() {
    let home = installed();
    let mut command = sbcl(home.path());
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("XDG_CACHE_HOME", home.path())
        .env("XDG_STATE_HOME", home.path());
    assert_eq!(booted(&mut command, "lisplaunch::*phase*"), ":LOADING");
}

#[test]
fn several_may_compile_it_at_once() {
    let home = installed();
    let start = || {
        let mut command = sbcl(home.path());
        command.args(["--eval", BOOT, "--eval", "(sb-ext:exit :code 42)"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let started: Vec<_> = std::iter::repeat_with(start).take(4).collect();
    for mut process in started {
        assert_eq!(process.wait().unwrap().code(), Some(42));
    }
    let files = compiled(home.path());
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn a_compiled_file_that_is_broken_is_made_anew() {
    let home = installed();
    booted(&mut sbcl(home.path()), "1");
    let file = compiled(home.path()).remove(0);
    let good = fs::metadata(&file).unwrap().len();
    fs::write(&file, "# FASL\n").unwrap();
    for _ in 0..2 {
        assert_eq!(booted(&mut sbcl(home.path()), "1"), "1");
    }
    assert_eq!(fs::metadata(&file).unwrap().len(), good);
}

#[test]
fn it_keeps_clear_of_what_the_user_has_set() {
    let home = installed();
    let init = "
(setf (readtable-case *readtable*) :invert
      *read-default-float-format* 'double-float
      *print-base* 2 *print-radix* t *print-case* :downcase *print-length* 2 *print-escape* nil
      sb-ext:*evaluator-mode* :interpret
      *compile-verbose* t *compile-print* t)
(proclaim '(optimize (debug 3) (safety 3) (speed 0)))
(set-macro-character #\\[ (lambda (stream char) (declare (ignore stream)) (error \"~a\" char)))
";
    booted(&mut sbcl(home.path()), "1");
    let without = fs::read(compiled(home.path()).remove(0)).unwrap();
    fs::remove_dir_all(home.path().join(".cache")).unwrap();
    fs::write(home.path().join(".sbclrc"), init).unwrap();
    let mut command = sbcl_of_user(home.path(), &[]);
    let form = "(write-to-string (list sb-ext:*evaluator-mode* (readtable-case *readtable*)) \
                :escape t)";
    assert_eq!(
        booted(&mut command, form).trim_matches('"'),
        "(:interpret :invert)"
    );
    let with = fs::read(compiled(home.path()).remove(0)).unwrap();
    assert_eq!(with.len(), without.len());
    let state = super::service::state(home.path(), "%srv%shop.yaml").unwrap();
    assert!(state.starts_with("(:VERSION 1 :PID "), "{state}");
}

#[test]
fn a_project_is_where_its_link_leads_from() {
    let home = installed();
    let link = home.path().join("current");
    symlink(home.path(), &link).unwrap();
    let mut command = sbcl(&link);
    command.env("HOME", home.path());
    let folder = "(sb-ext:native-namestring (lisplaunch::project-pathname \"src/\"))";
    let expected = format!("\"{}/src/\"", link.display());
    assert_eq!(booted(&mut command, folder), expected);
}

#[test]
fn it_may_be_loaded_again_in_a_running_image() {
    let home = installed();
    let load = format!("(load {:?})", home.path().join(".lisplaunch/runtime.lisp"));
    let mut command = sbcl(home.path());
    command.args(["--eval", BOOT, "--eval", &load]);
    let print = "(progn (prin1 (list (getf lisplaunch::*identity* :project) lisplaunch::*phase*
                                     sb-ext:*evaluator-mode*))
                        (finish-output) (sb-ext:exit))";
    let said = succeed(command.args(["--eval", print]));
    assert_eq!(said, "(\"shop\" :LOADING :COMPILE)");
}
