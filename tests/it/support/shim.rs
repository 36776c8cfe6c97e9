//! The library that breaks a call to the disk.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `faults/shim.c` in a folder.
pub fn shim_in(folder: &Path) -> PathBuf {
    let shim = folder.join("shim.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/faults/shim.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).arg("-ldl");
    let compiled = compiler.status();
    assert!(compiled.expect("there is a C compiler, as SQLite needs one").success());
    shim
}
