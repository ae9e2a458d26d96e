//! A log that is the text of a tmux pane.

use std::thread::sleep;
use std::time::Duration;

use super::{LogEnd, LogRequest, Take, last, take_all};
use crate::problem::Problem;
use crate::tmux::client::TmuxError;
use crate::tmux::session::{self, Session, SessionState};

/// How often the pane is looked at: each look starts a tmux.
const AGAIN: Duration = Duration::from_millis(500);

/// How many lines say where in a new text an earlier one ended.
const LANDMARK: usize = 20;

/// Reads the pane of a service in its session, until that is gone.
pub(super) fn read(session: &Session, wanted: LogRequest, take: Take<'_>) -> Result<(), LogEnd> {
    let mut seen = text(session)?.unwrap_or_default();
    take_all(last(&seen, wanted.lines), take)?;
    if !wanted.follow {
        return Ok(());
    }
    loop {
        sleep(AGAIN);
        let Some(now) = text(session)? else {
            return Ok(());
        };
        take_all(unseen(&now, &seen), take)?;
        seen = now;
    }
}

/// The lines of the pane; nothing where there is none any more.
fn text(of: &Session) -> Result<Option<Vec<String>>, Problem> {
    let state = of.state().map_err(|failed| problem(&failed))?;
    let pane = match state {
        SessionState::Running(running) => running.pane,
        SessionState::Ended(ended) => match ended.pane {
            Some(pane) => pane,
            None => return Ok(None),
        },
        SessionState::Absent | SessionState::Foreign(_) => return Ok(None),
    };
    match session::lines(&pane) {
        Ok(text) => Ok(Some(text)),
        // It has gone since.
        Err(TmuxError::Absent) => Ok(None),
        Err(failed) => Err(problem(&failed)),
    }
}

fn problem(failed: &TmuxError) -> Problem {
    Problem::error(failed.to_string())
}

/// The lines of `now` that come after those of `seen`, whose first ones it may have lost. All of
/// it where the pane was cleared.
fn unseen<'a>(now: &'a [String], seen: &[String]) -> &'a [String] {
    let Some((last_seen, before)) = seen.split_last() else {
        return now;
    };
    let rest = match now.strip_prefix(before) {
        Some(rest) => rest,
        None => behind(now, last(before, LANDMARK)),
    };
    // The last line may have gone on since.
    match rest.split_first() {
        Some((first, rest)) if first == last_seen => rest,
        _ => rest,
    }
}

/// What comes behind the first place where the lines of `landmark` are.
fn behind<'a>(lines: &'a [String], landmark: &[String]) -> &'a [String] {
    let mut ends = landmark.len()..=lines.len();
    let end = ends.find(|end| lines[..*end].ends_with(landmark));
    &lines[end.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::unseen;

    #[test]
    fn a_line_is_taken_once() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let unseen = |now: &str, seen: &str| unseen(&lines(now), &lines(seen)).join(" ");
        assert_eq!(unseen("a b c d", "a b"), "c d");
        assert_eq!(unseen("a a a a", "a a"), "a a");
        assert_eq!(unseen("a b and-more c", "a b"), "and-more c");
        assert_eq!(unseen("x", "a b c"), "x");
        let many: Vec<String> = (0..90).map(|number| number.to_string()).collect();
        let (seen, now) = (many[..50].join(" "), many[10..].join(" "));
        assert_eq!(unseen(&now, &seen), many[50..].join(" "));
    }
}
