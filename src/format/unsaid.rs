//! Keys that a process manager cannot be told, each with the way out: comments in its files.

use super::Owner;
use crate::plan::after::After;
use crate::plan::service::Service;
use crate::render::Variable;

/// What supervisors of the daemontools family know nothing of. `manager` is the name of one.
pub(super) fn by_supervisor(service: &Service, manager: &str) -> Vec<String> {
    let priority = service.priority.map(|_| {
        format!("priority: {manager} starts all services at once, except as `after` says")
    });
    let mut lines = without_cgroups(service, manager);
    lines.extend(priority);
    lines
}

/// What managers know nothing of that only start processes and watch them end.
pub(super) fn without_cgroups(service: &Service, manager: &str) -> Vec<String> {
    let limits = &service.limits;
    let limited = [
        ("memory", limits.memory.is_some()),
        ("cpus", limits.cpus.is_some()),
        ("tasks", limits.tasks.is_some()),
    ];
    let limited = limited.into_iter().filter(|(_, given)| *given);
    let limited = limited.map(|(key, _)| {
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

/// Lines of a comment.
pub(super) fn comments(owner: &Owner, lines: Vec<String>) -> Variable {
    let lines = lines.into_iter();
    Variable::list(lines.map(|line| owner.comment(Some(&line))))
}
