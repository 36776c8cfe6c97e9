//! Links the released program at a fixed address on Linux.
//!
//! Moved to an address of the loader's choice, its 78,000 pointers to names, tables
//! of functions and places in the source are written before `main`, which copies 440
//! pages: half of what a `get` takes (docs/performance.md).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value| std::env::var(name).is_ok_and(|found| found == value);
    let linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if linux && is("CARGO_CFG_TARGET_ARCH", "x86_64") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
