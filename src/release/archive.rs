//! A folder as one file: a tar archive, compressed by gzip.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

type Archive = tar::Builder<GzEncoder<BufWriter<File>>>;

/// Packs what lies in `folder` into `file`. The entries belong to root, so that who unpacks it as
/// root owns them, and not a user of that machine who happens to have the number of this one.
///
/// # Errors
/// When that is not possible.
pub fn pack(folder: &Path, file: &Path) -> io::Result<()> {
    let file = BufWriter::new(File::create(file)?);
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    append(&mut archive, folder, Path::new(""))?;
    archive.into_inner()?.finish()?.flush()
}

/// Appends what lies in `folder`, below `name`.
fn append(archive: &mut Archive, folder: &Path, name: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        let metadata = entry.metadata()?;
        let mut header = tar::Header::new_gnu();
        header.set_metadata(&metadata);
        header.set_uid(0);
        header.set_gid(0);
        if metadata.is_dir() {
            archive.append_data(&mut header, &name, io::empty())?;
            append(archive, &path, &name)?;
        } else {
            archive.append_data(&mut header, &name, File::open(&path)?)?;
        }
    }
    Ok(())
}
