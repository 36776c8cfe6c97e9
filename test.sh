#!/usr/bin/env bash
# All checks that need nothing but Rust: form, lints, tests, documents.
set -euo pipefail
cd "$(dirname "$0")"
# To keep what makes later builds shorter makes the first one longer.
[ -d target ] || export CARGO_INCREMENTAL=0
cargo fmt --check
# Without the default features, which are jemalloc alone: it takes half a minute to build.
cargo clippy --workspace --all-targets --no-default-features --quiet -- -D warnings
# The tests write and sync many small files: in memory, where there is room for them.
shm=/dev/shm
if [ -w $shm ] && [ "$(df --output=avail --block-size=1G $shm | tail -n 1)" -ge 8 ]; then
    TMPDIR=$(mktemp -d $shm/orcidlake-tests.XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
fi
if cargo nextest --version >/dev/null 2>&1; then
    # Many tests wait for a local server, so that twice as many as processors run at a time.
    cargo nextest run --workspace --no-default-features --no-fail-fast --test-threads $((2 * $(getconf _NPROCESSORS_ONLN)))
    cargo test --workspace --no-default-features --doc --quiet
else
    cargo test --workspace --no-default-features
fi
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-default-features --no-deps --quiet
