//! Common problems of a machine and a project, each with its fix.
//!
//! One file a check; [`ALL`] lists them. A check only looks: it starts no service and changes
//! nothing. What it cannot find out it reports as unknown.

pub mod finding;
pub mod lisp;
pub mod scene;

mod cache;
mod core;
mod emitted;
mod files;
mod heap;
mod image;
mod init_file;
mod loader;
mod locale;
mod make;
mod managers;
mod ports;
mod project;
mod sbcl;
mod swank;
mod user;

use finding::Finding;
use scene::Scene;

/// One thing that is looked at.
pub struct DoctorCheck {
    /// Its name.
    pub name: &'static str,
    /// What it looks for.
    pub about: &'static str,
    /// Looks.
    pub look: fn(&Scene<'_>) -> Vec<Finding>,
}

/// All checks, in the order in which they are reported.
#[rustfmt::skip]
pub const ALL: [DoctorCheck; 16] = [
    DoctorCheck { name: "project", about: "a project file that can be read", look: project::look },
    DoctorCheck { name: "sbcl", about: "an sbcl that starts, is new enough and has threads", look: sbcl::look },
    DoctorCheck { name: "loader", about: "what loads the systems, and signs of another loader", look: loader::look },
    DoctorCheck { name: "swank", about: "swank where the services find it, and its version", look: swank::look },
    DoctorCheck { name: "init-file", about: "a `~/.sbclrc` that does something to a service", look: init_file::look },
    DoctorCheck { name: "locale", about: "text that is not read and written as UTF-8", look: locale::look },
    DoctorCheck { name: "heap", about: "heaps that are larger than the memory", look: heap::look },
    DoctorCheck { name: "cache", about: "a folder for compiled files that can be written", look: cache::look },
    DoctorCheck { name: "files", about: "files that the user of a service may not read or write", look: files::look },
    DoctorCheck { name: "user", about: "services that run as root", look: user::look },
    DoctorCheck { name: "ports", about: "ports that something else has", look: ports::look },
    DoctorCheck { name: "managers", about: "the managers that the project writes files for", look: managers::look },
    DoctorCheck { name: "emitted", about: "emitted files that are not what would be written now", look: emitted::look },
    DoctorCheck { name: "make", about: "programs of supervisord that are `make` and start this project", look: make::look },
    DoctorCheck { name: "core", about: "saved images that are older than their sources", look: core::look },
    DoctorCheck { name: "image", about: "running images that are older than their sources", look: image::look },
];
