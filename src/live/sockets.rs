//! The TCP sockets of a machine, as Linux lists them in `/proc/net`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What `/proc/net/tcp` says of a socket that listens, and of one that is connected.
const LISTENS: &str = "0A";
const CONNECTED: &str = "01";

/// A line of the table.
pub(crate) struct Socket {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) listens: bool,
    pub(crate) connected: bool,
    /// The number of the user who made it.
    pub(crate) user: u32,
    /// What the links in `/proc/PID/fd` call it.
    pub(crate) inode: u64,
}

impl Socket {
    /// The heading is not a socket.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (address(fields.next()?)?, address(fields.next()?)?);
        let state = fields.next()?;
        Some(Socket {
            local,
            remote,
            listens: state == LISTENS,
            connected: state == CONNECTED,
            user: fields.nth(3)?.parse().ok()?,
            inode: fields.nth(1)?.parse().ok()?,
        })
    }

    /// Whether this is its own address.
    pub(crate) fn is_at(&self, address: SocketAddr) -> bool {
        same(self.local, address)
    }

    /// Whether this is the address of its other end.
    pub(crate) fn is_to(&self, address: SocketAddr) -> bool {
        same(self.remote, address)
    }

    /// Whether it takes connections to this address, or to one of all addresses.
    pub(crate) fn listens_at(&self, address: SocketAddr) -> bool {
        let all = |address: SocketAddr| address.ip().to_canonical().is_unspecified();
        let port = self.local.port() == address.port();
        self.listens && (self.is_at(address) || (port && (all(self.local) || all(address))))
    }
}

/// The two tables of this machine. A server for both kinds of address has its sockets in the
/// second.
pub(crate) fn tables() -> impl Iterator<Item = String> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
}

/// Whether it is the same address; an IPv4 address may be written as an IPv6 one.
fn same(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() == other.port() && one.ip().to_canonical() == other.ip().to_canonical()
}

/// An address as the kernel prints it: words as the processor stores them, then the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let mut bytes = Vec::new();
    for start in (0..ip.len()).step_by(8) {
        let word = u32::from_str_radix(ip.get(start..start + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let ip: IpAddr = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ipv4Addr::from(bytes).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into(),
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}
