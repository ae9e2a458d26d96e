//! The JSON Schema of project files, judged by a validator that is not ours.

mod language_server;
mod oracle;
mod validator;
mod written;

use lisplaunch::format;
use lisplaunch::project::keys::KEYS;
use lisplaunch::project::schema::schema;
use serde_json::Value;

use crate::support::Project;
use oracle::Oracle;
use validator::{Verdict, json, validate};

/// What is wrong in ways that a schema cannot see, by what lisplaunch says of it, and why.
#[rustfmt::skip]
const UNSEEN: &[(&str, &str)] = &[
    (" is used where code is expected", "forms are read by a Lisp reader"),
    (" is not closed", "forms, and variables in other text"),
    (" closes nothing", "forms"),
    ("found a second form where one is expected", "forms"),
    (" is outside a backquote", "forms"),
    (" has nothing after it", "forms"),
    (" comes directly after `", "forms"),
    (" cannot be in a symbol", "forms"),
    ("a variable cannot follow a macro character", "forms"),
    (" is not a call", "forms"),
    (" has too many colons", "forms"),
    ("a dot is on its own", "forms"),
    ("`ready` is `true`", "elsewhere a form may be this symbol"),
    ("`log` is `true`", "elsewhere a file may have this name"),
    (" has no value", "YAML takes a form for a comment"),
    (" has no form", "a profile may change the rest of a command alone"),
    (" contains a NUL character", "any text may"),
    ("these variables are nested too deeply", "patterns do not count"),
    (" must be an integer", "the default of a variable elsewhere in the file"),
    (": expected a port from 1 to 65535", "numbers within text"),
    (": expected a number from", "numbers in quotes"),
    (": expected a size of a megabyte or more", "a product of digits and unit"),
    (": expected a size in whole megabytes", "the same"),
    (": expected a duration such as `10s` or `2m`, at most a day", "the same"),
    (": expected whole seconds", "the same"),
    (": expected a number of processors", "decimals are binary fractions to a validator"),
    (": expected three octal digits", "YAML reads `027` and `27` as the same number"),
    (" has nothing to run", "profiles and defaults may add it"),
    (" names no port", "the same"),
    ("`log` names no file", "the same"),
    (" says nothing to wait for", "the same"),
    (" has a form and a URL", "a profile may take one away"),
    ("` is set without `http.", "a profile may add it"),
    ("swank would listen on", "a profile may allow it"),
    (" holds no service", "a profile may add one"),
    (" needs lisplaunch's own code in the image", "a profile may give it"),
    (" needs a loader, and `loader` is `none`", "a profile may choose one"),
    (" both have the swank port ", "values of several services"),
    (" both have the http port ", "the same"),
    (" for swank and for http", "the same"),
    (" have the same log ", "the same"),
    (" comes after itself", "the same"),
    (" is for `replicas`, and there is one process", "a profile may add them"),
    ("`spare` needs `http.upstream`", "the same"),
    (" have the same `http.upstream`", "values of several services"),
    (" differ in `http.upstream`", "the same"),
    ("`http.socket` and `http.upstream` exclude each other", "a profile may remove one"),
    (" have one socket, but differ in `http.port`", "values of several services"),
    ("`ready.http` asks at the port", "the same"),
    (": expected a path without `*`, `?` and `[`", "elsewhere a path may have them"),
    ("`env-file` names no file", "a profile may add it"),
    (": expected a service of this file", "the same"),
    (" is the name of a replica too", "the same"),
    ("` is not below the project's folder", "a path says it only with its folder"),
    (" cannot be a service's name", "a name with the number of a replica"),
    ("cannot read `", "another file"),
    (" has a key of its own", "the options of sbcl, and their values, are words in a row"),
    (" needs a value", "the same"),
    (" is not a valid option of sbcl", "the same"),
    (" is always given", "the same"),
    (" option of sbcl", "the same"),
    (" cannot be used: ", "the same"),
    ("`arguments` is one word with blanks", "a single word may have some in a list"),
];

fn text() -> String {
    Project::empty().run(&["schema"]).success()
}

#[test]
fn it_is_printed_as_it_is_made() {
    let formats = format::ALL.iter();
    let formats: Vec<_> = formats
        .map(|format| (format.name, format.summary))
        .collect();
    let printed: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!(printed, schema(&formats));
}

