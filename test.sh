#!/usr/bin/env bash
# All checks that need nothing but Rust: form, lints, tests, documents.
set -euo pipefail
cd "$(dirname "$0")"
cargo fmt --check
# Without the default features, which are jemalloc alone: it takes a minute to build.
cargo clippy --workspace --all-targets --no-default-features --quiet -- -D warnings
if cargo nextest --version >/dev/null 2>&1; then
    # Many tests wait for a local server, so that twice as many as processors run at a time.
    cargo nextest run --workspace --no-default-features --no-fail-fast --test-threads $((2 * $(getconf _NPROCESSORS_ONLN)))
    cargo test --workspace --no-default-features --doc --quiet
else
    cargo test --workspace --no-default-features
fi
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-default-features --no-deps --quiet
