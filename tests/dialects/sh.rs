//! The dialect of the shell, read by shells.

use lisplaunch::dialect::sh::Sh;
use lisplaunch::dialect::{Dialect, Printed, Refusal};
use lisplaunch::word::Word;
use proptest::prelude::*;

use super::case::{Start, batch};
use super::{config, one, words};
use crate::consumer::{Dumper, Received, SHELLS, run};

fn script(start: &Start) -> Result<String, Refusal> {
    let environment = Sh.spell(&Printed::Environment(start.environment.clone()))?;
    let directory = one(&Sh, &start.directory)?;
    let command = words(&Sh, &start.argv())?;
    Ok(format!("(cd {directory} && {environment} {command})\n"))
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn shells_give_back_every_word(batch in batch(200)) {
        let dumper = Dumper::new();
        let mut file = "set -e\n".to_owned();
        let mut started = Vec::new();
        for (index, case) in batch.0.iter().enumerate() {
            let start = Start::new(&dumper, index, case);
            let script = script(&start);
            assert_eq!(script.is_ok(), start.is_short_enough());
            if let Ok(script) = script {
                file += &script;
                started.push((start, script));
            }
        }
        let path = dumper.file("script", &file);
        for shell in SHELLS {
            run(shell, &[&path], &dumper.folder());
            for (start, script) in &started {
                start.assert_received(shell, script);
            }
        }
    }
}

#[test]
fn a_program_may_be_called_like_a_keyword() {
    let names = [
        "if", "then", "{", "}", "!", "for", "time", "[[", "case", "in", "function", "select",
        "coproc", "a=b", "=", "K=v", "-x", "~", "#", "until",
    ];
    let dumper = Dumper::new();
    let mut file = format!("PATH={}:$PATH\n", dumper.folder().display());
    for name in names {
        dumper.program(name);
        file += &(one(&Sh, name).expect("the shell holds every name") + " x\n");
    }
    let path = dumper.file("script", &file);
    for shell in SHELLS {
        run(shell, &[&path], &dumper.folder());
        for name in names {
            let program = dumper.folder().join(name);
            let program = program.to_str().expect("UTF-8");
            let received = Received::by(program).unwrap_or_else(|| panic!("{shell}: {name}"));
            assert_eq!(received.argv, [program, "x"]);
            std::fs::remove_file(format!("{program}.dump")).expect("it was read");
        }
    }
}

#[test]
fn shell_words_are_bare_where_they_can_be() {
    let line = [
        "/usr/bin/sbcl",
        "--eval",
        "(f #'g)",
        "",
        "a=b",
        "=x",
        "x\ny",
        "if",
    ]
    .map(Word::from);
    let spelt = words(&Sh, &line).expect("the shell holds all");
    assert_eq!(
        spelt,
        r"/usr/bin/sbcl --eval '(f #'\''g)' '' a=b '=x' 'x".to_owned() + "\ny' if"
    );
}
