//! What a check says of the user that a service runs as.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use lisplaunch::host::account::{Account, Wish};
use tempfile::TempDir;

use crate::support::Project;

/// A user of every Debian whose home it may not write to, and its number.
const USER: &str = "www-data";
const UID: u32 = 33;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A project that everybody may come to, with a setup file and a folder `OPEN` that everybody may
/// write to.
fn project(yaml: &str) -> Project {
    let project = Project::empty()
        .with_file("setup.lisp", "")
        .with_file("a.lisp", "")
        .with_file("open/.keep", "")
        .with_sbcl("");
    let open = project.folder().join("open");
    mode(&open, 0o777);
    let project = project.with_file(
        "lisplaunch.yaml",
        yaml.replace("OPEN", open.to_str().unwrap()),
    );
    mode(project.folder().parent().unwrap(), 0o755);
    mode(&project.folder(), 0o755);
    project
}

const SHOP: &str = "\
name: shop
systems: [shop]
setup: setup.lisp
load: [a.lisp]
start: shop:main
user: www-data
env: {XDG_CACHE_HOME: OPEN}
";

#[test]
fn a_user_that_may_do_everything_is_not_mentioned() {
    let checked = project(SHOP).run(&["check"]).output();
    assert_eq!(
        checked,
        "lisplaunch.yaml: 1 service and 0 profiles, all well\n"
    );
    let root = SHOP
        .replace(USER, "root")
        .replace("env: {XDG_CACHE_HOME: OPEN}", "");
    project(&root).run(&["check"]).output();
}

