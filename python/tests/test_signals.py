"""Ctrl-C, and the program of the wheel."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import orcidlake as ol

# What each process does after it has said that it begins.
CONVERT = """
import sys, orcidlake as ol
def begun(progress):
    print("begun", flush=True)
try:
    ol.convert(sys.argv[1], sys.argv[2], threads=1, progress=begun)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
READ = """
import sys, orcidlake as ol
try:
    reader = ol.read_archive(sys.argv[1], "summaries/works", threads=1)
    print("begun", flush=True)
    for batch in reader:
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("code", [CONVERT, READ])
def test_ctrl_c_ends_long_work(tmp_path: Path, code: str) -> None:
    # A pipe that gives nothing after its first bytes: only an interruption ends it.
    pipe = tmp_path / "pipe.tar"
    os.mkfifo(pipe)
    program = [sys.executable, "-c", code, pipe, tmp_path / "orcid"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with open(pipe, "wb", buffering=0) as writer:
        writer.write(b"")
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        rest, _ = process.communicate(timeout=60)

    assert rest.splitlines()[-1] == "interrupted", rest
    # No promise of time is tested; it only must not be the pipe's end that ends it.
    assert process.returncode == 0 and time.monotonic() - begun < 60
    assert not (tmp_path / "orcid").exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_the_program(tmp_path: Path, sent: signal.Signals) -> None:
    pipe = tmp_path / "pipe.tar"
    os.mkfifo(pipe)
    process = _program("convert", pipe, "--out", tmp_path / "orcid", stderr=subprocess.PIPE)
    with open(pipe, "wb", buffering=0):
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "waiting for data" in line, line
        process.send_signal(sent)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 2 and "stopped before the end" in errors, errors
    assert "Traceback" not in errors


def test_the_program_is_that_of_the_crate(samples: Path, tmp_path: Path) -> None:
    version = _program("--version", stdout=subprocess.PIPE)
    assert version.communicate()[0].split() == ["orcidlake", ol.__version__]
    archives = sorted(samples.glob("*.tar.gz"))
    converted = _program("convert", *archives, "--out", tmp_path / "orcid", "--json", "--quiet", stdout=subprocess.PIPE)
    report = json.loads(converted.communicate()[0])
    # One member of the sample is damaged.
    assert converted.returncode == 1 and report["exit_status"] == 1
    verified = _program("verify", tmp_path / "orcid", "--quiet")
    assert verified.wait() == 0
    wrong = _program("convert", stderr=subprocess.PIPE)
    assert "Usage: orcidlake convert" in wrong.communicate()[1] and wrong.returncode == 2
    refused = _program("verify", tmp_path / "no", stderr=subprocess.PIPE)
    assert "there is no" in refused.communicate()[1] and refused.returncode == 2


def test_the_console_script_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("orcidlake")
    if not script.exists():
        found = shutil.which("orcidlake")
        assert found, "the wheel has a script"
        script = Path(found)
    told = subprocess.run([script, "--version"], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["orcidlake", ol.__version__]


def _program(*arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "orcidlake", *map(str, arguments)]
    return subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload, no-any-return]
