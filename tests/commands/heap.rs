//! The size of SBCL's heap, which may be a part of the memory that there is.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use lisplaunch::host::memory;
use tempfile::TempDir;

use crate::support::{LISPLAUNCH, Project};

fn project(limits: &str, size: &str) -> Project {
    let sbcl = format!("sbcl: {{dynamic-space-size: '{size}'}}");
    Project::new(&format!(
        "name: app\nloader: none\nstart: (f)\nlimits: {limits}\n{sbcl}\n"
    ))
}

/// What is said, and the size that sbcl is given.
fn heap(limits: &str, size: &str) -> (String, String) {
    let outcome = project(limits, size).run(&["argv", "--format", "lines"]);
    let said = outcome.stderr.clone();
    let words = outcome.success();
    let mut words = words
        .lines()
        .skip_while(|word| *word != "--dynamic-space-size");
    (said, words.nth(1).unwrap().to_owned())
}

#[test]
fn a_heap_may_be_a_part_of_the_limit() {
    for (memory, size, megabytes) in [
        ("2GB", "75%", "1536MB"),
        ("1GB", "${PART:-33}%", "337MB"),
        ("1000000000", "50%", "476MB"),
        ("100MB", "90%", "90MB"),
        ("16384GB", "1%", "167772MB"),
        ("2GB", "1.5GB", "1536MB"),
    ] {
        let limits = format!("{{memory: {memory}}}");
        let expected = (String::new(), megabytes.to_owned());
        assert_eq!(heap(&limits, size), expected, "{size} of {memory}");
    }
}

#[test]
fn a_heap_that_does_not_fit_is_a_warning() {
    let (said, size) = heap("{memory: 1GB}", "1GB");
    assert_eq!(size, "1GB");
    assert_snapshot!(said, @"
    warning: the heap of 1GB leaves SBCL too little of `limits.memory`, which is 1GB
     --> lisplaunch.yaml:5:28
      |
    5 | sbcl: {dynamic-space-size: '1GB'}
      |                            ^^^^^ the system ends the process before its heap is full
      |
      = help: SBCL needs memory besides the heap: take `75%`, 90% at most
    ");
    assert_snapshot!(heap("{memory: 1GB}", "91%").0.lines().next().unwrap(), @"warning: the heap of 931MB leaves SBCL too little of `limits.memory`, which is 1GB");
    let check = project("{memory: 1GB}", "2GB")
        .with_sbcl("")
        .run(&["check"]);
    assert!(
        check
            .stderr
            .contains("the heap of 2GB leaves SBCL too little of `limits.memory`")
    );
    check.success();
}

#[test]
fn without_a_limit_it_is_a_part_of_what_the_machine_allows() {
    let memory = memory::below("/".as_ref()).unwrap();
    let megabytes = memory * 60 / 100 / (1 << 20);
    assert_eq!(heap("{}", "60%"), (String::new(), format!("{megabytes}MB")));
    let total = fs::read_to_string("/proc/meminfo").unwrap();
    let total = total
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap();
    assert!(memory <= total * 1024);
}

/// The files of a machine that say how much memory a process may use.
fn machine(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (name, text) in files {
        let file = root.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    root
}

#[test]
fn control_groups_say_what_a_process_may_use() {
    let meminfo = (
        "proc/meminfo",
        "MemTotal:        1000 kB\nMemFree:  10 kB\n",
    );
    let allowed = |files: &[(&str, &str)]| {
        let root = machine(&[&[meminfo], files].concat());
        memory::below(root.path())
    };
    assert_eq!(allowed(&[]), Some(1_024_000));
    // Version 2: a group above it allows less, and the topmost of the machine has no file.
    let group = ("proc/self/cgroup", "0::/system.slice/shop.service\n");
    let own = (
        "sys/fs/cgroup/system.slice/shop.service/memory.max",
        "900000\n",
    );
    assert_eq!(allowed(&[group, own]), Some(900_000));
    let above = ("sys/fs/cgroup/system.slice/memory.max", "800000\n");
    assert_eq!(allowed(&[group, own, above]), Some(800_000));
    let unlimited = (
        "sys/fs/cgroup/system.slice/shop.service/memory.max",
        "max\n",
    );
    assert_eq!(allowed(&[group, unlimited]), Some(1_024_000));
    // In a container the group is the topmost that can be seen.
    let topmost = ("sys/fs/cgroup/memory.max", "700000\n");
    assert_eq!(
        allowed(&[("proc/self/cgroup", "0::/\n"), topmost]),
        Some(700_000)
    );
    // Version 1, whose limit of a group without one is a large number.
    let groups = "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n1:name=systemd:/docker/a\n0::/\n";
    let groups = ("proc/self/cgroup", groups);
    let own = (
        "sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes",
        "600000\n",
    );
    assert_eq!(allowed(&[groups, own]), Some(600_000));
    let seen = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000\n");
    assert_eq!(allowed(&[groups, seen]), Some(500_000));
    let none = (
        "sys/fs/cgroup/memory/memory.limit_in_bytes",
        "9223372036854771712\n",
    );
    assert_eq!(allowed(&[groups, none]), Some(1_024_000));
    assert_eq!(memory::below(machine(&[]).path()), None);
}

#[test]
fn a_file_cannot_know_the_machine_that_reads_it() {
    let project = project("{}", "75%");
    for format in ["makefile", "supervisor"] {
        let refused = project.run(&["emit", format]).failure(1);
        assert!(
            refused.starts_with("error: the service `app`: its heap is a part"),
            "{refused}"
        );
    }
    assert_snapshot!(project.run(&["emit", "supervisor"]).failure(1), @"
    error: the service `app`: its heap is a part of the memory of the machine that starts it, which a file cannot know
     --> lisplaunch.yaml:5:28
      |
    5 | sbcl: {dynamic-space-size: '75%'}
      |                            ^^^^^
      |
      = help: say how much memory it may use: `limits: {memory: 2GB}`, or name the size of the heap
      = help: or let the tool start `lisplaunch run`, which looks: `--indirect`
    ");
    project.run(&["emit", "supervisor", "--indirect"]).success();
}

#[test]
fn a_machine_may_not_say_how_much_memory_it_has() {
    let project = project("{}", "75%");
    let script = format!("mount -t tmpfs none /proc && exec {LISPLAUNCH} argv");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", &script]);
    unshare.current_dir(project.folder());
    assert_snapshot!(project.outcome(unshare).failure(2), @"
    error: how much memory this machine has is not known, and with it the heap
     --> lisplaunch.yaml:5:28
      |
    5 | sbcl: {dynamic-space-size: '75%'}
      |                            ^^^^^
      |
      = help: set `limits.memory`, or name a size: `1GB`
    ");
}
