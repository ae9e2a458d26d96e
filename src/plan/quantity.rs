//! Durations, sizes and numbers as people write them.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::project::field::Field;
use crate::project::keys;

/// A duration in whole seconds, which is what process managers count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seconds(pub u64);

/// No service takes longer than a day to start or stop.
const MAX_SECONDS: u64 = 24 * 60 * 60;

impl Seconds {
    /// `10s`, `2m`, `1m 30s` or a bare number of seconds.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || "a duration such as `10s` or `2m`, at most a day".to_owned();
        let duration = match text.parse() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => humantime::parse_duration(text).map_err(|_| expected())?,
        };
        if duration.subsec_nanos() != 0 {
            return Err("whole seconds".to_owned());
        }
        match duration.as_secs() {
            seconds @ 1..=MAX_SECONDS => Ok(Seconds(seconds)),
            _ => Err(expected()),
        }
    }
}

/// A size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bytes(pub u64);

impl Bytes {
    /// `50MB`, `1.5 GB` or a bare number of bytes; units are powers of 1024, as SBCL's
    /// and supervisord's are.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse_size::Config::new()
            .with_binary()
            .parse_size(text)
            .map(Bytes)
            .map_err(|_| "a size such as `50MB`".to_owned())
    }

    /// In the largest unit that holds it in whole numbers, a unit of one letter: `50M`.
    pub fn with_short_unit(self) -> String {
        self.to_string().trim_end_matches('B').to_owned()
    }
}

impl fmt::Display for Bytes {
    /// In the largest unit that holds it in whole numbers: `50MB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (MEGABYTE, "MB"), (1 << 10, "KB")];
        match UNITS
            .iter()
            .find(|(unit, _)| self.0 != 0 && self.0.is_multiple_of(*unit))
        {
            Some((unit, name)) => write!(f, "{}{name}", self.0 / unit),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A megabyte, as SBCL counts.
pub const MEGABYTE: u64 = 1 << 20;

/// A memory size as sbcl's command line takes it: `600` (megabytes), `600MB` or `2GB`.
///
/// sbcl fails on `1G` and on `1.5GB`, which people write nevertheless.
pub fn sbcl_size(text: &str) -> Result<(String, Bytes), String> {
    let expected = || "a size in whole megabytes such as `512MB` or `2GB`".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = match &text[digits.len()..] {
        "" if plain => text
            .parse::<u64>()
            .ok()
            .and_then(|megabytes| megabytes.checked_mul(MEGABYTE))
            .ok_or_else(expected)?,
        _ => Bytes::parse(text).map_err(|_| expected())?.0,
    };
    if bytes == 0 || !bytes.is_multiple_of(MEGABYTE) {
        return Err(expected());
    }
    let megabytes = bytes / MEGABYTE;
    let text = match &text[digits.len()..] {
        "" | "MB" | "GB" if plain => text.to_owned(),
        _ if megabytes.is_multiple_of(1024) => format!("{}GB", megabytes / 1024),
        _ => format!("{megabytes}MB"),
    };
    Ok((text, Bytes(bytes)))
}

/// The number that `field` holds, in the range that the table of keys has for it.
pub(super) fn number_of(field: &Field<'_>) -> Option<i64> {
    field.parse(|text| number(text, keys::range(field.path())))
}

/// A whole number in a range.
pub fn number(text: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("a number from {} to {}", range.start(), range.end()))
}

/// The permission bits that new files lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Umask(u16);

impl Umask {
    /// Octal digits, `022` or `0027`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let octal =
            (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
        u16::from_str_radix(text, 8)
            .ok()
            .filter(|&mask| octal && mask <= 0o777)
            .map(Umask)
            .ok_or_else(|| "three octal digits such as `027`".to_owned())
    }

    /// As a number.
    pub fn bits(self) -> u32 {
        self.0.into()
    }
}

impl fmt::Display for Umask {
    /// As three octal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

impl Serialize for Umask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
