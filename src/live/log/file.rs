//! A log that is a file, which may be rotated while it is read: renamed and replaced by a new one,
//! or copied and truncated.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;

use super::{AGAIN, LogEnd, LogRequest, Take, take_all};
use crate::problem::Problem;
use crate::terminal::lines::Lines;

/// How much is read at once, in bytes.
const BLOCK: usize = 64 << 10;

/// Reads the log at `path`.
pub(super) fn read(path: &Path, wanted: LogRequest, take: Take<'_>) -> Result<(), LogEnd> {
    let failed = |error: io::Error| {
        let problem = Problem::io("read", path, &error);
        LogEnd::Log(match error.kind() {
            io::ErrorKind::PermissionDenied => problem.help("its owner may read it, and root"),
            _ => problem,
        })
    };
    let mut file = File::open(path).map_err(failed)?;
    let mut lines = Lines::default();
    let missing = seek_last(&mut file, wanted.lines).map_err(failed)?;
    // It may have been begun again a moment ago.
    if missing > 0
        && let Ok(mut former) = File::open(former(path))
    {
        seek_last(&mut former, missing).map_err(failed)?;
        copy(&mut former, &mut lines, take, failed)?;
    }
    loop {
        copy(&mut file, &mut lines, take, failed)?;
        if !wanted.follow {
            return take_all(&Vec::from_iter(lines.end()), take);
        }
        sleep(AGAIN);
        if let Some(next) = successor(&file, path) {
            // What was written to it before it was renamed.
            copy(&mut file, &mut lines, take, failed)?;
            file = next;
        }
        rewind_if_cut(&mut file).map_err(failed)?;
    }
}

/// Hands on what there is up to the end of the file.
fn copy(
    file: &mut File,
    lines: &mut Lines,
    take: Take<'_>,
    failed: impl Fn(io::Error) -> LogEnd,
) -> Result<(), LogEnd> {
    let mut block = vec![0; BLOCK];
    loop {
        let count = file.read(&mut block).map_err(&failed)?;
        if count == 0 {
            return Ok(());
        }
        take_all(&lines.push(&block[..count]), take)?;
    }
}

/// The file that is at `path` now, if that is another one.
fn successor(file: &File, path: &Path) -> Option<File> {
    let identity = |file: &File| file.metadata().ok().map(|found| (found.dev(), found.ino()));
    let next = File::open(path).ok()?;
    (identity(&next) != identity(file)).then_some(next)
}

fn rewind_if_cut(file: &mut File) -> io::Result<()> {
    if file.metadata()?.len() < file.stream_position()? {
        file.rewind()?;
    }
    Ok(())
}

/// What supervisord and logrotate call the file that came before.
fn former(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

/// Goes to where the last `count` lines begin. Returns how many are missing.
fn seek_last(file: &mut (impl Read + Seek), count: usize) -> io::Result<usize> {
    let length = file.seek(SeekFrom::End(0))?;
    if count == 0 {
        return Ok(0);
    }
    let mut block = vec![0; BLOCK];
    let mut end = length;
    let mut found = 0;
    while end > 0 {
        let begin = end.saturating_sub(BLOCK as u64);
        let size = usize::try_from(end - begin).map_err(io::Error::other)?;
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(&mut block[..size])?;
        for at in (0..size).rev().filter(|at| block[*at] == b'\n') {
            let behind = begin + at as u64 + 1;
            // The break at the very end ends the last line.
            found += usize::from(behind < length);
            if found == count {
                file.seek(SeekFrom::Start(behind))?;
                return Ok(0);
            }
        }
        end = begin;
    }
    file.rewind()?;
    Ok(count - found - usize::from(length > 0))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::{BLOCK, seek_last};

    fn last_lines(text: &str, count: usize) -> String {
        let mut file = Cursor::new(text);
        let missing = seek_last(&mut file, count).expect("it is read");
        let mut last = String::new();
        file.read_to_string(&mut last).expect("it is read");
        assert_eq!(last.lines().count() + missing, count);
        last
    }

    #[test]
    fn the_last_lines_are_the_last_lines() {
        for text in ["one\ntwo\n\nfour", "one\ntwo\n\nfour\n"] {
            assert_eq!(last_lines(text, 0), "");
            assert_eq!(last_lines(text, 1).trim_end(), "four");
            assert_eq!(last_lines(text, 2).trim_end(), "\nfour");
            assert_eq!(last_lines(text, 3).trim_end(), "two\n\nfour");
            assert_eq!(last_lines(text, 4), text);
            assert_eq!(last_lines(text, 9), text);
        }
        assert_eq!(last_lines("", 3), "");
        assert_eq!(last_lines("\n", 3), "\n");
    }

    #[test]
    fn lines_longer_than_a_block_are_whole() {
        let end = format!("{}\nlast\n", "x".repeat(2 * BLOCK + 1));
        let text = format!("first\n{end}");
        assert_eq!(last_lines(&text, 2), end);
        assert_eq!(last_lines(&text, 3), text);
    }
}
