//! What a file held, in a number: the FNV-1a hash of its bytes, of 64 bits. The runtime in the image
//! computes the same (`templates/sbcl/runtime/saving/fingerprint.lisp`).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const NOTHING: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// That of bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> u64 {
    go_on(NOTHING, bytes)
}

/// That of a file.
pub(super) fn of_file(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    let mut hash = NOTHING;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash),
            length => hash = go_on(hash, &buffer[..length]),
        }
    }
}

fn go_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}
