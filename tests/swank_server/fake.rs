//! A server of one connection that follows the script of a test.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use lisplaunch::live::swank::Address;

/// The answer to the first request.
pub const INFO: &str = r#"(:return (:ok (:pid 7 :style :spawn :lisp-implementation (:type "SBCL" :version "2.2.9") :machine (:instance "here") :version nil)) 1)"#;

/// The answers to an evaluation, which is the second request.
pub const ANSWERS: [&str; 3] = [
    r#"(:write-string "hello" :lisplaunch-stdout)"#,
    r#"(:write-string "42" (:lisplaunch-value 0))"#,
    r#"(:return (:ok (:ok 1 nil "COMMON-LISP-USER" "CL-USER")) 2)"#,
];

/// Accepts one connection and plays a script on it.
pub fn serve(script: impl FnOnce(Peer) + Send + 'static) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || script(Peer(listener.accept().unwrap().0)));
    Address {
        host: "127.0.0.1".to_owned(),
        port,
    }
}

/// Answers the first request, reads the second and goes on with the script.
pub fn serve_evaluation(script: impl FnOnce(Peer) + Send + 'static) -> Address {
    serve(|mut peer| {
        peer.receive().unwrap();
        peer.send(INFO);
        peer.receive().unwrap();
        script(peer);
    })
}

/// The same for a command, which asks the image first which service it is, and is not answered.
pub fn serve_command(script: impl FnOnce(Peer) + Send + 'static) -> Address {
    serve_evaluation(|mut peer| {
        peer.send("(:return (:ok nil) 2)");
        peer.receive().unwrap();
        script(peer);
    })
}

/// A message as it is sent.
pub fn frame(payload: &str) -> Vec<u8> {
    [
        format!("{:06x}", payload.len()).as_bytes(),
        payload.as_bytes(),
    ]
    .concat()
}

/// The client, from the side of the server. What fails because it has gone is passed over.
pub struct Peer(pub TcpStream);

impl Peer {
    pub fn send(&mut self, payload: &str) {
        self.send_bytes(&frame(payload));
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    pub fn send_answers(&mut self) {
        for answer in ANSWERS {
            self.send(answer);
        }
    }

    /// The next message, unless the client has gone.
    pub fn receive(&mut self) -> Option<String> {
        let mut header = [0; 6];
        self.0.read_exact(&mut header).ok()?;
        let length = usize::from_str_radix(std::str::from_utf8(&header).unwrap(), 16).unwrap();
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).ok()?;
        Some(String::from_utf8(payload).unwrap())
    }

    /// Says nothing until the client has gone.
    pub fn wait(mut self) {
        while self.receive().is_some() {}
    }
}

/// Passes one connection on to another server and cuts it after a while, as when the client is
/// killed.
pub fn cut_after(time: Duration, server: &Address) -> Address {
    let upstream = TcpStream::connect((server.host.as_str(), server.port)).unwrap();
    serve(move |Peer(client)| {
        for (mut from, mut to) in [(&client, &upstream), (&upstream, &client)]
            .map(|(from, to)| (from.try_clone().unwrap(), to.try_clone().unwrap()))
        {
            thread::spawn(move || std::io::copy(&mut from, &mut to));
        }
        thread::sleep(time);
        let _ = upstream.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
    })
}
