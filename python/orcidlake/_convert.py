"""Archives to a dataset, and what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, names, place, places, settings
from ._progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ._progress import Watcher

_COUNTS = ("members", "records", "tombstones", "activities", "rejects", "other", "duplicates", "cleaned", "xml_bytes")


class ArchiveReport:
    """What was found in an archive, and what became of it.

    Attributes:
        path: The path that was given, or the name in the dataset.
        outcome: ``"converted"``; ``"skipped"`` if the dataset had it; ``"kept"`` if it waits until
            all archives can replace the dataset; ``"failed"``; ``"inspected"``.
        error: Why it failed, or None.
    """

    def __init__(
        self, path: str, outcome: str, entry: dict[str, Any] | None, error: BaseException | None = None
    ) -> None:
        self.path = path
        self.outcome = outcome
        self.error = error
        self._entry = entry or {}

    @property
    def name(self) -> str:
        """The name of the archive in a dataset: its file name."""
        return self._entry.get("name", self.path)

    @property
    def md5(self) -> str | None:
        """The MD5 of the whole archive, to compare with its download page."""
        return self._entry.get("md5")

    @property
    def release(self) -> int | None:
        """The year of the dump, if a name gives one."""
        return self._entry.get("release")

    @property
    def complete(self) -> bool:
        """False if the archive is damaged and was read by ``salvage``."""
        return bool(self._entry.get("complete"))

    @property
    def members(self) -> dict[str, int]:
        """The numbers of members by what became of them; they add up to ``members["members"]``."""
        return dict(self._report.get("members", dict.fromkeys(_COUNTS, 0)))

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of rows by table."""
        return dict(self._report.get("rows", {}))

    @property
    def rejects(self) -> dict[str, int]:
        """The numbers of members that could not be read, by the code of the reason."""
        return dict(self._report.get("rejects", {}))

    @property
    def unmapped(self) -> dict[str, int]:
        """The numbers of values without a column, by path."""
        return dict(self._report.get("unmapped", {}))

    @property
    def notes(self) -> list[str]:
        """What was odd."""
        return list(self._report.get("notes", []))

    @property
    def _report(self) -> dict[str, Any]:
        return self._entry.get("report", {})

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the manifest of a dataset has it."""
        return self._entry

    def __repr__(self) -> str:
        counts = self.members
        found = [f"{counts[name]:,} {name}" for name in _COUNTS[:6] if counts[name]]
        return f"{self.name}: {', '.join([self.outcome, *found])}"


class ConvertReport:
    """What became of the archives of a conversion, or of the results of a commit.

    >>> report = ol.convert(archives, "new")
    >>> print(report)
    ORCID_2025_10_summaries.tar.gz: converted, 607 members, 581 records, 25 tombstones, 1 rejects
    >>> report.rows["summaries/works"]
    6745
    """

    def __init__(self, archives: list[ArchiveReport]) -> None:
        #: What became of each archive, in the order in which they were given.
        self.archives = archives

    @property
    def members(self) -> dict[str, int]:
        """The numbers of members that were converted, by what became of them."""
        return _sum(archive.members for archive in self.archives)

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of rows that were written, by table."""
        return _sum(archive.rows for archive in self.archives)

    @property
    def rejects(self) -> dict[str, int]:
        """The numbers of members that could not be read, by the code of the reason."""
        return _sum(archive.rejects for archive in self.archives)

    @property
    def failed(self) -> list[ArchiveReport]:
        """The archives that failed."""
        return [archive for archive in self.archives if archive.outcome == "failed"]

    def __iter__(self) -> Iterator[ArchiveReport]:
        return iter(self.archives)

    def __len__(self) -> int:
        return len(self.archives)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.archives))


