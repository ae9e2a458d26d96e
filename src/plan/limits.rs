//! How much of the machine a service may use: what the `limits` key says.

use std::fmt;

use serde::{Serialize, Serializer};

use super::quantity::{self, Bytes};
use crate::project::field::Fields;

/// How much of the machine a service may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Its memory, all in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// How many processors it may keep busy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<Cpus>,
    /// Threads and processes at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<i64>,
    /// Files and connections open at once at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<i64>,
}

impl Limits {
    /// Whether there is no limit.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// A share of the machine's processors, exact to the thousandth of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpus {
    thousandths: u32,
}

/// More processors than machines have.
const MOST_CPUS: u32 = 4096;

impl Cpus {
    /// `2`, `1.5` or `0.25`.
    fn parse(text: &str) -> Result<Self, String> {
        let expected =
            || format!("a number of processors such as `1.5`, from 0.001 to {MOST_CPUS}");
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 3 {
            return Err(expected());
        }
        let number = |text: &str| text.parse::<u32>().ok();
        number(whole)
            .filter(|whole| *whole <= MOST_CPUS)
            .and_then(|whole| Some(whole * 1000 + number(&format!("{part:0<3}"))?))
            .filter(|thousandths| (1..=MOST_CPUS * 1000).contains(thousandths))
            .map(|thousandths| Cpus { thousandths })
            .ok_or_else(expected)
    }

    /// Processors, where they are whole ones.
    pub fn whole(self) -> Option<u32> {
        self.thousandths
            .is_multiple_of(1000)
            .then_some(self.thousandths / 1000)
    }

    /// Thousandths of a processor.
    pub fn thousandths(self) -> u32 {
        self.thousandths
    }
}

impl fmt::Display for Cpus {
    /// As a decimal number without needless zeros: `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.thousandths / 1000, self.thousandths % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Cpus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.thousandths) / 1000.0)
    }
}

/// Reads the `limits` map.
pub(super) fn read(limits: &Fields<'_>) -> Limits {
    let number = |key| {
        limits
            .get(key)
            .and_then(|field| quantity::number_of(&field))
    };
    Limits {
        memory: limits.get("memory").and_then(|field| field.parse(memory)),
        cpus: limits
            .get("cpus")
            .and_then(|field| field.parse(Cpus::parse)),
        tasks: number("tasks"),
        open_files: number("open-files"),
    }
}

/// A bare number is bytes here and megabytes for SBCL's heap, so small ones are refused.
fn memory(text: &str) -> Result<Bytes, String> {
    let size = Bytes::parse(text).ok().filter(|size| size.0 >= 1 << 20);
    size.ok_or_else(|| "a size of a megabyte or more, with its unit: `512MB`, `2GB`".to_owned())
}
