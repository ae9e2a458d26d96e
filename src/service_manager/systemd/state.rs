//! What `systemctl show` prints of units: `NAME=VALUE` lines, an empty line between two units.

use std::collections::BTreeMap;

use super::unit::InstalledUnit;
use crate::service_manager::age;

/// What is asked.
pub(super) const PROPERTIES: [&str; 6] = [
    "Id",
    "LoadState",
    "ActiveState",
    "UnitFileState",
    "NeedDaemonReload",
    "MainPID",
];

/// How systemd sees a unit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct UnitState {
    /// Whether it has read its file as that is now.
    pub(super) current: bool,
    /// Whether it is started when the machine is.
    pub(super) enabled: bool,
    pub(super) activity: Activity,
    pid: Option<u32>,
}

/// Whether a unit runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Activity {
    /// It does, or is about to.
    Active,
    Failed,
    #[default]
    Inactive,
}

impl UnitState {
    /// The state of each of these units; that of one that is not listed has none.
    pub(super) fn parse(text: &str, units: &[InstalledUnit]) -> Vec<Self> {
        let said: Vec<&str> = text.split("\n\n").collect();
        let states = units.iter().map(|unit| {
            let id = format!("Id={}", unit.name);
            let mut said = said.iter();
            let own = said.find(|text| text.lines().any(|line| line == id));
            own.map_or_else(UnitState::default, |text| UnitState::of_unit(text))
        });
        states.collect()
    }

    fn of_unit(text: &str) -> Self {
        let properties: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .collect();
        let is = |name: &str, values: &[&str]| {
            let value = properties.get(name);
            value.is_some_and(|value| values.contains(value))
        };
        let pid = properties.get("MainPID").and_then(|pid| pid.parse().ok());
        UnitState {
            current: is("LoadState", &["loaded"]) && is("NeedDaemonReload", &["no"]),
            enabled: is("UnitFileState", &["enabled"]),
            activity: if is("ActiveState", &["active", "activating", "reloading"]) {
                Activity::Active
            } else if is("ActiveState", &["failed"]) {
                Activity::Failed
            } else {
                Activity::Inactive
            },
            pid: pid.filter(|pid| *pid != 0),
        }
    }

    /// Whether its process may have been started with other files than there are.
    pub(super) fn is_older(&self, unit: &InstalledUnit) -> bool {
        self.pid
            .is_some_and(|pid| unit.paths.iter().any(|path| age::is_older(pid, path)))
    }
}
