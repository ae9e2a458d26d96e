//! Machines and projects with something that has bitten people, by the check that finds it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::sync::OnceLock;

use super::YAML;
use crate::support::{Project, make_executable};

/// A project, and options for the command.
type Scene = (Project, Vec<&'static str>);

/// What a check finds.
pub struct Case {
    pub check: &'static str,
    pub scene: fn() -> Scene,
    pub level: &'static str,
    pub message: &'static str,
    pub cure: &'static str,
}

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    Case { check: "project", scene: none, level: "unknown", message: "there is no project file", cure: "-f FILE" },
    Case { check: "project", scene: broken, level: "error", message: "`umask` is `9`", cure: "lisplaunch check" },
    Case { check: "project", scene: twice_broken, level: "error", message: "2 problems", cure: "lisplaunch check" },
    Case { check: "sbcl", scene: plain, level: "ok", message: "SBCL 2.", cure: "" },
    Case { check: "sbcl", scene: old_sbcl, level: "warning", message: "is SBCL 2.0.1.debian, older than", cure: "newer" },
    Case { check: "sbcl", scene: single_sbcl, level: "error", message: "without threads", cure: "--with-sb-thread" },
    Case { check: "sbcl", scene: broken_sbcl, level: "error", message: "does not start with the options of `app`: it printed: no core", cure: "sbcl:" },
    Case { check: "sbcl", scene: other_program, level: "unknown", message: "it is not called sbcl, so it was not started", cure: "" },
    Case { check: "sbcl", scene: own_core, level: "unknown", message: "it has a core of its own, so it was not started", cure: "" },
    Case { check: "sbcl", scene: of_nobody, level: "unknown", message: "belongs to another user, so the sbcl that it names was not started", cure: "--trust USER" },
    Case { check: "sbcl", scene: no_sbcl, level: "error", message: "there is no program `sbcl` on the PATH", cure: "apt-get install sbcl" },
    Case { check: "loader", scene: no_quicklisp, level: "error", message: "there is no file `/home/me/quicklisp/setup.lisp`", cure: "install Quicklisp" },
    Case { check: "loader", scene: quicklisp, level: "ok", message: "quicklisp 2026-07-01, `/home/me/quicklisp/setup.lisp`", cure: "" },
    Case { check: "loader", scene: qlfile, level: "warning", message: "there is a `qlfile`, and `app` loads its systems without qlot", cure: "loader: qlot" },
    Case { check: "swank", scene: old_swank, level: "warning", message: "swank 2.20 in `/srv/app/slime` is older than", cure: "newer" },
    Case { check: "swank", scene: swank_of_emacs, level: "ok", message: "swank 2.32, `/srv/app/slime`", cure: "" },
    Case { check: "init-file", scene: plain, level: "ok", message: "there is no `/home/me/.sbclrc`", cure: "" },
    Case { check: "init-file", scene: init_file, level: "warning", message: "`/home/me/.sbclrc` holds 1 form,", cure: "userinit: false" },
    Case { check: "init-file", scene: broken_init_file, level: "error", message: "cannot be read", cure: "userinit: false" },
    Case { check: "init-file", scene: no_init_file, level: "ok", message: "no init file is read", cure: "" },
    Case { check: "locale", scene: latin, level: "warning", message: "`LANG` is `C`", cure: "LANG: C.UTF-8" },
    Case { check: "heap", scene: large_heap, level: "error", message: "is larger than the memory", cure: "dynamic-space-size" },
    Case { check: "heap", scene: large_heaps, level: "warning", message: "of heap for 2 services", cure: "dynamic-space-size" },
    Case { check: "cache", scene: plain, level: "ok", message: "compiled files go to `/home/me/.cache/common-lisp`", cure: "" },
    Case { check: "cache", scene: nobody, level: "error", message: "`app` cannot write its compiled files to `/nonexistent/.cache/common-lisp`", cure: "XDG_CACHE_HOME" },
    Case { check: "files", scene: nobody, level: "error", message: "its user `nobody` may not", cure: "chmod" },
    Case { check: "files", scene: stranger, level: "warning", message: "this machine has no user `no-such-user`", cure: "useradd" },
    Case { check: "files", scene: missing_file, level: "error", message: "there is no file `/srv/app/gone.lisp`", cure: "" },
    Case { check: "user", scene: supervised, level: "warning", message: "`app`: root", cure: "user: NAME" },
    Case { check: "user", scene: nobody, level: "ok", message: "`app`: `nobody`", cure: "" },
    Case { check: "ports", scene: taken_ports, level: "error", message: "(swank) is held by `", cure: "another port" },
    Case { check: "ports", scene: taken_ports, level: "error", message: "(HTTP) is held by `", cure: "another port" },
    Case { check: "ports", scene: plain_image, level: "unknown", message: "it has no runtime that says so", cure: "" },
    Case { check: "managers", scene: no_manager, level: "warning", message: "supervisord, which is not installed here", cure: "apt-get install supervisor" },
    Case { check: "emitted", scene: missing_makefile, level: "warning", message: "there is no `/srv/app/Makefile`", cure: "lisplaunch emit" },
    Case { check: "emitted", scene: old_makefile, level: "warning", message: "`/srv/app/Makefile` is not what would be written now", cure: "emit --check" },
    Case { check: "make", scene: made, level: "error", message: "`shop` in `/srv/app/supervisord.conf` starts this project through `make`", cure: "killasgroup=true" },
    Case { check: "make", scene: made_as_group, level: "warning", message: "which stays beside it", cure: "emit supervisor" },
    Case { check: "make", scene: not_made, level: "ok", message: "no program of supervisord", cure: "" },
    Case { check: "make", scene: no_configuration, level: "unknown", message: "whether supervisord starts this project", cure: "" },
    Case { check: "core", scene: no_core, level: "warning", message: "the saved image of `app` is stale: there is no file", cure: "lisplaunch build" },
    Case { check: "core", scene: refused_core, level: "error", message: "it is not started", cure: "lisplaunch build" },
    Case { check: "image", scene: other_image, level: "unknown", message: "whether the image of `app` is older", cure: "" },
];

