//! How sbcl itself is started: the program, its image, its own options, and the words that it leaves
//! to the service.

use super::purpose::Purpose;
use super::values::{some_words, words};
use crate::plan::core::Core;
use crate::plan::service::{Sbcl, Service};
use crate::render::{TemplateValue, TemplateValues};
use crate::word::Word;

/// sbcl itself, and what it leaves to the program.
pub(super) fn sbcl_context(
    service: &Service,
    purpose: Purpose<'_>,
    arguments: &[String],
) -> TemplateValues {
    let in_a_row = |options: &[Vec<Word>]| words(options.iter().flatten().cloned());
    let sbcl = &service.sbcl;
    let (program, runtime, toplevel) = match purpose {
        Purpose::Core(core) => (
            started(core, sbcl),
            without(&["--core"], &sbcl.runtime_options),
            without_init_files(sbcl),
        ),
        _ => (
            vec![sbcl.program.clone()],
            sbcl.runtime_options.clone(),
            sbcl.toplevel_options.clone(),
        ),
    };
    // What follows must not be read as options of the runtime.
    let given = arguments.iter().map(|text| Word::from(text.as_str()));
    let own = match purpose {
        // They come after the forms that start the service.
        Purpose::Loading => [].as_slice(),
        _ => &service.arguments,
    };
    let arguments: Vec<Word> = own.iter().cloned().chain(given).collect();
    let end = (!arguments.is_empty()).then(|| "--end-runtime-options".into());
    vec![
        ("program", words(program)),
        ("runtime_options", in_a_row(&runtime)),
        ("end_runtime_options", words(end)),
        (
            "debugs",
            TemplateValue::flag(matches!(purpose, Purpose::Debug)),
        ),
        ("toplevel_options", in_a_row(&toplevel)),
        ("arguments", some_words(arguments)),
    ]
}

/// The program with its image.
fn started(core: &Core, sbcl: &Sbcl) -> Vec<Word> {
    if core.executable {
        vec![core.file.clone()]
    } else {
        vec![sbcl.program.clone(), "--core".into(), core.file.clone()]
    }
}

/// The options of the toplevel for an image that has been saved after the files were loaded which
/// SBCL loads first.
fn without_init_files(sbcl: &Sbcl) -> Vec<Vec<Word>> {
    let init = ["--sysinit", "--no-sysinit", "--userinit", "--no-userinit"];
    let kept = without(&init, &sbcl.toplevel_options);
    let none = ["--no-sysinit", "--no-userinit"].map(|option| vec![option.into()]);
    none.into_iter().chain(kept).collect()
}

/// Options without those of these names.
fn without(names: &[&str], options: &[Vec<Word>]) -> Vec<Vec<Word>> {
    let is_named = |option: &&Vec<Word>| {
        let name = option.first().map(Word::resolved);
        name.is_some_and(|name| names.contains(&name.as_str()))
    };
    let kept = options.iter().filter(|option| !is_named(option));
    kept.cloned().collect()
}
