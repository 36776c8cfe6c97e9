//! Writes one `tar.gz` as the registry packs it: GNU headers, an entry for each
//! folder before its files, one gzip member.
//!
//! Knows no ORCID. The same members give the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

const BUFFER: usize = 256 * 1024;

/// An archive that is being written.
pub struct Archive {
    tar: Builder<GzEncoder<BufWriter<File>>>,
    /// The folder of the last member, of which each part has its entry.
    folder: String,
    members: u64,
    xml_bytes: u64,
}

/// A file to be packed.
pub struct Member {
    /// The folder without a slash at its end.
    pub folder: String,
    pub name: String,
    pub content: Vec<u8>,
    /// In seconds since 1970.
    pub modified: u64,
}

/// What became of it.
pub struct Packed {
    pub members: u64,
    pub xml_bytes: u64,
    pub archive_bytes: u64,
}

impl Archive {
    pub fn create(path: &Path, gzip_level: u32, modified: u64) -> io::Result<Archive> {
        let file = BufWriter::with_capacity(BUFFER, File::create(path)?);
        let seconds = u32::try_from(modified).unwrap_or(0);
        let gzip = GzBuilder::new().mtime(seconds).write(file, Compression::new(gzip_level));
        Ok(Archive { tar: Builder::new(gzip), folder: String::new(), members: 0, xml_bytes: 0 })
    }

    /// Adds a file. The members of one folder have to come together.
    pub fn append(&mut self, member: &Member) -> io::Result<()> {
        if member.folder != self.folder {
            self.append_folders(&member.folder, member.modified)?;
            self.folder.clone_from(&member.folder);
        }
        let mut header = header(EntryType::Regular, 0o644, member.modified);
        header.set_size(member.content.len() as u64);
        let path = format!("{}/{}", member.folder, member.name);
        self.tar.append_data(&mut header, path, member.content.as_slice())?;
        self.members += 1;
        self.xml_bytes += member.content.len() as u64;
        Ok(())
    }

    /// Adds an entry for each part of the path that the last one did not have.
    fn append_folders(&mut self, folder: &str, modified: u64) -> io::Result<()> {
        let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
        for end in ends {
            let part = &folder[..end];
            let known = self.folder == part || self.folder.starts_with(&format!("{part}/"));
            if !known {
                let mut header = header(EntryType::Directory, 0o755, modified);
                self.tar.append_data(&mut header, format!("{part}/"), io::empty())?;
            }
        }
        Ok(())
    }

    /// Writes the end of the archive.
    pub fn finish(self) -> io::Result<Packed> {
        let mut file = self.tar.into_inner()?.finish()?;
        file.flush()?;
        Ok(Packed {
            archive_bytes: file.get_ref().metadata()?.len(),
            members: self.members,
            xml_bytes: self.xml_bytes,
        })
    }
}

fn header(kind: EntryType, mode: u32, modified: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(6001);
    header.set_gid(6001);
    header.set_mtime(modified);
    header.set_size(0);
    header
}
