//! What `supervisorctl status` prints: `group:name   RUNNING   pid 12, uptime 0:00:07`.

use std::collections::{BTreeMap, BTreeSet};

/// The states of programs, by the names that supervisorctl knows them by.
#[derive(Debug)]
pub(super) struct Programs(BTreeMap<String, String>);

impl Programs {
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        });
        Programs(lines.collect())
    }

    pub(super) fn groups(&self) -> BTreeSet<String> {
        let groups = self.0.keys().map(|name| name.split(':').next());
        groups.flatten().map(str::to_owned).collect()
    }

    /// Whether supervisord knows it and has given it up, or was told to stop it.
    pub(super) fn is_stopped(&self, name: &str) -> bool {
        let state = self.0.get(name).map(String::as_str);
        matches!(state, Some("STOPPED" | "EXITED" | "FATAL"))
    }

    /// The name with its group.
    pub(super) fn full_name(&self, program: &str) -> Option<String> {
        let mut names = self.0.keys();
        let named = |name: &&String| name.rsplit(':').next() == Some(program);
        names.find(named).cloned()
    }
}
