//! Ports for the services of tests.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where they lie: below the ports that Linux gives to connections that leave
/// (`/proc/sys/net/ipv4/ip_local_port_range`), any of which may come while a service starts.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// Far apart for process numbers that are close together.
const STEP: u32 = 7919;

/// A free port that no other test is given.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let start = process::id() % COUNT * STEP;
    for _ in 0..COUNT {
        let next = start + GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(FIRST + next % COUNT).unwrap();
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
    panic!("all ports are taken");
}
