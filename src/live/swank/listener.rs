//! Who has the other end of a connection, where that is on this machine.

use std::net::{SocketAddr, TcpStream};

use crate::live::sockets::{Socket, tables};
use crate::trust::Owners;

/// A user other than `owners` who could read what is sent on this connection, or answer it.
///
/// Where nothing can be known there is none: another machine and other systems have no `/proc` to
/// read, and no other user can take it away here. It is looked at once the connection is made, so
/// that no other process can take the port in between.
pub(crate) fn stranger(stream: &TcpStream, owners: &Owners) -> Option<u32> {
    let (near, far) = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
    let here = far.ip().to_canonical().is_loopback() || far.ip() == near.ip();
    if !here {
        return None;
    }
    tables()
        .find_map(|table| holders(&table, near, far))?
        .into_iter()
        .find(|user| !owners.include(*user))
}

/// The users of the other end, `far`, and of the sockets that listen there; none if the other end
/// is not in this table, as when the system hands the connection on to a container.
///
/// Until the server has accepted a connection its end may seem to be root's. A server that has
/// accepted it may listen no more. So both count.
fn holders(table: &str, near: SocketAddr, far: SocketAddr) -> Option<Vec<u32>> {
    let sockets: Vec<Socket> = table.lines().filter_map(Socket::parse).collect();
    let end = sockets
        .iter()
        .find(|socket| !socket.listens && socket.is_at(far) && socket.is_to(near))?;
    let listeners = sockets.iter().filter(|socket| socket.listens_at(far));
    Some(
        std::iter::once(end)
            .chain(listeners)
            .map(|socket| socket.user)
            .collect(),
    )
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    const HEADING: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when \
                           retrnsmt   uid  timeout inode\n";

    fn socket(local: &str, remote: &str, state: &str, user: u32) -> String {
        format!(
            "   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000 {user:5} \
             0 2445241 1 00000000fd71331c 100 0 0 10 0\n"
        )
    }

    fn holders_of(lines: &[String], far: &str) -> Option<Vec<u32>> {
        let table = HEADING.to_owned() + &lines.concat();
        holders(&table, "127.0.0.1:5".parse().unwrap(), far.parse().unwrap())
    }

    #[test]
    fn the_other_end_and_who_listens_there_count() {
        let own = socket("0100007F:0005", "0100007F:0FA5", "01", 1);
        let end = socket("0100007F:0FA5", "0100007F:0005", "01", 0);
        let listener = socket("0100007F:0FA5", "00000000:0000", "0A", 1000);
        let anywhere = socket("00000000:0FA5", "00000000:0000", "0A", 1001);
        let other = socket("0100007F:0FA6", "00000000:0000", "0A", 1002);
        let lines = [listener, anywhere, other, own, end];
        assert_eq!(
            holders_of(&lines, "127.0.0.1:4005"),
            Some(vec![0, 1000, 1001])
        );
        // The other end is not here.
        assert_eq!(holders_of(&lines, "127.0.0.1:4006"), None);
        assert_eq!(
            holders_of(&["nonsense 1 2\n".to_owned()], "127.0.0.1:1"),
            None
        );
    }

    #[test]
    fn a_server_for_both_kinds_of_address_is_found() {
        let wildcard = "00000000000000000000000000000000";
        let mapped = "0000000000000000FFFF00000100007F";
        let lines = [
            socket(
                &format!("{wildcard}:0FA5"),
                &format!("{wildcard}:0000"),
                "0A",
                7,
            ),
            socket(
                &format!("{mapped}:0FA5"),
                &format!("{mapped}:0005"),
                "01",
                8,
            ),
        ];
        assert_eq!(holders_of(&lines, "127.0.0.1:4005"), Some(vec![8, 7]));
    }
}
