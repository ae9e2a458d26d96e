//! What processes do that do not do what a test waits for: the words of each, the state of each of
//! its threads, and where gdb is installed their stacks.

use std::fmt::Write;
use std::fs;
use std::process::Command;

/// How deep a stack is shown.
const FRAMES: usize = 40;

/// An account of these processes, for the message of a failed test.
pub(crate) fn account(processes: &[i32]) -> String {
    let mut text = String::new();
    for pid in processes {
        let words = read(&format!("/proc/{pid}/cmdline")).replace('\0', " ");
        writeln!(text, "--- process {pid}: {words}").unwrap();
        for thread in threads(*pid) {
            writeln!(text, "{}", thread_line(&thread)).unwrap();
        }
        text.push_str(&stacks(*pid));
    }
    text
}

/// The folders of the threads of a process below `/proc`.
fn threads(pid: i32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/task"));
    let entries = entries.into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path().display().to_string())
        .collect()
}

/// The name of a thread, its state, its pending and blocked signals, and where it is in the kernel.
fn thread_line(folder: &str) -> String {
    let status = read(&format!("{folder}/status"));
    let wanted = ["Name", "State", "SigPnd", "ShdPnd", "SigBlk"];
    let fields = status
        .lines()
        .filter(|line| wanted.iter().any(|name| line.starts_with(name)))
        .map(|line| line.replace('\t', " "));
    let fields: Vec<String> = fields.collect();
    let at = read(&format!("{folder}/wchan"));
    let call = read(&format!("{folder}/syscall"));
    format!("{folder}: {}; {at}; {}", fields.join(", "), call.trim())
}

/// The stacks of all threads, as gdb shows them; those of Lisp are on the standard output of SBCL.
fn stacks(pid: i32) -> String {
    let bt = format!("thread apply all bt {FRAMES}");
    let lisp = format!("thread apply all call (void)lisp_backtrace({FRAMES})");
    let gdb = Command::new("timeout")
        .args(["60", "gdb", "-batch", "-nx", "-p", &pid.to_string()])
        .args(["-ex", &bt, "-ex", &lisp, "-ex", "call (int)fflush(0)"])
        .output();
    gdb.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn read(file: &str) -> String {
    let text = fs::read(file).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
