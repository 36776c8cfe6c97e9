"""Turns the ORCID public data files into tables, and reads them.

>>> import orcidlake as ol
>>> report = ol.convert(archives, "some", tables=["records", "works"])
>>> ds = ol.open("orcid")
>>> ds["works"].select("orcid", "title").to_polars().columns
['orcid', 'title']

Tables are objects that speak Arrow, so that pyarrow, Polars, DuckDB and pandas take them as they
are, without a copy. None of these is needed to import or to use this package; a method such as
``to_polars`` needs the library in its name.

The names in ``__all__`` are the interface. Modules with an underscore may change.
"""

from ._archive import ArchiveReader, index, inspect, read_archive
from ._arrow import Column, RecordBatch, Rows, Schema
from ._convert import ArchiveReport, ConvertReport, convert
from ._dataset import Dataset, Problem, Table, open, verify
from ._errors import (
    ArchiveError,
    ConflictError,
    DamagedError,
    DatasetError,
    Error,
    LockedError,
    MismatchError,
    NotFoundError,
    NotMatchedError,
    RepeatedError,
    RorError,
    StorageError,
    UnknownNameError,
)
from ._matcher import Matcher, match
from ._native import VERSION as __version__
from ._progress import Progress
from ._tasks import PartResult, Task, commit, plan, write_part

__all__ = [
    "ArchiveError",
    "ArchiveReader",
    "ArchiveReport",
    "Column",
    "ConflictError",
    "ConvertReport",
    "DamagedError",
    "Dataset",
    "DatasetError",
    "Error",
    "LockedError",
    "Matcher",
    "MismatchError",
    "NotFoundError",
    "NotMatchedError",
    "PartResult",
    "Problem",
    "Progress",
    "RecordBatch",
    "RepeatedError",
    "RorError",
    "Rows",
    "Schema",
    "StorageError",
    "Table",
    "Task",
    "UnknownNameError",
    "__version__",
    "commit",
    "convert",
    "index",
    "inspect",
    "match",
    "open",
    "plan",
    "read_archive",
    "verify",
    "write_part",
]
