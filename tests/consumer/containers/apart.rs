//! A network without the machine's addresses and ports, in which containers have theirs.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// What holds the network as long as it runs.
const HOLDER: &str = "ip link set lo up && echo up && exec sleep infinity";

/// Runs a test in a network of its own, which ends with it.
pub(crate) fn apart(test: impl FnOnce() + Send) {
    let holder = Holder::start();
    let network = holder.network();
    let run = || {
        let kind = Some(LinkNameSpaceType::Network);
        // It is the network of this thread, and of what is started by it.
        move_into_link_name_space(network.as_fd(), kind).expect("root may change it");
        test();
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|panic| resume_unwind(panic));
}

struct Holder(Child);

impl Holder {
    fn start() -> Self {
        let mut process = Command::new("unshare")
            .args(["--net", "sh", "-c", HOLDER])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`unshare` must be installed for this test");
        let mut output = process.stdout.take().expect("it is piped");
        let holder = Holder(process);
        let up = output.read_exact(&mut [0; 2]);
        up.expect("`iproute2` must be installed for this test, and root run it");
        holder
    }

    fn network(&self) -> File {
        File::open(format!("/proc/{}/ns/net", self.0.id())).expect("it runs")
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
