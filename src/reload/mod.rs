//! Changed code for a running service: tried in a fresh process, then loaded by the service.
//!
//! [`fresh`] runs the process that compiles, [`report`] tells what it compiled, [`live`] asks the
//! service, and [`limits`] ends either of them.

pub mod fresh;
pub mod limits;
pub mod live;
pub mod report;
