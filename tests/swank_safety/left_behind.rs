//! What clients leave behind in a service: no thread, no memory, no line in the log for each.

use std::fs;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::client::{Client, frame, request};
use super::reset;
use super::service::{Service, project};

/// The names of all threads, with those that serve the client who asks.
const THREADS: &str = "(cl:format cl:nil \"~{~a~^, ~}\" (cl:sort (cl:mapcar \
     (cl:lambda (cl-user::thread) (cl:princ-to-string (sb-thread:thread-name cl-user::thread))) \
     (sb-thread:list-all-threads)) (cl:function cl:string<)))";

/// What is in use once the garbage is gone.
const MEMORY: &str = "(cl:progn (sb-ext:gc :full cl:t) (sb-kernel:dynamic-usage))";

fn threads(port: u16) -> String {
    Client::connect(port).evaluate(THREADS).unwrap()
}

fn memory(service: &Service) -> usize {
    let answer = service.ask(None, MEMORY).unwrap();
    let digits = answer.chars().filter(char::is_ascii_digit);
    // The last one is the number of the request.
    let digits: String = digits.collect();
    digits[..digits.len() - 1].parse().unwrap()
}

/// The threads of a service without clients.
fn threads_of_one_client(service: &mut Service) -> String {
    let port = service.port;
    let expected = "(:return (:ok \"Swank PORT, Swank Sentinel, control-thread, main thread, \
                    reader-thread, swank-indentation-cache-thread, worker\") 1)"
        .replace("PORT", &port.to_string());
    service.wait_for("nothing but the usual threads", || {
        threads(port) == expected
    });
    expected
}

#[track_caller]
fn assert_leaves_nothing(service: &mut Service, what: &str) {
    threads_of_one_client(service);
    service.assert_serves(None, what);
    let kept = service
        .ask(None, "(cl:length swank/sbcl::*mailboxes*)")
        .unwrap();
    let few = (0..20).map(|count| format!("(:ok {count})"));
    assert!(
        few.clone().any(|few| kept.contains(&few)),
        "{what}: {kept} mailboxes"
    );
}

/// Connects and says this, many times, and leaves without waiting.
fn flood(service: &mut Service, times: usize, bytes: &[u8]) {
    for _ in 0..times / 500 {
        for _ in 0..500 {
            let mut client = Client::connect(service.port);
            // It may be turned away before all is sent.
            let _ = client.send(bytes);
            reset(client);
        }
        // No more than the system keeps for the server.
        service.ask(None, "t").unwrap();
    }
}

/// Without the look at the first word each costs three threads; without the wait for all threads
/// of a connection some of them stay for ever; swank itself keeps a mailbox for each.
#[test]
fn a_flood_leaves_nothing() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    threads_of_one_client(&mut service);
    let before = memory(&service);
    let port = service.port;

    flood(&mut service, 3000, b"GET / HTTP/1.1\r\n\r\n");
    assert_leaves_nothing(&mut service, "3000 requests by HTTP");
    // It begins as a client of swank does.
    flood(&mut service, 1000, b"00000f(:emacs-rex");
    assert_leaves_nothing(&mut service, "1000 broken messages");
    flood(&mut service, 1000, b"0000");
    assert_leaves_nothing(&mut service, "1000 halves of a length");
    let slow: Vec<_> = (0..40)
        .map(|_| {
            thread::spawn(move || {
                for _ in 0..5 {
                    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
                    for part in ["000", "010", "(cl:list"] {
                        if std::io::Write::write_all(&mut client, part.as_bytes()).is_err() {
                            break;
                        }
                        thread::sleep(Duration::from_millis(20));
                    }
                }
            })
        })
        .collect();
    for client in slow {
        client.join().unwrap();
    }
    assert_leaves_nothing(&mut service, "200 slow clients");

    let grown = memory(&service).saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more");
    let log = service.log();
    assert!(log.contains("a client does not speak swank's protocol"));
    let of_health_checks = log.matches("speak swank's protocol").count();
    assert!(of_health_checks < 5, "{of_health_checks} lines");
    assert_describes_macros_to_slime(&service);
}

/// SLIME indents the macros of a person as they are defined.
fn assert_describes_macros_to_slime(service: &Service) {
    let mut client = Client::connect(service.port);
    client.behave_like_slime().unwrap();
    let define = "(swank:eval-and-grab-output \"(defmacro with-thing ((x) &body body) body)\")";
    client.send(&frame(&request(define, "t", 9))).unwrap();
    loop {
        let update = client.receive_until("(:indentation-update ").unwrap();
        if update.contains("(\"with-thing\" 1 ") {
            return;
        }
    }
}