fn project(more: &str) -> Project {
    Project::new(&format!("{YAML}{more}")).with_variable("LANG", "C.UTF-8")
}

fn scene(more: &str) -> Scene {
    (project(more), Vec::new())
}

fn none() -> Scene {
    (Project::empty(), Vec::new())
}

fn broken() -> Scene {
    scene("umask: 9\n")
}

fn twice_broken() -> Scene {
    scene("umask: 9\nverbose: 3\n")
}

fn plain() -> Scene {
    scene("")
}

/// A program that answers as an sbcl would.
fn answering(answer: &str, more: &str) -> Scene {
    let project = project(more).with_sbcl(&format!("echo '{answer}'"));
    (project, Vec::new())
}

fn old_sbcl() -> Scene {
    answering(
        "(:version \"2.0.1.debian\" :heap 1 :format \":UTF-8\" :threads 1)",
        "",
    )
}

fn single_sbcl() -> Scene {
    answering(
        "(:version \"2.2.9\" :heap 1 :format \":UTF-8\" :threads 0)",
        "",
    )
}

fn broken_sbcl() -> Scene {
    (
        project("").with_sbcl("echo no core >&2; exit 1"),
        Vec::new(),
    )
}

fn other_program() -> Scene {
    let project =
        project("sbcl: {program: ./my-lisp}\n").with_file("my-lisp", "#!/bin/sh\ntouch started\n");
    make_executable(&project.folder().join("my-lisp"));
    (project, Vec::new())
}

fn own_core() -> Scene {
    let project = project("sbcl: {runtime-options: [--core, my.core]}\n").with_file("my.core", "");
    (project.with_sbcl("touch started"), Vec::new())
}

fn no_sbcl() -> Scene {
    (project("").with_variable("PATH", "/nowhere"), Vec::new())
}

fn no_quicklisp() -> Scene {
    let yaml = "systems: [app]\nstart: (app:start)\n";
    (Project::new(yaml), Vec::new())
}

fn quicklisp() -> Scene {
    let (project, options) = no_quicklisp();
    let project = project.with_file("~/quicklisp/setup.lisp", "").with_file(
        "~/quicklisp/dists/quicklisp/distinfo.txt",
        "name: quicklisp\nversion: 2026-07-01\n",
    );
    (project, options)
}

fn qlfile() -> Scene {
    (project("").with_file("qlfile", "ql :all\n"), Vec::new())
}

fn with_swank(file: &str, text: &str) -> Scene {
    let yaml = YAML.replace("[.]", "[., slime]");
    let project = Project::new(&format!("{yaml}swank: 4005\n"))
        .with_file("slime/swank.asd", "")
        .with_file(file, text);
    (project, Vec::new())
}

fn old_swank() -> Scene {
    with_swank("slime/slime-version", "\"2.20\"\n")
}

fn swank_of_emacs() -> Scene {
    with_swank("slime/slime.el", ";;; slime.el\n;; Version: 2.32\n")
}

