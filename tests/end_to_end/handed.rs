//! `lisplaunch deploy` of services whose socket a service manager holds, without a proxy, while
//! people use them.

use std::fs;

use insta::assert_snapshot;

use super::deployed::{CODE, SYSTEM, failing};
use super::load::{Kind, Load, Seen};
use super::network::{get, is_free};
use super::running::{Running, eventually};
use super::supervisor::Supervisor;
use super::under_systemd::systemd_with_units;
use super::with_compiled_systems;
use crate::consumer::Systemd;
use crate::support::ports::free_port;
use crate::support::{Outcome, Project};

/// A shop on a port, which says which version of it answers.
struct Shop {
    project: Project,
    port: u16,
}

impl Shop {
    /// One with these further keys in its file.
    fn new(keys: &str) -> Self {
        let port = free_port();
        let project = Project::new(&format!(
            "name: shop\nloader: asdf\nregistry: [.]\nsystems: [shop]\nstart: (shop:start {port})\n\
             start-timeout: 1s\nhttp: {{port: {port}, socket: 127.0.0.1}}\n{keys}"
        ))
        .with_file("shop.asd", SYSTEM);
        let shop = Shop {
            project: with_compiled_systems(project),
            port,
        };
        shop.write(&version("one"));
        shop
    }

    fn write(&self, code: &str) {
        fs::write(self.project.folder().join("shop.lisp"), code).unwrap();
    }

    /// What lisplaunch does where that systemd is.
    fn lisplaunch(&self, systemd: &Systemd, arguments: &[&str]) -> Outcome {
        let command = self.project.command(arguments);
        self.project.outcome(systemd.inside(&command))
    }

    fn serves(&self, version: &str) {
        eventually("it serves", || {
            (get(self.port, "/")? == version).then_some(())
        });
    }
}

fn version(name: &str) -> String {
    CODE.replace("VERSION", name)
}

fn pid(systemd: &Systemd, unit: &str) -> String {
    systemd.success(&["show", "-P", "MainPID", unit])
}

#[track_caller]
fn nothing_was_lost(seen: &Seen) {
    // The numbers of the page on it.
    println!("good answers: {:?}", seen.kinds);
    assert_eq!(seen.failures, Vec::<String>::new());
    for kind in [Kind::Get, Kind::Post, Kind::Long, Kind::Kept] {
        assert!(seen.kinds.contains_key(&kind), "{seen:?}");
    }
}

