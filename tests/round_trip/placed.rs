//! A service of a project that will lie in another folder, and be run by another user.

use super::expected::{Expected, Paths, expected};
use super::project::{Project, Site};
use super::service::{Anchor, Layout, Place};
use super::text::Settings;

/// The home of that user.
const HOME: &str = "/home/app";

/// Where a service will have its files.
struct Placed<'a> {
    site: Site<'a>,
    folder: &'a str,
}

/// What a service must be started with in `folder`.
pub fn expected_in(project: &Project, index: usize, settings: &Settings, folder: &str) -> Expected {
    let placed = Placed {
        site: project.site(index),
        folder,
    };
    expected(&project.services[index].1, &placed, settings)
}

impl Layout for Placed<'_> {
    fn written(&self, place: &Place, role: &str) -> String {
        self.site.written(place, role)
    }

    fn program(&self) -> String {
        self.site.program()
    }

    fn env_file(&self) -> String {
        self.site.env_file()
    }

    fn port(&self) -> u16 {
        self.site.port()
    }
}

impl Paths for Placed<'_> {
    fn path(&self, place: &Place, role: &str, settings: &Settings) -> String {
        let path = self.site.path(place, role, settings);
        let here = match place.anchor {
            Anchor::Absolute => return path,
            Anchor::Home => (self.site.home(), HOME),
            Anchor::Relative | Anchor::Dot => (self.site.folder(), self.folder),
        };
        let (here, there) = here;
        format!("{there}{}", &path[here.len()..])
    }

    fn folder(&self) -> String {
        self.folder.to_owned()
    }

    fn home(&self) -> String {
        HOME.to_owned()
    }

    fn first_word(&self) -> String {
        self.site.first_word()
    }

    fn project(&self) -> String {
        self.site.project()
    }

    fn service_name(&self) -> Option<String> {
        self.site.service_name()
    }

    fn profile(&self) -> Option<String> {
        self.site.profile()
    }

    fn file(&self) -> String {
        format!("{}/lisplaunch.yaml", self.folder)
    }
}
