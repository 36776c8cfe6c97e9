"""A conversion in parts: plan, run the parts anywhere, commit.

Tasks and results are small values that can be pickled and written as JSON, so that any engine can
send them to its workers.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, is_url, names, place, places, settings
from ._convert import outcomes
from ._progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Self

    from ._convert import ConvertReport
    from ._progress import Watcher


class _Value:
    """A value that is sent as JSON."""

    __slots__ = ("_json",)

    def __init__(self, text: str) -> None:
        self._json = text

    def to_json(self) -> str:
        """The value as one line of JSON."""
        return self._json

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The value that `to_json` wrote."""
        json.loads(text)
        return cls(text)

    def to_dict(self) -> dict[str, Any]:
        """What is in it."""
        return json.loads(self._json)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._json == self._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._json,)


class Task(_Value):
    """One archive, or one part of it, to be converted."""

    __slots__ = ()

    @property
    def archive(self) -> str:
        """The path of the archive, on the machine that runs the task."""
        return self.to_dict()["archive"]

    @property
    def shard(self) -> str | None:
        """The part of the archive, such as ``"2/5"``; None for all of it."""
        return self.to_dict()["shard"]

    def __repr__(self) -> str:
        part = "" if self.shard is None else f", part {self.shard}"
        return f"Task({os.path.basename(self.archive)!r}{part})"


class PartResult(_Value):
    """The files that a task has written, with their sizes, rows and digests."""

    __slots__ = ()

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of rows by table."""
        return self.to_dict()["entry"]["report"]["rows"]

    @property
    def members(self) -> dict[str, int]:
        """The numbers of members by what became of them."""
        return self.to_dict()["entry"]["report"]["members"]

    @property
    def folder(self) -> str:
        """The folder that the files lie in until they are committed."""
        return self.to_dict()["folder"]

    def __repr__(self) -> str:
        entry = self.to_dict()["entry"]
        part = "" if entry.get("shard") is None else f", part {entry['shard']}"
        return f"PartResult({entry['name']!r}{part}, {self.members['members']:,} members)"


def plan(
    archives: Place | Iterable[Place],
    out: Place | None = None,
    *,
    parts: int = 1,
    tables: str | Iterable[str] | None = None,
    salvage: bool = False,
    replace: bool = False,
    storage_options: Mapping[str, str] | None = None,
) -> list[Task]:
    """Plans a conversion in about ``parts`` parts.

    Archives with an index (see `index`) are divided by their sizes; the others are one task each.

    Args:
        archives: As for `convert`.
        out: The dataset that the results will be added to. Archives that it has get no task.
        parts: How many tasks are wanted, all archives together.
        tables: As for `convert`.
        salvage: As for `convert`; such archives are not divided.
        replace: The results will replace the dataset.
        storage_options: As for `convert`.

    >>> tasks = ol.plan(archives, parts=4)
    >>> results = [ol.write_part(task, "in-parts") for task in tasks]
    >>> ol.commit("in-parts", results).rows["summaries/records"]
    581
    """
    if parts < 1:
        raise ValueError(f"parts are at least 1, not {parts}")
    given = places(archives)
    # Without a dataset: one that surely is not there.
    target = f".{os.urandom(16).hex()}" if out is None else place(out)
    options = settings(
        tables=names(tables), salvage=salvage, replace=replace, storage_options=storage_options
    )
    return [Task(text) for text in _native.plan(given, target, parts, options)]


def write_part(
    task: Task,
    out: Place,
    *,
    threads: int | None = None,
    memory: int | str | None = None,
    progress: Watcher = False,
    storage_options: Mapping[str, str] | None = None,
    scratch: Place | None = None,
) -> PartResult:
    """Runs a task, and writes its files beside the dataset ``out``, where `commit` finds them; in an
    object store, into the dataset, under names that no reader looks for. ``scratch`` is as for
    `convert`.

    Readers of the dataset see nothing of it before the commit. A task may be run twice, also by two
    machines at once; one of the results counts.
    """
    target = place(out)
    options = settings(threads=threads, memory=memory, storage_options=storage_options, scratch=scratch)
    folder = os.path.join(_parts_folder(target, scratch), os.urandom(8).hex())
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with watched(progress) as tell:
        result = PartResult(_native.write_part(task.to_json(), folder, target, options, tell))
    if is_url(target):
        _remove([folder], os.path.dirname(folder))
    return result


def commit(
    out: Place,
    results: Iterable[PartResult],
    *,
    replace: bool = False,
    storage_options: Mapping[str, str] | None = None,
) -> ConvertReport:
    """Adds the results of tasks to the dataset ``out``, in one step, and removes the folders in
    which they waited.

    A result that the dataset has already, or that is given twice, is skipped. ``replace`` replaces
    the dataset by these results alone.
    """
    target, given = place(out), list(results)
    options = settings(storage_options=storage_options)
    told = _native.commit([result.to_json() for result in given], target, replace, options)
    waiting = _parts_folder(target, None)
    _remove([result.folder for result in given if os.path.dirname(result.folder) == waiting], waiting)
    return outcomes(told)


def _remove(folders: list[str], above: str) -> None:
    """Removes folders, and the one above them if nothing else waits there."""
    import shutil

    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        os.rmdir(above)
    except OSError:
        pass


def _parts_folder(dataset: str, scratch: Place | None) -> str:
    """The folder in which results wait: beside a dataset, or on the way to an object store."""
    if is_url(dataset):
        import tempfile

        return os.path.join(tempfile.gettempdir() if scratch is None else place(scratch), ".orcidlake-parts")
    folder, name = os.path.split(os.path.abspath(dataset))
    return os.path.join(folder, f".{name}.orcidlake-parts")
