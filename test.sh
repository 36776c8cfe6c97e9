#!/usr/bin/env bash
# All checks that need nothing but Rust: form, lints, tests, documents.
set -euo pipefail
cd "$(dirname "$0")"
cargo fmt --check
cargo clippy --workspace --all-targets --quiet -- -D warnings
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --no-fail-fast
    cargo test --workspace --doc --quiet
else
    cargo test --workspace
fi
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
