//! `lisplaunch deploy` of Hunchentoot behind nginx, while people use it.

use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::Signal;

use super::fronted::neighbours;
use super::load::{Kind, Load, Seen};
use super::network::get;
use super::running::{Running, eventually, kill};
use super::supervisor::Supervisor;
use super::under_systemd::systemd_with_units;
use super::with_compiled_systems;
use crate::consumer::Nginx;
use crate::support::{Outcome, Project, REPOSITORY, make_executable};

pub(super) const SYSTEM: &str =
    "(defsystem \"shop\" :depends-on (\"hunchentoot\") :components ((:file \"shop\")))";

/// An answer of 20 ms, one of two seconds, and a stop that waits for the answers under way.
pub(super) const CODE: &str = r#"
(defpackage :shop (:use :cl) (:export #:start #:stop))
(in-package :shop)
(defvar *acceptor* nil)
(hunchentoot:define-easy-handler (page :uri "/") (name)
  (declare (ignore name))
  (sleep 1/50)
  "VERSION")
(hunchentoot:define-easy-handler (long :uri "/long") ()
  (sleep 2)
  "VERSION")
(defun start (port)
  (setf *acceptor* (hunchentoot:start
                    (make-instance 'hunchentoot:easy-acceptor
                                   :port port :address "127.0.0.1" :document-root nil
                                   :access-log-destination nil))))
(defun stop ()
  (hunchentoot:stop *acceptor* :soft t))
"#;

/// A shop with two replicas, which says which version of it answers.
struct Shop {
    project: Project,
    ports: [u16; 2],
}

impl Shop {
    fn new(keys: &str) -> Self {
        Self::of("  upstream: shop.upstream\n", keys)
    }

    /// One with these keys below `http`, and these beside it.
    fn of(http: &str, keys: &str) -> Self {
        let ports = neighbours();
        let project = Project::new(&format!(
            "name: shop\nloader: asdf\nregistry: [.]\nsystems: [shop]\nreplicas: 2\n\
             start: (shop:start {front}${{REPLICA}})\nstop: (shop:stop)\nstart-timeout: 1s\n\
             http:\n  port: {front}${{REPLICA}}\n{http}{keys}",
            front = ports[0] / 10,
        ))
        .with_file("shop.asd", SYSTEM);
        let shop = Shop {
            project: with_compiled_systems(project),
            ports,
        };
        shop.write("one");
        shop
    }

    /// Writes the code of a version.
    fn write(&self, version: &str) {
        fs::write(
            self.project.folder().join("shop.lisp"),
            CODE.replace("VERSION", version),
        )
        .unwrap();
    }

    /// The nginx in front of it, which is the one that `nginx` on the PATH is.
    fn nginx(&mut self, inside: impl FnOnce(Command) -> Command) -> Nginx {
        let output = self.project.command(&["emit", "nginx"]).output().unwrap();
        let site = String::from_utf8(output.stdout).unwrap();
        let nginx = Nginx::start_with_workers(&[&site], inside);
        let program = self.project.home().join("bin/nginx");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, nginx.script()).unwrap();
        make_executable(&program);
        nginx
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        let path = format!(
            "{}/bin:/usr/local/bin:/usr/bin:/bin",
            self.project.home().display()
        );
        command.env("PATH", path);
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.project.outcome(self.command(arguments))
    }

    fn serves(&self, replica: usize, version: &str) {
        eventually("it serves", || {
            (get(self.ports[replica], "/")? == version).then_some(())
        });
    }

    /// The ports that nginx sends requests to.
    fn upstream(&self) -> Vec<u16> {
        let text = fs::read_to_string(self.project.folder().join("shop.upstream")).unwrap();
        let ports = self.ports.iter().copied();
        ports
            .filter(|port| text.contains(&format!("server 127.0.0.1:{port} max_fails=0;")))
            .collect()
    }
}

#[track_caller]
fn nothing_was_lost(seen: &Seen, nginx: &Nginx) {
    let log = nginx.log("error.log");
    // The numbers of the page on it.
    println!("good answers: {:?}", seen.kinds);
    assert_eq!(seen.failures, Vec::<String>::new(), "{log:.3000}");
    for kind in [Kind::Get, Kind::Post, Kind::Long, Kind::Kept] {
        assert!(seen.kinds.contains_key(&kind), "{seen:?}");
    }
}

/// A start that fails although the code can be loaded.
pub(super) fn failing(version: &str) -> String {
    CODE.replace("VERSION", version).replace(
        "(defun start (port)",
        "(defun start (port) (error \"no luck\")",
    )
}

/// What the page on it shows first in a language.
fn shown(language: &str) -> String {
    let page = fs::read_to_string(format!("{REPOSITORY}/docs/deploy.md")).unwrap();
    let block = page.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_project_file_on_its_page_is_right() {
    let project = Project::new(&shown("yaml")).with_file("~/quicklisp/setup.lisp", "");
    project.run(&["check"]).success();
}

#[test]
fn a_spare_replica_takes_over_below_supervisord() {
    let mut shop = Shop::new("spare: true\n");
    let supervisor = Supervisor::start(&shop.project, &[]);
    let program = |replica: usize| format!("shop:shop-shop-{}", replica + 1);
    for replica in 0..2 {
        supervisor.running(&program(replica));
        shop.serves(replica, "one");
    }
    let nginx = shop.nginx(|command| command);
    assert_eq!(shop.upstream(), [shop.ports[0]]);
    let load = Load::on(nginx.http);
    load.until_answered("one", 50);
    let is_running = |serving: usize| {
        assert_eq!(shop.upstream(), [shop.ports[serving]]);
        assert!(supervisor.pid(&program(serving)).is_some());
        assert_eq!(supervisor.pid(&program(1 - serving)), None);
    };
    assert_snapshot!(shop.run(&["deploy", "--dry-run"]).success(), @"
    starting `shop-2` and waiting for it: `supervisorctl -s unix:///home/me/supervisor/socket restart shop:shop-shop-2`
    sending requests to `shop-2`: writing `/srv/app/shop.upstream`, `nginx -s reload`
    waiting for the last answers of `shop-1`
    stopping `shop-1`: `supervisorctl -s unix:///home/me/supervisor/socket stop shop:shop-shop-1`
    ");
    for (version, serving) in [("two", 1), ("three", 0), ("four", 1)] {
        shop.write(version);
        shop.run(&["deploy", "--wait=2m"]).success();
        load.until_answered(version, 50);
        is_running(serving);
        // The one that waits for the next version is as it should be.
        shop.run(&["status", "--wait=2m"]).success();
    }

    let pid = supervisor.pid(&program(1));
    let source = shop.project.folder().join("shop.lisp");
    fs::write(&source, failing("five")).unwrap();
    let said = shop.run(&["deploy", "--wait=2m"]).failure(1);
    assert!(
        said.contains("error: `shop-1` did not get ready with the new code: it is "),
        "{said}"
    );
    load.until_answered("four", 50);
    is_running(1);
    assert_eq!(supervisor.pid(&program(1)), pid);

    // So is it where a person has enough of it.
    fs::write(
        &source,
        CODE.replace("(defun start (port)", "(defun start (port) (sleep 300)"),
    )
    .unwrap();
    let mut deploying = Running::start(shop.command(&["deploy", "--wait=5m"]));
    let deadline = Instant::now() + Duration::from_secs(120);
    while !deploying
        .stderr()
        .contains("waiting for `shop-1`: starting")
    {
        assert!(Instant::now() < deadline, "{}", deploying.stderr());
        sleep(Duration::from_millis(50));
    }
    deploying.signal(Signal::INT);
    assert_eq!(deploying.wait().code(), Some(1));
    let said = deploying.stderr();
    assert!(
        said.contains("error: the deployment was interrupted"),
        "{said}"
    );
    load.until_answered("four", 50);
    is_running(1);

    shop.write("six");
    let said = shop.run(&["deploy", "--wait=2m", "--json"]).success();
    let done: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(done["ok"], true);
    assert_eq!(done["started"][0], "shop-1");
    assert_eq!(done["stopped"][0], "shop-2");
    load.until_answered("six", 50);
    is_running(0);
    nothing_was_lost(&load.end(), &nginx);

    for command in shown("sh").lines() {
        let (_, arguments) = command.split_once("lisplaunch ").unwrap();
        shop.run(&arguments.split(' ').collect::<Vec<_>>())
            .success();
    }
    is_running(1);

    let file = shop.project.folder().join("shop.upstream");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace(&shop.ports[1].to_string(), "9")).unwrap();
    let said = shop.run(&["deploy"]).failure(1);
    assert!(
        said.contains("error: `/srv/app/shop.upstream` names no replica of `shop`"),
        "{said}"
    );
    fs::remove_file(&file).unwrap();
    let said = shop.run(&["deploy"]).failure(1);
    assert!(
        said.contains("error: there is no file `/srv/app/shop.upstream`"),
        "{said}"
    );
}

#[test]
fn the_image_before_is_put_back_below_supervisord() {
    let mut shop = Shop::new("spare: true\ncore: true\n");
    shop.run(&["build"]).success();
    let supervisor = Supervisor::start(&shop.project, &[]);
    let program = |replica: usize| format!("shop:shop-shop-{}", replica + 1);
    for replica in 0..2 {
        supervisor.running(&program(replica));
        shop.serves(replica, "one");
    }
    let nginx = shop.nginx(|command| command);
    let load = Load::on(nginx.http);
    load.until_answered("one", 50);
    let deploy = |arguments: &[&str]| shop.run(&[&["deploy", "--wait=2m"], arguments].concat());
    let said = deploy(&["--rollback"]).failure(1);
    assert!(
        said.contains("error: `--rollback`: there is no image of `shop-1` before "),
        "{said}"
    );
    shop.write("two");
    deploy(&[]).success();
    load.until_answered("two", 50);
    // The sources are the newer ones still.
    deploy(&["--rollback"]).success();
    load.until_answered("one", 50);
    let comes_back = |replica: usize, version: &str| {
        kill(supervisor.pid(&program(replica)).unwrap());
        shop.serves(replica, version);
    };

    // It is an image that is made before, and one that does not start that is put away.
    shop.write("three");
    deploy(&[]).success();
    load.until_answered("three", 50);
    fs::write(shop.project.folder().join("shop.lisp"), failing("four")).unwrap();
    let said = deploy(&[]).failure(1);
    assert!(
        said.contains("putting back the image of `shop-1` before"),
        "{said}"
    );
    load.until_answered("three", 50);
    fs::write(
        shop.project.folder().join("shop.lisp"),
        "(error \"broken\")",
    )
    .unwrap();
    let said = deploy(&[]).failure(1);
    assert!(
        said.contains("the image of `shop-1` could not be built"),
        "{said}"
    );
    load.until_answered("three", 50);
    nothing_was_lost(&load.end(), &nginx);
    // After a crash, too.
    comes_back(1, "three");
}

#[test]
fn a_replica_that_does_not_start_from_a_new_image_starts_from_the_one_before() {
    let mut shop = Shop::new("core: true\n");
    shop.run(&["build"]).success();
    let supervisor = Supervisor::start(&shop.project, &[]);
    for replica in 0..2 {
        supervisor.running(&format!("shop:shop-shop-{}", replica + 1));
        shop.serves(replica, "one");
    }
    let nginx = shop.nginx(|command| command);
    let load = Load::on(nginx.http);
    shop.write("two");
    shop.run(&["deploy", "--wait=2m"]).success();
    load.until_answered("two", 50);
    fs::write(shop.project.folder().join("shop.lisp"), failing("three")).unwrap();
    let said = shop.run(&["deploy", "--wait=2m"]).failure(1);
    for replica in 0..2 {
        shop.serves(replica, "two");
    }
    assert_eq!(shop.upstream(), shop.ports, "{said}");
    load.until_answered("two", 50);
    nothing_was_lost(&load.end(), &nginx);
}

#[test]
fn a_spare_replica_is_for_something_that_starts_it() {
    let shop = Shop::new("spare: true\n");
    let mut running = Running::start(shop.project.command(&["run", "shop-1"]));
    running.until("it serves", || get(shop.ports[0], "/"));
    let said = shop.run(&["deploy"]).failure(1);
    assert!(
        said.contains("error: no manager is known that would start `shop-1`"),
        "{said}"
    );
    assert!(get(shop.ports[0], "/").is_some());
}

#[test]
fn replicas_without_a_file_of_nginx_start_again_with_a_warning() {
    let shop = Shop::of("", "");
    let supervisor = Supervisor::start(&shop.project, &[]);
    for replica in 0..2 {
        supervisor.running(&format!("shop:shop-shop-{}", replica + 1));
        shop.serves(replica, "one");
    }
    shop.write("two");
    let outcome = shop.run(&["deploy", "--wait=2m"]);
    let said = outcome.stderr.clone();
    outcome.success();
    assert!(
        said.contains("warning: a request to `shop` that cannot be repeated may fail while its replica starts again"),
        "{said}"
    );
    for replica in 0..2 {
        shop.serves(replica, "two");
    }
}

#[test]
fn replicas_start_again_one_by_one_below_systemd() {
    let mut shop = Shop::new("");
    let systemd = systemd_with_units(&shop.project, &[]);
    systemd.success(&["start", "shop.target"]);
    for replica in 0..2 {
        shop.serves(replica, "one");
    }
    let pids = || {
        let show = |replica| {
            let unit = format!("shop-shop-{replica}.service");
            systemd.success(&["show", "-P", "MainPID", &unit])
        };
        [show(1), show(2)]
    };
    let nginx = shop.nginx(|command| systemd.inside(&command));
    let deploy = || {
        let command = shop.command(&["deploy", "--wait=2m"]);
        shop.project.outcome(systemd.inside(&command))
    };
    assert_eq!(shop.upstream(), shop.ports);
    let load = Load::on(nginx.http);
    load.until_answered("one", 50);
    for version in ["two", "three"] {
        let before = pids();
        shop.write(version);
        deploy().success();
        assert_eq!(shop.upstream(), shop.ports);
        let after = pids();
        assert!(
            after.iter().all(|pid| !before.contains(pid)),
            "{before:?} {after:?}"
        );
        load.until_answered(version, 50);
    }

    // What cannot be loaded is not tried on a service.
    let before = pids();
    let source = shop.project.folder().join("shop.lisp");
    fs::write(&source, "(error \"broken\")").unwrap();
    let said = deploy().failure(1);
    assert!(said.contains("a fresh sbcl cannot load the code"), "{said}");
    assert_eq!(pids(), before);

    // Where only the start fails the first one is lost, and no other.
    fs::write(&source, failing("four")).unwrap();
    let said = deploy().failure(1);
    assert!(
        said.contains("error: `shop-1` did not get ready with the new code: it is "),
        "{said}"
    );
    assert_eq!(pids()[1], before[1]);
    assert_eq!(shop.upstream(), shop.ports[1..]);
    load.until_answered("three", 50);

    shop.write("five");
    deploy().success();
    assert_eq!(shop.upstream(), shop.ports);
    load.until_answered("five", 50);
    nothing_was_lost(&load.end(), &nginx);
}
