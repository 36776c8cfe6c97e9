#!/usr/bin/env python3
"""Times `convert` and other programs in turn on one archive.

usage: beside.py ORCIDLAKE ARCHIVE XML_MB COMMAND...

XML_MB is what the archive holds of XML, in MB, as `convert` reports it. In each
COMMAND, {archive} and {out} stand for the archive and a place for what is made. ROUNDS
sets how often each program runs, THREADS how many threads `convert` uses.
"""
import os, shlex, shutil, statistics, subprocess, sys, tempfile, time

SHOWN = ("MB of XML per CPU-second", "seconds of wall time", "MiB at the peak")


def run(command, xml_mb):
    """MB of XML per CPU-second, seconds of wall time, MiB at the peak."""
    begun = time.time()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.time() - begun
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{shlex.join(command)} failed")
    return xml_mb / (used.ru_utime + used.ru_stime), wall, used.ru_maxrss / 1024


def main():
    orcidlake, archive, xml_mb, *others = sys.argv[1:]
    threads = os.environ.get("THREADS", str(os.cpu_count()))
    ours = f"{shlex.quote(orcidlake)} convert {{archive}} --out {{out}} --threads {threads} --quiet"
    figures = {command: [] for command in [ours, *others]}
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        for command, runs in figures.items():
            folder = tempfile.mkdtemp()
            places = {"archive": archive, "out": os.path.join(folder, "out")}
            runs.append(run([word.format(**places) for word in shlex.split(command)], float(xml_mb)))
            shutil.rmtree(folder)
    for command, runs in figures.items():
        print(command)
        for shown, values in zip(SHOWN, zip(*runs)):
            row = " ".join(f"{value:.4g}" for value in values)
            print(f"  {shown}: median {statistics.median(values):.4g} ({row})")


main()