fn init_file() -> Scene {
    let project = project("").with_file("~/.sbclrc", "(setf *print-case* :downcase) ; mine\n");
    (project, Vec::new())
}

fn broken_init_file() -> Scene {
    (project("").with_file("~/.sbclrc", "(setf"), Vec::new())
}

fn no_init_file() -> Scene {
    let project = project("sbcl: {userinit: false}\n").with_file("~/.sbclrc", "(print 1)");
    (project, Vec::new())
}

fn latin() -> Scene {
    (Project::new(YAML).with_variable("LANG", "C"), Vec::new())
}

fn large_heap() -> Scene {
    answering(
        "(:version \"2.2.9\" :heap 9007199254740992 :format \":UTF-8\" :threads 1)",
        "",
    )
}

/// One that is smaller than the memory, and two that are not.
fn large_heaps() -> Scene {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let total = text.split_whitespace().nth(1).unwrap();
    let total: u64 = total.parse().unwrap();
    let heap = lisplaunch::host::Host::current()
        .memory()
        .unwrap_or(total * 1024)
        / 10
        * 9;
    let answer = format!("(:version \"2.2.9\" :heap {heap} :format \":UTF-8\" :threads 1)");
    answering(&answer, "services: {one: {}, two: {}}\n")
}

fn nobody() -> Scene {
    let project = project("user: nobody\n");
    fs::set_permissions(project.folder(), fs::Permissions::from_mode(0o700)).unwrap();
    (project, Vec::new())
}

/// A project of the service's user, who is not root: what it names is not for root to run.
fn of_nobody() -> Scene {
    let (project, options) = other_program();
    let yaml = format!("{YAML}user: nobody\nsbcl: {{program: ./sbcl}}\n");
    let project = project
        .with_file("lisplaunch.yaml", yaml)
        .with_file("sbcl", "#!/bin/sh\ntouch started\n");
    make_executable(&project.folder().join("sbcl"));
    let nobody = lisplaunch::host::uid_of("nobody");
    chown(project.folder(), nobody, None).unwrap();
    chown(project.folder().join("lisplaunch.yaml"), nobody, None).unwrap();
    (project, options)
}

fn stranger() -> Scene {
    scene("user: no-such-user\n")
}

fn missing_file() -> Scene {
    scene("load: gone.lisp\n")
}

fn supervised() -> Scene {
    scene("emit: {supervisor: app.conf}\n")
}

/// Ports that this process has until it ends.
fn taken() -> [u16; 2] {
    static TAKEN: OnceLock<[TcpListener; 2]> = OnceLock::new();
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    let listeners = TAKEN.get_or_init(|| [listen(), listen()]);
    listeners
        .each_ref()
        .map(|listener| listener.local_addr().unwrap().port())
}

fn taken_ports() -> Scene {
    let [swank, http] = taken();
    scene(&format!("swank: {swank}\nhttp: {http}\n"))
}

fn plain_image() -> Scene {
    let [_, http] = taken();
    scene(&format!("runtime: false\nhttp: {http}\n"))
}

fn no_manager() -> Scene {
    let (project, options) = supervised();
    let path = project.home().join("bin");
    let project = project
        .with_sbcl("exit 1")
        .with_variable("PATH", path.to_str().unwrap());
    (project, options)
}

fn missing_makefile() -> Scene {
    scene("emit: {makefile: Makefile}\n")
}

fn old_makefile() -> Scene {
    let project = project("emit: {makefile: Makefile}\n").with_file("Makefile", "run:\n\tsbcl\n");
    (project, Vec::new())
}

fn supervisor(program: &str) -> Scene {
    let text = format!("[supervisord]\n[program:shop]\n{program}\n");
    let project = project("").with_file("supervisord.conf", text);
    (project, vec!["--config", "supervisord.conf"])
}

fn made() -> Scene {
    supervisor("command=/usr/bin/env A=1 make run\ndirectory=%(here)s")
}

fn made_as_group() -> Scene {
    supervisor("command=make run\ndirectory=%(here)s\nkillasgroup=true\nstopasgroup=true")
}

fn not_made() -> Scene {
    supervisor("command=make run\ndirectory=/usr")
}

fn no_configuration() -> Scene {
    (project(""), vec!["--config", "nowhere.conf"])
}

fn no_core() -> Scene {
    scene("core: true\n")
}

fn refused_core() -> Scene {
    scene("core: {stale: refuse}\n")
}

/// Something that answers no request.
fn other_image() -> Scene {
    let [swank, _] = taken();
    scene(&format!("swank: {swank}\n"))
}
