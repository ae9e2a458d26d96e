//! nginx, not installed but unpacked, as a process that ends with the test.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::{command, unpacked};
use crate::support::ports::free_port;

/// An nginx that serves sites on ports of its own.
#[derive(Debug)]
pub(crate) struct Nginx {
    folder: TempDir,
    process: Option<Child>,
    /// Where it listens instead of on port 80.
    pub(crate) http: u16,
    /// Where it listens instead of on port 443.
    pub(crate) https: u16,
}

/// What is in the main configuration of every Debian around the sites, but for what would leave the
/// folder of the test.
const MAIN: &str = "\
daemon off;
pid nginx.pid;
error_log error.log;
events {}
http {
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include sites/*.conf;
}
";

impl Nginx {
    /// An nginx that has read these sites and found them right.
    pub(crate) fn new(sites: &[&str]) -> Self {
        Self::with("master_process off;\n", sites)
    }

    /// The same with these lines at the top of its configuration.
    fn with(head: &str, sites: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let nginx = Nginx {
            folder,
            process: None,
            http: free_port(),
            https: free_port(),
        };
        nginx.write("nginx.conf", &format!("{head}{MAIN}"));
        for (index, site) in sites.iter().enumerate() {
            nginx.write(&format!("sites/{index}.conf"), &nginx.on_own_ports(site));
        }
        let output = nginx.command().arg("-t").output().expect("nginx starts");
        let said = String::from_utf8_lossy(&output.stderr);
        let right = output.status.success() && !said.contains("[warn]");
        assert!(right, "{said:.3000}\n{:.9000}", sites.join("\n"));
        nginx
    }

    /// One that serves them.
    pub(crate) fn start(sites: &[&str]) -> Self {
        Nginx::new(sites).serving(|command| command)
    }

    /// One that reads them again when that is asked for, started by `inside`: its workers are
    /// processes of their own, as on every machine.
    pub(crate) fn start_with_workers(
        sites: &[&str],
        inside: impl FnOnce(Command) -> Command,
    ) -> Self {
        let head = "user root;\nmaster_process on;\nworker_processes 2;\n";
        Nginx::with(head, sites).serving(inside)
    }

    fn serving(mut self, inside: impl FnOnce(Command) -> Command) -> Self {
        let nginx = &mut self;
        let mut command = inside(nginx.command());
        // A file, since a pipe would fill up.
        let said = fs::File::create(nginx.folder.path().join("said")).expect("it is made");
        command.stderr(said).process_group(0);
        nginx.process = Some(command.spawn().expect("nginx starts"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(("127.0.0.1", nginx.http)).is_err() {
            assert!(Instant::now() < deadline, "{}", nginx.log("error.log"));
            std::thread::sleep(Duration::from_millis(10));
        }
        self
    }

    /// A script that is this nginx for callers that run it by name.
    pub(crate) fn script(&self) -> String {
        let command = self.command();
        let program = command.get_program().display();
        let folder = self.folder.path().display();
        format!("#!/bin/sh\nexec {program} -p {folder}/ -c nginx.conf \"$@\"\n")
    }

    /// Every machine has other ports free, and not every one has IPv6.
    fn on_own_ports(&self, site: &str) -> String {
        let lines = site.lines().filter(|line| !line.contains("listen [::]:"));
        let lines = lines.map(|line| {
            line.replace("listen 80", &format!("listen 127.0.0.1:{}", self.http))
                .replace("listen 443", &format!("listen 127.0.0.1:{}", self.https))
                + "\n"
        });
        lines.collect()
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("it is made");
        fs::write(file, text).expect("it is written");
    }

    fn command(&self) -> Command {
        let program: PathBuf = unpacked("nginx").join("usr/sbin/nginx");
        let mut command = command(program.to_str().expect("the tests use UTF-8 paths"));
        let mut folder = self.folder.path().as_os_str().to_owned();
        folder.push("/");
        command
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// What a log of its own has in it by now.
    pub(crate) fn log(&self, name: &str) -> String {
        let text = fs::read(self.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // Its workers are of its group.
            if let Some(group) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = process.wait();
        }
    }
}
