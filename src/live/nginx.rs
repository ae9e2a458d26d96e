//! The processes of nginx that take requests, and whether a reload has relieved them: those of
//! before go on for a while with the servers that they knew.

use super::process::{self, Process};

const PROGRAM: &str = "nginx";

/// What these processes call themselves, and what they add once they take no more requests.
const WORKER: &str = "nginx: worker process";
const RETIRED: &str = "is shutting down";

/// The processes that took requests at a time.
#[derive(Debug)]
pub struct Workers(Vec<(Process, Option<Process>)>);

impl Workers {
    /// Those of now, each with the process that started it. There are none where this user or this
    /// machine may not see them.
    pub fn now() -> Self {
        let working = process::all()
            .filter(|process| process.name().as_deref() == Some(PROGRAM) && is_working(*process));
        Workers(working.map(|worker| (worker, worker.parent())).collect())
    }

    /// Whether there are any.
    pub fn are_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether all those of one nginx take no more requests: a machine may have several, of which
    /// one was reloaded.
    pub fn are_relieved(&self) -> bool {
        let of = |master: &Option<Process>| {
            let mut own = self.0.iter().filter(|(_, parent)| parent == master);
            own.all(|(worker, _)| !is_working(*worker))
        };
        self.0.iter().any(|(_, master)| of(master))
    }
}

fn is_working(process: Process) -> bool {
    let title = process.command().unwrap_or_default().join(" ");
    !process.is_gone() && title.starts_with(WORKER) && !title.contains(RETIRED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_that_nobody_knows_are_not_relieved() {
        assert!(!Workers(Vec::new()).are_relieved());
    }

    #[test]
    fn a_process_that_is_no_worker_does_not_work() {
        let this = Process::of_pid(std::process::id()).expect("it runs");
        assert!(!is_working(this));
        assert!(Workers(vec![(this, None)]).are_relieved());
    }
}
