"""A dataset and its tables."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native
from ._arguments import Place, flag, is_url, names, place, settings, shown, storage, whole
from ._arrow import ArrowStream, RecordBatch, Rows, Schema
from ._convert import ArchiveReport, by_archive
from ._errors import DatasetError, UnknownNameError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    import duckdb
    import polars

# The folders of tables, in the order in which a name without a folder is looked for.
_FOLDERS = ("summaries", "activities", "organizations")
_ALL_LEVELS = 255


class Problem(NamedTuple):
    """A difference between a dataset and its manifest."""

    path: str
    what: str


class Table(ArrowStream):
    """A table of a dataset, or some of its columns.

    Nothing is read before you ask for it. ``pyarrow.table(works)``, ``polars.DataFrame(works)`` and
    ``duckdb.sql("FROM works")`` read a table ``works`` too, without a copy.

    Attributes:
        key: The folder and the name, such as ``"summaries/works"``.
    """

    __slots__ = ("_columns", "_dataset", "_native", "_num_rows", "key")

    def __init__(self, dataset: Dataset, key: str, columns: list[str] | None = None) -> None:
        self._dataset = dataset
        self._columns = columns
        self._native = dataset._native.table(key, columns)
        self._num_rows: int | None = None
        self.key = key

    @property
    def num_rows(self) -> int:
        """The number of rows. They are counted where some are left out because they are not public."""
        if self._num_rows is None:
            self._num_rows = self._dataset._native.row_count(self.key)
        return self._num_rows

    @property
    def files(self) -> list[str]:
        """The paths or URLs of the Parquet files. Of a dataset that holds limited data, which its
        files do too, only if it was opened with ``include_limited=True``."""
        if self._dataset._hides:
            raise DatasetError(
                f"the files of {self.key} hold what is not public too; read the table, or open the dataset "
                "with include_limited=True"
            )
        return list(self._dataset._tables[self.key][1])

    @property
    def name(self) -> str:
        """The name without its folder."""
        return self.key.partition("/")[2]

    @property
    def schema(self) -> Schema:
        return Schema(self._native.schema)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self.schema.names

    def select(self, *columns: str | Iterable[str]) -> Table:
        """The table with these columns only, in this order.

        >>> ds["works"].select("title", "orcid").columns
        ['title', 'orcid']
        """
        chosen = [name for some in columns for name in names(some, "columns") or []]
        if not chosen:
            raise ValueError("no column is given")
        return Table(self._dataset, self.key, chosen)

    def batches(self) -> Iterator[RecordBatch]:
        """The rows, batch by batch, in the order of the table."""
        reader = self._native.batches()
        while (batch := reader.next()) is not None:
            yield RecordBatch(batch)

    def scan(self) -> polars.LazyFrame:
        """A lazy frame of Polars, which reads only the columns and rows that a query needs. Where
        rows are left out because they are not public, the table is read first.

        >>> import polars as pl
        >>> ds["works"].scan().select(pl.len()).collect().item()
        6745
        """
        import polars

        if self._dataset._hides:
            return polars.DataFrame(self).lazy()
        options = dict(self._dataset._storage_options or {}) or None
        frame = polars.scan_parquet(self.files, storage_options=options)
        return frame if self._columns is None else frame.select(self._columns)

    def to_polars(self) -> polars.DataFrame:
        """All rows as a data frame of Polars, which reads local files with all processors."""
        is_read_here = is_url(self._dataset.path) or self._dataset._hides
        return super().to_polars() if is_read_here else self.scan().collect()

    def to_dicts(self) -> list[dict[str, Any]]:
        """All rows as dictionaries; points in time are text."""
        return [row for batch in self.batches() for row in batch.to_dicts()]

    def __len__(self) -> int:
        return self.num_rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"Table({self.key!r}, {self.num_rows:,} rows, {len(self.schema)} columns)"


class Dataset:
    """One version of a dataset, opened by `orcidlake.open`.

    Tables are read by name, as from a dictionary, with ``in``, ``len`` and ``keys``. If another
    process changes the dataset, this object stays what it is as long as the files of its version
    are there; `reload` opens the new version.

    A dataset may hold what people show only to trusted parties (``manifest["visibility"]`` is then
    ``"limited"``). Without ``include_limited``, no call gives any of it.
    """

    __slots__ = ("_hides", "_include_limited", "_native", "_storage_options", "_tables", "path")

    def __init__(
        self, path: str, storage_options: Mapping[str, str] | None = None, include_limited: bool = False
    ) -> None:
        #: The path or URL of the dataset.
        self.path = path
        self._storage_options = storage(storage_options)
        self._include_limited = flag(include_limited, "include_limited")
        options = settings(storage_options=storage_options)
        self._native = _native.Dataset(path, self._include_limited, options)
        self._hides = self._native.hides()
        self._tables = {key: (rows, list(map(str, files))) for key, rows, files in self._native.tables()}

    @property
    def tables(self) -> list[str]:
        """The tables, such as ``summaries/works``."""
        return list(self._tables)

    def __getitem__(self, name: str) -> Table:
        """A table by its key, such as ``ds["activities/works"]``. A name without a folder, such as
        ``ds["works"]``, means the table of summaries; if there is none, that of activities; then
        that of organizations."""
        found = self._key(name)
        if found is None:
            known = "there are none" if not self._tables else f"the tables are {', '.join(self._tables)}"
            raise UnknownNameError(f"{shown(self.path)} has no table {name}; {known}")
        return Table(self, found)

    def _key(self, name: object) -> str | None:
        if not isinstance(name, str):
            return None
        keys = (name, *(f"{folder}/{name}" for folder in _FOLDERS))
        return next((key for key in keys if key in self._tables), None)

    def __contains__(self, name: object) -> bool:
        return self._key(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def keys(self) -> list[str]:
        """The tables, as `tables`."""
        return self.tables

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest, ``orcidlake.json``: archives, files, digests."""
        return json.loads(self._native.manifest())

    @property
    def archives(self) -> list[ArchiveReport]:
        """The archives of the dataset, and the refreshes of it, in the order in which they were
        added. An archive that was converted in parts is one."""
        entries = self.manifest["archives"]
        outcomes = {"archive": "converted", "refresh": "refreshed"}
        return by_archive(ArchiveReport(entry["name"], outcomes[entry["kind"]], entry) for entry in entries)

    @property
    def release(self) -> int | None:
        """The year of the dump, if its name gives one."""
        return self.manifest["release"]

    @property
    def watermark(self) -> datetime.datetime | None:
        """The time up to which the dataset has all changes."""
        from datetime import datetime, timedelta, timezone

        found = self.manifest["watermark"]
        epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
        return None if found is None else epoch + timedelta(microseconds=found)

    @property
    def version(self) -> str:
        """A digest of the files of archives and refreshes: it changes if the rows change."""
        return self._native.version()

    def record(self, orcid: str) -> dict[str, list[dict[str, Any]]]:
        """All rows of one iD, by table; values that are absent are left out. Empty if the dataset
        does not have the iD.

        >>> list(ds.record("0000-0001-5001-8573"))[:2]
        ['summaries/addresses', 'summaries/affiliations']
        """
        return json.loads(self._native.record(orcid))

    def rows(self, orcids: Iterable[str]) -> dict[str, Rows]:
        """All rows of some iDs, by table. Tables without such rows are left out."""
        wanted = [orcids] if isinstance(orcids, str) else list(orcids)
        return {key: Rows(rows) for key, rows in self._native.rows(wanted).items()}

    def people(
        self,
        ror: str | Iterable[str],
        *,
        children: bool = False,
        depth: int | None = None,
        include_inactive: bool = False,
        min_confidence: float = 0.0,
        kinds: str | Iterable[str] | None = None,
        current: bool = False,
        as_of: datetime.date | None = None,
        emails: bool = False,
    ) -> Rows:
        """The affiliations of an institution's people, under any of its ids and names, in the order
        of their iDs. The dataset must have been matched with `match`.

        Args:
            ror: The ROR id of the institution; several count as one institution.
            children: Include its child organisations.
            depth: Include at most this many levels of them; all by default.
            include_inactive: Include inactive and withdrawn child organisations.
            min_confidence: The lowest score of matches by name, from 0 to 1; matches by id have 1.
            kinds: Only these kinds, such as ``"employment"``.
            current: Only affiliations without an end date, or with one that lies ahead.
            as_of: Only affiliations that were valid on this day.
            emails: Add public e-mail addresses.
        """
        if flag(current, "current") and as_of is not None:
            raise ValueError("give current or as_of, not both")
        if depth is not None and not children:
            raise ValueError("depth is for children=True")
        levels = _ALL_LEVELS if depth is None else min(whole(depth, "depth", 0, sys.maxsize), _ALL_LEVELS)
        asked = {
            "ror": _ids(ror),
            "depth": levels if flag(children, "children") else 0,
            "include_inactive": flag(include_inactive, "include_inactive"),
            "min_confidence": _score(min_confidence),
            "kinds": names(kinds, "kinds") or [],
            "current": bool(current),
            "as_of": None if as_of is None else _day(as_of),
            "emails": flag(emails, "emails"),
        }
        return Rows(self._native.people(asked))

    def duckdb(self, connection: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyConnection:
        """A connection of DuckDB with a view of each table: ``summaries_works``, and ``works`` for
        the table that ``ds["works"]`` means. Views are added to ``connection`` if one is given.

        >>> ds.duckdb().sql("SELECT count(*) FROM works").fetchall()
        [(6745,)]
        """
        import duckdb

        connection = duckdb.connect() if connection is None else connection
        for key, (_, files) in self._tables.items():
            listed = ", ".join(_quoted(file, "'") for file in files)
            query = f"SELECT * FROM read_parquet([{listed}])"
            folder, name = key.split("/")
            views = [f"{folder}_{name}"] + ([name] if self._key(name) == key else [])
            for view in views:
                if is_url(self.path) or self._hides:
                    # For URLs, DuckDB would need an extension, and options of its own.
                    connection.register(view, self[key])
                else:
                    connection.execute(f"CREATE OR REPLACE VIEW {_quoted(view, chr(34))} AS {query}")
        return connection

    def reload(self) -> Dataset:
        """Opens the current version of the same dataset."""
        return Dataset(self.path, self._storage_options, self._include_limited)

    def verify(self) -> list[Problem]:
        """Checks the dataset; see `orcidlake.verify`."""
        return verify(self.path, storage_options=self._storage_options)

    def __repr__(self) -> str:
        year = "" if self.release is None else f", {self.release}"
        lines = [f"Dataset({shown(self.path)!r}{year})"]
        # Counting what is public would mean to read it.
        most = "at most " if self._hides else ""
        lines += [f"  {key}: {most}{rows:,} rows" for key, (rows, _) in self._tables.items()]
        return "\n".join(lines)


def open(
    path: Place, *, include_limited: bool = False, storage_options: Mapping[str, str] | None = None
) -> Dataset:
    """Opens the dataset that `convert` wrote, by its path or URL.

    Args:
        include_limited: Read also what people show only to trusted parties, from a dataset that
            ``orcidlake refresh --connected`` has written; without it, only what is public is read.
        storage_options: As for `convert`.

    >>> ds = ol.open("orcid")
    >>> ds["works"]
    Table('summaries/works', 6,745 rows, 26 columns)
    """
    return Dataset(place(path), storage_options, include_limited)


def verify(dataset: Place, *, storage_options: Mapping[str, str] | None = None) -> list[Problem]:
    """Compares a dataset with its manifest: files, digests, counts, keys.

    Returns:
        The problems; an empty list means that the dataset is sound.

    >>> ol.verify("orcid")
    []
    """
    options = settings(storage_options=storage_options)
    return [Problem(str(path), what) for path, what in _native.verify(place(dataset), options)]


def _ids(ror: str | Iterable[str]) -> list[str]:
    """The ROR ids of an institution."""
    found = names(ror, "ror")
    if found is None:
        raise TypeError("ror is a ROR id or several, not None")
    return found


def _score(value: float) -> float:
    """A score from 0 to 1; the native part checks its limits."""
    try:
        if isinstance(value, (bool, str)):
            raise TypeError
        return float(value)
    except TypeError:
        raise TypeError(f"min_confidence is a number from 0 to 1, not {value!r}") from None


def _day(day: datetime.date) -> tuple[int, int, int]:
    try:
        return day.year, day.month, day.day
    except AttributeError:
        raise TypeError(f"as_of is a date, such as datetime.date(2025, 10, 1), not {day!r}") from None


def _quoted(text: str, sign: str) -> str:
    return sign + text.replace(sign, sign * 2) + sign
