//! Keys that a process manager has no setting for, each with the way out: comments in its files.

use super::{Owner, kept};
use crate::plan::Plan;
use crate::plan::after::After;
use crate::plan::http::Http;
use crate::plan::service::{RestartPolicy, Service};
use crate::plan::{heap, stopping};
use crate::render::TemplateValue;
use crate::word::Word;

/// A socket that nothing hands over.
pub(super) fn socket(service: &Service) -> Option<String> {
    let line = "http.socket: nothing here listens for the service, so it does that by itself";
    service.socket().map(|_| line.to_owned())
}

/// What supervisors of the daemontools family know nothing of. `manager` is the name of one.
pub(super) fn by_supervisor(service: &Service, manager: &str) -> Vec<String> {
    let priority = service.priority.map(|_| {
        format!("priority: {manager} starts all services at once, except as `after` says")
    });
    let mut lines = without_cgroups(service, manager);
    lines.extend(priority);
    lines.extend(socket(service));
    lines
}

/// What managers know nothing of that only start processes and watch them end.
pub(super) fn without_cgroups(service: &Service, manager: &str) -> Vec<String> {
    let limited = of_cgroups(service).map(|key| {
        format!("limits.{key}: {manager} knows no such limit, so run it in a cgroup that has it")
    });
    let units = service.after.iter().filter_map(|after| match after {
        After::Unit(unit) => Some(format!(
            "after: {unit} is not known to {manager}, which starts the service again until that is there"
        )),
        After::Service(_) => None,
    });
    let watchdog = service.watchdog.map(|_| {
        format!("watchdog: {manager} asks nothing, so let `lisplaunch status` watch the service")
    });
    limited.chain(units).chain(watchdog).collect()
}

/// The limits of a service that only a cgroup sets.
fn of_cgroups(service: &Service) -> impl Iterator<Item = &'static str> {
    let limits = &service.limits;
    let given = [
        ("memory", limits.memory.is_some()),
        ("cpus", limits.cpus.is_some()),
        ("tasks", limits.tasks.is_some()),
    ];
    let given = given.into_iter().filter(|(_, given)| *given);
    given.map(|(key, _)| key)
}

/// What nothing does that only starts a service: a script, make, a runner of Procfiles.
pub(super) fn by_script(service: &Service) -> Vec<String> {
    let limited = of_cgroups(service).map(|key| {
        format!("limits.{key}: a shell sets no such limit, so start it in a cgroup that has it")
    });
    let user = service.user.iter();
    let user = user.map(|user| format!("user: it runs as the user who starts it, so be {user}"));
    let log = service.log.iter();
    let log = log.map(|_| "log: the output is left where it is started, so send it on".to_owned());
    let after = service.after.iter().map(|after| {
        let other = match after {
            After::Service(name) => name.as_str(),
            After::Unit(unit) => unit,
        };
        format!("after: nothing waits for {other} here, so start that before")
    });
    let socket = socket(service);
    user.chain(after)
        .chain(limited)
        .chain(log)
        .chain(socket)
        .collect()
}

/// What an image does not hold, which its containers are started with.
pub(super) fn by_image(service: &Service) -> Vec<String> {
    let umask = service.umask.map(|umask| {
        format!("umask: an image has none, so start the container with --umask {umask}")
    });
    let user = service.user.as_ref();
    let user =
        user.map(|user| format!("user: `{user}` is not known in the image, whose user is `app`"));
    umask
        .into_iter()
        .chain(user)
        .chain(socket(service))
        .collect()
}

/// What a unit of a container does not say.
pub(super) fn by_container(service: &Service) -> Vec<String> {
    let loopback = service
        .swank
        .as_ref()
        .is_some_and(|swank| !swank.is_reachable());
    let unasked = service.watchdog.is_some() && service.server().is_none();
    let known = [
        (
            service.priority.is_some(),
            "priority: systemd has none, so `after` gives an order",
        ),
        (
            service.log.is_some(),
            "log: journald keeps the output, for `journalctl --unit`",
        ),
        (
            loopback,
            "swank: it listens inside of the container alone, unless `swank.interface` is 0.0.0.0",
        ),
        (
            unasked,
            "watchdog: podman asks by HTTP, so say where with `http.path`",
        ),
        (
            service.copies > 1,
            "replicas: each has a port of its own on the machine, which `podman port` shows",
        ),
    ];
    let known = known.into_iter().filter(|(asked, _)| *asked);
    known
        .map(|(_, line)| line.to_owned())
        .chain(socket(service))
        .collect()
}

