//! Connections and HTTP, as much as the tests need.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::time::Duration;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a port is free.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A connection, if a server listens.
pub fn connect(port: u16) -> Option<TcpStream> {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let stream = TcpStream::connect_timeout(&address.into(), PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // Where no server listens, Linux may connect a socket to itself.
    (stream.local_addr().ok()? != stream.peer_addr().ok()?).then_some(stream)
}

/// The text of a page, if there is one.
pub fn get(port: u16, path: &str) -> Option<String> {
    request(port, "GET", path)
}

/// The text of a good answer.
pub fn request(port: u16, method: &str, path: &str) -> Option<String> {
    let mut stream = connect(port)?;
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?;
    status.starts_with('2').then(|| text.to_owned())
}
