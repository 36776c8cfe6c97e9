#!/usr/bin/env python3
"""Measures the CPU time of `orcidlake.convert` beside that of the program.

usage: beside_program.py PROGRAM ARCHIVE... [--runs N] [--threads N]

PROGRAM is the program of a release build, such as target/release/orcidlake; the package is the one
of the Python that runs this script, installed by `pip install ./python`. Each run is a process of
its own with a dataset of its own; the two take turns, so that a change of the machine meets both.
It prints user and system time of each run, the medians, and by how much the package takes longer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

CALL = "import sys, orcidlake; orcidlake.convert(sys.argv[2:-1], sys.argv[1], threads=int(sys.argv[-1]))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("archives", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", default=str(os.cpu_count()))
    asked = parser.parse_args()
    seconds: dict[str, list[float]] = {"program": [], "package": []}
    for run in range(asked.runs):
        for way in seconds:
            with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
                out = os.path.join(folder, "orcid")
                command = {
                    "program": [asked.program, "convert", *asked.archives, "--out", out, "--quiet", "--threads", asked.threads],
                    "package": [sys.executable, "-c", CALL, out, *asked.archives, asked.threads],
                }[way]
                used = cpu_seconds(command)
            seconds[way].append(used)
            print(f"run {run + 1}, {way}: {used:.2f} s of CPU", flush=True)
    program, package = (statistics.median(seconds[way]) for way in ("program", "package"))
    print(f"median: program {program:.2f} s, package {package:.2f} s, {100 * (package / program - 1):+.1f} %")


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a process and its children."""
    before = os.times()
    # The program ends with 1 if members could not be read.
    status = subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode
    if status not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {status}")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
