//! Public data that may be looked at beside a working copy, where it is present.

use std::path::{Path, PathBuf};

/// A file below `../shared/data`; says so and gives `None` where it is not present.
pub fn shared(below: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(below);
    if !path.exists() {
        eprintln!("skipped: {below} is not here");
        return None;
    }
    Some(path)
}