#[test]
fn a_user_may_be_one_of_another_machine() {
    let other = project(&SHOP.replace(USER, "no-such-user")).run(&["check"]);
    assert_snapshot!(other.stderr, @"
    warning: this machine has no user `no-such-user`
     --> lisplaunch.yaml:6:7
      |
    6 | user: no-such-user
      |       ^^^^^^^^^^^^ what it may read and write is not checked
      |
      = help: where the service runs: `useradd --system --create-home no-such-user`
    ");
    other.success();
}

#[test]
fn a_user_has_to_read_what_the_service_loads() {
    let project = project(SHOP);
    for name in ["a.lisp", "setup.lisp", "lisplaunch.yaml"] {
        mode(&project.folder().join(name), 0o640);
    }
    assert_snapshot!(project.run(&["check"]).failure(1), @"
    error: the service `shop`: its user `www-data` may not read `/srv/app/setup.lisp`
     --> lisplaunch.yaml:3:8
      |
    3 | setup: setup.lisp
      |        ^^^^^^^^^^
      |
      = note: `/srv/app/setup.lisp` belongs to `root` and the group `root`, and its mode is 640
      = help: let it: `chmod o+r /srv/app/setup.lisp`, or give the file to a group of that user

    error: the service `shop`: its user `www-data` may not read `/srv/app/a.lisp`
     --> lisplaunch.yaml:4:8
      |
    4 | load: [a.lisp]
      |        ^^^^^^
      |
      = note: `/srv/app/a.lisp` belongs to `root` and the group `root`, and its mode is 640
      = help: let it: `chmod o+r /srv/app/a.lisp`, or give the file to a group of that user

    warning: the service `shop`: its user `www-data` may not read `/srv/app/lisplaunch.yaml`
     |
     = note: `/srv/app/lisplaunch.yaml` belongs to `root` and the group `root`, and its mode is 640
     = help: let it: `chmod o+r /srv/app/lisplaunch.yaml`, or give the file to a group of that user
     = note: `lisplaunch run` as that user could not read it
    lisplaunch.yaml: 2 problems
    ");
    // Its group may.
    for name in ["a.lisp", "setup.lisp", "lisplaunch.yaml"] {
        chown(project.folder().join(name), None, Some(UID)).unwrap();
    }
    project.run(&["check"]).output();
    mode(&project.folder(), 0o750);
    assert_snapshot!(project.run(&["check"]).failure(1).split("\n\n").next().unwrap(), @"
    error: the service `shop`: its user `www-data` may not read `/srv/app/setup.lisp`
     --> lisplaunch.yaml:3:8
      |
    3 | setup: setup.lisp
      |        ^^^^^^^^^^
      |
      = note: `/srv/app` belongs to `root` and the group `root`, and its mode is 750
      = help: keep it outside of that folder, below `/srv` for example, or open the folder: `chmod o+x /srv/app`
    ");
}

/// A profile may be for another machine.
#[test]
fn the_user_of_a_profile_counts_where_the_profile_is_chosen() {
    let yaml = SHOP.replace("user: www-data\n", "") + "profiles: {production: {user: www-data}}\n";
    let project = project(&yaml);
    mode(&project.folder().join("a.lisp"), 0o600);
    project.run(&["check"]).output();
    let report = project.run(&["check", "-p", "production"]).failure(1);
    assert!(
        report.contains("its user `www-data` may not read `/srv/app/a.lisp`"),
        "{report}"
    );
}

#[test]
fn compiled_files_need_a_folder() {
    let without = SHOP.replace("env: {XDG_CACHE_HOME: OPEN}\n", "");
    let warned = project(&without).run(&["check"]);
    // Whether there is a `/var/www` is the machine's.
    let lines = warned
        .stderr
        .lines()
        .filter(|line| !line.contains("belongs to"));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    warning: the service `shop`: its user `www-data` may not write the compiled files of its systems to `/var/www/.cache/common-lisp`
     --> lisplaunch.yaml:6:7
      |
    6 | user: www-data
      |       ^^^^^^^^
      |
      = help: give it a folder of its own: `env: {XDG_CACHE_HOME: /var/cache/shop}`, made by `install -d -o www-data /var/cache/shop`
      = help: or another home folder: `env: {HOME: …}`
      = note: a unit that `emit systemd` writes has such a folder
    ");
    warned.success();
    let report = |emit: &str| project(&format!("{without}emit: {emit}\n")).run(&["check"]);
    let refused = report("{supervisor: shop.conf}").failure(1);
    assert!(
        refused
            .contains("error: the service `shop`: its user `www-data` may not write the compiled"),
        "{refused}"
    );
    assert_eq!(report("{systemd: units/}").stderr, "");
    for cured in ["env: {HOME: OPEN}", "loader: none", "user: root"] {
        let yaml = without.replace("user: www-data\n", "");
        let yaml = if cured.starts_with("loader") {
            yaml.replace("systems: [shop]\n", "")
        } else {
            yaml
        };
        let user = if cured.starts_with("user") {
            ""
        } else {
            "user: www-data\n"
        };
        project(&format!("{yaml}{user}{cured}\n"))
            .run(&["check"])
            .output();
    }
}

#[test]
fn a_service_writes_where_it_may() {
    let yaml = format!("{SHOP}log: log/shop.log\nwritable: [data, spool]\n");
    let project = project(&yaml)
        .with_file("log/.keep", "")
        .with_file("data/.keep", "");
    assert_snapshot!(project.run(&["check"]).failure(1), @"
    warning: the service `shop`: its user `www-data` may not write its log `/srv/app/log/shop.log`
     --> lisplaunch.yaml:8:6
      |
    8 | log: log/shop.log
      |      ^^^^^^^^^^^^
      |
      = note: `/srv/app/log` belongs to `root` and the group `root`, and its mode is 755
      = help: supervisord and systemd write it as root; where the service itself does, let its user write there

    error: the service `shop`: its user `www-data` may not write to its folder `/srv/app/data`
     |
     = note: `/srv/app/data` belongs to `root` and the group `root`, and its mode is 755
     = help: `writable` names it: `chown www-data /srv/app/data`

    warning: `writable`: there is no folder `/srv/app/spool`
     |
     = help: make it before the service starts: `install -d -o www-data /srv/app/spool`
    lisplaunch.yaml: 1 problem
    ");
    for name in ["log", "data"] {
        chown(project.folder().join(name), Some(UID), None).unwrap();
    }
    fs::create_dir(project.folder().join("spool")).unwrap();
    mode(&project.folder().join("spool"), 0o777);
    project.run(&["check"]).output();
    let project = project.with_file("log/shop.log", "");
    let warned = project.run(&["check"]);
    assert!(
        warned
            .stderr
            .contains("may not write its log `/srv/app/log/shop.log`"),
        "{warned:?}"
    );
    let unknown = Project::new("loader: none\nstart: (f)\nwritable: [no]").with_sbcl("");
    assert!(
        unknown
            .run(&["check"])
            .stderr
            .contains("`writable`: there is no folder `/srv/app/no`")
    );
}

/// The kernel knows: the same as it says, for every mode, owner and group.
#[test]
fn permission_bits_are_read_as_the_kernel_reads_them() {
    let root = TempDir::new().unwrap();
    mode(root.path(), 0o755);
    let mut script = String::new();
    let mut expected = Vec::new();
    let account = Account::find(USER).unwrap();
    for (number, bits) in [0o000, 0o400, 0o040, 0o004, 0o711, 0o173, 0o037, 0o755]
        .into_iter()
        .enumerate()
    {
        for (owner, group) in [(0, 0), (UID, 0), (0, UID)] {
            let folder = root.path().join(format!("{number}-{owner}-{group}"));
            let file = folder.join("file");
            fs::create_dir(&folder).unwrap();
            fs::write(&file, "").unwrap();
            let link = root.path().join(format!("link-{number}-{owner}-{group}"));
            symlink(&file, &link).unwrap();
            for path in [&file, &folder] {
                chown(path, Some(owner), Some(group)).unwrap();
                mode(path, bits);
            }
            for (path, wish, test) in [
                (&file, Wish::Read, "-r"),
                (&file, Wish::Write, "-w"),
                (&folder, Wish::Enter, "-x"),
                (&link, Wish::Read, "-r"),
            ] {
                script += &format!("test {test} {}; echo $?\n", path.display());
                expected.push(i32::from(account.obstacle(path, wish).is_some()).to_string());
            }
            script += &format!("test -w {0} && test -x {0}; echo $?\n", folder.display());
            expected.push(i32::from(account.obstacle(&folder, Wish::Fill).is_some()).to_string());
        }
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid",
        USER,
        "--regid",
        USER,
        "--init-groups",
        "sh",
        "-c",
        &script,
    ]);
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    assert!(expected.iter().any(|code| code == "0"));
}
