"""A conversion in parts: plan, run the parts anywhere, commit.

Tasks and results are small values that can be pickled and written as JSON, so that any engine can
send them to its workers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, file_name, flag, names, place, places, settings, whole
from ._convert import ConvertReport, by_archive, outcomes
from ._progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Self

    from ._progress import Watcher

# A larger number is treated as a typing error, as by the program.
_MOST_PARTS = 100_000


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
        """The value that `to_json` wrote.

        Raises:
            ValueError: If the text is something else, or was changed since. Of a task, only the path
                of its archive may be changed.
        """
        if not isinstance(text, str):
            raise TypeError(f"a {cls.__name__} is read from text, not {type(text).__name__}")
        _native.check(cls.__name__, text)
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
    """One archive, or one part of it, to be converted; or an archive that needs an index first."""

    __slots__ = ()

    @property
    def kind(self) -> str:
        """``"index"`` for a task that must be done before the parts of its archive, else ``"part"``."""
        return self.to_dict()["kind"]

    @property
    def archive(self) -> str:
        """The path of the archive, on the machine that runs the task."""
        return self.to_dict()["archive"]

    @property
    def shard(self) -> str | None:
        """The part of the archive, such as ``"2/5"``; None for all of it."""
        return self.to_dict().get("shard")

    def __repr__(self) -> str:
        part = "" if self.shard is None else f", part {self.shard}"
        if self.kind == "index":
            part = ", index"
        return f"Task({file_name(self.archive)!r}{part})"


class PartResult(_Value):
    """The files that a task has written, with their sizes, rows and digests; or an index."""

    __slots__ = ()

    @property
    def kind(self) -> str:
        """``"part"``, or ``"index"`` for the result of an index task, which `commit` ignores."""
        return self.to_dict()["kind"]

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of rows by table; none for an index."""
        return self._report().get("rows", {})

    @property
    def members(self) -> dict[str, int]:
        """The numbers of members by what became of them; none for an index."""
        return self._report().get("members", {})

    def _report(self) -> dict[str, Any]:
        return self.to_dict().get("entry", {}).get("report", {})

    def __repr__(self) -> str:
        value = self.to_dict()
        if value["kind"] == "index":
            return f"PartResult({file_name(value['archive'])!r}, index)"
        entry = value["entry"]
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

    Parts of an archive need its index. Archives without an index get an index task; all index tasks
    come first, and must be done before the others begin.

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
    count = whole(parts, "parts", 1, _MOST_PARTS)
    given = places(archives)
    target = None if out is None else place(out)
    options = settings(tables=names(tables, "tables"), salvage=salvage, replace=replace, storage_options=storage_options)
    return [Task(text) for text in _native.plan(given, target, count, options)]


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
    """Runs a task. The files of a part wait beside the dataset ``out``, where `commit` finds them.

    Readers of the dataset see nothing of it before the commit. A task may be run twice, also by two
    machines at once; one of the results counts, and a part that waits already is not made again.
    """
    _expect(task, Task, "task")
    target = place(out)
    options = settings(threads=threads, memory=memory, storage_options=storage_options, scratch=scratch)
    with watched(progress) as tell:
        return PartResult(_native.write_part(task.to_json(), target, options, tell))


def commit(
    out: Place,
    results: Iterable[PartResult],
    *,
    replace: bool = False,
    storage_options: Mapping[str, str] | None = None,
) -> ConvertReport:
    """Adds the results of tasks to the dataset ``out``, in one step, and removes what waited.

    All parts of an archive must be there. A result that the dataset has already, or that is given
    twice, is skipped. ``replace`` replaces the dataset by these results alone; if archives of the
    dataset are not among them, it needs ``replace`` in the plan too.

    Returns:
        What became of each archive, once for each.
    """
    if isinstance(results, (_Value, str)):
        raise TypeError(f"results is a list of PartResult, not {type(results).__name__}")
    given = list(results)
    for result in given:
        _expect(result, PartResult, "each of results")
    target = place(out)
    options = settings(storage_options=storage_options)
    told = _native.commit([result.to_json() for result in given], target, flag(replace, "replace"), options)
    return ConvertReport(by_archive(outcomes(told)))


def _expect(value: object, kind: type[_Value], what: str) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{what} is a {kind.__name__}, not {type(value).__name__}")
