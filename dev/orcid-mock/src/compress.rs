//! Bodies in gzip, and archives on disk.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::Answer;

/// The answer with its body compressed.
pub fn gzip(answer: Answer) -> Answer {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&answer.body).expect("memory takes all");
    let body = encoder.finish().expect("memory takes all");
    Answer { body: body.into(), ..answer }.with("content-encoding", "gzip")
}

pub fn is_gzip(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, _)| *name == "content-encoding")
}

/// A `tar.gz` that is being written.
pub struct Archive(tar::Builder<GzEncoder<BufWriter<File>>>);

impl Archive {
    pub fn create(path: &Path) -> io::Result<Archive> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Archive(tar::Builder::new(GzEncoder::new(file, Compression::fast()))))
    }

    pub fn append(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        self.0.append_data(&mut header, path, content)
    }

    pub fn finish(self) -> io::Result<()> {
        self.0.into_inner()?.finish()?.flush()
    }
}
