//! systemd, the machine's or a user's: reads its units again when it is asked, enables them for
//! the next start of the machine, and starts and stops each by itself.

mod state;
mod unit;

use std::path::{Path, PathBuf};

use super::{Placed, ServiceManager, Step, Whereabouts, below, removals, write};
use crate::call::Call;
use crate::format::File;
use crate::host;
use crate::output::Target;
use crate::plan::service::Service;
use crate::problem::Problem;
use state::{Activity, UnitState};
use unit::{InstalledUnit, units};

/// Where the units of the administrator are.
const FOLDER: &str = "/etc/systemd/system";

/// Where systemd keeps which users' services outlive their sessions.
const LINGERING: &str = "/var/lib/systemd/linger";

/// The systemd of the machine, or that of a user.
#[derive(Debug)]
pub(super) struct SystemdManager {
    folder: PathBuf,
    personal: bool,
    user: u32,
}

impl SystemdManager {
    pub(super) fn find(at: Whereabouts<'_>) -> Result<Box<dyn ServiceManager>, Problem> {
        let folder = if at.personal {
            own_folder(at)?
        } else {
            FOLDER.into()
        };
        at.refuse_others("systemd", &folder)?;
        Ok(Box::new(SystemdManager {
            folder,
            personal: at.personal,
            user: at.host.user,
        }))
    }

    fn control<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Call {
        let user = self.personal.then_some("--user");
        Call::new(["systemctl"]).with(user).with(words)
    }

    /// How systemd sees the units.
    fn states(&self, units: &[InstalledUnit]) -> Result<Vec<UnitState>, Problem> {
        let properties = format!("--property={}", state::PROPERTIES.join(","));
        let names = units.iter().map(|unit| unit.name.as_str());
        let words = ["show", &properties].into_iter().chain(names);
        let said = self.control(words).run()?;
        Ok(UnitState::parse(&said, units))
    }

    /// A step with those of the units that `wanted` is true of, unless there are none.
    fn step(
        &self,
        known: &[(&InstalledUnit, &UnitState)],
        verb: &[&str],
        make: impl FnOnce(Call) -> Step,
        wanted: impl Fn(&InstalledUnit, &UnitState) -> bool,
    ) -> Option<Step> {
        let units = known.iter().filter(|(unit, state)| wanted(unit, state));
        let names: Vec<&str> = units.map(|(unit, _)| unit.name.as_str()).collect();
        (!names.is_empty()).then(|| make(self.control(verb.iter().copied()).with(names)))
    }
}

impl ServiceManager for SystemdManager {
    fn place(&self, files: Vec<File>) -> Result<Vec<Target>, Problem> {
        below(&self.folder, files)
    }

    fn install(&self, files: Vec<Placed>, _rehearsal: bool) -> Result<Vec<Step>, Problem> {
        let units = units(&files);
        let states = self.states(&units)?;
        let known: Vec<(&InstalledUnit, &UnitState)> = units.iter().zip(&states).collect();
        let reload = known
            .iter()
            .any(|(unit, state)| unit.differs || !state.current);
        let steps = [
            write(files),
            reload.then(|| Step::call("reading the units again", self.control(["daemon-reload"]))),
            self.step(
                &known,
                &["enable"],
                |call| Step::call("enabling for the next start of the machine", call),
                |unit, state| unit.installs && !state.enabled,
            ),
            // It may have been started too often.
            self.step(
                &known,
                &["reset-failed"],
                |call| Step::call("forgetting failures", call),
                |_, state| state.activity == Activity::Failed,
            ),
            self.step(
                &known,
                &["restart"],
                |call| Step::start("starting again", call),
                |unit, state| {
                    let changed = unit.differs || state.is_older(unit);
                    unit.starts_again() && state.activity == Activity::Active && changed
                },
            ),
            self.step(
                &known,
                &["start"],
                |call| Step::start("starting", call),
                |_, state| state.activity != Activity::Active,
            ),
        ];
        Ok(steps.into_iter().flatten().collect())
    }

    fn uninstall(&self, files: Vec<Placed>) -> Result<Vec<Step>, Problem> {
        let units = units(&files);
        let states = self.states(&units)?;
        let known: Vec<(&InstalledUnit, &UnitState)> = units.iter().zip(&states).collect();
        let removals = removals(&files)?;
        let reload = !removals.is_empty();
        let stops = [
            self.step(
                &known,
                &["disable", "--now"],
                |call| Step::call("stopping", call),
                |unit, _| unit.exists,
            ),
            self.step(
                &known,
                &["stop"],
                |call| Step::call("stopping", call),
                |unit, state| !unit.exists && state.activity == Activity::Active,
            ),
            self.step(
                &known,
                &["reset-failed"],
                |call| Step::call("forgetting failures", call),
                |_, state| state.activity == Activity::Failed,
            ),
        ];
        let mut steps: Vec<Step> = stops.into_iter().flatten().collect();
        steps.extend(removals);
        steps.extend(
            reload.then(|| Step::call("reading the units again", self.control(["daemon-reload"]))),
        );
        Ok(steps)
    }

    fn log(&self, service: &Service) -> Option<Call> {
        let unit = format!("{}.service", service.identity.unique_name());
        let user = self.personal.then_some("--user");
        service
            .log
            .is_none()
            .then(|| Call::new(["journalctl"]).with(user).with(["-u", &unit]))
    }

    fn remark(&self) -> Option<String> {
        let name = host::user_name(self.user)?;
        let ends = self.personal && !Path::new(LINGERING).join(&name).exists();
        ends.then(|| {
            format!(
                "services of {name} end with the last session: `loginctl enable-linger {name}` keeps them"
            )
        })
    }
}

/// The folder of the user's units.
fn own_folder(at: Whereabouts<'_>) -> Result<PathBuf, Problem> {
    let home = at.home()?;
    let named = at
        .host
        .environment
        .get("XDG_CONFIG_HOME")
        .map(PathBuf::from);
    let configuration = named.filter(|folder| folder.is_absolute());
    let configuration = configuration.unwrap_or_else(|| home.join(".config"));
    Ok(configuration.join("systemd/user"))
}
