//! Changed code for a running service: tried in a fresh process, then loaded by the service.
//!
//! [`calls`] spells what both evaluate, [`fresh`] runs the process that tries the code, [`report`]
//! reads what it found, [`diagnostic`] shows what the compiler said, [`names`] knows the files, and
//! [`loading`] asks the service.

pub mod calls;
pub mod diagnostic;
pub mod fresh;
pub mod loading;
pub mod names;
pub mod report;
