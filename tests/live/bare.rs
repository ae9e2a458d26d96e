//! A service that has nothing of lisplaunch in its image: `runtime: false`.

use std::fs;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lisplaunch::live::swank::{Address, Client, Timeouts};

use super::service::{SOON, Service};

const BARE: &str = "\
name: bare
runtime: false
loader: asdf
start:
  - (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
  - '(with-open-file (file \"package\" :direction :output)
       (prin1 (find-package \"LISPLAUNCH\") file))'
stop: '(with-open-file (file \"stopped\" :direction :output))'
stop-timeout: 5s
swank: SWANK
";

#[test]
fn swank_answers_without_the_runtime_and_commands_bring_it() {
    let mut service = Service::with(BARE, "bare");
    service.start();
    let address = Address {
        host: "127.0.0.1".to_owned(),
        port: service.swank,
    };
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", service.swank)).is_err() {
        assert!(begin.elapsed() < 6 * SOON, "{}", service.log());
        sleep(Duration::from_millis(50));
    }
    let client = Client::connect(&address, None, Timeouts::default()).unwrap();
    assert_eq!(client.connection_info().pid, Some(service.pid()));
    drop(client);
    let folder = service.project.folder();
    let written = folder.join("package");
    while !written.exists() {
        assert!(begin.elapsed() < 6 * SOON, "{}", service.log());
        sleep(Duration::from_millis(50));
    }
    assert_eq!(fs::read_to_string(written).unwrap(), "NIL");
    assert!(!folder.join(".lisplaunch").exists());

    assert_eq!(service.eval("(+ 1 2)"), "3\n");
    service.run(&["status", "--wait"]).success();
    service.run(&["stop"]).success();
    assert_eq!(service.exit_code(), Some(0), "{}", service.log());
    assert!(folder.join("stopped").exists());
}
