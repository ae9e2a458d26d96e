//! Where a release will lie on the server, and the plan for that place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::plan::Plan;
use crate::plan::core::Core;
use crate::plan::name::Name;
use crate::plan::placement::Placement;
use crate::plan::secrecy::is_secret;
use crate::plan::service::Service;

/// The folder on the server unless another one is given.
pub fn usual_root(project: &Name) -> String {
    format!("/srv/{project}")
}

/// The place for planning: the programs lie in `root`, and what they remember below it.
pub fn placement(root: &str) -> Placement {
    Placement {
        folder: root.to_owned(),
        home: root.to_owned(),
        self_contained: false,
    }
}

/// The services of a plan for `root` as programs of their own that lie there. What may be a secret
/// is not in their environment: it is in a file that only the server has.
pub fn as_programs(plan: Plan, root: &str) -> Plan {
    let services = plan.services.into_iter();
    Plan {
        services: services.map(|service| as_program(service, root)).collect(),
        private: false,
        ..plan
    }
}

fn as_program(service: Service, root: &str) -> Service {
    let file = format!("{}/{}", root.trim_end_matches('/'), service.name);
    let env = service.env.iter();
    let env = env.filter(|(name, _)| !is_secret(&service, name)).cloned();
    Service {
        core: Some(Core::standalone(file, service.core.as_ref())),
        env: env.collect(),
        ..service
    }
}

/// The folders in the release that its services write to, seen from `root`.
pub fn folders(plan: &Plan, root: &str) -> BTreeSet<PathBuf> {
    let services = plan.services.iter();
    let written = services.flat_map(|service| {
        let logs = service.log.iter().map(|log| log.file.resolved());
        let logs = logs.filter_map(|file| Some(Path::new(&file).parent()?.to_owned()));
        let writable = service
            .writable
            .iter()
            .map(|folder| folder.resolved().into());
        let directory: PathBuf = service.directory.resolved().into();
        logs.chain(writable).chain([directory])
    });
    let inside = written.filter_map(|folder| Some(folder.strip_prefix(root).ok()?.to_owned()));
    inside.filter(|folder| folder.as_os_str() != "").collect()
}
