#!/usr/bin/env bash
# Builds the targets and runs each for some seconds; a crash of any ends it with 1.
#
# usage: run.sh [seconds [target...]]      (10 seconds, all targets)
#
# Stable Rust suffices: it writes libFuzzer's counters, and asks no sanitizer to look on.
# Safe code needs none.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-10}
shift || true
# A target that takes more memory than this, or longer for one input, has a fault.
memory_mb=1024
input_seconds=10

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=4 -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
# With a target named, the flags are not those of build scripts.
cargo build --release --quiet --locked --target "$host"

targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"/\1/p' Cargo.toml)
status=0
for target in "${targets[@]}"; do
    # What is new goes to found/, which nobody keeps; corpus/ is the seeds.
    mkdir -p "artifacts/$target" "found/$target"
    dictionary=()
    [ ! -f "dictionaries/$target" ] || dictionary=("-dict=dictionaries/$target")
    log=artifacts/$target/log
    if ! "target/$host/release/$target" "${dictionary[@]}" -max_total_time="$seconds" -timeout="$input_seconds" \
        -rss_limit_mb="$memory_mb" -artifact_prefix="artifacts/$target/" -print_final_stats=1 \
        "found/$target" "corpus/$target" >"$log" 2>&1; then
        tail -n 40 "$log"
        echo "$target: fails; the input that shows it is in fuzz/artifacts/$target"
        status=1
        continue
    fi
    echo "$target: $(grep -E '\sDONE\s' "$log" | tail -n 1 | tr -s ' \t' ' ')"
done
exit "$status"
