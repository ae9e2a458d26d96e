//! What a project file may not say, found by predicates of their own: nothing else is refused.

use proptest::prelude::*;
use proptest::sample::select;
use serde_yaml::{Mapping, Value};

use super::text::{hostile, in_string, matching};
use super::yaml::{Style, write};
use super::{config, runner};
use crate::support::Project;

/// A place of the file that a text is put into, and whether the text may be there.
type Slot = (&'static str, fn(&str) -> bool);

const SLOTS: &[Slot] = &[
    ("name", is_name),
    ("services.*", is_name),
    ("systems", is_system),
    ("package", is_system),
    ("env.*", is_variable),
    ("env.A", |text| !text.contains('\0')),
    ("directory", is_path),
    ("load", is_path),
    ("umask", |text| {
        (3..=4).contains(&text.len())
            && u32::from_str_radix(text, 8).is_ok_and(|mask| mask <= 0o777)
            && !text.starts_with('+')
    }),
    ("swank.port", |text| {
        text.parse::<u16>().is_ok_and(|port| port > 0) && !text.starts_with('+')
    }),
    ("priority", |text| {
        text.parse::<u32>().is_ok_and(|priority| priority <= 9999)
    }),
    ("sbcl.program", |text| {
        !text.contains('\0')
            && if text.contains('/') {
                is_path(text)
            } else {
                !text.is_empty() && !text.starts_with('-')
            }
    }),
    ("description", |text| !text.contains('\0')),
    ("start", |text| !text.contains('\0')),
];

fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_system(text: &str) -> bool {
    let forbidden = |character: char| {
        character.is_whitespace() || character.is_control() || "()\"'`;|\\".contains(character)
    };
    !text.is_empty()
        && !text.starts_with(':')
        && !text.starts_with("#:")
        && !text.contains(forbidden)
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

fn is_path(text: &str) -> bool {
    let home = text == "~" || text.starts_with("~/") || !text.starts_with('~');
    !text.is_empty() && home && !text.contains('\0')
}

fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Mapping(
        entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect::<Mapping>(),
    )
}

/// A small project with the text in its place.
fn project(slot: &str, text: &str) -> Value {
    let one = |key: &str, value: Value| (key.to_owned(), value);
    let written = text.replace('$', "$$");
    let value = Value::from(if slot == "start" {
        format!("(f \"{}\")", in_string(&written))
    } else {
        written
    });
    let entry = match slot {
        "services.*" => one("services", map([(text.to_owned(), map([]))])),
        "env.*" => one("env", map([(text.to_owned(), "x".into())])),
        _ => match slot.split_once('.') {
            Some((parent, key)) => one(parent, map([one(key, value)])),
            None => one(slot, value),
        },
    };
    let mut all = vec![
        one("name", "app".into()),
        one("loader", "asdf".into()),
        one("start", "(f)".into()),
    ];
    all.retain(|(key, _)| *key != entry.0);
    all.push(entry);
    map(all)
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => hostile(),
        3 => matching("[A-Za-z0-9._/:~+#-]{1,6}"),
        1 => matching("[0-9]{1,6}"),
        1 => matching("[a-z]{99,102}"),
        1 => hostile().prop_map(|text| text + "\0"),
        1 => select(&["~", "~/x", "~root/x", "#:x", ":x", "é", "0", "65535", "65536", "+1", "777", "0777", "1777", "-"][..]).prop_map(str::to_owned),
    ]
}

#[test]
fn only_what_cannot_be_is_refused() {
    let drawn = (select(SLOTS), texts(), any::<u64>());
    runner(config(600))
        .run(&drawn, |((slot, holds), text, seed)| {
            // A service whose name begins so is none, by the rule for keys.
            prop_assume!(!(slot == "services.*" && text.starts_with("x-")));
            let yaml = write(&project(slot, &text), Style::Mixed(seed));
            let project = Project::new(&yaml);
            let mut command = project.command(&["argv", "--format", "nul"]);
            let output = command.stdin(std::process::Stdio::null()).output().unwrap();
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            let context = format!("{slot}: {text:?}\n{message}\n{yaml:.2000}");
            let code = output.status.code();
            prop_assert_eq!(code, Some(if holds(&text) { 0 } else { 2 }), "{}", context);
            prop_assert!(
                code == Some(0) || message.starts_with("error: "),
                "{}",
                context
            );
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.6000}"));
}

#[test]
fn forms_that_are_none_are_refused() {
    for form in [
        "",
        " ",
        "(f",
        "(f))",
        "(f) (g)",
        "; f",
        "#| f",
        "(f \"x)",
        "(f |x)",
        "(f #\\",
        "(a . b c)",
        "(f ,x)",
        "(a:b:c)",
        "8080",
        "\"x\"",
        ":x",
    ] {
        let tree = map([
            ("loader".to_owned(), "none".into()),
            ("start".to_owned(), form.into()),
        ]);
        for style in [Style::Serde, Style::Json, Style::Mixed(1)] {
            let project = Project::new(&write(&tree, style));
            for arguments in [
                &["run"][..],
                &["emit", "makefile"],
                &["emit", "supervisor"],
                &["argv"],
            ] {
                let message = project.run(arguments).failure(2);
                assert!(message.starts_with("error: "), "{form}: {message}");
            }
        }
    }
}
