//! Whether there is an sbcl that starts, is new enough and has threads.

use std::path::Path;

use super::finding::Finding;
use super::lisp::{Lisp, Said};
use super::scene::Scene;
use crate::program;

/// The oldest version on which lisplaunch is tested.
const OLDEST: [u32; 3] = [2, 2, 9];

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let services = scene.services.iter();
    let missing = services.filter_map(|service| program::find(service, scene.host).err());
    let mut findings: Vec<Finding> = missing.map(|problem| Finding::from(&problem)).collect();
    if !scene.services.is_empty() && !scene.trusted {
        findings.push(
            Finding::unknown("the project file belongs to another user, so the sbcl that it names was not started")
                .cure("`--trust USER` trusts that user"),
        );
    }
    if scene.services.is_empty() && scene.lisps.is_empty() {
        findings.push(
            Finding::error("there is no sbcl on the PATH")
                .cure("Debian and Ubuntu: `apt-get install sbcl`"),
        );
    }
    findings.extend(scene.lisps.iter().map(judge));
    let mut known = Vec::new();
    findings.retain(|finding| {
        let new = !known.contains(&finding.message);
        known.push(finding.message.clone());
        new
    });
    findings
}

fn judge(lisp: &Lisp) -> Finding {
    let program = lisp.program.display();
    match &lisp.said {
        Ok(said) => judge_version(said, &lisp.program),
        Err(reason) if reason.starts_with("it printed") => Finding::error(format!(
            "`{program}` does not start{}: {reason}",
            match &lisp.service {
                Some(service) => format!(" with the options of `{service}`"),
                None => String::new(),
            }
        ))
        .cure("`sbcl:` in the project file holds its options"),
        Err(reason) => Finding::unknown(format!("the version of `{program}`: {reason}")),
    }
}

fn judge_version(said: &Said, program: &Path) -> Finding {
    let program = program.display();
    let version = &said.version;
    if !said.threads {
        return Finding::error(format!(
            "`{program}`, SBCL {version}, was built without threads: swank and most servers need them"
        ))
        .cure("build SBCL with `--with-sb-thread`, or name another with `sbcl.program`");
    }
    if numbers(version).is_some_and(|numbers| numbers < OLDEST) {
        let [major, minor, patch] = OLDEST;
        return Finding::warning(format!(
            "`{program}` is SBCL {version}, older than {major}.{minor}.{patch}, the oldest that lisplaunch is tested on"
        ))
        .cure("install a newer SBCL, and name it with `sbcl.program` if it is not first on the PATH");
    }
    Finding::ok(format!("SBCL {version}, `{program}`"))
}

/// The first three numbers of a version such as `2.2.9.debian`.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut parts = version.split(['.', '-']);
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next().unwrap_or(0)])
}
