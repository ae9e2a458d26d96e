//! What `supervisorctl status` prints: `group:name   RUNNING   pid 12, uptime 0:00:07`.

use std::collections::{BTreeMap, BTreeSet};

/// The programs by the names that supervisorctl knows them by.
#[derive(Debug)]
pub(super) struct Programs(BTreeMap<String, ProgramStatus>);

/// The state of a program.
#[derive(Debug)]
struct ProgramStatus {
    /// A word for it.
    state: String,
    /// What else there is to say.
    remark: String,
}

impl Programs {
    pub(super) fn parse(text: &str) -> Self {
        let programs = text.lines().filter_map(|line| {
            let (name, rest) = line.split_once(' ')?;
            let rest = rest.trim();
            let (state, remark) = rest.split_once(' ').unwrap_or((rest, ""));
            let program = ProgramStatus {
                state: state.to_owned(),
                remark: remark.trim().to_owned(),
            };
            Some((name.to_owned(), program))
        });
        Programs(programs.collect())
    }

    pub(super) fn groups(&self) -> BTreeSet<String> {
        let groups = self.0.keys().map(|name| name.split(':').next());
        groups.flatten().map(str::to_owned).collect()
    }

    /// Whether supervisord knows it, and has given it up or was asked to stop it.
    pub(super) fn is_stopped(&self, name: &str) -> bool {
        let program = self.0.get(name);
        program
            .is_some_and(|program| matches!(program.state.as_str(), "STOPPED" | "EXITED" | "FATAL"))
    }

    /// Why supervisord has given it up.
    pub(super) fn given_up(&self, program: &str) -> Option<String> {
        let program = self.0.get(&self.full_name(program)?)?;
        (program.state == "FATAL").then(|| program.remark.clone())
    }

    /// The name with its group.
    pub(super) fn full_name(&self, program: &str) -> Option<String> {
        let mut names = self.0.keys();
        let named = |name: &&String| name.rsplit(':').next() == Some(program);
        names.find(named).cloned()
    }
}
