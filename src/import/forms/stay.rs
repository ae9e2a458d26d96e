//! Forms that only keep a process up.

use crate::lisp::tree::{Tree, TreeKind};

/// What such a form begins with.
const HEADS: [&str; 15] = [
    "loop",
    "do",
    "sleep",
    "handler-case",
    "join-thread",
    "mapc",
    "mapcar",
    "dolist",
    "toplevel-repl",
    "toplevel-init",
    "unwind-protect",
    "wait-on-semaphore",
    "condition-wait",
    "read-line",
    "catch",
];

/// What may be called within.
#[rustfmt::skip]
const WITHIN: [&str; 27] = [
    "find", "find-if", "search", "thread-name", "all-threads", "list-all-threads", "lambda",
    "function", "quit", "exit", "abort", "make-semaphore", "with-mutex", "handler-bind", "progn",
    "string=", "equal", "car", "first", "last", "list", "remove", "current-thread", "main-thread",
    "ignore-errors", "format", "declare",
];

/// Whether a form does nothing but wait.
pub(super) fn stays(tree: &Tree) -> bool {
    let Some(head) = name(tree) else {
        return false;
    };
    if !HEADS.contains(&head.as_str()) {
        return false;
    }
    match head.as_str() {
        "handler-case" => tree.items().get(1).is_some_and(stays),
        "unwind-protect" => tree.items().get(1).is_some_and(stays),
        "sleep" => is_long(tree),
        "loop" | "do" | "dolist" | "mapc" | "mapcar" | "catch" => waits(tree) && is_harmless(tree),
        _ => is_harmless(tree),
    }
}

/// What runs when the waiting ends: the forms of clauses and clean-ups that do more than leave.
pub(super) fn stop_forms(tree: &Tree) -> Vec<&Tree> {
    let items = tree.items();
    let bodies: Vec<&Tree> = match name(tree).as_deref() {
        Some("handler-case") => {
            let clauses = items.iter().skip(2);
            clauses
                .flat_map(|clause| clause.items().iter().skip(2))
                .collect()
        }
        Some("unwind-protect") => items.iter().skip(2).collect(),
        _ => Vec::new(),
    };
    let mut forms: Vec<&Tree> = Vec::new();
    for body in bodies {
        let inner = match name(body).as_deref() {
            Some("progn") => &body.items()[1..],
            _ => std::slice::from_ref(body),
        };
        for form in inner {
            let head = name(form);
            let leaves = ["quit", "exit", "abort", "format", "declare", "values"];
            let useful = head.is_some_and(|head| !leaves.contains(&head.as_str()));
            if useful && !forms.iter().any(|known| known.kind == form.kind) {
                forms.push(form);
            }
        }
    }
    forms
}

/// The name that a list begins with, without its package.
fn name(tree: &Tree) -> Option<String> {
    let operator = tree.operator()?;
    operator.rsplit(':').next().map(str::to_owned)
}

/// Whether something in it waits.
fn waits(tree: &Tree) -> bool {
    let here = name(tree);
    let waits = [
        "sleep",
        "join-thread",
        "wait-on-semaphore",
        "condition-wait",
        "read-line",
    ];
    here.is_some_and(|name| waits.contains(&name.as_str())) || tree.items().iter().any(waits_within)
}

fn waits_within(tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::Function(inner) => inner.symbol() == Some("JOIN-THREAD") || waits(inner),
        _ => waits(tree),
    }
}

/// Whether nothing is called in it that could be the service itself.
fn is_harmless(tree: &Tree) -> bool {
    let items = match &tree.kind {
        TreeKind::Function(inner) => std::slice::from_ref(&**inner),
        TreeKind::List(items) => items,
        _ => return true,
    };
    let known = match name(tree) {
        Some(name) => HEADS.contains(&name.as_str()) || WITHIN.contains(&name.as_str()),
        None => true,
    };
    known
        && items.iter().all(|item| match &item.kind {
            // A list of variables begins with one that is not called.
            TreeKind::List(inner) if inner.len() == 1 && inner[0].symbol().is_some() => {
                !item
                    .operator()
                    .is_some_and(|operator| operator.contains(':'))
                    || name(item).is_some_and(|name| WITHIN.contains(&name.as_str()))
            }
            TreeKind::List(_) | TreeKind::Function(_) => is_harmless(item),
            _ => true,
        })
}

/// Whether nothing is expected to follow a sleep.
fn is_long(tree: &Tree) -> bool {
    match tree.items().get(1).map(|time| &time.kind) {
        Some(TreeKind::Symbol { name, .. }) => name.contains("MOST-POSITIVE"),
        Some(TreeKind::Other) => tree.range.len() >= "(sleep 86400)".len(),
        Some(TreeKind::List(_)) => true,
        _ => false,
    }
}
