//! Makefiles: the targets whose recipes start Lisp.

mod variables;

use super::found::{FoundCommand, Settings};
use super::marks::VariableMarks;
use super::note::Note;
use super::shell::{self, Scripted};
use variables::MakeVariables;

/// What a line of a Makefile is.
enum MakefileLine<'a> {
    /// `NAME = text`, exported or not.
    Variable(&'a str, &'static str, &'a str, bool),
    /// `targets: what they need`
    Rule(&'a str, &'a str),
    /// A line of a recipe.
    Recipe,
    /// Anything else.
    Other,
}

/// A rule, and the lines of its recipe.
struct Rule {
    targets: String,
    needs: String,
    recipe: Vec<(usize, String)>,
}

/// Reads a Makefile.
pub(super) fn read(text: &str, marks: &mut VariableMarks) -> Scripted {
    let mut makefile = Makefile::default();
    makefile.read(text);
    makefile.scripted(marks)
}

#[derive(Default)]
struct Makefile {
    variables: MakeVariables,
    exported: Vec<String>,
    rules: Vec<Rule>,
    one_shell: bool,
}

impl Makefile {
    fn read(&mut self, text: &str) {
        let mut lines = text.lines().enumerate();
        while let Some((number, first)) = lines.next() {
            if let Some(name) = first.trim().strip_prefix("define ") {
                let name = name.trim().trim_end_matches('=').trim();
                let body = lines.by_ref().map(|(_, line)| line);
                let body: Vec<&str> = body.take_while(|line| line.trim() != "endef").collect();
                self.variables.set(name, "=", &body.join("\n"));
                continue;
            }
            let mut whole = first.to_owned();
            while whole.ends_with('\\') {
                let Some((_, next)) = lines.next() else {
                    break;
                };
                whole.push('\n');
                whole += next;
            }
            self.line(number + 1, &whole);
        }
    }

    fn line(&mut self, number: usize, text: &str) {
        let joined;
        let line = match classify(text) {
            MakefileLine::Recipe => MakefileLine::Recipe,
            _ => {
                joined = without_comment(&text.replace("\\\n", " "));
                classify(&joined)
            }
        };
        match line {
            MakefileLine::Variable(name, operator, value, exported) => {
                if exported {
                    self.exported.push(name.to_owned());
                }
                if !operator.is_empty() {
                    self.variables.set(name, operator, value);
                }
            }
            MakefileLine::Rule(targets, needs) => {
                self.one_shell |= targets.trim() == ".ONESHELL";
                // `target: NAME = value` is for that target alone; few have two that differ.
                if let MakefileLine::Variable(name, operator, value, _) = classify(needs.trim()) {
                    self.variables.set(name, operator, value);
                    return;
                }
                let (needs, recipe) = needs.split_once(';').unwrap_or((needs, ""));
                let recipe = recipe.trim();
                let recipe = (!recipe.is_empty()).then(|| (number, recipe.to_owned()));
                self.rules.push(Rule {
                    targets: targets.to_owned(),
                    needs: needs.to_owned(),
                    recipe: recipe.into_iter().collect(),
                });
            }
            MakefileLine::Recipe => {
                if let Some(rule) = self.rules.last_mut() {
                    rule.recipe.push((number, text.replace("\n\t", "\n")));
                }
            }
            MakefileLine::Other => {}
        }
    }

    fn scripted(mut self, marks: &mut VariableMarks) -> Scripted {
        let mut settings = Settings::default();
        for name in &self.exported {
            let value = self.variables.expanded(&format!("$({name})"), marks);
            let itself = marks.mark(name, None).to_string();
            if value != itself {
                settings.set_env(name, &value);
            }
        }
        let mut all = Scripted::default();
        for rule in std::mem::take(&mut self.rules) {
            let Scripted { found, notes } = self.rule(&rule, &settings, marks);
            // Of targets that start nothing there is nothing to say.
            if found.is_empty() {
                let made = notes
                    .into_iter()
                    .filter(|note| note.text.contains("import its file"));
                all.notes.extend(made);
            } else {
                all.found.extend(found);
                all.notes.extend(notes);
            }
        }
        all
    }