/// What Compose knows nothing of.
pub(super) fn by_compose(plan: &Plan, service: &Service) -> Vec<String> {
    let units = service.after.iter().filter_map(|after| match after {
        After::Unit(unit) => Some(format!(
            "after: {unit} is none of these services, so start that before"
        )),
        After::Service(name) => {
            let is_here = plan.services.iter().any(|other| other.name == *name);
            (!is_here).then(|| format!("after: {name} is in another file, so start that before"))
        }
    });
    let known = [
        (
            service.umask.is_some(),
            "umask: Compose sets none; the process has the one of Docker",
        ),
        (
            service.priority.is_some(),
            "priority: Compose starts all at once, except as `after` says",
        ),
        (
            service.watchdog.is_some(),
            "watchdog: Docker shows that a container is unhealthy, and starts none again for it",
        ),
        (
            service.log.is_some(),
            "log: Docker keeps the output, for `docker compose logs`",
        ),
        (
            service
                .swank
                .as_ref()
                .is_some_and(|swank| !swank.is_reachable()),
            "swank: it listens inside of the container alone, unless `swank.interface` is 0.0.0.0",
        ),
        (
            service.copies > 1,
            "replicas: each has a port of its own on the machine, which `docker compose ps` shows",
        ),
    ];
    let known = known.into_iter().filter(|(asked, _)| *asked);
    units
        .chain(known.map(|(_, line)| line.to_owned()))
        .chain(socket(service))
        .collect()
}

/// What launchd knows nothing of.
pub(super) fn by_launchd(service: &Service) -> Vec<String> {
    let limits = &service.limits;
    let grows = service.log.as_ref().is_some_and(|log| log.max_size.0 > 0);
    let known = [
        (
            limits.memory.is_some(),
            "limits.memory: launchd does not limit it; sbcl.dynamic-space-size bounds the heap.",
        ),
        (
            limits.cpus.is_some(),
            "limits.cpus: launchd does not limit them.",
        ),
        (
            limits.tasks.is_some(),
            "limits.tasks: launchd counts those of the user, not of a service.",
        ),
        (
            !service.after.is_empty(),
            "after: launchd starts all at once, and what ends for want of another again.",
        ),
        (
            service.priority.is_some(),
            "priority: launchd starts all at once.",
        ),
        (
            service.watchdog.is_some(),
            "watchdog: launchd asks nothing, so let `lisplaunch status` watch the service.",
        ),
        (
            grows,
            "log: launchd only appends to it; `lisplaunch emit logrotate` writes what rotates it.",
        ),
    ];
    let asked = known.into_iter().filter(|(asked, _)| *asked);
    let sentence = socket(service).map(|line| line + ".");
    asked
        .map(|(_, line)| line.to_owned())
        .chain(sentence)
        .collect()
}

/// What a Deployment says nothing of, whose pods run as `user`.
pub(super) fn by_kubernetes(service: &Service, user: u32) -> Vec<String> {
    let named = service.user.iter();
    let named = named.map(|name| {
        format!("user: Kubernetes knows no names, so it runs as {user}, not as {name}")
    });
    let known = [
        (service.umask.is_some(), "umask: that of the image holds."),
        (
            service.restart != RestartPolicy::Always,
            "restart: a Deployment starts again whatever ends.",
        ),
        (
            !service.after.is_empty(),
            "after: all start at once, and what cannot go on without another is started again.",
        ),
        (service.priority.is_some(), "priority: all start at once."),
        (
            service.log.is_some(),
            "log: the output goes to `kubectl logs`.",
        ),
        (
            service.limits.tasks.is_some(),
            "limits.tasks: the node sets it (`podPidsLimit`).",
        ),
        (
            service.limits.open_files.is_some(),
            "limits.open-files: the node sets it.",
        ),
        (
            heap::memory(service).is_none(),
            "limits.memory: there is none, so the heap ends where the memory of the node does.",
        ),
        (
            service.http.is_none(),
            "http: there is none, so nothing asks the pod whether it is ready.",
        ),
        (
            service.swank.is_some(),
            "swank: no Service has its port; `lisplaunch connect --pod` prints the way to it.",
        ),
    ];
    let known = known.into_iter().filter(|(asked, _)| *asked);
    named
        .chain(known.map(|(_, line)| line.to_owned()))
        .chain(socket(service).map(|line| line + "."))
        .collect()
}

