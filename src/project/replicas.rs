//! Services that are made several times: what the `replicas` key says.

use super::field::{Field, FieldReader};
use super::size::Size;
use super::yaml::{Node, NodeKind};
use super::{ServiceNode, entry, keys};
use crate::problem::{Problem, Problems};

/// What becomes of the replicas of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replicas {
    /// Services with numbers, in which they may differ.
    #[default]
    Numbered,
    /// One service, of which what starts it makes several that are equal.
    Alike,
}

/// The services, those with `replicas` as often as they say, or once where all are alike. Env
/// files are not read yet, since they may be other ones for each replica.
pub fn repeated(
    services: Vec<ServiceNode>,
    replicas: Replicas,
    reader: impl Fn(&Node) -> FieldReader,
    problems: &mut Problems,
) -> Result<Vec<ServiceNode>, Problem> {
    let mut all = Vec::new();
    let mut size = Size::default();
    for service in services {
        let Some(node) =
            entry(&service.node, "replicas").filter(|node| node.kind != NodeKind::Null)
        else {
            all.push(service);
            continue;
        };
        let reader = reader(&service.node);
        let location = node.location.clone();
        let count = Field::new(node, "replicas", &reader).parse(number);
        let env_file = entry(&service.node, "env-file").is_some();
        problems.extend(reader.into_problems().into_iter().map(|problem| {
            if env_file {
                problem.note("`replicas` is read before `env-file`, whose values it cannot have")
            } else {
                problem
            }
        }));
        let count = count.unwrap_or(1);
        let alike = replicas == Replicas::Alike;
        let last = if alike { 1 } else { count };
        for number in 1..=last {
            size.add(&service.node);
            if size.is_too_large() {
                return Err(Size::problem().at(location));
            }
            all.push(ServiceNode {
                replica: Some(ReplicaNumber {
                    number,
                    count,
                    alike,
                }),
                ..service.clone()
            });
        }
    }
    Ok(all)
}

fn number(text: &str) -> Result<u32, String> {
    let range = keys::range("replicas");
    let number = text.parse().ok();
    let number = number.filter(|number| range.contains(&i64::from(*number)));
    number.ok_or_else(|| format!("a number from {} to {}", range.start(), range.end()))
}

/// Which one of several equal services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaNumber {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub count: u32,
    /// Whether it stands for all of them.
    pub alike: bool,
}
