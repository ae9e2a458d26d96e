//! Services as people run them: real sbcl, below a shell, a terminal, make and supervisord.
//!
//! Nothing is skipped: a program that is missing fails the test. A test picks ports that are
//! free, waits for what it wants to see instead of for a time, and ends what it started.

mod begun;
mod checked;
mod contained;
mod deployed;
mod folders;
mod fronted;
mod handed;
mod hardened;
mod installed;
mod installed_units;
mod load;
mod logged;
mod made;
pub mod network;
mod openrc;
mod restarted;
mod run;
pub mod running;
mod saved;
mod seen;
mod slime;
pub(crate) mod stuck;
mod supervised;
pub mod supervisor;
mod surroundings;
mod terminal;
mod tried;
mod under_systemd;
mod witness;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::support::{Project, REPOSITORY};

/// The project file of an example.
fn example(name: &str) -> String {
    format!("{REPOSITORY}/examples/{name}/lisplaunch.yaml")
}

/// Where ASDF has the compiled Lisp systems.
fn compiled_systems() -> PathBuf {
    static COMPILED: OnceLock<()> = OnceLock::new();
    COMPILED.get_or_init(compile_systems);
    cache_folder().join("common-lisp")
}

/// A home folder of its own, from which the compiled Lisp systems are in reach.
pub fn with_compiled_systems(project: Project) -> Project {
    compiled_systems();
    let cache = cache_folder();
    project.with_variable("XDG_CACHE_HOME", cache.to_str().unwrap())
}

/// The same with the stand-in for Quicklisp where Quicklisp installs itself.
pub fn with_quicklisp(project: Project) -> Project {
    let stand_in = Path::new(REPOSITORY).join("tests/quicklisp");
    symlink(stand_in, project.home().join("quicklisp")).unwrap();
    with_compiled_systems(project)
}

/// Takes a second, or minutes where they are not compiled yet.
fn compile_systems() {
    let script = Path::new(REPOSITORY).join("tests/end_to_end/compile.lisp");
    let output = Command::new("sbcl")
        .args(["--noinform", "--non-interactive", "--no-userinit", "--load"])
        .arg(script)
        .env("XDG_CACHE_HOME", cache_folder())
        .stdin(Stdio::null())
        .output()
        .expect("`sbcl` must be installed for this test");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

/// Where the person who runs the tests has compiled systems.
fn cache_folder() -> PathBuf {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    folder("XDG_CACHE_HOME")
        .filter(|folder| folder.is_absolute())
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .expect("a home folder")
}
