//! What a check need not look at again: thousands of services and a hundred profiles make a
//! million services, most of which are alike.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::io::{self, Write};

use crate::plan::Plan;
use crate::plan::service::Service;
use crate::word::Word;

/// What nothing was wrong with, by its hash.
#[derive(Default)]
pub(super) struct Seen {
    hashes: HashSet<u64>,
    hash: RandomState,
}

impl Seen {
    /// What is equal has the same one.
    pub(super) fn hash(&self, what: impl Hash) -> u64 {
        self.hash.hash_one(what)
    }

    /// Whether nothing is wrong with what has this hash: known of something equal, or found out
    /// by `check`.
    pub(super) fn is_right(&mut self, hash: u64, check: impl FnOnce() -> bool) -> bool {
        let right = self.hashes.contains(&hash) || check();
        if right {
            self.hashes.insert(hash);
        }
        right
    }
}

/// What the file system is asked for `service`.
pub(super) fn files(service: &Service) -> impl Hash + use<> {
    let needs = service.needs.iter();
    let needs: Vec<_> = needs
        .map(|need| (need.path.clone(), need.kind as u8))
        .collect();
    let looked_at = ["PATH", "HOME", "XDG_CACHE_HOME"];
    let env = service.env.iter();
    let env: Vec<_> = env
        .filter(|(name, _)| looked_at.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.resolved()))
        .collect();
    (
        needs,
        service.sbcl.program.resolved(),
        service.directory.resolved(),
        env,
        service.log.as_ref().map(|log| log.file.resolved()),
        service.user.clone(),
        service
            .writable
            .iter()
            .map(Word::resolved)
            .collect::<Vec<_>>(),
        service.loader.load_function(),
        (
            service.systems.is_empty(),
            service.swank.is_some(),
            service.runtime.is_some(),
        ),
    )
}

/// What formats and templates are given of `service`.
///
/// Digits are spelt alike in every language. So services that differ in digits alone are alike,
/// unless these are values of variables, or distinguish labels of forms.
pub(super) fn texts(service: &Service, plan: &Plan, digits_count: bool) -> impl Hash + use<> {
    let mut text = SeenText {
        bytes: Vec::new(),
        digits_count,
    };
    let identity = (&service.identity.profiles, &plan.templates, &plan.outputs);
    serde_json::to_writer(&mut text, &(service, identity)).expect("a plan has a text");
    (text.bytes, service.variables.clone())
}

struct SeenText {
    bytes: Vec<u8>,
    digits_count: bool,
}

impl Write for SeenText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = |byte: &u8| match byte {
            b'0'..=b'9' if !self.digits_count => b'0',
            byte => *byte,
        };
        self.bytes.extend(bytes.iter().map(kept));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
