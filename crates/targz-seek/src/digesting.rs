//! The MD5 of what a reader reads. For all but small files a thread beside the reader makes it, since the
//! one thread that inflates an archive decides how long several cores take.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use md5::{Digest, Md5};

/// Bytes that the reader digests itself, before it starts a thread.
const BESIDE_FROM_BYTES: u64 = 4 << 20;
/// Buffers that may wait for the thread. It takes a fraction of the time that inflating takes.
const WAITING_BUFFERS: usize = 2;

pub(super) struct Digesting {
    digested_bytes: u64,
    place: Place,
}

enum Place {
    Here(Md5),
    Beside { sender: Sender<Piece>, thread: JoinHandle<Md5> },
}

/// A range of a buffer that is shared with the reader.
type Piece = (Arc<Vec<u8>>, Range<usize>);

impl Digesting {
    pub fn new() -> Self {
        Self { digested_bytes: 0, place: Place::Here(Md5::new()) }
    }

    /// Digests a range of a buffer, which comes after all that was given before.
    pub fn update(&mut self, buffer: &Arc<Vec<u8>>, range: Range<usize>) {
        self.digested_bytes += range.len() as u64;
        match &mut self.place {
            Place::Here(digest) => digest.update(&buffer[range]),
            Place::Beside { sender, .. } => {
                sender.send((buffer.clone(), range)).expect("the thread takes all pieces");
            }
        }
        if let Place::Here(digest) = &self.place
            && self.digested_bytes >= BESIDE_FROM_BYTES
            // Where no more threads can be started, the reader goes on digesting.
            && let Ok(beside) = Place::beside(digest.clone())
        {
            self.place = beside;
        }
    }

    /// The MD5 in the lower-case hexadecimal of download pages.
    pub fn finish(self) -> String {
        hex_digest(match self.place {
            Place::Here(digest) => digest,
            Place::Beside { sender, thread } => {
                drop(sender);
                thread.join().expect("MD5 does not panic")
            }
        })
    }
}

impl Place {
    fn beside(digest: Md5) -> io::Result<Self> {
        let (sender, pieces) = crossbeam_channel::bounded(WAITING_BUFFERS);
        let thread = std::thread::Builder::new().name("md5".to_owned());
        Ok(Self::Beside { sender, thread: thread.spawn(move || digest_all(digest, &pieces))? })
    }
}

fn digest_all(mut digest: Md5, pieces: &Receiver<Piece>) -> Md5 {
    for (buffer, range) in pieces {
        digest.update(&buffer[range]);
    }
    digest
}

/// An MD5 in the lower-case hexadecimal of download pages.
pub(super) fn hex_digest(digest: Md5) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_does_not_depend_on_who_makes_it() {
        let bytes: Vec<u8> = (0..9 << 20).map(|place: usize| (place % 251) as u8).collect();
        for length in [0, 1, BESIDE_FROM_BYTES as usize, bytes.len()] {
            let mut digesting = Digesting::new();
            for piece in bytes[..length].chunks(700_001) {
                digesting.update(&Arc::new(piece.to_vec()), 0..piece.len());
            }

            let is_beside = matches!(digesting.place, Place::Beside { .. });

            assert_eq!(is_beside, length as u64 >= BESIDE_FROM_BYTES);
            assert_eq!(digesting.finish(), hex_digest(Md5::new_with_prefix(&bytes[..length])));
        }
    }
}
