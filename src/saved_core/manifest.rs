//! What an image was made from, in a file beside it. The process that saves the image writes all
//! but the first line.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::fingerprint;
use crate::host;

/// The largest manifest, in bytes: that of some hundred thousand files.
const LARGEST: u64 = 32 << 20;

/// What an image was made from.
#[derive(Debug)]
pub(super) struct Manifest {
    /// The image that it belongs to.
    pub(super) image: Fingerprint,
    /// The fingerprint of the recipe.
    pub(super) recipe: u64,
    /// The program that loaded the code, which alone can start the image.
    pub(super) sbcl: InputFile,
    /// The files.
    pub(super) inputs: Vec<InputFile>,
}

/// How an image is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    size: u64,
    written: (i64, i64),
}

/// A file that an image was made from.
#[derive(Debug)]
pub(super) struct InputFile {
    /// Its path.
    pub(super) path: PathBuf,
    /// What it was; none where there was no such file.
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    size: u64,
    /// The second in which it was written; none where it was too new for that to say anything.
    written: Option<i64>,
    fingerprint: u64,
}

impl Fingerprint {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Fingerprint {
            size: metadata.len(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Manifest {
    /// The manifest in a file; none where there is none that can be understood.
    pub(super) fn read(file: &Path) -> io::Result<Option<Self>> {
        let open = match host::open_text(file) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Self::parse(&host::read_up_to(LARGEST, open)?))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let image = parse_head(lines.next()?)?;
        let recipe = lines.next()?.strip_prefix("recipe ")?;
        Some(Manifest {
            image,
            recipe: u64::from_str_radix(recipe, 16).ok()?,
            sbcl: InputFile::parse(lines.next()?)?,
            inputs: lines.map(InputFile::parse).collect::<Option<_>>()?,
        })
    }
}

/// The line that says to which image a manifest belongs.
pub(super) fn head(image: Fingerprint) -> String {
    let (seconds, nanoseconds) = image.written;
    format!("core {} {seconds} {nanoseconds}\n", image.size)
}

fn parse_head(line: &str) -> Option<Fingerprint> {
    let mut words = line.strip_prefix("core ")?.split(' ');
    let size = words.next()?.parse().ok()?;
    let written = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Fingerprint { size, written })
}

impl InputFile {
    fn parse(line: &str) -> Option<Self> {
        if let Some(path) = line.strip_prefix("absent ") {
            return Some(InputFile {
                path: path.into(),
                held: None,
            });
        }
        let mut words = line.strip_prefix("file ")?.splitn(4, ' ');
        let size = words.next()?.parse().ok()?;
        let written: i64 = words.next()?.parse().ok()?;
        let fingerprint = u64::from_str_radix(words.next()?, 16).ok()?;
        Some(InputFile {
            path: words.next()?.into(),
            held: Some(Held {
                size,
                written: Some(written).filter(|written| *written >= 0),
                fingerprint,
            }),
        })
    }

    /// Whether the file is what it was. It is read only where its size or time differ.
    pub(super) fn is_same(&self) -> bool {
        match (&self.held, self.path.metadata()) {
            (None, found) => found.is_err(),
            (Some(_), Err(_)) => false,
            (Some(held), Ok(found)) => {
                found.len() == held.size
                    && (held.written == Some(found.mtime())
                        || fingerprint::of_file(&self.path)
                            .is_ok_and(|found| found == held.fingerprint))
            }
        }
    }
}
