//! What runit, s6 and `OpenRC` get of the keys that the examples do not have.

use insta::assert_snapshot;

use crate::support::Project;

const ALL_KEYS: &str = "\
name: shop
loader: none
sbcl: {program: /bin/sbcl}
start: (f)
services:
  web: {start-timeout: 5s}
  mailer:
    after: [web, postgresql.service, shop@1.service, network.target]
    limits: {memory: 2GB, cpus: 1.5, tasks: 100, open-files: 4096}
    user: root
    env: {HOME: /root}
    umask: '027'
    restart: never
    priority: 5
    watchdog: 1m
    log: {file: /var/log/shop, max-size: 1GB, backups: 0}
";

/// The lines of a file of the format that follow the header.
fn file(format: &str, name: &str) -> String {
    let project = Project::new(ALL_KEYS);
    project.run(&["emit", format, "-o", "out/"]).success();
    let text = std::fs::read_to_string(project.folder().join("out").join(name)).unwrap();
    let text = project.with_fixed_paths(&text);
    let (_, rest) = text.split_once("\n\n").unwrap();
    rest.to_owned()
}

#[test]
fn runit_gets_what_it_can_be() {
    assert_snapshot!(file("runit", "shop-mailer/run"), @r#"
    # limits.memory: runit knows no such limit, so run it in a cgroup that has it
    # limits.cpus: runit knows no such limit, so run it in a cgroup that has it
    # limits.tasks: runit knows no such limit, so run it in a cgroup that has it
    # after: postgresql.service is not known to runit, which starts the service again until that is there
    # after: shop@1.service is not known to runit, which starts the service again until that is there
    # after: network.target is not known to runit, which starts the service again until that is there
    # watchdog: runit asks nothing, so let `lisplaunch status` watch the service
    # priority: runit starts all services at once, except as `after` says
    # Stop it with the time that it may take: sv -w 15 stop shop-mailer
    exec 2>&1
    rm -f supervise/asked
    # after: web
    ../shop-web/check || exit
    umask 027
    # In POSIX since 2024.
    # shellcheck disable=SC3045
    ulimit -n 4096 || exit
    user=root
    cd -P /srv/app || exit
    exec chpst -u "$user:$(id -Gn "$user" | tr ' ' :)" env \
      USER=root \
      LANG=C.UTF-8 \
      HOME=/root \
      /bin/sbcl --noinform --disable-debugger \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "shop" :service "mailer" :file "/srv/app/lisplaunch.yaml")' \
      --eval '(progn (lisplaunch:starting) (f))' \
      --eval '(lisplaunch:stay)'
    "#);
    assert_snapshot!(file("runit", "shop-mailer/finish"), @"
    # restart: never. What `sv` asks for it gets, a restart, too.
    [ -e supervise/asked ] || exec sv down .
    ");
    assert_snapshot!(file("runit", "shop-mailer/log/run"), @r#"
    # log.backups: svlogd keeps one at least
    # svlogd writes to the file `current` in a folder: s is log.max-size, n log.backups.
    folder=/var/log/shop
    mkdir -p "$folder" || exit
    printf '%s\n' s1073741824 n1 >"$folder/config" || exit
    exec svlogd -tt "$folder"
    "#);
}

#[test]
fn s6_gets_what_it_can_be() {
    assert_snapshot!(file("s6", "shop-mailer/run"), @r#"
    # limits.memory: s6 knows no such limit, so run it in a cgroup that has it
    # limits.cpus: s6 knows no such limit, so run it in a cgroup that has it
    # limits.tasks: s6 knows no such limit, so run it in a cgroup that has it
    # after: postgresql.service is not known to s6, which starts the service again until that is there
    # after: shop@1.service is not known to s6, which starts the service again until that is there
    # after: network.target is not known to s6, which starts the service again until that is there
    # watchdog: s6 asks nothing, so let `lisplaunch status` watch the service
    # priority: s6 starts all services at once, except as `after` says
    exec 2>&1
    # The service says on descriptor 3 that it is ready: `s6-svwait -U` waits for that.
    export LISPLAUNCH_NOTIFY_FD=3
    # after: web
    s6-svwait -U -t 60000 ../shop-web || exit
    umask 027
    # In POSIX since 2024.
    # shellcheck disable=SC3045
    ulimit -n 4096 || exit
    cd -P /srv/app || exit
    exec s6-setuidgid root env \
      USER=root \
      LANG=C.UTF-8 \
      HOME=/root \
      /bin/sbcl --noinform --disable-debugger \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "shop" :service "mailer" :file "/srv/app/lisplaunch.yaml")' \
      --eval '(progn (lisplaunch:starting) (f))' \
      --eval '(lisplaunch:stay)'
    "#);
    assert_snapshot!(file("s6", "shop-mailer/finish"), @"
    # restart: never. With exit code 125 s6 does not start the service again: that holds for
    # `s6-svc -r`, too, so restart it by: s6-svc -wD -d shop-mailer && s6-svc -u shop-mailer
    exit 125
    ");
    assert_snapshot!(file("s6", "shop-mailer/log/run"), @r#"
    # log.max-size is 1GB: s6-log takes sizes from 4 KB to 256 MB
    # s6-log writes to the file `current` in a folder: n is log.backups, s log.max-size, T a time a line.
    folder=/var/log/shop
    mkdir -p "$folder" || exit
    exec s6-log n0 s268435455 T "$folder"
    "#);
}

#[test]
fn openrc_gets_what_it_can_be() {
    assert_snapshot!(file("openrc", "shop-mailer"), @r#"
    # restart: never is not known to supervise-daemon, which starts the service again after each end
    # log: supervise-daemon only appends to it; `lisplaunch emit logrotate` writes what rotates it
    # watchdog: supervise-daemon asks nothing, so let `lisplaunch status` watch the service
    # priority: OpenRC starts all services at once, except as `after` says
    # after: shop@1.service is not known to OpenRC
    # after: network.target is not known to OpenRC
    supervisor=supervise-daemon
    rc_ulimit='-n 4096'
    rc_cgroup_settings='memory.max 2147483648
    cpu.max 150000 100000
    pids.max 100'

    depend() {
        after net shop-web postgresql
    }

    # The log is opened by the user.
    start_pre() {
        checkpath -f -o root /var/log/shop
    }

    # Not by `command_args`, which OpenRC splits at blanks and evaluates once more.
    start() {
        ebegin "Starting $RC_SVCNAME"
        supervise-daemon "$RC_SVCNAME" --start --retry TERM/15/KILL/5 \
            --respawn-delay 2 --respawn-max 0 \
            --user root \
            --umask 027 \
            --stdout /var/log/shop \
            --stderr /var/log/shop \
            --chdir /srv/app \
            /usr/bin/env -- \
            USER=root \
            LANG=C.UTF-8 \
            HOME=/root \
            /bin/sbcl --noinform --disable-debugger \
            --load /srv/app/.lisplaunch/runtime.lisp \
            --eval '(lisplaunch:boot "shop" :service "mailer" :file "/srv/app/lisplaunch.yaml")' \
            --eval '(progn (lisplaunch:starting) (f))' \
            --eval '(lisplaunch:stay)'
        eend $? "Failed to start $RC_SVCNAME"
    }
    "#);
}
