#!/usr/bin/env bash
# All checks that need nothing but Rust: form, lints, tests, documents.
set -euo pipefail
cd "$(dirname "$0")"
cargo fmt --check
cargo clippy --all-targets --quiet -- -D warnings
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --no-fail-fast
else
    cargo test
fi
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet
