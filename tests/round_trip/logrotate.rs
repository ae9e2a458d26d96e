//! The rules for logs, rotated by a real logrotate while a program goes on writing.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_yaml::{Mapping, Value};

use super::text::hostile;
use super::{config, runner};
use crate::consumer::logrotate;
use crate::support::Project;

/// A log that is drawn.
#[derive(Clone, Debug)]
struct Drawn {
    name: String,
    /// How the largest size is written, and what it is in bytes.
    max_size: (&'static str, usize),
    backups: usize,
}

/// What is written into a log before logrotate comes, each of three times.
const LENGTH: usize = 1500;

fn drawn() -> impl Strategy<Value = Drawn> {
    let name = hostile().prop_map(|name| {
        let name: String = name.chars().take(30).collect();
        name.replace('/', "_")
    });
    let sizes = [
        ("1000", 1000),
        ("1KB", 1 << 10),
        ("5KB", 5 << 10),
        ("1.5MB", 1536 << 10),
        ("3GB", 3 << 30),
        ("0", usize::MAX),
    ];
    (name, select(sizes.to_vec()), 0..3_usize).prop_map(|(name, max_size, backups)| Drawn {
        name,
        max_size,
        backups,
    })
}

impl Drawn {
    /// Whether a name ends where it ends for logrotate.
    fn is_held(&self) -> bool {
        !self.name.contains(['{', '}', '\n'])
    }

    fn is_due(&self) -> bool {
        self.max_size.1 <= LENGTH
    }

    fn file(&self, index: usize) -> String {
        format!("log/{index}{}", self.name)
    }

    fn tree(&self, index: usize) -> Value {
        let log = Mapping::from_iter([
            ("file".into(), self.file(index).replace('$', "$$").into()),
            ("max-size".into(), self.max_size.0.into()),
            ("backups".into(), self.backups.into()),
        ]);
        Mapping::from_iter([
            ("start".into(), Value::from("(f)")),
            ("log".into(), log.into()),
        ])
        .into()
    }
}

/// A log that stays open in its writer.
struct Written<'a> {
    drawn: &'a Drawn,
    path: PathBuf,
    writer: File,
}

impl<'a> Written<'a> {
    fn open(folder: &Path, index: usize, drawn: &'a Drawn) -> Self {
        let path = folder.join(drawn.file(index));
        let writer = OpenOptions::new().append(true).create(true).open(&path);
        Written {
            drawn,
            writer: writer.unwrap(),
            path,
        }
    }

    fn write(&mut self, letter: &str) {
        self.writer
            .write_all(letter.repeat(LENGTH).as_bytes())
            .unwrap();
    }

    /// The texts of the old logs that there are, the newest first.
    fn backups(&self) -> Vec<String> {
        let texts = (1..).map_while(|number| {
            let mut path = self.path.clone().into_os_string();
            path.push(format!(".{number}"));
            fs::read_to_string(path).ok()
        });
        texts.collect()
    }

    fn assert_rotated(&self, letters: &[&str]) {
        let texts = letters.iter().map(|letter| letter.repeat(LENGTH));
        let context = format!("{:?}", self.drawn);
        let now = fs::read_to_string(&self.path).unwrap();
        if self.drawn.is_due() {
            let expected: Vec<String> = texts.take(self.drawn.backups).collect();
            assert_eq!(self.backups(), expected, "{context}");
            assert_eq!(now, "", "{context}");
        } else {
            assert_eq!(self.backups(), [""; 0], "{context}");
            assert_eq!(now, texts.rev().collect::<String>(), "{context}");
        }
    }
}

#[test]
pub fn logrotate_keeps_what_the_project_says() {
    runner(config(6))
        .run(&vec(drawn(), 20), |logs| {
            assert_kept(&logs);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.9000}"));
}

fn assert_kept(logs: &[Drawn]) {
    let services: Mapping = logs
        .iter()
        .enumerate()
        .map(|(index, drawn)| (format!("s{index}").into(), drawn.tree(index)))
        .collect();
    let tree = Mapping::from_iter([
        ("loader".into(), Value::from("none")),
        ("services".into(), services.into()),
    ]);
    let project = Project::new(&serde_yaml::to_string(&tree).unwrap());
    let folder = project.folder();
    fs::create_dir(folder.join("log")).unwrap();
    let emit = |indices: &[usize]| {
        let names: Vec<String> = indices.iter().map(|index| format!("s{index}")).collect();
        let names = names.iter().map(String::as_str);
        let arguments = ["emit", "logrotate", "-o", "rules"].into_iter();
        project.run(&arguments.chain(names).collect::<Vec<_>>())
    };
    let (held, refused): (Vec<usize>, Vec<usize>) =
        (0..logs.len()).partition(|index| logs[*index].is_held() || logs[*index].max_size.0 == "0");
    for index in refused {
        let message = emit(&[index]).failure(1);
        assert!(message.contains("logrotate cannot find"), "{message}");
    }
    if held.iter().all(|index| logs[*index].max_size.0 == "0") {
        return;
    }
    emit(&held).success();
    let mut written: Vec<Written<'_>> = held
        .iter()
        .map(|index| Written::open(&folder, *index, &logs[*index]))
        .collect();
    for letters in [&["a"][..], &["b", "a"], &["c", "b", "a"]] {
        for log in &mut written {
            log.write(letters[0]);
        }
        logrotate(&folder.join("rules"));
        for log in &written {
            log.assert_rotated(letters);
        }
    }
}

#[test]
fn the_log_of_a_user_of_its_own_may_need_another_rule() {
    let yaml = "loader: none\nstart: (f)\nlog: app.log\n";
    let rules = |yaml: &str| Project::new(yaml).run(&["emit", "logrotate"]).success();
    assert!(!rules(yaml).contains("su root root"));
    assert!(rules(&format!("{yaml}user: root\n")).contains("\n    # su root root\n"));
}
