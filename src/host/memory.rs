//! How much memory a process may use here: what its control groups allow, or else the machine.

use std::fs;
use std::path::Path;

/// A hierarchy of control groups that may limit memory.
struct Hierarchy {
    /// How a line of `/proc/self/cgroup` that names a group of it begins, behind its number.
    mark: &'static str,
    /// Where its groups are.
    folder: &'static str,
    /// The file that holds the limit of a group.
    limit: &'static str,
}

/// Version 2, and that of version 1.
const HIERARCHIES: [Hierarchy; 2] = [
    Hierarchy {
        mark: ":",
        folder: "sys/fs/cgroup",
        limit: "memory.max",
    },
    Hierarchy {
        mark: "memory:",
        folder: "sys/fs/cgroup/memory",
        limit: "memory.limit_in_bytes",
    },
];

/// The bytes that this process may use on the machine whose files are below `root`, if it says.
pub fn below(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let limits = HIERARCHIES.iter().filter_map(|hierarchy| {
        let group = groups.lines().find_map(|line| group(line, hierarchy.mark));
        group.and_then(|group| limit(root, hierarchy, group))
    });
    limits.chain(machine(root)).min()
}

/// The path of the group in a line such as `4:memory:/a/b`.
fn group<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(':')?;
    rest.strip_prefix(mark)
}

/// The least that the group and those above it allow; `max` is not a number. In a container the
/// groups that its processes are said to be in need not be there: its own is the topmost then.
fn limit(root: &Path, hierarchy: &Hierarchy, group: &str) -> Option<u64> {
    let groups = Path::new(group.trim_start_matches('/')).ancestors();
    let files = groups.map(|group| {
        root.join(hierarchy.folder)
            .join(group)
            .join(hierarchy.limit)
    });
    let texts = files.filter_map(|file| fs::read_to_string(file).ok());
    texts.filter_map(|text| text.trim().parse().ok()).min()
}

fn machine(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}