def convert(
    archives: Place | Iterable[Place],
    out: Place,
    *,
    tables: str | Iterable[str] | None = None,
    threads: int | None = None,
    memory: int | str | None = None,
    salvage: bool = False,
    replace: bool = False,
    index: bool = False,
    progress: Watcher = False,
    storage_options: Mapping[str, str] | None = None,
    scratch: Place | None = None,
) -> ConvertReport:
    """Converts archives into the dataset ``out``.

    An archive is added in one step, when it has been read to its end. Archives that the dataset has
    are skipped, so the same call continues a run that was stopped.

    Args:
        archives: ORCID's archives as downloaded (``.tar.gz``, ``.tar``), folders of XML files, or
            single XML files, as paths or URLs (``https://``, ``s3://``, ``gs://``, ``az://``); one
            or several.
        out: A new or empty folder, or a dataset; or a URL of an object store, such as
            ``"s3://bucket/orcid"``.
        tables: The tables to write, such as ``"works"`` or ``"summaries/works"``; all by default.
        threads: Threads that parse and encode; one for each processor by default.
        memory: The limit of the memory, in bytes or as text such as ``"2GiB"``; 1 GiB by default.
            With more, more archives are read side by side.
        salvage: Read the undamaged members of a damaged archive.
        replace: Replace the dataset by these archives alone, when all are done.
        index: Write an index beside each archive that has none.
        progress: True for bars of tqdm where it is installed, otherwise for lines on standard
            error; or a function that gets a `Progress` several times a second, in the thread of the
            caller. If it raises, the conversion stops.
        storage_options: Options of object stores and web servers, such as ``{"aws_region":
            "eu-central-1"}``. The stores' usual environment variables are read too.
        scratch: For a dataset in an object store: the folder on a local disk where files are written
            before they are sent; the system's folder for temporary files by default.

    Returns:
        What became of each archive.

    Raises:
        Error: If an archive failed. The others are in the dataset; `Error.report` has the outcome
            of each.

    >>> ol.convert(archives, "some", tables="records").rows["summaries/records"]
    581
    """
    given, target = places(archives), place(out)
    options = settings(
        tables=names(tables, "tables"),
        threads=threads,
        memory=memory,
        salvage=salvage,
        replace=replace,
        index=index,
        storage_options=storage_options,
        scratch=scratch,
    )
    with watched(progress) as tell:
        return outcomes(_native.convert(given, target, options, tell))


def outcomes(told: list[tuple[str, BaseException | None]]) -> ConvertReport:
    """The report of some outcomes; raises the first error among them."""
    archives = []
    for text, error in told:
        outcome = json.loads(text)
        archives.append(ArchiveReport(outcome["archive"], outcome["outcome"], outcome["entry"], error))
    report = ConvertReport(archives)
    for archive in report.failed:
        archive.error.report = report  # type: ignore[union-attr]
        raise archive.error  # type: ignore[misc]
    return report


def by_archive(reports: Iterable[ArchiveReport]) -> list[ArchiveReport]:
    """One report for each archive, from those of its parts, in the order of the first of each."""
    archives: dict[str, list[ArchiveReport]] = {}
    for report in reports:
        archives.setdefault(report.name, []).append(report)
    return [_whole(parts) for parts in archives.values()]


def _whole(parts: list[ArchiveReport]) -> ArchiveReport:
    """The report of an archive from those of its parts. Parts that were skipped do not count beside others."""
    counted = [part for part in parts if part.outcome != "skipped"] or parts
    if len(counted) == 1:
        return counted[0]
    entries = [part.to_dict() for part in counted]
    entry = {**entries[0], "shard": None}
    if entries[0]:
        entry["complete"] = all(part.get("complete", True) for part in entries)
    for key in ("report", "parts", "rows_in", "rows_out"):
        found = [part[key] for part in entries if key in part]
        if found:
            entry[key] = _added(found)
    return ArchiveReport(counted[0].path, counted[0].outcome, entry)


def _added(values: list[Any]) -> Any:
    """Numbers are added, lists are joined, and so is what lies below the keys of dictionaries."""
    first = values[0]
    if isinstance(first, dict):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _added([value[key] for value in values if key in value]) for key in keys}
    if isinstance(first, list):
        return [item for value in values for item in value]
    return sum(values) if isinstance(first, (int, float)) else first


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for some in counts:
        for name, count in some.items():
            total[name] = total.get(name, 0) + count
    return total
