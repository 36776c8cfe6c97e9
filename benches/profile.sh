#!/usr/bin/env bash
# Times the whole of `convert` for one build, or for two builds in turn.
#
#   benches/profile.sh [ORCIDLAKE [OTHER]]
#
# For each: MB of XML per CPU-second, wall time, peak memory, the share of each
# station. RECORDS sets the size of the synthetic archive, ARCHIVE takes another
# archive, THREADS and ROUNDS as they say. Judge a change by the ratio of two
# builds in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
one=${1:-target/release/orcidlake} other=${2:-}
records=${RECORDS:-100000} threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
archive=${ARCHIVE:-}
if [ -z "$archive" ]; then
    "$one" synth --records "$records" --out "$scratch" --quiet
    archive=$(echo "$scratch"/*.tar.gz)
fi
for round in $(seq "$rounds"); do
    for build in "$one" ${other:+"$other"}; do
        rm -rf "$scratch/out"
        python3 - "$build" "$archive" "$scratch/out" "$threads" <<'PYTHON'
import json, os, resource, subprocess, sys, time
build, archive, out, threads = sys.argv[1:]
begun = time.time()
command = [build, "convert", archive, "--out", out, "--threads", threads, "--json", "--quiet"]
done = subprocess.run(command, stdout=subprocess.PIPE)
wall, used = time.time() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
if done.returncode > 1:
    sys.exit(done.returncode)
report = json.loads(done.stdout)
xml = report["report"]["members"]["xml_bytes"] / 1e6
cpu = used.ru_utime + used.ru_stime
stages = report["stage_seconds"]
shares = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items())
print(f"{build}: {xml / cpu:.0f} MB per CPU-s, {xml / wall:.0f} MB/s, {wall:.2f} s wall, {cpu:.2f} s CPU, "
      f"{cpu / wall:.2f} cores, {used.ru_maxrss / 1024:.0f} MiB ({shares})")
PYTHON
    done
done
