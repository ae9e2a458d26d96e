//! Whether the command line of a project file means what the one meant that it was made from.

use super::command::finish;
use super::draft::Draft;
use super::forms::FormImport;
use super::marks::VariableMarks;
use super::program::base_name;

/// What stands for a variable that has no value yet.
pub const STAND_IN: &str = "1";

/// The keys in which a command line differs from what it was made from, each with both values.
pub fn differences(before: &Draft, marks: &VariableMarks, argv: &[String]) -> Vec<String> {
    let mut now = Draft::default();
    let mut own = VariableMarks::default();
    let mut forms = FormImport::new(&mut now, &mut own, 1);
    forms.sbcl(argv.get(1..).unwrap_or_default());
    let used = forms.used;
    finish(&mut now, used, &own);
    let value = |text: &String| {
        let values = text.chars().map(|c| match marks.variable(c) {
            Some(variable) => variable.default.clone().unwrap_or(STAND_IN.to_owned()),
            None => c.to_string(),
        });
        values.collect::<String>()
    };
    let values = |list: &[String]| list.iter().map(value).collect::<Vec<_>>();
    let names = |list: &[String]| {
        let names = list.iter().map(value);
        names
            .map(|file| base_name(&file).to_owned())
            .collect::<Vec<_>>()
    };
    let port = |draft: &Draft| {
        let port = draft.swank.as_ref().and_then(|swank| swank.port.clone());
        port.iter().map(value).collect::<Vec<_>>()
    };
    let package = |draft: &Draft| {
        let package = draft.package.iter().map(|name| name.to_lowercase());
        package.collect::<Vec<_>>()
    };
    let pairs = [
        (
            "before-load",
            values(&before.before_load),
            now.before_load.clone(),
        ),
        ("systems", values(&before.systems), now.systems.clone()),
        ("load", names(&before.load), names(&now.load)),
        ("package", package(before), package(&now)),
        ("start", values(&before.start), now.start.clone()),
        ("stop", values(&before.stop), now.stop.clone()),
        ("swank", port(before), port(&now)),
    ];
    let differing = pairs.into_iter().filter(|(_, before, now)| before != now);
    differing
        .map(|(key, before, now)| format!("`{key}` was {} and is {}", shown(&before), shown(&now)))
        .collect()
}

fn shown(values: &[String]) -> String {
    match values {
        [] => "empty".to_owned(),
        values => format!("`{}`", crate::problem::shown(&values.join(" "))),
    }
}