/// What a job of Nomad says nothing of.
pub(super) fn by_nomad(service: &Service) -> Vec<String> {
    let limits = &service.limits;
    let cpus = limits.cpus;
    let keys = [
        ("umask", service.umask.is_some()),
        ("restart", service.restart == RestartPolicy::OnFailure),
        ("after", !service.after.is_empty()),
        ("priority", service.priority.is_some()),
        (
            "limits.cpus",
            cpus.is_some_and(|cpus| cpus.whole().is_none()),
        ),
        ("limits.tasks", limits.tasks.is_some()),
        ("limits.open-files", limits.open_files.is_some()),
        (
            "watchdog",
            service.watchdog.is_some() && service.http.is_none(),
        ),
    ];
    let keys = keys.iter().filter(|(_, asked)| *asked);
    let keys: Vec<&str> = keys.map(|(key, _)| *key).collect();
    let unknown =
        (!keys.is_empty()).then(|| format!("Nomad has no setting for {}.", keys.join(", ")));
    let memory = heap::memory(service).is_none().then(|| {
        "limits.memory: there is none, and a heap larger than 1 GB needs more than is set here."
            .to_owned()
    });
    let long = (stopping::patience(service.stop_timeout).0 > LONGEST_KILL).then(|| {
        "stop-timeout: clients wait 30 seconds at most, unless `max_kill_timeout` says more."
            .to_owned()
    });
    let outside = outside(service)
        .map(|path| format!("{path}: mount it too, or have it in `chroot_env` of the clients."));
    let lines = unknown.into_iter().chain(memory).chain(long);
    let socket = socket(service).map(|line| line + ".");
    lines.chain(outside).chain(socket).collect()
}

/// How long a client waits for the end of a process unless it is configured otherwise, in seconds.
const LONGEST_KILL: u64 = 30;

/// The folders of a client that the driver `exec` shows.
const SHOWN: [&str; 7] = ["/bin", "/etc", "/lib", "/lib32", "/lib64", "/sbin", "/usr"];

/// Files and folders of a service that are neither in its project nor what the driver `exec` shows.
fn outside(service: &Service) -> impl Iterator<Item = String> {
    let program = Some(&service.sbcl.program).filter(|program| program.resolved().contains('/'));
    let paths = program.into_iter().chain(&service.setup);
    let paths = paths
        .chain(&service.registry)
        .chain(&service.load)
        .chain([&service.directory]);
    let seen = |path: &str| {
        let mut folders = SHOWN
            .iter()
            .copied()
            .chain([service.identity.folder.as_str()]);
        folders.any(|folder| kept::is_below(path, folder))
    };
    paths.map(Word::resolved).filter(move |path| !seen(path))
}

/// What an Ingress says nothing of.
pub(super) fn by_ingress(http: &Http) -> Vec<String> {
    let static_folder = http
        .static_folder
        .iter()
        .map(|_| "http.static: no Ingress serves files, so the service has to.".to_owned());
    let tls = http.tls.iter().map(|_| {
        "http.certificate: `kubectl create secret tls` puts it, with its key, into the Secret below.".to_owned()
    });
    let body = format!(
        "http.max-body: each kind of Ingress has a setting of its own for {}.",
        http.max_body
    );
    static_folder.chain(tls).chain([body]).collect()
}

/// Lines of a comment.
pub(super) fn comments(owner: &Owner, lines: Vec<String>) -> TemplateValue {
    let lines = lines.into_iter();
    TemplateValue::list(lines.map(|line| owner.comment(Some(&line))))
}
