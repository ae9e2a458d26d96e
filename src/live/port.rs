//! Who holds a TCP port of this machine.

use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};

use super::process::{self, Process};
use super::sockets::{Socket, tables};
use super::swank::Address;
use crate::trust::described;

/// What listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number of its user.
    user: u32,
    /// The processes that have it, where they may be seen: one may have handed it to others.
    processes: Vec<(Process, String)>,
}

impl Holder {
    /// What listens at `address`, as far as this user can see.
    pub fn of(address: &Address) -> Option<Self> {
        let address = socket_address(address)?;
        let socket = tables().find_map(|table| {
            let mut sockets = table.lines().filter_map(Socket::parse);
            sockets.find(|socket| socket.listens_at(address))
        })?;
        Some(Holder {
            user: socket.user,
            processes: processes_with(socket.inode),
        })
    }

    /// Its processes, where they may be seen.
    pub fn processes(&self) -> impl Iterator<Item = Process> {
        self.processes.iter().map(|(process, _)| *process)
    }

    /// The name of the program of the first.
    pub fn program(&self) -> Option<&str> {
        let (_, name) = self.processes.first()?;
        Some(name)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.processes.first() {
            Some((process, name)) => write!(f, "`{name}`, pid {}", process.pid),
            None => write!(f, "a process of {}", described(self.user)),
        }
    }
}

/// How many connections the server with this port has.
pub fn connections(port: u16) -> usize {
    let count = |table: String| {
        let sockets = table.lines().filter_map(Socket::parse);
        sockets
            .filter(|socket| socket.connected && socket.local.port() == port)
            .count()
    };
    tables().map(count).sum()
}

/// Whether a server cannot listen at `address`. A port whose last connections are still being
/// forgotten is free, for swank as for this.
pub fn is_taken(address: &Address) -> bool {
    let Some(address) = socket_address(address) else {
        return false;
    };
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let bound =
        socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None).and_then(|socket| {
            sockopt::set_socket_reuseaddr(&socket, true)?;
            bind(&socket, &address)
        });
    bound == Err(Errno::ADDRINUSE)
}

/// The address without a question to a name server.
fn socket_address(address: &Address) -> Option<SocketAddr> {
    let ip: IpAddr = match address.host.as_str() {
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        host => host.parse().ok()?,
    };
    Some(SocketAddr::new(ip, address.port))
}

/// The processes that have this socket open, each with the name of its program.
fn processes_with(inode: u64) -> Vec<(Process, String)> {
    let link = format!("socket:[{inode}]");
    let holds = |process: &Process| {
        let descriptors = fs::read_dir(process.file("fd"));
        let mut descriptors = descriptors.into_iter().flatten().flatten();
        descriptors.any(|entry| {
            fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == link.as_str())
        })
    };
    let holders = process::all().filter(holds);
    holders
        .filter_map(|process| Some((process, process.name()?)))
        .collect()
}
