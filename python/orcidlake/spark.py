"""Conversions on a Spark cluster, and tables of archives as data frames of Spark.

>>> from orcidlake import spark as orcid
>>> orcid.convert(spark, "s3://bucket/ORCID_2025_10_summaries.tar.gz", "s3://bucket/orcid")
>>> orcid.register(spark)
>>> spark.read.format("orcidlake").option("table", "works").load("/data/ORCID_2025_10_summaries.tar.gz")
"""

from __future__ import annotations

import json
import os
import pickle
from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from . import _stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

    from ._arguments import Place
    from ._convert import ConvertReport
    from ._stages import Done, Job
    from ._tasks import Task

#: Archive bytes of a partition of a data frame, if the options do not say how many there are: about
#: 600 MB of XML, a few seconds of a processor.
_PARTITION_BYTES = 32 << 20
#: What options for the store begin with.
_STORAGE = "storage."


def convert(
    spark: SparkSession,
    archives: Place | Iterable[Place],
    out: Place,
    *,
    parts: int | None = None,
    tables: str | Iterable[str] | None = None,
    salvage: bool = False,
    replace: bool = False,
    threads: int | None = None,
    memory: int | str | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> ConvertReport:
    """Does what `orcidlake.convert` does, on the executors of ``spark``.

    Executors and driver need this package and pyarrow, and must see ``archives`` and ``out`` under
    the same paths or URLs. Each task of the conversion is one of Spark; archives without an index get
    one in a job of their own, before the others. The driver commits. Tasks may run twice, as they do
    with speculation or when executors are lost.

    Tasks use memory beside that of the JVM: ``spark.executor.memoryOverhead`` must have ``memory``
    for each task that an executor runs at once.

    Args:
        threads: Threads of each task; ``spark.task.cpus`` by default.

    The other arguments, the report and the errors are those of `orcidlake.futures.convert`.
    """
    if threads is None:
        threads = int(spark.conf.get("spark.task.cpus", "1") or 1)
    return _stages.convert(
        lambda job, some: _run_all(spark, job, some),
        archives,
        out,
        parts=parts,
        tables=tables,
        salvage=salvage,
        replace=replace,
        threads=threads,
        memory=memory,
        storage_options=storage_options,
    )


def _run_all(spark: SparkSession, job: Job, tasks: Sequence[Task]) -> list[Done]:
    """Runs one partition for each task. Data frames do this with Spark Connect too, which has no
    RDDs."""

    def run(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow

        for batch in batches:
            for number in batch.column(0).to_pylist():
                done = pickle.dumps(job(tasks[number]))
                yield pyarrow.RecordBatch.from_pydict({"number": [number], "done": [done]})

    # Ctrl-C, or an error, ends the tasks of this run and no others.
    tag = f"orcidlake-{os.urandom(8).hex()}"
    spark.addTag(tag)
    try:
        numbers = spark.range(0, len(tasks), 1, len(tasks))
        rows = numbers.mapInArrow(run, "number bigint, done binary").collect()
    except BaseException:
        spark.interruptTag(tag)
        raise
    finally:
        spark.removeTag(tag)
    done = {row.number: pickle.loads(row.done) for row in rows}
    return [done[number] for number in range(len(tasks))]


def register(spark: SparkSession) -> None:
    """Lets ``spark.read.format("orcidlake")`` read a table of archives. See `OrcidlakeSource`."""
    spark.dataSource.register(OrcidlakeSource)


class OrcidlakeSource(DataSource):
    """One table of archives, for ``spark.read.format("orcidlake")``.

    It parses the archives each time that the data frame is computed: good for looking into an
    archive. Convert what you read more than once.

    Options:

    - ``path``, or the arguments of ``load``: an archive or several.
    - ``table``: the table, such as ``"summaries/works"``, or ``"works"`` for the kind of dump of the
      first archive.
    - ``columns``: the columns to read, separated by commas; all by default. Spark does not tell which
      columns a query needs, so naming them saves time. A schema that is given with
      ``spark.read.schema`` does the same.
    - ``parts``: the number of partitions; one for 32 MiB of archives by default. Archives without an
      index are one partition each.
    - ``salvage``: ``true`` reads the undamaged members of damaged archives.
    - ``storage.KEY``: an option for the store of a URL.
    """

    @classmethod
    def name(cls) -> str:
        return "orcidlake"

    def schema(self) -> StructType:
        from pyspark.sql.pandas.types import from_arrow_schema

        wanted = _Wanted(self.options)
        with wanted.read(wanted.archives[0], wanted.columns, None) as reader:
            return from_arrow_schema(_plain(reader.schema))

    def reader(self, schema: StructType) -> DataSourceReader:
        return _Reader(_Wanted(self.options), schema.names)


class _Wanted:
    """The options of a data frame."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.archives: list[str] = json.loads(options["paths"]) if "paths" in options else []
        if "path" in options:
            self.archives.append(options["path"])
        if not self.archives:
            raise ValueError("no archive is given; give its path to load()")
        if "table" not in options:
            raise ValueError('no table is given; add .option("table", "works")')
        self.table = options["table"]
        columns = options.get("columns")
        self.columns = [name.strip() for name in columns.split(",")] if columns else None
        self.parts = int(options["parts"]) if "parts" in options else None
        self.salvage = options.get("salvage", "false").lower() == "true"
        stores = {key[len(_STORAGE) :]: value for key, value in options.items() if key.startswith(_STORAGE)}
        self.storage_options = stores or None

    def read(self, archive: str, columns: Sequence[str] | None, shard: str | None) -> Any:
        """Reads the table of an archive, or of a part of it."""
        from . import read_archive

        return read_archive(
            archive,
            self.table,
            columns=columns,
            threads=1,
            salvage=self.salvage,
            shard=shard,
            storage_options=self.storage_options,
        )

    def tasks(self) -> list[Task]:
        """The archives that have an index in parts, the others whole."""
        from . import plan

        def planned(parts: int) -> list[Task]:
            return plan(self.archives, parts=parts, salvage=self.salvage, storage_options=self.storage_options)

        whole = planned(1)
        parts = planned(self.parts or _stages.parts_of(whole, _PARTITION_BYTES))
        no_index = {task.archive for task in parts if _stages.is_index(task)}
        found = [task for task in parts if task.archive not in no_index]
        return found + [task for task in whole if task.archive in no_index]


class _Stretch(InputPartition):
    """A part of an archive."""

    def __init__(self, archive: str, shard: str | None) -> None:
        super().__init__((archive, shard))
        self.archive = archive
        self.shard = shard


class _Reader(DataSourceReader):
    """Reads the columns of a data frame, part by part."""

    def __init__(self, wanted: _Wanted, columns: list[str]) -> None:
        self._wanted = wanted
        self._columns = columns

    def partitions(self) -> Sequence[InputPartition]:
        return [_Stretch(task.archive, task.shard) for task in self._wanted.tasks()]

    def read(self, partition: InputPartition) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow

        assert isinstance(partition, _Stretch)
        with self._wanted.read(partition.archive, self._columns, partition.shard) as reader:
            schema = _plain(reader.schema)
            for batch in reader:
                arrow = pyarrow.record_batch(batch)
                yield pyarrow.RecordBatch.from_arrays(arrow.columns, schema=schema)


def _plain(schema: Any) -> pyarrow.Schema:
    """A schema without metadata: Spark takes fields that have some for others."""
    import pyarrow

    fields = pyarrow.schema(schema)
    return pyarrow.schema([field.remove_metadata() for field in fields])
