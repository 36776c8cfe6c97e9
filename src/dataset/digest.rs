//! The digest of a whole file.

use std::io::Read;

use xxhash_rust::xxh3::Xxh3;

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;

/// Size and XXH3 digest (64 bits, in sixteen hexadecimal digits) of a file, from its reader's
/// position on.
///
/// # Errors
/// The system's error, if the file cannot be read.
pub fn digest(file: &mut impl Read) -> std::io::Result<(u64, String)> {
    let (mut digest, mut buffer, mut size_bytes) = (Xxh3::new(), vec![0; READ_BYTES], 0);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok((size_bytes, format!("{:016x}", digest.digest())));
        }
        digest.update(&buffer[..length]);
        size_bytes += length as u64;
    }
}
