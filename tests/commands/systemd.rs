//! What systemd itself says of the units, and what is in them where a project file asks for more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::emit::files_below;
use crate::support::{Project, REPOSITORY};

/// The most that `systemd-analyze security` may say of how exposed a service is, in tenths.
const EXPOSURE: &str = "--threshold=22";

/// The units that were written into the project's folder.
fn units(project: &Project) -> Vec<PathBuf> {
    let files = files_below(&project.folder()).into_iter();
    let paths = files.map(|(name, _)| project.folder().join(name));
    paths
        .filter(|path| {
            ["service", "socket", "target"]
                .iter()
                .any(|kind| is(path, kind))
        })
        .collect()
}

fn is(unit: &Path, kind: &str) -> bool {
    unit.extension().is_some_and(|end| end == kind)
}

/// Fails if `systemd-analyze` complains.
#[track_caller]
fn analyze(arguments: &[&str], units: &[PathBuf]) {
    let output = Command::new("systemd-analyze")
        .args(arguments)
        .args(units)
        .env("XDG_RUNTIME_DIR", units[0].parent().unwrap())
        .output()
        .expect("`systemd-analyze` must be installed for this test");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn systemd_has_nothing_to_say_about_the_examples() {
    for example in ["hello", "hunchentoot", "shop"] {
        let file = format!("{REPOSITORY}/examples/{example}/lisplaunch.yaml");
        for options in [&[][..], &["--indirect"], &["--user"]] {
            let project = Project::empty();
            let emit = ["emit", "systemd", "-f", &file, "-o", "."];
            project.run(&[&emit, options].concat()).success();
            let units = units(&project);
            if options == ["--user"] {
                analyze(&["--user", "verify", "--man=no"], &units);
                continue;
            }
            analyze(&["verify", "--man=no"], &units);
            for unit in units.iter().filter(|unit| is(unit, "service")) {
                let security = ["security", "--offline=yes", EXPOSURE, "--no-pager"];
                analyze(&security, std::slice::from_ref(unit));
            }
        }
    }
}

/// The unit of a service with these keys.
fn unit(keys: &str) -> (Project, String) {
    let yaml = format!("name: app\nloader: none\nstart: (f)\n{keys}");
    let project = Project::new(&yaml).with_sbcl("");
    project.run(&["emit", "systemd", "-o", "out/"]).success();
    let text = fs::read_to_string(project.folder().join("out/app.service")).unwrap();
    (project, text)
}

#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn keys_become_settings() {
    let (_, text) = unit(
        "user: www-data\nrestart: never\nwatchdog: 1m\n\
         limits: {memory: 1536MB, cpus: 1.255, tasks: 100, open-files: 4096}\n\
         after: [postgresql.service]\nready: {form: t, timeout: 1m}\nstop-timeout: 20s\n",
    );
    assert_lines(
        &text,
        &[
            "User=www-data",
            "After=network.target postgresql.service",
            "Wants=postgresql.service",
            "WatchdogSec=60",
            "TimeoutStartSec=70",
            "TimeoutStopSec=25",
            "MemoryMax=1536M",
            "CPUQuota=125.5%",
            "TasksMax=100",
            "LimitNOFILE=4096",
        ],
    );
    assert!(!text.contains("Restart=") && !text.contains("StartLimit"));
    assert!(!text.contains("runs as root"));
}

#[test]
fn a_port_below_1024_needs_a_right() {
    let (_, text) = unit("http: 80\n");
    assert_lines(&text, &["AmbientCapabilities=CAP_NET_BIND_SERVICE"]);
    let (_, text) = unit("http: 8080\n");
    assert_lines(&text, &["CapabilityBoundingSet="]);
}

#[test]
fn a_service_that_nothing_restricts_is_none_the_less_a_whole_unit() {
    let (_, text) = unit("hardening: false\nruntime: false\n");
    assert_lines(&text, &["Type=exec", "WantedBy=multi-user.target"]);
    assert!(!text.contains("NoNewPrivileges") && !text.contains("TimeoutStartSec"));
}

#[test]
fn secrets_stand_in_a_file_that_its_owner_alone_can_read() {
    let (project, text) = unit("env: {MODE: fast, API_TOKEN: hidden}\n");
    assert_lines(
        &text,
        &[
            "Environment=MODE=fast",
            "EnvironmentFile=/etc/systemd/system/app.env",
        ],
    );
    assert!(!text.contains("hidden"));
    let file = project.folder().join("out/app.env");
    let secrets = fs::read_to_string(&file).unwrap();
    assert_lines(&secrets, &["API_TOKEN=\"hidden\""]);
    assert!(!secrets.contains("MODE"));
    assert_eq!(mode(&file), 0o600);
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn services_that_share_a_user_share_a_cache() {
    let cache = |keys: &str| {
        let services = format!("services: {{a: {{start: (f)}}, b: {{start: (g){keys}}}}}");
        let yaml = format!("name: app\nloader: none\n{services}");
        let project = Project::new(&yaml).with_sbcl("");
        project.run(&["emit", "systemd", "-o", "out/"]).success();
        fs::read_to_string(project.folder().join("out/app-b.service")).unwrap()
    };
    assert_lines(&cache(""), &["CacheDirectory=app", "PartOf=app.target"]);
    assert_lines(
        &cache(", user: www-data, after: [a]"),
        &["CacheDirectory=app-b", "Wants=app-a.service"],
    );
}

#[test]
fn a_socket_is_a_unit_of_its_own() {
    let emitted = |keys: &str| {
        let http = "http: {port: 80, socket: 0.0.0.0}";
        let yaml = format!("name: shop\nloader: none\nstart: (f)\n{http}\n{keys}");
        let project = Project::new(&yaml).with_sbcl("");
        let run = project.run(&["emit", "systemd", "-o", "units/"]);
        run.success();
        analyze(&["verify", "--man=no"], &units(&project));
        move |name: &str| {
            let text = fs::read_to_string(project.folder().join("units").join(name)).unwrap();
            text.split_once("\n\n").unwrap().1.to_owned()
        }
    };
    let read = emitted("");
    insta::assert_snapshot!(read("shop.socket"), @"
    [Unit]
    Description=The port 80 of shop

    [Socket]
    ListenStream=0.0.0.0:80
    ");
    let service = read("shop.service");
    assert_lines(&service, &["Requires=shop.socket", "Sockets=shop.socket"]);
    // systemd binds it.
    assert!(!service.contains("CAP_NET_BIND_SERVICE"), "{service}");
    let read = emitted("replicas: 2\n");
    insta::assert_snapshot!(read("shop.socket"), @"
    [Unit]
    Description=The port 80 of shop
    PartOf=shop.target

    [Socket]
    ListenStream=0.0.0.0:80
    # All replicas accept connections; where none runs they start this one.
    Service=shop-shop-1.service
    ");
    for number in [1, 2] {
        let service = read(&format!("shop-shop-{number}.service"));
        assert_lines(&service, &["Requires=shop.socket", "Sockets=shop.socket"]);
    }
}
