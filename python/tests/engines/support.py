"""What must hold after a conversion by whatever engine, and how tests make and kill slow tasks."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import orcidlake as ol

#: Time in which a task to be killed has begun, on a busy machine.
PATIENCE_SECONDS = 300


def check(out: Path, expected: Path, report: ol.ConvertReport | None = None) -> None:
    """The dataset has the rows of `expected`, is sound, and no file is too many."""
    found, wanted = ol.open(out), ol.open(expected)
    assert found.tables == wanted.tables
    for table in wanted.tables:
        assert found[table].to_arrow().equals(wanted[table].to_arrow()), table
    assert ol.verify(out) == []
    own = {Path(file).resolve() for table in found.tables for file in found[table].files}
    assert set(out.resolve().rglob("*.parquet")) == own
    # No part waits, and nothing else lies beside the dataset.
    beside = {path.name for path in out.parent.iterdir()}
    assert {name for name in beside if name.startswith(f".{out.name}")} == set()
    if report is not None:
        assert report.rows == {table: wanted[table].num_rows for table in wanted.tables}


class Gate:
    """Makes the first run of one part wait where a test wants it, on whatever process runs it.

    A folder that all processes see has a file for each run, named by its process. `job` replaces the
    job of `orcidlake._stages`; it is defined in a function, so that it is pickled by value.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self.killed = 0
        #: The command line of the process that was killed.
        self.command = ""

    def job(self, wait_seconds: float) -> type:
        from orcidlake._stages import Job

        folder = self._folder

        class Gated(Job):
            def __call__(self, task):
                import os
                import time

                if str(task.to_dict().get("shard")).startswith("2/"):
                    try:
                        os.mkdir(os.path.join(folder, "first"))
                    except FileExistsError:
                        pass
                    else:
                        os.mkdir(os.path.join(folder, f"pid-{os.getpid()}"))
                        time.sleep(wait_seconds)
                return super().__call__(task)

        return Gated

    def pid(self) -> int:
        """The process of the first run, as soon as it has begun."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for path in Path(self._folder).glob("pid-*"):
                return int(path.name.partition("-")[2])
            time.sleep(0.01)
        raise TimeoutError("the part did not begin")

    def kill(self, ancestor: int, after_seconds: float) -> threading.Thread:
        """Kills the process of the first run, or the ancestor of it so many levels up, as soon as it
        has begun."""

        def run() -> None:
            pid = self.pid()
            for _ in range(ancestor):
                pid = parent(pid)
            self.command = Path(f"/proc/{pid}/cmdline").read_text()
            time.sleep(after_seconds)
            os.kill(pid, signal.SIGKILL)
            self.killed = pid

        thread = threading.Thread(target=run)
        thread.start()
        return thread


def parent(pid: int) -> int:
    """The parent of a process, from Linux's /proc."""
    status = Path(f"/proc/{pid}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])
