//! `lisplaunch install` and `uninstall` with a real systemd, a user's.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use insta::assert_snapshot;

use super::installed::said;
use crate::consumer::Systemd;
use crate::support::{Outcome, Project};

struct Machine {
    project: Project,
    systemd: Systemd,
}

impl Machine {
    fn new(yaml: &str) -> Self {
        let project = Project::new(&format!(
            "name: shop\nloader: none\nstop-timeout: 1s\n{yaml}"
        ));
        let systemd = Systemd::start(&project.home());
        Machine { project, systemd }
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let file = self.project.folder().join("lisplaunch.yaml");
        let mut command = self.project.command(arguments);
        command.arg("-f").arg(file);
        self.project.outcome(self.systemd.inside(&command))
    }

    fn install(&self) -> Outcome {
        self.run(&["install", "systemd", "--user", "--wait=2m"])
    }

    fn edit(&self, old: &str, new: &str) {
        let file = self.project.folder().join("lisplaunch.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{text}");
        fs::write(file, text.replace(old, new)).unwrap();
    }

    fn pid(&self, unit: &str) -> String {
        self.systemd
            .success(&["show", "--value", "--property=MainPID", unit])
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.systemd.units()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let files = files.filter(|path| path.is_file());
        let mut names: Vec<String> = files.map(|path| name(&path)).collect();
        names.sort();
        names
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn units_are_installed_changed_and_removed() {
    let machine = Machine::new(
        "services:\n  a: {start: (+ 1 1)}\n  b: {start: (+ 1 2), env: {SECRET: one}}\n",
    );
    let rehearsed = machine
        .run(&["install", "systemd", "--user", "-n"])
        .success();
    assert!(rehearsed.contains("\n+ExecStart="), "{rehearsed}");
    assert!(machine.files().is_empty());
    assert_snapshot!(said(machine.install(), 0), @"
    writing `/home/me/.config/systemd/user/shop-a.service`, `/home/me/.config/systemd/user/shop-b.service`, `/home/me/.config/systemd/user/shop-b.env`, `/home/me/.config/systemd/user/shop.target`
    reading the units again: `systemctl --user daemon-reload`
    enabling for the next start of the machine: `systemctl --user enable shop-a.service shop-b.service shop.target`
    starting: `systemctl --user start shop-a.service shop-b.service shop.target`
    `a` is ready, pid PID
    `b` is ready, pid PID
    services of root end with the last session: `loginctl enable-linger root` keeps them
    ");
    assert_snapshot!(machine.files().join(" "), @"shop-a.service shop-b.env shop-b.service shop.target");
    let enabled = machine.systemd.success(&["is-enabled", "shop.target"]);
    assert_eq!(enabled.trim(), "enabled");
    let [a, b] = ["shop-a", "shop-b"].map(|unit| machine.pid(unit));
    assert_snapshot!(said(machine.install(), 0), @"
    nothing has changed: the files are as they should be, and the services are started
    `a` is ready, pid PID
    `b` is ready, pid PID
    ");
    assert_eq!([&a, &b], [&machine.pid("shop-a"), &machine.pid("shop-b")]);

    // A secret is in a file beside the unit.
    machine.edit("SECRET: one", "SECRET: two");
    assert_snapshot!(said(machine.install(), 0), @"
    writing `/home/me/.config/systemd/user/shop-b.env`
    reading the units again: `systemctl --user daemon-reload`
    starting again: `systemctl --user restart shop-b.service`
    `a` is ready, pid PID
    `b` is ready, pid PID
    services of root end with the last session: `loginctl enable-linger root` keeps them
    ");
    assert_eq!(machine.pid("shop-a"), a);
    assert_ne!(machine.pid("shop-b"), b);

    // The file is written, and systemd does not know.
    machine.edit("(+ 1 1)", "(+ 1 3)");
    sleep(Duration::from_millis(1500));
    let units = format!("{}/", machine.systemd.units().display());
    machine
        .run(&["emit", "systemd", "--user", "-o", &units])
        .success();
    machine.systemd.success(&["daemon-reload"]);
    assert_snapshot!(said(machine.install(), 0), @"
    starting again: `systemctl --user restart shop-a.service shop-b.service`
    `a` is ready, pid PID
    `b` is ready, pid PID
    services of root end with the last session: `loginctl enable-linger root` keeps them
    ");
    assert_ne!(machine.pid("shop-a"), a);

    // Of a service that has another name now its unit is left.
    machine.edit("  a:", "  c:");
    assert_snapshot!(said(machine.run(&["install", "systemd", "--user", "-n"]), 0), @"
    warning: `/home/me/.config/systemd/user/shop-a.service` was written from this project too, and none of these services has it
     |
     = help: if it is not needed any more let its manager stop it, and remove it
    ");
    machine.edit("  c:", "  a:");

    assert_snapshot!(said(machine.run(&["uninstall", "systemd", "--user"]), 0), @"
    stopping: `systemctl --user disable --now shop-a.service shop-b.service shop.target`
    removing `/home/me/.config/systemd/user/shop-a.service`
    removing `/home/me/.config/systemd/user/shop-b.service`
    removing `/home/me/.config/systemd/user/shop-b.env`
    removing `/home/me/.config/systemd/user/shop.target`
    reading the units again: `systemctl --user daemon-reload`
    ");
    assert!(machine.files().is_empty(), "{:?}", machine.files());
    let left = machine
        .systemd
        .success(&["list-units", "--all", "--plain", "--no-legend", "shop*"]);
    assert_eq!(left, "");
    assert_snapshot!(said(machine.run(&["uninstall", "systemd", "--user"]), 0), @"nothing is installed");
}

#[test]
fn a_unit_that_does_not_start_says_its_last_words() {
    let machine = Machine::new("start: (error \"no luck today\")\nrestart: never\n");
    assert_snapshot!(said(machine.install(), 1), @r#"
    writing `/home/me/.config/systemd/user/shop.service`
    reading the units again: `systemctl --user daemon-reload`
    enabling for the next start of the machine: `systemctl --user enable shop.service`
    starting: `systemctl --user start shop.service`
    error: `systemctl --user start shop.service` failed: Job for shop.service failed because the control process exited with error code.
     |
     = note: See "systemctl --user status shop.service" and "journalctl --user -xeu shop.service" for details.
     = note: done: writing `/home/me/.config/systemd/user/shop.service`
     = note: done: reading the units again: `systemctl --user daemon-reload`
     = note: done: enabling for the next start of the machine: `systemctl --user enable shop.service`
     = note: left: starting: `systemctl --user start shop.service`
     = help: the same command goes on from there once that is right

    error: the service `shop` is not ready: it is failed
     |
     = note: (error "no luck today"): no luck today
     = help: `journalctl --user -u shop.service` prints what it wrote
    "#);
    machine.edit("(error \"no luck today\")", "(+ 1 1)");
    assert_snapshot!(said(machine.install(), 0), @"
    writing `/home/me/.config/systemd/user/shop.service`
    reading the units again: `systemctl --user daemon-reload`
    forgetting failures: `systemctl --user reset-failed shop.service`
    starting: `systemctl --user start shop.service`
    `shop` is ready, pid PID
    services of root end with the last session: `loginctl enable-linger root` keeps them
    ");
}
