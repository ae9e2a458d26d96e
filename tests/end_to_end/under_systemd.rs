//! Services below a real systemd.

use std::fs;
use std::path::Path;

use super::network::{get, is_free, request};
use super::running::eventually;
use super::{cache_folder, example, with_compiled_systems};
use crate::consumer::Systemd;
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};

pub(super) const UNIT: &str = "hello-hunchentoot.service";

/// A service of the Hunchentoot example, and the systemd that it is for.
pub(super) struct Hunchentoot {
    pub(super) systemd: Systemd,
    pub(super) project: Project,
    pub(super) port: u16,
    swank: u16,
}

impl Hunchentoot {
    /// Writes its unit with more keys in the project file and these options, and starts it.
    pub(super) fn start(keys: &str, options: &[&str]) -> Self {
        let (port, swank) = (free_port(), free_port());
        let mut project = Project::empty()
            .with_variable("PORT", &port.to_string())
            .with_variable("SWANK_PORT", &swank.to_string());
        copy_example(&project.folder());
        let file = project.folder().join("lisplaunch.yaml");
        let yaml = fs::read_to_string(&file).unwrap() + keys;
        fs::write(file, yaml).unwrap();
        project = with_compiled_systems(project);
        project.run(&["build"]).success();
        let systemd = systemd_with_units(&project, options);
        systemd.success(&["start", UNIT]);
        Hunchentoot {
            systemd,
            project,
            port,
            swank,
        }
    }

    fn property(&self, name: &str) -> String {
        let line = self.systemd.success(&["show", "-P", name, UNIT]);
        line.trim().to_owned()
    }

    /// Its number, where systemd is.
    pub(super) fn pid(&self) -> String {
        self.property("MainPID")
    }

    /// What lisplaunch says of it.
    pub(super) fn lisplaunch(&self, arguments: &[&str]) -> crate::support::Outcome {
        let command = self.project.command(arguments);
        self.project.outcome(self.systemd.inside(&command))
    }

    /// Waits until another process than `pid` serves.
    pub(super) fn serves_again(&self, pid: &str) {
        eventually("another process serves", || {
            let ready = self.property("ActiveState") == "active" && self.pid() != pid;
            (ready && get(self.port, "/").is_some()).then_some(())
        });
    }

    /// Whether a process of its is left.
    fn is_left(&self) -> bool {
        let mut pgrep = self.systemd.command("pgrep");
        pgrep.arg("sbcl").output().unwrap().status.success()
    }
}

/// The systemd of a user that has the units of a project, written with these options; its services
/// find the compiled Lisp systems.
pub(super) fn systemd_with_units(project: &Project, options: &[&str]) -> Systemd {
    let systemd = Systemd::start(&project.home());
    let cache = format!("XDG_CACHE_HOME={}", cache_folder().display());
    systemd.success(&["set-environment", &cache]);
    let units = systemd.units();
    let emit = ["emit", "systemd", "--user", "-o", units.to_str().unwrap()];
    project.run(&[&emit, options].concat()).success();
    systemd.success(&["daemon-reload"]);
    systemd
}

pub(super) fn copy_example(folder: &Path) {
    for entry in fs::read_dir(Path::new(REPOSITORY).join("examples/hunchentoot")).unwrap() {
        let file = entry.unwrap().path();
        if file.is_file() {
            fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn hunchentoot_lives_under_systemd() {
    let service = Hunchentoot::start("", &[]);
    // It has said that it is ready.
    let greeting = get(service.port, "/").expect("it serves");
    assert!(greeting.contains("Hello, world!"), "{greeting}");
    let status = service.property("StatusText");
    assert_eq!(status, "ready");

    let source = service.project.folder().join("hello-hunchentoot.lisp");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("Hello, ", "Good evening, ")).unwrap();
    service.systemd.success(&["reload", UNIT]);
    let greeting = get(service.port, "/").expect("it serves");
    assert!(greeting.contains("Good evening, world!"), "{greeting}");

    let pid = service.pid();
    service.systemd.success(&["kill", "-s", "KILL", UNIT]);
    service.serves_again(&pid);

    service.systemd.success(&["stop", UNIT]);
    // And was not killed in the end.
    assert_eq!(service.property("Result"), "success");
    assert!(!service.is_left());
    assert!(is_free(service.port) && is_free(service.swank));
}

#[test]
fn systemd_is_left_to_stop_and_restart_its_services() {
    let service = Hunchentoot::start("", &["--indirect"]);
    let pid = service.pid();
    let said = service.lisplaunch(&["stop"]).failure(1);
    let command = format!("`systemctl --user stop {UNIT}`");
    assert!(said.contains(&command), "{said}");
    assert_eq!(service.pid(), pid);

    let said = service.lisplaunch(&["restart", "--wait=2m"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let again = service.pid();
    assert_ne!(again, pid);
    let ready = format!("`hello-hunchentoot` is ready again, pid {again}\n");
    assert!(said.stderr.ends_with(&ready), "{}", said.stderr);
    assert!(get(service.port, "/").is_some());
}

#[test]
fn an_image_that_is_silent_is_started_again() {
    let service = Hunchentoot::start("watchdog: 12s\n", &[]);
    let pid = service.pid();
    let fed = || service.property("WatchdogTimestampMonotonic");
    for _ in 0..2 {
        let before = fed();
        eventually("it is fed again", || (fed() != before).then_some(()));
    }
    assert_eq!(service.pid(), pid);
    service.systemd.success(&["kill", "-s", "STOP", UNIT]);
    service.serves_again(&pid);
    assert_eq!(service.property("NRestarts"), "1");
}

#[test]
fn a_shop_is_started_and_stopped_as_a_whole() {
    let project = with_compiled_systems(Project::empty());
    let data = project.folder();
    let port = free_port();
    let (web_port, shop_data) = (
        format!("WEB_PORT={port}"),
        format!("SHOP_DATA={}", data.display()),
    );
    let options = [
        "-f",
        &example("shop"),
        "--set",
        &web_port,
        "--set",
        &shop_data,
        "--set",
        "WORKER_SECONDS=1",
        "--set",
        "MAILER_SECONDS=1",
    ];
    let systemd = systemd_with_units(&project, &options);
    systemd.success(&["start", "shop.target"]);
    // All of them are ready by now.
    let order = request(port, "POST", "/orders/green-tea").expect("the shop takes an order");
    let order = order.trim().strip_prefix("order ").unwrap();
    let mail = eventually("a mail is written", || {
        fs::read_to_string(data.join(format!("outbox/{order}.eml"))).ok()
    });
    // From the env file, which is beside the unit.
    assert!(mail.contains("orders@shop.example"), "{mail}");

    systemd.success(&["stop", "shop.target"]);
    let services = ["shop-web", "shop-worker", "shop-mailer"];
    eventually("all of them end", || {
        let states = systemd.systemctl(&[&["is-active"][..], &services].concat());
        let states = String::from_utf8(states.stdout).unwrap();
        (states == "inactive\n".repeat(3)).then_some(())
    });
    assert!(is_free(port));
}
