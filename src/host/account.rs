//! A user of this machine, and what the permission bits of files let that user do.

use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use uzers::os::unix::UserExt;

const ROOT: u32 = 0;

/// A user of this machine.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The home folder, which need not be there.
    pub home: PathBuf,
    /// The number.
    pub uid: u32,
    /// That of the group of the files that it makes.
    pub gid: u32,
    groups: Vec<u32>,
}

/// What is to be done with a file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Read a file.
    Read,
    /// Come into a folder.
    Enter,
    /// Write to a file.
    Write,
    /// Make files in a folder.
    Fill,
}

/// The file or folder on the way that keeps a user out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Its path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    owner: u32,
    group: u32,
    mode: u32,
}

impl Wish {
    /// The bits that it takes, as those of others are in a mode.
    fn bits(self) -> u32 {
        match self {
            Wish::Read => 0o4,
            Wish::Enter => 0o1,
            Wish::Write => 0o2,
            Wish::Fill => 0o3,
        }
    }
}

impl Account {
    /// The user of this name, if there is one.
    pub fn find(name: &str) -> Option<Self> {
        let user = uzers::get_user_by_name(name)?;
        let gid = user.primary_group_id();
        let groups = uzers::get_user_groups(name, gid).unwrap_or_default();
        Some(Account {
            name: name.to_owned(),
            home: user.home_dir().to_owned(),
            uid: user.uid(),
            gid,
            groups: groups.iter().map(uzers::Group::gid).chain([gid]).collect(),
        })
    }

    /// The numbers of its groups.
    pub fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// What keeps the user from something that is there, by the permission bits of it and of the
    /// folders above it; nothing where that cannot be seen.
    pub fn obstacle(&self, path: &Path, wish: Wish) -> Option<Obstacle> {
        // Of a link the folders that it is in count, and those that it leads to.
        let real = fs::canonicalize(path).ok();
        let ways = [Some(path), real.as_deref()].into_iter().flatten();
        let above = ways.flat_map(|way| way.ancestors().skip(1));
        let mut above: Vec<&Path> = above.collect();
        above.sort_unstable();
        let above = above.into_iter().map(|folder| (folder, Wish::Enter));
        above
            .chain([(path, wish)])
            .find_map(|(path, wish)| self.closed(path, wish))
    }

    fn closed(&self, path: &Path, wish: Wish) -> Option<Obstacle> {
        let metadata = fs::metadata(path).ok()?;
        if self.allows(&metadata, wish) || has_access_list(path) {
            return None;
        }
        Some(Obstacle {
            path: path.to_owned(),
            is_folder: metadata.is_dir(),
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode() & 0o7777,
        })
    }

    fn allows(&self, metadata: &Metadata, wish: Wish) -> bool {
        let shift = match metadata {
            _ if self.uid == ROOT => return true,
            _ if metadata.uid() == self.uid => 6,
            _ if self.groups.contains(&metadata.gid()) => 3,
            _ => 0,
        };
        metadata.mode() >> shift & wish.bits() == wish.bits()
    }
}

/// Whether it has a list of users and groups, beside which its bits say little.
fn has_access_list(path: &Path) -> bool {
    let path = path.as_os_str().as_bytes();
    rustix::fs::getxattr(path, "system.posix_acl_access", &mut [0_u8; 0]).is_ok_and(|size| size > 0)
}

impl Obstacle {
    /// Why it is one, for a person.
    pub fn reason(&self) -> String {
        let group = uzers::get_group_by_gid(self.group);
        let group = group.map(|group| group.name().display().to_string());
        format!(
            "`{}` belongs to `{}` and the group `{}`, and its mode is {:03o}",
            self.path.display(),
            super::user_name(self.owner).unwrap_or_else(|| self.owner.to_string()),
            group.unwrap_or_else(|| self.group.to_string()),
            self.mode
        )
    }
}