#[test]
fn one_process_starts_again_below_systemd_and_connections_wait() {
    let shop = Shop::new("");
    let systemd = systemd_with_units(&shop.project, &[]);
    systemd.success(&["start", "shop.service"]);
    shop.serves("one");
    assert_snapshot!(shop.lisplaunch(&systemd, &["deploy", "--dry-run"]).success(), @"
    trying the code of `shop`
    starting `shop` and waiting for it: `systemctl --user restart shop.service`
    ");
    let load = Load::on(shop.port);
    load.until_answered("one", 50);
    for name in ["two", "three", "four"] {
        shop.write(&version(name));
        shop.lisplaunch(&systemd, &["deploy", "--wait=2m"])
            .success();
        load.until_answered(name, 50);
    }
    // What cannot be loaded is not tried on the service.
    let before = pid(&systemd, "shop.service");
    shop.write("(error \"broken\")");
    let said = shop.lisplaunch(&systemd, &["deploy"]).failure(1);
    assert!(said.contains("a fresh sbcl cannot load the code"), "{said}");
    assert_eq!(pid(&systemd, "shop.service"), before);
    load.until_answered("four", 50);
    nothing_was_lost(&load.end());

    // It is at its port with systemd, and gives that back.
    let said = shop.lisplaunch(&systemd, &["doctor"]).stdout;
    let held = format!("the port {} (HTTP) is held by `shop` itself", shop.port);
    assert!(said.contains(&held), "{said}");
    systemd.success(&["stop", "shop.socket", "shop.service"]);
    assert!(is_free(shop.port));
}

#[test]
fn the_image_before_is_put_back_below_systemd_and_connections_wait() {
    let shop = Shop::new("core: true\nstop: (shop:stop)\n");
    shop.project.run(&["build"]).success();
    let systemd = systemd_with_units(&shop.project, &[]);
    // The first connection starts it.
    systemd.success(&["start", "shop.socket"]);
    let said = shop.lisplaunch(&systemd, &["doctor"]).stdout;
    let held = format!("the port {} (HTTP) is held by `systemd`", shop.port);
    assert!(said.contains(&held), "{said}");
    let load = Load::on(shop.port);
    load.until_answered("one", 50);
    let deploy = |arguments: &[&str]| {
        shop.lisplaunch(&systemd, &[&["deploy", "--wait=2m"], arguments].concat())
    };
    shop.write(&version("two"));
    deploy(&[]).success();
    load.until_answered("two", 50);
    // A stale image becomes a process that loads the sources, and has the socket still.
    shop.write(&version("three"));
    systemd.success(&["restart", "shop.service"]);
    load.until_answered("three", 50);
    deploy(&["--rollback"]).success();
    load.until_answered("one", 50);
    shop.write(&failing("four"));
    let said = deploy(&[]).failure(1);
    assert!(
        said.contains("putting back the image of `shop` before"),
        "{said}"
    );
    load.until_answered("one", 50);
    nothing_was_lost(&load.end());
}

#[test]
fn replicas_with_one_socket_start_again_one_by_one_below_systemd() {
    let shop = Shop::new("replicas: 2\n");
    let systemd = systemd_with_units(&shop.project, &[]);
    systemd.success(&["start", "shop.target"]);
    shop.serves("one");
    let pids = || [1, 2].map(|number| pid(&systemd, &format!("shop-shop-{number}.service")));
    let load = Load::on(shop.port);
    load.until_answered("one", 50);
    let deploy = || shop.lisplaunch(&systemd, &["deploy", "--wait=2m"]);
    for name in ["two", "three"] {
        let before = pids();
        shop.write(&version(name));
        let outcome = deploy();
        assert!(!outcome.stderr.contains("warning"), "{}", outcome.stderr);
        outcome.success();
        let after = pids();
        assert!(
            after.iter().all(|pid| !before.contains(pid)),
            "{before:?} {after:?}"
        );
        load.until_answered(name, 50);
    }
    // Where the start fails the others go on.
    let before = pids();
    shop.write(&failing("four"));
    let said = deploy().failure(1);
    assert!(
        said.contains("error: `shop-1` did not get ready with the new code: it is "),
        "{said}"
    );
    assert_eq!(pids()[1], before[1]);
    load.until_answered("three", 50);
    shop.write(&version("five"));
    deploy().success();
    load.until_answered("five", 50);
    nothing_was_lost(&load.end());
    systemd.success(&["stop", "shop.target"]);
    eventually("the socket is closed", || is_free(shop.port).then_some(()));
}

#[test]
fn replicas_with_one_socket_start_again_one_by_one_below_supervisord() {
    let shop = Shop::new("replicas: 2\nlog: 'log/{service}.log'\ncore: true\n");
    fs::create_dir(shop.project.folder().join("log")).unwrap();
    shop.project.run(&["build"]).success();
    let supervisor = Supervisor::start(&shop.project, &[]);
    let programs = ["shop:shop-shop-1", "shop:shop-shop-2"];
    let pids = || programs.map(|name| supervisor.running(name));
    pids();
    shop.serves("one");
    let said = shop.project.run(&["doctor"]).stdout;
    let held = format!("the port {} (HTTP) is held by `shop-1` itself", shop.port);
    assert!(said.contains(&held), "{said}");
    let load = Load::on(shop.port);
    load.until_answered("one", 50);
    for name in ["two", "three"] {
        let before = pids();
        shop.write(&version(name));
        shop.project.run(&["deploy", "--wait=2m"]).success();
        let after = pids();
        assert!(
            after.iter().all(|pid| !before.contains(pid)),
            "{before:?} {after:?}"
        );
        load.until_answered(name, 50);
    }
    shop.write(&failing("four"));
    let said = shop.project.run(&["deploy", "--wait=2m"]).failure(1);
    assert!(said.contains("putting back the image"), "{said}");
    load.until_answered("three", 50);
    nothing_was_lost(&load.end());
    for number in [1, 2] {
        let log = shop.project.folder().join(format!("log/shop-{number}.log"));
        assert!(log.exists());
    }
    supervisor.control(&["stop", "shop:*"]);
    assert!(is_free(shop.port));
}

#[test]
fn a_process_that_was_not_handed_its_socket_is_not_deployed() {
    let shop = Shop::new("");
    let mut running = Running::start(shop.project.command(&["run"]));
    // It listens by itself then.
    running.until("it serves", || get(shop.port, "/"));
    let said = shop.project.run(&["deploy"]).failure(1);
    let expected = format!(
        "error: `http.socket`: `shop` was not handed the socket of its port {}, and requests would fail while it starts again",
        shop.port
    );
    assert!(said.contains(&expected), "{said}");
}
