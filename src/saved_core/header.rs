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
fn build_id(image: &Path) -> io::Result<Option<String>> {
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

/// Whether a program can start an image; nothing for a script, which may start any.
pub(super) fn can_start(program: &Path, image: &Path) -> io::Result<Option<bool>> {
    let bytes = fs::read(program)?;
    if !bytes.starts_with(PROGRAM) {
        return Ok(None);
    }
    let known = build_id(image)?.is_some_and(|id| {
        let id = id.as_bytes();
        bytes.windows(id.len()).any(|bytes| bytes == id)
    });
    Ok(Some(known))
}
