//! The dialects of units and of their files of variables, read by systemd.

use std::fmt::Write as _;
use std::fs;

use lisplaunch::dialect::systemd::{self, EnvironmentFile, Systemd};
use lisplaunch::dialect::{Dialect, Printed};
use lisplaunch::word::{Argv, Line, Word};
use proptest::prelude::*;

use super::case::{HOSTILE, Start, batch, short};
use super::{config, words};
use crate::consumer::{Dumper, Systemd as Manager};

/// Whether systemd takes it for text: Unicode has set some characters aside.
fn is_text(text: &str) -> bool {
    text.chars().map(u32::from).all(|number| {
        let last = number % 0x1_0000;
        last != 0xfffe && last != 0xffff && !(0xfdd0..0xfdf0).contains(&number)
    })
}

fn program_holds(path: &str) -> bool {
    let plain = |sign| sign >= ' ' && !"\"'\\\u{7f}".contains(sign);
    is_text(path) && path.chars().all(plain)
}

fn setting_holds(path: &str) -> bool {
    is_text(path) && !path.contains(['\n', '\r']) && !path.ends_with([' ', '\t', '\\'])
}

/// The text of a service, if it can be held; `file` is for its variables, unless they are in the
/// unit.
fn unit(start: &Start, log: &str, file: Option<&str>) -> Option<String> {
    let program = Word::from(start.program.as_str());
    let line = |words: &[Word]| Line {
        words: words.to_vec(),
        remark: None,
    };
    let argv = Argv(vec![
        line(std::slice::from_ref(&program)),
        line(&start.words),
    ]);
    let first = systemd::program(&[program.clone(), program]);
    assert_eq!(first.is_ok(), program_holds(&start.program), "{first:?}");
    let rest = words(&Systemd, &start.words);
    let short_enough = |word: &Word| word.resolved().len() <= 131_071;
    assert_eq!(rest.is_ok(), start.words.iter().all(short_enough));
    let directory = Systemd.spell(&Printed::Setting(start.directory.as_str().into()));
    assert_eq!(directory.is_ok(), setting_holds(&start.directory));
    let output = Systemd.spell(&Printed::Setting(log.into()));
    assert_eq!(output.is_ok(), setting_holds(log), "{log:?}");
    let variables = match file {
        None => Systemd.spell(&Printed::Environment(start.environment.clone())),
        Some(_) => EnvironmentFile.spell(&Printed::Environment(start.environment.clone())),
    };
    let held = |(name, value): &(String, Word)| {
        let value = value.resolved();
        is_text(&value) && name.len() + 1 + value.len() <= 131_071
    };
    assert_eq!(variables.is_ok(), start.environment.iter().all(held));
    let (first, rest, variables) = (first.ok()?, rest.ok()?, variables.ok()?);
    systemd::fits(&argv).ok()?;
    let setting = match file {
        None => format!("Environment={variables}"),
        Some(file) => {
            fs::write(file, variables + "\n").unwrap();
            format!("EnvironmentFile={file}")
        }
    };
    Some(format!(
        "[Service]\nType=oneshot\nWorkingDirectory={}\nStandardOutput=append:{}\n{setting}\n\
         ExecStart={first} \\\n  {rest}\n",
        directory.ok()?,
        output.ok()?
    ))
}

proptest! {
    #![proptest_config(config(2))]

    #[test]
    fn systemd_starts_what_was_written(batch in batch(120)) {
        let dumper = Dumper::new();
        let home = tempfile::tempdir().unwrap();
        let manager = Manager::start(home.path());
        let mut starts = Vec::new();
        for (index, case) in batch.0.iter().enumerate() {
            let start = Start::new(&dumper, index, case);
            let log = dumper.folder().join(format!("l{index}{}", case.log_file));
            let log = log.to_str().expect("UTF-8").to_owned();
            let file = dumper.folder().join(format!("e{index}"));
            let file = file.to_str().filter(|_| index % 2 == 0);
            if let Some(text) = unit(&start, &log, file) {
                fs::write(manager.units().join(format!("p{index}.service")), &text).unwrap();
                starts.push((format!("p{index}.service"), start, log, text));
            }
        }
        manager.success(&["daemon-reload"]);
        let mut arguments = vec!["start"];
        arguments.extend(starts.iter().map(|(name, ..)| name.as_str()));
        let output = manager.systemctl(&arguments);
        for (_, start, log, text) in &starts {
            start.assert_received("systemd", text);
            let log = fs::read(log).unwrap_or_default();
            assert!(log == b"started\n", "nothing in the log of {text:.3000}");
        }
        assert!(output.status.success(), "{}", short(&output));
    }
}

#[test]
fn systemd_lets_a_service_write_to_listed_folders() {
    let dumper = Dumper::new();
    let home = tempfile::tempdir().unwrap();
    let manager = Manager::start(home.path());
    let mut folders = Vec::new();
    for (index, hostile) in HOSTILE.iter().enumerate() {
        let name = format!("d{index}{}b", hostile.replace('/', "_"));
        let folder = dumper.directory(&name);
        let spelt = systemd::paths(&["-/no/such".into(), folder.as_str().into()]);
        assert_eq!(spelt.is_ok(), !folder.contains(['\n', '\r']), "{name:?}");
        let Ok(spelt) = spelt else { continue };
        let command = ["-c", ": >\"$0/x\"", &folder].map(Word::from);
        let command = words(&Systemd, &command).unwrap();
        let text = format!(
            "[Service]\nType=oneshot\nProtectSystem=strict\nReadWritePaths={spelt}\n\
             ExecStart=/bin/sh {command}\n"
        );
        let unit = format!("p{index}.service");
        fs::write(manager.units().join(&unit), text).unwrap();
        folders.push((unit, folder));
    }
    manager.success(&["daemon-reload"]);
    let mut arguments = vec!["start"];
    arguments.extend(folders.iter().map(|(unit, _)| unit.as_str()));
    manager.success(&arguments);
    for (_, folder) in folders {
        assert!(fs::exists(format!("{folder}/x")).unwrap(), "{folder}");
    }
}

#[test]
fn systemd_shows_descriptions() {
    let home = tempfile::tempdir().unwrap();
    let manager = Manager::start(home.path());
    let mut text = String::new();
    for hostile in HOSTILE {
        let spelt = systemd::description(&[format!("x{hostile}").as_str().into()]);
        writeln!(text, "Description={}", spelt.unwrap()).unwrap();
    }
    let text =
        format!("[Unit]\n{text}Description=50%% of \\\"it\\\"\n[Service]\nExecStart=/bin/true\n");
    fs::write(manager.units().join("a.service"), text).unwrap();
    manager.success(&["daemon-reload"]);
    let shown = manager.success(&["show", "-P", "Description", "a.service"]);
    assert_eq!(shown.trim(), "50% of \\\"it\\\"");
    manager.success(&["start", "a.service"]);
}
