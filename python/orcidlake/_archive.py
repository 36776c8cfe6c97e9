"""Reads an archive without converting it: the rows of one table, or the counts of all tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, file_name, names, place, settings, shown, size
from ._arrow import ArrowStream, RecordBatch, Schema
from ._convert import ArchiveReport
from ._progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ._progress import Watcher

# Points nearer to each other would make the index larger than its archive.
_LEAST_SPACING = 64 << 10


class ArchiveReader(ArrowStream):
    """Reads one table of an archive, batch by batch; see `read_archive`.

    Attributes:
        table: The table, such as ``"summaries/works"``.
        archive: The path of the archive.
    """

    __slots__ = ("_native", "archive", "table")

    def __init__(self, archive: str, native: _native.ArchiveReader) -> None:
        self._native = native
        self.archive = shown(archive)
        self.table = native.key

    @property
    def schema(self) -> Schema:
        return Schema(self._native.schema)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of members that were read so far, by what became of them; empty when closed."""
        found = self._native.progress()
        return {} if found is None else json.loads(found[0])["members"]

    @property
    def read_bytes(self) -> int | None:
        """The bytes of the archive that have been read; None when closed."""
        found = self._native.progress()
        return None if found is None else found[1]

    def close(self) -> None:
        """Stops reading. The end of a ``with`` block does the same, and so does Python when it drops
        the reader."""
        self._native.close()

    def __iter__(self) -> Iterator[RecordBatch]:
        return self

    def __next__(self) -> RecordBatch:
        batch = self._native.next()
        if batch is None:
            raise StopIteration
        return RecordBatch(batch)

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"ArchiveReader({file_name(self.archive)!r}, {self.table!r})"


def read_archive(
    archive: Place,
    table: str,
    *,
    columns: str | Iterable[str] | None = None,
    threads: int | None = None,
    memory: int | str | None = None,
    salvage: bool = False,
    repeats: str = "error",
    shard: str | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> ArchiveReader:
    """Reads one table of an archive without converting it.

    The archive is parsed in parallel, and the batches come in the archive's order, each with the
    rows of about 8 MiB of XML. Memory is bounded: if you take no batches, reading waits. If you stop
    early, reading stops.

    The rows are those that a conversion gives, in the same order, with one exception: if an archive
    has several members of one name, a conversion keeps the rows of the last, which it knows at the
    archive's end. Here, the rows of the earlier ones have been given by then. ``repeats`` says what
    follows. Archives as ORCID releases them have no such members.

    Args:
        archive: An archive in any form that `convert` reads.
        table: A table such as ``"summaries/works"``. With ``"works"`` alone, the archive's first
            members tell whether these are the works of summaries or of activities.
        columns: The columns to give, in this order; all by default.
        threads: Threads that parse; one for each processor by default.
        memory: The limit of the memory, in bytes or as text such as ``"512MiB"``; 1 GiB by default.
            A sixth of it is for members that have been read and wait.
        salvage: Read the undamaged members of a damaged archive.
        repeats: ``"error"`` raises `RepeatedError` after the last batch if rows were given that a
            conversion removes; ``"keep"`` does not.
        shard: One part of the archive, such as ``"2/5"``; needs an index.
        storage_options: As for `convert`.

    >>> years = {}
    >>> for batch in ol.read_archive(archive, "works", columns=["publication_year"]):
    ...     for row in batch.to_dicts():
    ...         years[row["publication_year"]] = years.get(row["publication_year"], 0) + 1
    >>> sum(years.values())
    6745
    """
    if repeats not in ("error", "keep"):
        raise ValueError(f"repeats is 'error' or 'keep', not {repeats!r}")
    path = place(archive)
    options = settings(
        threads=threads, memory=memory, salvage=salvage, shard=shard, storage_options=storage_options
    )
    return ArchiveReader(path, _native.ArchiveReader(path, table, names(columns, "columns"), repeats == "keep", options))


def inspect(
    archive: Place,
    *,
    threads: int | None = None,
    memory: int | str | None = None,
    salvage: bool = False,
    progress: Watcher = False,
    storage_options: Mapping[str, str] | None = None,
) -> ArchiveReport:
    """Reads an archive to its end without writing anything, and counts what is in it. The options
    are those of `convert`.

    >>> ol.inspect(archive)
    ORCID_2025_10_summaries.tar.gz: inspected, 607 members, 581 records, 25 tombstones, 1 rejects
    """
    path = place(archive)
    options = settings(threads=threads, memory=memory, salvage=salvage, storage_options=storage_options)
    with watched(progress) as tell:
        entry = _native.inspect(path, options, tell)
    return ArchiveReport(path, "inspected", json.loads(entry))


def index(
    archive: Place,
    out: Place | None = None,
    *,
    spacing: int | str = "2MiB",
    progress: Watcher = False,
    storage_options: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Writes the index of an archive, so that any part of it can be read without the rest: by
    `convert` with several readers, by `plan` in parts.

    Args:
        archive: A ``.tar.gz`` or ``.tar`` archive.
        out: The file for the index; ``ARCHIVE.idx`` by default, which is where others look for it.
        spacing: Uncompressed bytes between two points where reading can start.
        progress: As for `convert`.
        storage_options: As for `convert`.

    Returns:
        What the index says of the archive.
    """
    target = None if out is None else place(out)
    options = settings(storage_options=storage_options)
    spacing_bytes = size(spacing, "spacing", _LEAST_SPACING)
    with watched(progress) as tell:
        return json.loads(_native.index(place(archive), target, spacing_bytes, options, tell))
