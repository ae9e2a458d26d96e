//! Whether the heaps of the services fit into the memory.

use super::finding::Finding;
use super::scene::Scene;
use crate::plan::quantity::{Bytes, MEGABYTE};

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let heaps: Vec<(&str, u64)> = scene
        .lisps
        .iter()
        .filter_map(|lisp| Some((lisp.service.as_deref()?, lisp.said.as_ref().ok()?.heap)))
        .collect();
    if heaps.is_empty() {
        return Vec::new();
    }
    let Some(memory) = scene.host.memory() else {
        return vec![Finding::unknown(
            "how much memory this machine has, and whether the heaps fit into it",
        )];
    };
    let cure = "`sbcl: {dynamic-space-size: 25%}`, or a smaller size, in the project file";
    let mut findings: Vec<Finding> = heaps
        .iter()
        .filter(|(_, heap)| *heap > memory)
        .map(|(name, heap)| {
            Finding::error(format!(
                "the heap of `{name}`, {}, is larger than the memory, {}: the system ends the process before its heap is full",
                size(*heap),
                size(memory)
            ))
            .cure(cure)
        })
        .collect();
    let all: u64 = heaps.iter().map(|(_, heap)| heap).sum();
    if findings.is_empty() {
        let sum = format!(
            "{} of heap for {}, {} of memory",
            size(all),
            counted(heaps.len()),
            size(memory)
        );
        findings.push(if all > memory {
            Finding::warning(format!("{sum}: all of them cannot be full")).cure(cure)
        } else {
            Finding::ok(sum)
        });
    }
    findings
}

fn counted(services: usize) -> String {
    match services {
        1 => "1 service".to_owned(),
        _ => format!("{services} services"),
    }
}

fn size(bytes: u64) -> Bytes {
    Bytes(bytes / MEGABYTE * MEGABYTE)
}
