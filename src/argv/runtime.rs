//! The arguments of the functions of lisplaunch's own code in the image.

use super::keywords::{Keywords, in_list};
use super::purpose::Purpose;
use super::values::{bare, list, word, words};
use super::{as_folder, cl, server, stop_timeout};
use crate::lisp::print::{string, system_designator};
use crate::plan::ready::{self, Ready, ReadyCheck};
use crate::plan::service::{Secret, Service, Swank};
use crate::render::{TemplateValue, TemplateValues};
use crate::word::{Piece, Word};

/// The options of the runtime's functions. They are written where they differ from the default.
pub(super) fn runtime_context(service: &Service, purpose: Purpose<'_>) -> TemplateValues {
    let saving = match purpose {
        Purpose::Saving(saving) => Some(TemplateValue::map([
            ("warm", list(&saving.core.warm, |form| word(&form.word))),
            ("function", bare(saving.function())),
            (
                "options",
                words(saving.options(cl(service), service.swank.is_some())),
            ),
        ])),
        _ => None,
    };
    vec![
        ("serves", TemplateValue::flag(purpose.serves())),
        (
            "resumes",
            TemplateValue::flag(matches!(purpose, Purpose::Core(_))),
        ),
        ("boot", TemplateValue::option(purpose.beginning().map(bare))),
        ("save", TemplateValue::option(saving)),
        ("libraries", libraries_context(service, purpose)),
        ("identity", words(identity(service, ""))),
        (
            "swank",
            TemplateValue::option(service.swank.as_ref().map(|swank| {
                let mut options = server(swank);
                options.option(":secret", secret(swank));
                let close = format!("{}nil", cl(service));
                options.option(":dont-close", (!swank.dont_close).then(|| close.into()));
                words(options.0)
            })),
        ),
        (
            "ready",
            TemplateValue::option(service.ready.as_ref().map(ready_context)),
        ),
    ]
}

/// The function that loads libraries, and the systems that need them.
fn libraries_context(service: &Service, purpose: Purpose<'_>) -> TemplateValue {
    let load_system = service.loader.load_function();
    let load_system = load_system.filter(|_| matches!(purpose, Purpose::Libraries));
    TemplateValue::option(load_system.map(|load_system| {
        let swank = service.swank.as_ref().map(|_| "swank");
        let systems = service.systems.iter().map(String::as_str).chain(swank);
        let names = systems.map(|name| system_designator(name).into());
        TemplateValue::map([
            ("function", word(&format!("#'{load_system}").into())),
            ("names", words(names)),
        ])
    }))
}

/// What the image knows of itself.
pub(super) fn identity(service: &Service, cl: &str) -> Vec<Word> {
    let identity = &service.identity;
    let text = |text: &str| string(&text.into());
    let profiles: Vec<Word> = identity.profiles.iter().map(|name| text(name)).collect();
    let folders = service.registry.iter().map(as_folder);
    let folders: Vec<Word> = folders
        .map(|folder| string(&relative(&folder, &identity.folder)))
        .collect();
    let mut words = Keywords(vec![text(identity.project.as_str())]);
    let service_name = identity.service.as_ref().map(|name| text(name.as_str()));
    words.option(":service", service_name);
    words.option(":profiles", in_list(cl, &profiles));
    words.option(":file", identity.file.as_deref().map(text));
    words.option(":registry", in_list(cl, &folders));
    words.option(":stop-timeout", stop_timeout(service));
    words.option(":verbose", service.verbose.then(|| format!("{cl}t").into()));
    words.0
}

fn secret(swank: &Swank) -> Option<Word> {
    match &swank.secret {
        Secret::Slime => None,
        Secret::None => Some("cl:nil".into()),
        Secret::Auto(_) => Some(":auto".into()),
        Secret::File(file) => Some(string(file)),
    }
}

fn ready_context(ready: &Ready) -> TemplateValue {
    let (kind, what) = match &ready.check {
        ReadyCheck::Form(form) => ("", form.word.clone()),
        ReadyCheck::Http(url) => ("-http", string(url)),
    };
    let usual = ready.timeout == ready::default_timeout();
    let timeout = ready.timeout.0.to_string();
    let mut what = Keywords(vec![what]);
    what.option(":timeout", (!usual).then(|| timeout.into()));
    TemplateValue::map([("kind", bare(kind)), ("what", words(what.0))])
}

/// The path as it is seen from `folder`, where it begins there.
fn relative(path: &Word, folder: &str) -> Word {
    let mut pieces = path.pieces().iter().cloned();
    let rest = match pieces.next() {
        Some(Piece::Text(text)) => text
            .strip_prefix(folder.trim_end_matches('/'))
            .and_then(|rest| rest.strip_prefix('/'))
            .map(str::to_owned),
        _ => None,
    };
    match rest {
        Some(rest) if rest.is_empty() && path.pieces().len() == 1 => "./".into(),
        Some(rest) => std::iter::once(Piece::Text(rest)).chain(pieces).collect(),
        None => path.clone(),
    }
}
