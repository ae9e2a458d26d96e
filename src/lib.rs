//! lisplaunch: from one YAML file to a running Common Lisp service.
//!
//! Data flows one way. A [`project`] file is found and read into a tree that knows its
//! places; the [`plan`] resolves every default, variable and path; [`argv`] renders the
//! plan into the words that sbcl receives; then [`launch`] becomes sbcl, or a [`format`]
//! writes the words for another tool, each word spelt by the [`dialect`] of that tool.
//!
//! A service may start from a [`saved_core`] instead of its sources.
//!
//! With a service that runs, [`live`] works; the [`doctor`] looks at it, at the project and at the
//! machine. [`tmux`] keeps one in a session of its own, several run [`together`] in the foreground,
//! and a [`service_manager`] takes over what `install` gives it.

pub mod argv;
pub mod call;
pub mod cli;
pub mod command;
pub mod dialect;
pub mod doctor;
pub mod format;
pub mod host;
pub mod import;
pub mod init;
pub mod install;
pub mod job;
pub mod launch;
pub mod lisp;
pub mod live;
pub mod output;
pub mod plan;
pub mod problem;
pub mod program;
pub mod project;
pub mod release;
pub mod render;
pub mod runtime;
pub mod saved_core;
pub mod service_manager;
pub mod suggest;
pub mod terminal;
pub mod tmux;
pub mod together;
pub mod trust;
pub mod uninterrupted;
pub mod word;
