"""What must hold after a conversion by whatever engine, and how tests make and kill slow tasks."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import orcidlake as ol
from orcidlake import _stages

#: Time in which a task to be killed has begun, on a busy machine.
PATIENCE_SECONDS = 300
BUCKET = "archives"
#: A test runs twice: with archives and dataset in a folder, and in a bucket.
EVERYWHERE = pytest.mark.parametrize("place", ["folder", "s3"], indirect=True)
#: Files of a dataset that are no files of tables: manifests, descriptions, logs of Delta Lake, the lock.
NO_TABLES = r"(orcidlake|datapackage|croissant)\.json|orcidlake-versions/\d+\.json|.*/_delta_log/.*|[a-z]+\.lock"


class Folder:
    """A folder that all workers see, as on a shared file system."""

    options: dict[str, str] | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self.out = str(path / "orcid")

    def archive(self, path: Path) -> str:
        """A copy of an archive, without an index."""
        copy = self._path / path.name
        copy.write_bytes(path.read_bytes())
        return str(copy)

    def names(self) -> set[str]:
        """The files of the dataset, and what waits for it."""
        own = {str(path.relative_to(self.out)) for path in Path(self.out).rglob("*") if path.is_file()}
        beside = {path.name for path in self._path.iterdir() if path.name.startswith(".")}
        return own | beside


class Bucket:
    """A prefix of a bucket in a local S3."""

    def __init__(self, client: Any, options: dict[str, str], prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self.options = options
        self.out = f"s3://{BUCKET}/{prefix}/orcid"

    def archive(self, path: Path) -> str:
        """A copy of an archive, without an index."""
        key = f"{self._prefix}/{path.name}"
        self._client.upload_file(str(path), BUCKET, key)
        return f"s3://{BUCKET}/{key}"

    def names(self) -> set[str]:
        """The objects of the dataset, what waits for it, and uploads that are not finished."""
        prefix = f"{self._prefix}/orcid/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        own = {item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", [])}
        uploads = self._client.list_multipart_uploads(Bucket=BUCKET, Prefix=self._prefix).get("Uploads", [])
        return own | {f"unfinished: {upload['Key']}" for upload in uploads}


def check(place: Folder | Bucket, expected: Path, report: ol.ConvertReport | None = None) -> None:
    """The dataset has the rows of `expected`, is sound, and no file is too many."""
    found, wanted = ol.open(place.out, storage_options=place.options), ol.open(expected)
    assert found.tables == wanted.tables
    for table in wanted.tables:
        assert found[table].to_arrow().equals(wanted[table].to_arrow()), table
        assert all(file.startswith(str(place.out)) for file in found[table].files), table
    assert found["summaries/records"].scan().collect().height == found["summaries/records"].num_rows
    assert ol.verify(place.out, storage_options=place.options) == []
    named = {f"{table}/{file.rpartition('/')[2]}" for table in found.tables for file in found[table].files}
    others = {name for name in place.names() - named if not re.fullmatch(NO_TABLES, name)}
    assert others == set()
    if report is not None:
        assert report.rows == {table: wanted[table].num_rows for table in wanted.tables}


def drive_twice(monkeypatch: pytest.MonkeyPatch, convert: Callable[[], ol.ConvertReport]) -> None:
    """Two drivers convert at once, and both have all results when the first of them commits: one of them
    makes the dataset, the other is told that it came late or that nothing was left to do."""
    together, commit = threading.Barrier(2), _stages.commit

    def commit_together(*arguments: object, **options: object) -> ol.ConvertReport:
        together.wait()
        return commit(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(_stages, "commit", commit_together)
    told: list[object] = []

    def drive() -> None:
        try:
            told.append({archive.outcome for archive in convert()})
        except (ol.LockedError, ol.ConflictError):
            told.append("late")

    drivers = [threading.Thread(target=drive) for _ in range(2)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()

    assert {"converted"} in told
    told.remove({"converted"})
    assert told[0] in ["late", {"skipped"}]


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

        def taken(number):
            import os

            try:
                os.mkdir(os.path.join(folder, f"run-{number}"))
            except FileExistsError:
                return False
            return True

        class Gated(Job):
            def __call__(self, task):
                import os
                import time

                if str(task.to_dict().get("shard")).startswith("2/") and "summaries" in task.archive:
                    number = 1
                    while not taken(number):
                        number += 1
                    if number == 1:
                        os.mkdir(os.path.join(folder, f"pid-{os.getpid()}"))
                        time.sleep(wait_seconds)
                return super().__call__(task)

        return Gated

    def runs(self) -> int:
        """How often the part was begun."""
        return len(list(Path(self._folder).glob("run-*")))

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