/// Without `send-interrupt` and `take-interrupt` three of them make swank 2.27 deaf for ever, and
/// ten end the process.
#[test]
fn an_interrupt_is_one() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    let interrupt = frame("(:emacs-interrupt t)");
    for count in [1, 3, 3, 3, 10, 30, 30] {
        let mut client = Client::connect(service.port);
        client.evaluate("(swank:connection-info)").unwrap();
        let endless = "(cl:progn (cl:close (cl:open \"begun\" :direction :output)) (cl:loop))";
        client.send(&frame(&request(endless, "t", 2))).unwrap();
        let begun = project.folder().join("begun");
        service.wait_for("the loop", || begun.exists());
        fs::remove_file(begun).unwrap();
        client.send(&interrupt.repeat(count)).unwrap();
        let active = client.receive_until("(:debug-activate ").unwrap();
        let words: Vec<&str> = active.split(' ').collect();
        let (thread, level) = (words[1], words[2]);
        assert_eq!(level, "1", "{count} interrupts");
        service.assert_serves(None, &format!("{count} interrupts"));

        client
            .send(&frame(&request("(swank:throw-to-toplevel)", thread, 3)))
            .unwrap();
        client.receive_until("(:return (:abort ").unwrap();
        service.assert_serves(None, "the way out of the debugger");
    }
    threads_of_one_client(&mut service);
}

/// Without `wait-until-begun` every other of these threads would be interrupted before it has a
/// debugger: it would stay for ever, and a stop would wait for it.
#[test]
fn an_interrupt_may_come_right_after_the_evaluation() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    let mut messages = frame(&request("(cl:sleep 2)", "t", 1));
    messages.extend(frame("(:emacs-interrupt t)"));
    for _ in 0..100 {
        let mut client = Client::connect(service.port);
        client.send(&messages).unwrap();
    }
    assert_leaves_nothing(&mut service, "a hundred interrupted clients");
    let log = service.log();
    assert!(!log.contains("Help!"), "{log}");
}

/// Without `wait-for-client` the worker of each waits for ever: for the answer to a ping, in the
/// debugger, for a line of input.
#[test]
fn killed_clients_leave_no_thread_behind() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    let stream = |thread: &'static str| {
        let print = "(swank-repl:listener-eval \"(loop for i from 0 do (print i))\")";
        (request(print, thread, 3), "(:write-string ")
    };
    let waits = [
        stream("t"),
        stream(":repl-thread"),
        (request("(cl:error \"e\")", "t", 3), "(:debug-activate "),
        (request("(cl:read-line)", "t", 3), "(:read-string "),
    ];
    for round in 0..5 {
        for (request, sign) in &waits {
            let mut client = Client::connect(service.port);
            client.open_repl().unwrap();
            client.send(&frame(request)).unwrap();
            client.receive_until(sign).unwrap();
            if round % 2 == 0 {
                reset(client);
            }
        }
    }
    assert_leaves_nothing(&mut service, "twenty killed clients");
}

/// Without `send-to-living` all that it writes is kept for a client that has gone.
#[test]
fn a_thread_of_the_service_may_write_to_a_client_that_has_gone() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    let port = service.port;
    let mut client = Client::connect(service.port);
    client.open_repl().unwrap();
    let writer = "(swank-repl:listener-eval \"(let ((stream *standard-output*))
                    (sb-thread:make-thread
                      (lambda ()
                        (loop until (probe-file \\\"enough\\\")
                              do (print 1 stream) (force-output stream))
                        (with-open-file (done \\\"done\\\" :direction :output)))))\")";
    client
        .send(&frame(&request(writer, ":repl-thread", 3)))
        .unwrap();
    client.receive_until("(:return ").unwrap();
    reset(client);
    let few_messages_are_kept = || {
        let kept = "(cl:reduce (cl:function cl:max) swank/sbcl::*mailboxes* :key (cl:lambda \
                    (cl-user::box) (cl:length (swank/sbcl::mailbox.queue cl-user::box))))";
        let kept = Client::connect(port).evaluate(kept).unwrap();
        kept.len() < "(:return (:ok 1234) 1)".len()
    };
    service.wait_for("the client to be forgotten", few_messages_are_kept);
    for _ in 0..10 {
        thread::sleep(Duration::from_millis(50));
        assert!(few_messages_are_kept());
    }
    service.tell("enough");
    let done = project.folder().join("done");
    service.wait_for("the thread to end", || done.exists());
    assert_leaves_nothing(&mut service, "a thread that writes");
}
