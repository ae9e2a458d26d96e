//! What a file of ours defines for supervisord: programs, and a group of them where they are
//! several.

use std::collections::BTreeSet;

/// The programs of one or more files.
#[derive(Debug, Default)]
pub(super) struct Stanzas(Vec<SupervisedProgram>);

#[derive(Debug, PartialEq, Eq)]
struct SupervisedProgram {
    name: String,
    group: String,
}

impl Stanzas {
    /// Adds those of a file, in which all are of one group if there is one.
    pub(super) fn add(&mut self, text: &str) {
        let sections = |kind: &'static str| {
            text.lines()
                .filter_map(move |line| line.strip_prefix(kind)?.trim_end().strip_suffix(']'))
        };
        let group = sections("[group:").next();
        self.0
            .extend(sections("[program:").map(|name| SupervisedProgram {
                name: name.to_owned(),
                // A program without a group is a group of its own.
                group: group.unwrap_or(name).to_owned(),
            }));
        self.0.extend(numbered(text));
    }

    pub(super) fn groups(&self) -> BTreeSet<String> {
        self.0.iter().map(|program| program.group.clone()).collect()
    }

    /// The group of each, and the name by which supervisorctl knows it.
    pub(super) fn programs(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|SupervisedProgram { name, group }| {
            let known = if name == group {
                name.clone()
            } else {
                format!("{group}:{name}")
            };
            (group.clone(), known)
        })
    }
}

/// The programs that share a socket: several of one section, which is a group of its own.
fn numbered(text: &str) -> impl Iterator<Item = SupervisedProgram> {
    let sections = text.split("\n[fcgi-program:").skip(1);
    sections.flat_map(|section| {
        let setting = |name: &str| {
            let mut lines = section.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default()
        };
        let number = |name| setting(name).parse().unwrap_or(0_u32);
        let group = section.split(']').next().unwrap_or_default().to_owned();
        let name = setting("process_name").to_owned();
        let (first, count) = (number("numprocs_start"), number("numprocs"));
        (first..first.saturating_add(count)).map(move |number| SupervisedProgram {
            name: name.replace("%(process_num)d", &number.to_string()),
            group: group.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_a_group_is_one_of_its_own() {
        let known = |text| {
            let mut stanzas = Stanzas::default();
            stanzas.add(text);
            stanzas.programs().collect::<Vec<_>>()
        };
        let pair = |group: &str, name: &str| (group.to_owned(), name.to_owned());
        assert_eq!(
            known("; x\n[program:shop]\ncommand=a\n"),
            [pair("shop", "shop")]
        );
        assert_eq!(
            known("[program:shop-a]\n[program:shop-b]\n[group:shop]\nprograms=shop-a,shop-b\n"),
            [pair("shop", "shop:shop-a"), pair("shop", "shop:shop-b")]
        );
        let shared = "; x\n[fcgi-program:web]\nnumprocs=2\nnumprocs_start=1\nprocess_name=w-%(process_num)d\n";
        assert_eq!(
            known(shared),
            [pair("web", "web:w-1"), pair("web", "web:w-2")]
        );
    }
}
