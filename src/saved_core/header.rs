//! What an image has in common with the program that starts it: SBCL's build id.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What an image file begins with on a little-endian machine, where all others are read the same.
const MAGIC: &[u8; 8] = b"LCBS\0\0\0\0";

/// Where the length of the build id is.
const LENGTH_AT: usize = 24;

/// Where the build id begins.
const ID_AT: usize = 32;

/// The longest build id.
const LONGEST: usize = 512;

/// What the programs of a system begin with.
const PROGRAM: &[u8; 4] = b"\x7fELF";

/// The build id of an image; none for a file that begins otherwise.
pub(super) fn build_id(image: &Path) -> io::Result<Option<String>> {
    let mut start = Vec::new();
    File::open(image)?
        .take((ID_AT + LONGEST) as u64)
        .read_to_end(&mut start)?;
    Ok(parse(&start))
}

fn parse(start: &[u8]) -> Option<String> {
    let length = start.strip_prefix(MAGIC).and(start.get(LENGTH_AT..ID_AT))?;
    let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    let id = start.get(ID_AT..ID_AT.checked_add(length)?)?;
    String::from_utf8(id.to_vec()).ok()
}

/// Whether a program can start images of this build id, as far as that can be seen: a script that
/// starts sbcl may start any.
pub(super) fn is_of(program: &Path, build_id: &str) -> io::Result<bool> {
    let bytes = fs::read(program)?;
    let id = build_id.as_bytes();
    Ok(!bytes.starts_with(PROGRAM) || bytes.windows(id.len()).any(|bytes| bytes == id))
}
