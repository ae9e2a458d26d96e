//! Everything about a machine and a project that has bitten people, each with its cure.
//!
//! One file a check; [`ALL`] lists them. A check only looks: it starts no service and changes
//! nothing. What it cannot know it says.

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
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it looks for.
    pub about: &'static str,
    /// Looks.
    pub look: fn(&Scene<'_>) -> Vec<Finding>,
}

/// All checks, in the order in which they are reported.
#[rustfmt::skip]
pub const ALL: [Check; 16] = [
    Check { name: "project", about: "a project file that can be read", look: project::look },
    Check { name: "sbcl", about: "an sbcl that starts, is new enough and has threads", look: sbcl::look },
    Check { name: "loader", about: "what loads the systems, and signs of another loader", look: loader::look },
    Check { name: "swank", about: "swank where the services find it, and its version", look: swank::look },
    Check { name: "init-file", about: "a `~/.sbclrc` that does something to a service", look: init_file::look },
    Check { name: "locale", about: "text that is not read and written as UTF-8", look: locale::look },
    Check { name: "heap", about: "heaps that are larger than the memory", look: heap::look },
    Check { name: "cache", about: "a folder for compiled files that can be written", look: cache::look },
    Check { name: "files", about: "files that the user of a service may not read or write", look: files::look },
    Check { name: "user", about: "services that run as root", look: user::look },
    Check { name: "ports", about: "ports that something else has", look: ports::look },
    Check { name: "managers", about: "the managers that the project writes files for", look: managers::look },
    Check { name: "emitted", about: "emitted files that are not what would be written now", look: emitted::look },
    Check { name: "make", about: "programs of supervisord that are `make` and start this project", look: make::look },
    Check { name: "core", about: "saved images that are older than their sources", look: core::look },
    Check { name: "image", about: "running images that are older than their sources", look: image::look },
];
