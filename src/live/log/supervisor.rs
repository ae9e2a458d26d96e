//! A log that supervisord keeps in a file of its own choice: supervisorctl prints its end.

use super::{LogEnd, LogRequest, Take, last, take_all};
use crate::call::Call;
use crate::problem::Problem;
use crate::terminal::lines::Lines;

/// How much of the end is asked for first, in bytes.
const FIRST: usize = 64 << 10;

/// How much is enough, however many lines are wanted.
const MOST: usize = 256 << 20;

/// What supervisorctl prints before a log that it follows.
const HEADER: &[u8] = b"==> Press Ctrl-C to exit <==\n";

/// With how much of its end such a log begins, in bytes.
const REPEATED: usize = 1024;

/// Reads the log that supervisorctl prints when it is called with the words before `tail`, and
/// after it the name of the program.
pub(super) fn read(
    control: &[String],
    name: &str,
    wanted: LogRequest,
    take: Take<'_>,
) -> Result<(), LogEnd> {
    let end = end(control, name, wanted.lines)?;
    let lines: Vec<&str> = end.lines().collect();
    take_all(last(&lines, wanted.lines), take)?;
    if wanted.follow {
        follow(control, name, &end, take)?;
    }
    Ok(())
}

/// The end of the log, with so many lines if there are.
fn end(control: &[String], name: &str, lines: usize) -> Result<String, Problem> {
    let mut size = FIRST;
    loop {
        let words = ["tail", &format!("-{size}"), name].map(str::to_owned);
        let call = Call::new(control.iter().cloned()).with(words);
        let answer = call.ask()?;
        if answer.code != Some(0) {
            return Err(call.failed(&answer));
        }
        // It ends what it prints with a line break of its own.
        let text = answer.stdout.strip_suffix('\n').unwrap_or(&answer.stdout);
        if text.len() < size {
            return Ok(text.to_owned());
        }
        if size >= MOST || text.lines().count() > lines {
            // The first line may have lost its beginning.
            let whole = text.split_once('\n').map_or("", |(_, whole)| whole);
            return Ok(whole.to_owned());
        }
        size *= 8;
    }
}

/// Hands on what is written from now on; `seen` is what has been.
fn follow(control: &[String], name: &str, seen: &str, take: Take<'_>) -> Result<(), LogEnd> {
    // Or it complains where the locale is not UTF-8.
    let call = Call::new(["env", "PYTHONIOENCODING=utf-8"])
        .with(control.iter().cloned())
        .with(["tail", "-f", name]);
    let mut beginning = Some(Vec::new());
    let mut lines = Lines::default();
    call.stream(|bytes| {
        let Some(begun) = &mut beginning else {
            return take_all(&lines.push(bytes), take);
        };
        begun.extend_from_slice(bytes);
        match begun.strip_prefix(HEADER) {
            None | Some([]) => Ok(()),
            Some(text) => {
                let new = lines.push(unseen(text, seen.as_bytes()));
                beginning = None;
                take_all(&new, take)
            }
        }
    })
}

/// What comes in `text` after the end of what has been `seen`.
fn unseen<'t>(text: &'t [u8], seen: &[u8]) -> &'t [u8] {
    let most = text.len().min(REPEATED);
    let repeated = (0..=most)
        .rev()
        .find(|length| seen.ends_with(&text[..*length]));
    &text[repeated.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::unseen;

    #[test]
    fn what_was_printed_is_not_printed_again() {
        let unseen = |text: &'static str, seen: &str| {
            std::str::from_utf8(unseen(text.as_bytes(), seen.as_bytes())).expect("ASCII")
        };
        assert_eq!(unseen("b\nc\n", "a\nb\nc\n"), "");
        assert_eq!(unseen("b\nc\nd\n", "a\nb\nc\n"), "d\n");
        assert_eq!(unseen("new\n", ""), "new\n");
        assert_eq!(unseen("new\n", "old\n"), "new\n");
    }
}
