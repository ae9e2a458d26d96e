//! Commands for one of several replicas.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::service::Service;
use crate::end_to_end::network::connect;
use crate::end_to_end::running::Running;
use crate::end_to_end::with_compiled_systems;
use crate::support::Project;
use crate::support::ports::free_port;

/// Two services of one, whose ports their env files say.
const PAIR: &str = r"
name: pair
loader: asdf
registry: [REPOSITORY/examples/hunchentoot]
load: [pair.lisp]
replicas: 2
env-file: port-${REPLICA}.env
start: (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
swank: ${PAIR_PORT}
";

#[test]
fn what_one_replica_evaluates_the_others_do_not_know() {
    let mut service = Service::with(PAIR, "pair-1");
    let folder = service.project.folder();
    let ports = [(1, service.swank), (2, service.free)];
    for (number, port) in ports {
        let file = folder.join(format!("port-{number}.env"));
        fs::write(file, format!("PAIR_PORT={port}\n")).unwrap();
    }
    fs::write(folder.join("pair.lisp"), "(defvar *a* 1)\n").unwrap();
    service.start();
    service.run(&["status", "pair-1", "--wait=120"]).success();
    let evaluated = service.run(&["eval", "pair-1", "(+ 1 2)"]);
    assert_eq!(
        (evaluated.code, evaluated.stdout.as_str()),
        (Some(0), "3\n")
    );
    assert_snapshot!(evaluated.stderr, @"
    warning: this was for `pair-1` alone: the other replicas of `pair` keep the old code
     |
     = help: do the same with each of them, or start them again with the new code
    ");
    let reloaded = service.run(&["reload", "pair-1"]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.stderr);
    let warned = reloaded.stderr.find("warning: ").unwrap();
    assert_eq!(reloaded.stderr[warned..], evaluated.stderr);
}

/// Where all of them are equal none has a number, and a container has a name of its own.
#[test]
fn a_replica_in_a_container_is_the_service_whichever_is_named() {
    let port = free_port();
    let inside = Project::new(&format!(
        "name: pair\nloader: asdf\nstart: (values)\nswank: {port}\n"
    ));
    let inside = with_compiled_systems(inside);
    let run = inside.command(&["run"]);
    let mut container = Command::new("unshare");
    container
        .args([
            "--uts",
            "sh",
            "-c",
            "hostname pair-7d5c9 && exec \"$0\" run",
        ])
        .arg(run.get_program())
        .current_dir(inside.folder())
        .env_clear()
        .envs(
            run.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::null());
    let mut container = Running::start(container);
    container.until("it listens", || connect(port));
    let outside = |name: &str| {
        Project::new(&format!(
            "name: {name}\nloader: none\nstart: (f)\nreplicas: 2\nswank: 400${{REPLICA}}\n"
        ))
    };
    let port = port.to_string();
    let pair = outside("pair");
    for replica in ["pair-1", "pair-2"] {
        let eval = ["eval", replica, "--port", &port, "(+ 1 2)"];
        assert_eq!(pair.run(&eval).success(), "3\n");
    }
    let eval = ["eval", "other-1", "--port", &port, "(+ 1 2)"];
    let report = outside("other").run(&eval).failure(3);
    let expected = "is not the service `other-1`: it is the service `pair`";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn connect_says_the_way_into_a_pod() {
    let yaml = "name: shop\nloader: none\nservices:\n  web:\n    start: (f)\n    replicas: 3\n    \
                swank: {port: 4005, secret: auto}\n  worker:\n    start: (f)\n    swank: 4006\n";
    let project = Project::new(yaml);
    assert_snapshot!(project.run(&["connect", "web", "--pod", "shop-web-7d5c9-x2v4p"]).success(), @r#"
    In a terminal, which stays open:
      kubectl port-forward pod/shop-web-7d5c9-x2v4p 4005:4005
    In Emacs, with SLIME:
      M-x slime-connect RET 127.0.0.1 RET 4005 RET
    or in Lisp:
      (slime-connect "127.0.0.1" 4005)
    What SLIME finds in `~/.slime-secret` has to be this:
      kubectl exec shop-web-7d5c9-x2v4p -- cat /home/app/.local/state/lisplaunch/secrets/shop/web
    "#);
    let worker = project
        .run(&["connect", "worker", "--pod", "a b"])
        .success();
    assert!(
        worker.contains("kubectl port-forward 'pod/a b' 4006:4006\n"),
        "{worker}"
    );
    assert!(!worker.contains("secret"), "{worker}");
    let both = ["connect", "web", "--pod", "a", "--host", "b"];
    assert_eq!(project.run(&both).code, Some(2));
}
