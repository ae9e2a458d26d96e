//! What is in the stanzas besides the command, as supervisord takes it.

use std::fs;

use crate::consumer::{Daemon, Parser};
use crate::support::Project;

/// In the order of the file the last is to be started first.
const IN_TURN: &str = "\
loader: none
sbcl: {program: /bin/sleep}
arguments: ['60']
start: (f)
log: '{service}.log'
services:
  last: {after: [middle, other]}
  middle: {after: [first, postgresql.service], limits: {memory: 1GB, open-files: 4000}}
  other: {after: early, watchdog: 10s}
  first: {}
  early: {priority: 5, log: null}
";

#[test]
fn supervisord_starts_services_after_others() {
    let project = Project::new(IN_TURN);
    project
        .run(&["emit", "supervisor", "-o", "programs.conf"])
        .success();
    let folder = project.folder();
    let main = folder.join("main.conf");
    let daemon = "[supervisord]\nlogfile=daemon.log\npidfile=daemon.pid\nchildlogdir=.\n\
                  [include]\nfiles=programs.conf\n";
    fs::write(&main, daemon).unwrap();
    let mut daemon = Daemon::start(&main);
    let mut log = String::new();
    daemon.wait_until(|| {
        log = fs::read_to_string(folder.join("daemon.log")).unwrap_or_default();
        log.matches("spawned: ").count() >= 5
    });
    let spawned = |name: &str| log.find(&format!("spawned: 'app-{name}'")).unwrap();
    let turns = [
        ("first", "middle"),
        ("middle", "last"),
        ("early", "other"),
        ("other", "last"),
    ];
    for (before, after) in turns {
        assert!(spawned(before) < spawned(after), "{log}");
    }
}

#[test]
fn what_supervisord_cannot_hold_is_a_comment() {
    let text = Project::new(IN_TURN).run(&["emit", "supervisor"]).success();
    let stanza = |name: &str| {
        let mut stanzas = text.split("\n\n");
        let head = format!("[program:app-{name}]");
        stanzas.find(|stanza| stanza.contains(&head)).unwrap()
    };
    let comments = |name: &str| {
        let lines = stanza(name).lines();
        let comments: Vec<&str> = lines.filter_map(|line| line.strip_prefix("; ")).collect();
        comments.join("\n")
    };
    assert_eq!(
        comments("middle"),
        "limits.memory: supervisord knows no such limit, so run it in a cgroup that has it\n\
         after: postgresql.service is not known to supervisord, which starts the service again until that is there\n\
         limits.open-files: `minfds=4000` in [supervisord] allows its programs as many"
    );
    assert_eq!(
        comments("other"),
        "watchdog: supervisord asks nothing, so let `lisplaunch status` watch the service"
    );
    assert_eq!(
        comments("early"),
        "no log: supervisord keeps the output in a file of its own, and deletes that when it starts again"
    );
    let priorities = ["early", "other", "first", "middle", "last"].map(|name| {
        let mut lines = stanza(name).lines();
        lines.find_map(|line| line.strip_prefix("priority="))
    });
    assert_eq!(
        priorities,
        [Some("5"), Some("6"), None, Some("1000"), Some("1001")]
    );
}

#[test]
fn replicas_that_share_a_socket_are_one_stanza() {
    let yaml = |port: &str| {
        format!(
            "name: shop\nloader: none\nsbcl: {{program: /bin/sleep}}\n\
             start: (f)\nlog: '{{service}}.log'\nservices:\n  web:\n    replicas: 11\n    arguments: ['6${{REPLICA}}', '50%']\n    \
             env: {{OWN: 'a;${{REPLICA}}%'}}\n    http: {port}\n  worker: {{}}\n"
        )
    };
    let emitted = |port: &str| {
        let project = Project::new(&yaml(port));
        let file = project.folder().join("shop.conf");
        let emit = ["emit", "supervisor", "-o", file.to_str().unwrap()];
        project.run(&emit).success();
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("[supervisord]\n{text}")).unwrap();
        let programs = format!("{:?}", Parser::start().parse(&file).unwrap());
        (
            project.with_fixed_paths(&text),
            project.with_fixed_paths(&programs),
        )
    };
    let (text, programs) = emitted("{port: 8080, socket: 127.0.0.1}");
    let (_, stanzas) = text.split_once("\n\n").unwrap();
    insta::assert_snapshot!(stanzas, @r#"
    ; supervisord holds the port as long as one of these runs: start them again one by one.
    [fcgi-program:shop-web]
    socket=tcp://127.0.0.1:8080
    socket_backlog=4096
    numprocs=11
    numprocs_start=1
    process_name=shop-web-%(process_num)d
    command=/bin/sleep --noinform --end-runtime-options --disable-debugger
      --load /srv/app/.lisplaunch/runtime.lisp
      --eval '(lisplaunch:boot "shop" :service "web-%(process_num)d" :file "/srv/app/lisplaunch.yaml")'
      --eval '(progn (lisplaunch:starting) (f))'
      --eval '(lisplaunch:stay)'
      --end-toplevel-options 6%(process_num)d '50%%'
    directory=/srv/app
    environment=OWN="a;%(process_num)d%%"
    autorestart=true
    exitcodes=0
    startsecs=10
    stopwaitsecs=15
    stopasgroup=true
    killasgroup=true
    redirect_stderr=true
    stdout_logfile=/srv/app/web-%(process_num)d.log
    stdout_logfile_maxbytes=50MB
    stdout_logfile_backups=10

    [program:shop-worker]
    command=/bin/sleep --noinform --disable-debugger
      --load /srv/app/.lisplaunch/runtime.lisp
      --eval '(lisplaunch:boot "shop" :service "worker" :file "/srv/app/lisplaunch.yaml")'
      --eval '(progn (lisplaunch:starting) (f))'
      --eval '(lisplaunch:stay)'
    directory=/srv/app
    autorestart=true
    exitcodes=0
    startsecs=10
    stopwaitsecs=15
    stopasgroup=true
    killasgroup=true
    redirect_stderr=true
    stdout_logfile=/srv/app/worker.log
    stdout_logfile_maxbytes=50MB
    stdout_logfile_backups=10

    [group:shop]
    programs=shop-worker
    "#);
    // supervisord takes of it what it takes of a stanza for each.
    let (_, alone) = emitted("'80${REPLICA}'");
    assert_eq!(programs, alone);
}
