//! The steps of a deployment, in the order of each way.

use std::fmt;

use super::member::Member;
use super::traffic::Traffic;
use crate::format::UpstreamFile;
use crate::plan::core::Core;
use crate::suggest;

/// One step.
pub(super) enum DeployStep<'a> {
    /// The new code is tried.
    Try(&'a Member<'a>),
    /// The image that it starts from is made.
    Build(&'a Member<'a>, &'a Core),
    /// The image that it started from before is put back.
    PutBack(&'a Member<'a>, &'a Core),
    /// It is started, or started again, with the new code, and waited for.
    Start(&'a Member<'a>),
    /// nginx sends requests to these alone.
    Send(&'a UpstreamFile, Vec<&'a Member<'a>>),
    /// It answers what it has been sent.
    Drain(&'a Member<'a>),
    /// It leaves for good.
    Stop(&'a Member<'a>),
}

/// What there is before any process is stopped: the code is tried, or becomes an image.
pub(super) fn code<'a>(members: &'a [Member<'a>], rollback: bool) -> Vec<DeployStep<'a>> {
    let with_image = members
        .iter()
        .filter_map(|member| Some((member, member.service.core.as_ref()?)));
    let mut steps: Vec<DeployStep<'_>> = with_image
        .map(|(member, core)| {
            if rollback {
                DeployStep::PutBack(member, core)
            } else {
                DeployStep::Build(member, core)
            }
        })
        .collect();
    // A spare process tries it by its start.
    let first = &members[0];
    if steps.is_empty() && !first.service.spare {
        steps.push(DeployStep::Try(first));
    }
    steps
}

/// Replicas one after the other; behind a file of nginx each without requests meanwhile.
pub(super) fn rolling<'a>(
    members: &'a [Member<'a>],
    upstream: Option<&'a UpstreamFile>,
) -> Vec<DeployStep<'a>> {
    let mut steps = Vec::new();
    for member in members {
        if let Some(upstream) = upstream {
            let others = members.iter().filter(|other| other.name() != member.name());
            steps.push(DeployStep::Send(upstream, others.collect()));
            steps.push(DeployStep::Drain(member));
        }
        steps.push(DeployStep::Start(member));
    }
    steps.extend(upstream.map(|upstream| DeployStep::Send(upstream, members.iter().collect())));
    steps
}

/// The one that does not take requests in the place of each that does, of which there is one at
/// least.
pub(super) fn with_spare<'a>(
    members: &'a [Member<'a>],
    upstream: &'a UpstreamFile,
    mut serving: Vec<&'a Member<'a>>,
) -> Vec<DeployStep<'a>> {
    let mut steps = Vec::new();
    let waits = |member: &&Member<'_>| serving.iter().all(|other| other.name() != member.name());
    let mut idle = match members.iter().find(waits) {
        Some(idle) => idle,
        None => {
            // All of them take requests, as before there was a spare one.
            let last = serving.len() - 1;
            let idle = serving.remove(last);
            steps.push(DeployStep::Send(upstream, serving.clone()));
            steps.push(DeployStep::Drain(idle));
            idle
        }
    };
    for index in 0..serving.len() {
        let old = std::mem::replace(&mut serving[index], idle);
        steps.push(DeployStep::Start(idle));
        let mut ordered = serving.clone();
        ordered.sort_by_key(|member| member.port());
        steps.push(DeployStep::Send(upstream, ordered));
        steps.push(DeployStep::Drain(old));
        steps.push(DeployStep::Stop(old));
        idle = old;
    }
    steps
}

impl fmt::Display for DeployStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeployStep::Try(member) => write!(f, "trying the code of `{}`", member.name()),
            DeployStep::Build(member, _) => write!(f, "building the image of `{}`", member.name()),
            DeployStep::PutBack(member, core) => write!(
                f,
                "putting back the image of `{}` before: `{}`",
                member.name(),
                core.file.resolved()
            ),
            DeployStep::Start(member) => {
                write!(f, "starting `{}` and waiting for it", member.name())?;
                match &member.restart {
                    Some(call) => write!(f, ": `{call}`"),
                    None => Ok(()),
                }
            }
            DeployStep::Send(upstream, members) => {
                let names: Vec<&str> = members
                    .iter()
                    .map(|member| member.name().as_str())
                    .collect();
                write!(
                    f,
                    "sending requests to {}: writing `{}`, `{}`",
                    suggest::list(&names),
                    upstream.path.display(),
                    Traffic::reload()
                )
            }
            DeployStep::Drain(member) => {
                write!(f, "waiting for the last answers of `{}`", member.name())
            }
            DeployStep::Stop(member) => {
                write!(f, "stopping `{}`", member.name())?;
                match &member.stop {
                    Some(call) => write!(f, ": `{call}`"),
                    None => Ok(()),
                }
            }
        }
    }
}
