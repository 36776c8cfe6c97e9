#!/usr/bin/env bash
# Times the index of an archive: making it beside reading the archive without, its
# size, and `get` by it for some members at random, the start of the program included.
#
#   benches/index.sh ORCIDLAKE ARCHIVE [SPACING…]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 archive=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ln -s "$(realpath "$archive")" "$scratch/a.tar.gz"
tar tzf "$archive" | grep -oE '[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]\.xml$' | sed 's/\.xml$//' |
    awk 'BEGIN { srand(1) } { line[NR] = $0 } END { for (i = 0; i < 300; i++) print line[int(rand() * NR) + 1] }' > "$scratch/ids"
python3 - "$build" "$scratch" "${@:-4MiB}" <<'PYTHON'
import os, resource, statistics, subprocess, sys, time
build, scratch, *spacings = sys.argv[1:]
archive = f"{scratch}/a.tar.gz"
def run(*arguments):
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([build, *arguments, "--quiet"], stdout=subprocess.PIPE)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
ids = open(f"{scratch}/ids").read().split()
start = statistics.median(run("--version")[1] for _ in range(50))
print(f"start of the program: median {start * 1e3:.2f} ms")
for spacing in spacings:
    if os.path.exists(archive + ".idx"):
        os.remove(archive + ".idx")
    _, wall, cpu = run("get", "0000-0000-0000-0000", archive)
    done, wall_index, cpu_index = run("index", archive, "--spacing", spacing)
    assert done.returncode == 0
    size = os.path.getsize(archive + ".idx")
    share = size / os.path.getsize(archive)
    print(f"{spacing}: index {size / 1e6:.1f} MB ({share:.2%} of the archive), {cpu_index:.1f} s CPU ({cpu_index / cpu:.2f} of reading), "
          f"{wall_index:.1f} s wall ({wall_index / wall:.2f})")
    times = []
    for orcid in ids:
        done, wall, _ = run("get", orcid, archive)
        assert done.returncode == 0 and orcid.encode() in done.stdout, orcid
        times.append(wall)
    times.sort()
    print(f"{spacing}: get: median {statistics.median(times) * 1e3:.2f} ms, 90th {times[len(times) * 9 // 10] * 1e3:.2f} ms, "
          f"worst {times[-1] * 1e3:.2f} ms of {len(times)}")
PYTHON
