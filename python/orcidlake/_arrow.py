"""Schemas and rows that speak Arrow, so that any library takes them without a copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas
    import polars
    import pyarrow

    from . import _native


class Column:
    """A column of a table: its name, Arrow type, whether it may be empty, meaning, and the path of
    its value in ORCID's XML."""

    __slots__ = ("description", "name", "nullable", "type", "xpath")

    def __init__(self, name: str, type: str, nullable: bool, description: str, xpath: str) -> None:
        self.name = name
        self.type = type
        self.nullable = nullable
        self.description = description
        self.xpath = xpath

    def __repr__(self) -> str:
        return f"Column({self.name!r}, {self.type!r})"


class Schema:
    """The columns of a table, in their order. ``pyarrow.schema(schema)`` makes pyarrow's of it.

    >>> schema = ds["works"].schema
    >>> schema["title"].description
    'The title.'
    >>> schema.names[:2]
    ['orcid', 'put_code']
    """

    __slots__ = ("_columns", "_native")

    def __init__(self, native: _native.Schema) -> None:
        self._native = native
        self._columns = {facts[0]: Column(*facts) for facts in native.columns()}

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self._columns)

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return "\n".join(f"{column.name}: {column.type}" for column in self)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()


class ArrowStream:
    """Rows that any library takes by Arrow's C stream interface: ``pyarrow.table(found)``,
    ``polars.DataFrame(found)``, ``duckdb.sql("FROM found")``."""

    __slots__ = ()

    @property
    def schema(self) -> Schema:
        """The columns."""
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise NotImplementedError

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a table of pyarrow."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_stream(self).read_all()

    def to_polars(self) -> polars.DataFrame:
        """All rows as a data frame of Polars."""
        import polars

        return polars.DataFrame(self)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """All rows as a data frame of pandas; the options are those of ``pyarrow.Table.to_pandas``.
        It needs pyarrow."""
        return self.to_arrow().to_pandas(**options)


class _InMemory(ArrowStream):
    """Rows that the native part holds in memory."""

    __slots__ = ("_native",)

    def __init__(self, native: _native.Batch | _native.Rows) -> None:
        self._native = native

    @property
    def schema(self) -> Schema:
        return Schema(self._native.schema)

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return self._native.num_rows

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries; points in time are text."""
        return json.loads(self._native.to_json())

    def __len__(self) -> int:
        return self.num_rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.num_rows:,} rows, {len(self.schema)} columns)"


class RecordBatch(_InMemory):
    """Some rows of a table. ``pyarrow.record_batch(batch)`` makes pyarrow's of it."""

    __slots__ = ()

    _native: _native.Batch

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return self._native.__arrow_c_array__(requested_schema)


class Rows(_InMemory):
    """All rows of an answer, in memory.

    >>> rows = ds.people(ror="https://ror.org/000ygj308")
    >>> rows.to_polars().height == len(rows)
    True
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.to_dicts())