    fn rule(&mut self, rule: &Rule, settings: &Settings, marks: &mut VariableMarks) -> Scripted {
        let target = self.variables.expanded(&rule.targets, marks);
        let target = target
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        let need = rule.needs.split_whitespace().next().unwrap_or_default();
        self.variables.set("@", "=", &target);
        self.variables.set("<", "=", need);
        self.variables.set("^", "=", rule.needs.trim());
        let mut scripted = Scripted::default();
        for (line, text) in self.recipes(rule) {
            let text = self.variables.expanded(&text, marks);
            let Scripted { found, notes } =
                shell::read(&without_prefixes(&text), line, settings.clone(), marks);
            scripted
                .found
                .extend(found.into_iter().map(|found| FoundCommand {
                    name: Some(target.clone()),
                    place: format!("target `{target}`"),
                    ..found
                }));
            scripted.notes.extend(notes);
        }
        if let Some(first) = scripted.found.first_mut() {
            let before: Vec<Note> = std::mem::take(&mut scripted.notes);
            first.notes.extend(before);
        }
        scripted
    }

    /// The texts of a recipe that a shell of their own runs each.
    fn recipes(&self, rule: &Rule) -> Vec<(usize, String)> {
        if !self.one_shell {
            return rule.recipe.clone();
        }
        let Some((line, _)) = rule.recipe.first() else {
            return Vec::new();
        };
        let lines: Vec<&str> = rule.recipe.iter().map(|(_, text)| text.as_str()).collect();
        vec![(*line, lines.join("\n"))]
    }
}

/// The text without what make takes from the head of each line that begins a command.
fn without_prefixes(text: &str) -> String {
    let mut lines = Vec::new();
    let mut goes_on = false;
    for line in text.split('\n') {
        lines.push(if goes_on {
            line
        } else {
            line.trim_start_matches(['@', '-', '+', '\t', ' '])
        });
        goes_on = line.ends_with('\\');
    }
    lines.join("\n")
}

fn without_comment(line: &str) -> String {
    let comment = line
        .char_indices()
        .find(|(at, c)| *c == '#' && !line[..*at].ends_with('\\'));
    let line = comment.map_or(line, |(at, _)| &line[..at]);
    line.to_owned()
}

fn classify(line: &str) -> MakefileLine<'_> {
    if line.starts_with('\t') {
        return MakefileLine::Recipe;
    }
    let trimmed = line.trim();
    let (exported, trimmed) = match trimmed.strip_prefix("export ") {
        Some(rest) => (true, rest.trim()),
        None => (false, trimmed.strip_prefix("override ").unwrap_or(trimmed)),
    };
    let equals = trimmed.find('=');
    let colon = trimmed.find(':');
    let colon = colon.filter(|at| trimmed.as_bytes().get(at + 1) != Some(&b'='));
    match (equals, colon) {
        (Some(equals), colon) if colon.is_none_or(|colon| equals < colon) => {
            let before = &trimmed[..equals];
            let operator = [":", "?", "+", "!"];
            let operator = operator
                .into_iter()
                .find(|op| before.ends_with(op))
                .unwrap_or("");
            let name = before[..before.len() - operator.len()].trim();
            let operator = match operator {
                "?" => "?=",
                "+" => "+=",
                "!" => "!=",
                _ => "=",
            };
            if name.is_empty() || name.contains(char::is_whitespace) {
                return MakefileLine::Other;
            }
            MakefileLine::Variable(name, operator, trimmed[equals + 1..].trim(), exported)
        }
        (_, Some(colon)) => {
            let needs = trimmed[colon + 1..].trim_start_matches(':');
            MakefileLine::Rule(&trimmed[..colon], needs)
        }
        (None, None) if exported && !trimmed.contains(char::is_whitespace) => {
            MakefileLine::Variable(trimmed, "", "", true)
        }
        _ => MakefileLine::Other,
    }
}
