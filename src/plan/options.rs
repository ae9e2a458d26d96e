//! The options of sbcl that a project file asks for, in SBCL's own order.

use crate::problem::{Problem, shown};
use crate::project::field::{Field, Fields};
use crate::project::keys;
use crate::suggest;
use crate::word::Word;

use super::context::Context;
use super::heap;
use super::limits::Limits;
use super::path::{self, Base};
use super::quantity;
use super::sbcl_option::{self, Permission, SBCL_OPTIONS, SbclOption, Side};
use super::service::Sbcl;

/// Reads the `sbcl` map, for a service with these limits.
pub(super) fn read(sbcl: &Fields<'_>, limits: &Limits, context: &Context<'_>) -> Sbcl {
    let base = context.base;
    let heap = heap::read(sbcl, limits, context.host);
    Sbcl {
        program: match sbcl.get("program") {
            Some(field) if field.is_unset() => keys::default("sbcl.program").into(),
            _ => sbcl.read_word("program", |word| program(word, base)),
        },
        of_machine: heap.as_ref().and_then(|heap| heap.of_machine.clone()),
        runtime_options: runtime(sbcl, heap.map(|heap| heap.word)),
        toplevel_options: toplevel(sbcl, base),
    }
}

/// A bare name is looked up on the PATH; anything with a slash is a file.
fn program(word: &Word, base: Base<'_>) -> Result<Word, String> {
    match word.resolved().as_str() {
        "" => Err("a program".to_owned()),
        text if text.contains('/') => path::absolute(word, base),
        // `exec` and `env` would take it for an option.
        text if text.starts_with('-') => {
            Err("a program, whose name has no dash in front".to_owned())
        }
        _ => Ok(word.clone()),
    }
}

fn runtime(sbcl: &Fields<'_>, heap: Option<Word>) -> Vec<Vec<Word>> {
    let mut options = listed(sbcl, "runtime-options", Side::Runtime);
    options.extend(heap.map(|size| vec![heap::OPTION.into(), size]));
    if let Some((size, _)) = sbcl
        .get("control-stack-size")
        .and_then(|field| heap::size(&field))
    {
        options.push(vec!["--control-stack-size".into(), size]);
    }
    if let Some(limit) = sbcl.get("tls-limit").and_then(|field| limit(&field)) {
        options.push(vec!["--tls-limit".into(), limit]);
    }
    match sbcl.get("merge-core-pages").and_then(|field| field.flag()) {
        Some(true) => options.push(vec!["--merge-core-pages".into()]),
        Some(false) => options.push(vec!["--no-merge-core-pages".into()]),
        None => {}
    }
    if sbcl.flag("lose-on-corruption") {
        options.push(vec!["--lose-on-corruption".into()]);
    }
    in_order(options)
}

fn toplevel(sbcl: &Fields<'_>, base: Base<'_>) -> Vec<Vec<Word>> {
    let mut options = listed(sbcl, "toplevel-options", Side::Toplevel);
    for name in ["sysinit", "userinit"] {
        let option = sbcl.read_word(name, |word| init(word, name, base));
        options.extend(option);
    }
    in_order(options)
}

/// `true` is what SBCL does anyway, `false` switches the file off.
fn init(word: &Word, name: &str, base: Base<'_>) -> Result<Option<Vec<Word>>, String> {
    Ok(match word.resolved().as_str() {
        "true" => None,
        "false" => Some(vec![format!("--no-{name}").into()]),
        _ => Some(vec![
            format!("--{name}").into(),
            path::absolute(word, base)?,
        ]),
    })
}

fn limit(field: &Field<'_>) -> Option<Word> {
    field.parse_word(|word| {
        quantity::number(&word.resolved(), keys::range(field.path()))?;
        Ok(word.clone())
    })
}

/// The options of a list of words, each with its value.
fn listed(sbcl: &Fields<'_>, key: &str, side: Side) -> Vec<Vec<Word>> {
    let mut options: Vec<Vec<Word>> = Vec::new();
    let mut fields = sbcl
        .get(key)
        .map(|field| field.items())
        .unwrap_or_default()
        .into_iter();
    while let Some(field) = fields.next() {
        if field.is_unset() {
            continue;
        }
        let Some(name) = field.value().map(|value| value.text()) else {
            continue;
        };
        let option = match allowed(&name, side) {
            Ok(option) => option,
            Err(problem) => {
                field.report(problem);
                // Its value is not an option of its own.
                if sbcl_option::find(&name).is_some_and(|option| option.takes_value) {
                    fields.next();
                }
                continue;
            }
        };
        let mut words = vec![Word::from(name.as_str())];
        if option.takes_value {
            match fields.next().and_then(|field| field.value()) {
                Some(value) => words.push(value.word()),
                None => field.report(
                    Problem::error(format!("`{name}` needs a value"))
                        .help("write it as the next item of the list"),
                ),
            }
        }
        options.push(words);
    }
    options
}

fn allowed(name: &str, side: Side) -> Result<&'static SbclOption, Problem> {
    let Some(option) = sbcl_option::find(name) else {
        let known = SBCL_OPTIONS
            .iter()
            .filter(|option| option.side == side && option.verdict == Permission::Allowed)
            .map(|option| option.name);
        return Err(
            Problem::error(format!("`{}` is not a valid option of sbcl", shown(name)))
                .help(suggest::help(name, known))
                .help("each word is an item of its own: `[--core, my.core]`"),
        );
    };
    match option.verdict {
        Permission::Key(key) => {
            Err(Problem::error(format!("`{name}` has a key of its own"))
                .help(format!("use `{key}`")))
        }
        Permission::Always => {
            Err(Problem::error(format!("`{name}` is always given")).help("remove it"))
        }
        Permission::Refused(reason) => {
            Err(Problem::error(format!("`{name}` cannot be used: {reason}")).help("remove it"))
        }
        Permission::Allowed if option.side != side => Err(Problem::error(format!(
            "`{name}` is a {} option of sbcl",
            side_name(option.side)
        ))
        .help(format!(
            "list it in `sbcl.{}-options`",
            side_name(option.side)
        ))),
        Permission::Allowed => Ok(option),
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Runtime => "runtime",
        Side::Toplevel => "toplevel",
    }
}

fn in_order(mut options: Vec<Vec<Word>>) -> Vec<Vec<Word>> {
    options.sort_by_key(|words| {
        let name = words.first().map(Word::resolved).unwrap_or_default();
        SBCL_OPTIONS.iter().position(|option| option.name == name)
    });
    options
}