/// Where the schema refuses what lisplaunch accepts, or the other way around though it could see
/// what is wrong.
fn disagreements(files: &[String]) -> Vec<String> {
    let oracle = Oracle::new();
    let documents: Vec<Value> = files.iter().filter_map(|file| json(file)).collect();
    assert_eq!(documents.len(), files.len());
    let verdicts = validate(&text(), &documents);
    let judged = files.iter().zip(verdicts);
    judged
        .filter_map(|(file, verdict)| {
            let problems = oracle.problems(file);
            let seen = !problems.iter().all(|problem| is_unseen(file, problem));
            match verdict {
                Verdict::Right if seen => {
                    Some(format!("{file}\nis accepted: {}", problems.join("; ")))
                }
                Verdict::Wrong(said) if problems.is_empty() => {
                    Some(format!("{file}\nis refused: {said}"))
                }
                _ => None,
            }
        })
        .collect()
}

#[test]
fn it_judges_every_file_of_examples_and_tests_as_lisplaunch_does() {
    let files = written::files();
    assert!(files.len() > 400, "{}", files.len());
    let wrong = disagreements(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a variable becomes is seen by lisplaunch alone.
fn is_unseen(file: &str, problem: &str) -> bool {
    let becomes = file.contains("${") && problem.contains(": expected ");
    becomes || UNSEEN.iter().any(|(part, _)| problem.contains(part))
}

/// Values that are tried in the place of each value.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "", "~", "true", "false", "'true'", "'false'", "'no'", "0", "1", "-1", "4005", "65535", "65536", "'8080'", "101", "16777217", "1.5", "0.25", "4097", "10s", "1m 30s", "86401", "soon", "50MB", "2GB", "1.5 GiB", "600", "1_000", "75%", "0%", "101%", "027", "'022'", "888", "always", "on-failure", "Never", "quicklisp", "asdf", "none", "auto", "my-app", "my-app/web", ":my-app", "'#:my-app'", "two words", "(f)", "my-app:main", "127.0.0.1", "localhost", "shop.example", "'*.shop.example'", "'*'", "-x", "_y", "http://127.0.0.1:8080/health", "https://shop.example/", "/health", "~/log", "'~'", "~other/log", "log/{service}.log", ".", "'${X}'", "'${X:-8080}'", "'${X:-my-app}'", "'4${X:-005}'", "'${X:?why}'", "[]", "[a]", "[~]", "[1, b]", "[[a]]", "[true]", "[':a']", "['${X}']", "{}", "{a: b}", "{x-a: b}", "{A: 1}", "{A: ~}", "{A: [b]}", "{port: 80}", "{port: [80]}", "{file: a}", "{file: a, optional: maybe}", "[{file: a, optional: true}]", "[{optional: true}]", "{form: (f)}", "{systemd: a}", "{systemd: {path: a, user: true}}", "{systemd: {paths: a}}", "{procfiles: a}", "{web: {start: (g)}}", "{a: (g)}", "{a: {form: (g), remote: true}}", "{a: {form: (g), remote: maybe}}", "{a: {remote: true}}", "{a: {forms: (g)}}", "{x-a: [b]}", "{web: ~}", "{web: [a]}", "{web: {services: {}}}", "{-web: {}}", "{p: {umask: '027'}}", "{p: ~}", "{p: {profiles: {}}}", "{p: {nope: 1}}",
];

/// Each key with each value, as far as it is a project file.
fn trials() -> Vec<String> {
    let mut trials = Vec::new();
    for key in KEYS {
        for value in VALUES {
            let written = match key.path.split_once('.') {
                Some((map, inner)) => format!("{map}: {{{inner}: {value}}}"),
                None => format!("{}: {value}", key.path),
            };
            let rest = [("loader", "loader: none"), ("start", "start: (f)")];
            let rest = rest.iter().filter(|(name, _)| *name != key.path);
            let rest: String = rest.map(|(_, line)| format!("\n{line}")).collect();
            trials.push(format!("{written}{rest}\n"));
        }
    }
    trials.retain(|trial| json(trial).is_some());
    trials
}

#[test]
fn it_judges_every_key_with_every_kind_of_value_as_lisplaunch_does() {
    let wrong = disagreements(&trials());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
