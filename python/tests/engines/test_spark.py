"""Spark with two executors, which are processes of their own: `local-cluster[2,1,1024]`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.compute
import pytest
from support import EVERYWHERE, Bucket, Folder, Gate, check, drive_twice

import orcidlake as ol
from orcidlake import _stages

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

from pyspark.sql import SparkSession

from orcidlake import spark as orcid

#: From a Python process of Spark to its executor: the daemon that forks such processes, the JVM.
TO_EXECUTOR = 2


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    # The name of a machine in a sandbox may lead nowhere.
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patch.setenv("SPARK_LOCAL_HOSTNAME", "localhost")
    settings = {
        "spark.executor.memory": "512m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    orcid.register(session)
    yield session
    session.stop()
    patch.undo()


def convert(spark: SparkSession, archives: list[str], place: Folder | Bucket) -> ol.ConvertReport:
    return orcid.convert(spark, archives, place.out, parts=6, storage_options=place.options)


@EVERYWHERE
def test_executors_convert(
    spark: SparkSession, place: Folder | Bucket, archives: list[str], expected: Path
) -> None:
    report = convert(spark, archives, place)
    again = convert(spark, archives, place)

    check(place, expected, report)
    assert [archive.outcome for archive in report] == ["converted"] * len(archives)
    assert [archive.outcome for archive in again] == ["skipped"] * len(archives)
    assert [archive.path for archive in report] == archives


@EVERYWHERE
def test_an_executor_that_is_killed_loses_nothing(
    spark: SparkSession,
    place: Folder | Bucket,
    archives: list[str],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(TO_EXECUTOR, after_seconds=0.2)

    report = convert(spark, archives, place)

    killer.join()
    assert "CoarseGrainedExecutorBackend" in gate.command
    check(place, expected, report)


@EVERYWHERE
def test_of_two_drivers_one_commits_and_the_other_is_told(
    spark: SparkSession,
    place: Folder | Bucket,
    archives: list[str],
    expected: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive_twice(monkeypatch, lambda: convert(spark, archives, place))

    check(place, expected)


def test_an_archive_that_fails_is_named_and_the_others_are_converted(
    spark: SparkSession, place: Folder, archives: list[str]
) -> None:
    damaged = Path(archives[-1])
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ol.DamagedError, match=damaged.name) as raised:
        convert(spark, archives, place)

    assert raised.value.report is not None
    outcomes = [archive.outcome for archive in raised.value.report]
    assert outcomes == ["converted"] * (len(archives) - 1) + ["failed"]
    assert [archive.name for archive in ol.open(place.out).archives] == [Path(archives[0]).name]


@pytest.mark.parametrize("is_indexed", [False, True])
@EVERYWHERE
def test_a_data_frame_has_the_rows_of_the_table(
    spark: SparkSession, place: Folder | Bucket, archives: list[str], expected: Path, is_indexed: bool
) -> None:
    if is_indexed:
        ol.index(archives[-1], storage_options=place.options)
    reader = spark.read.format("orcidlake").option("table", "works").option("parts", 3)
    for key, value in (place.options or {}).items():
        reader = reader.option(f"storage.{key}", value)

    frame = reader.load(archives[-1])
    some = reader.option("columns", "title, orcid").load(archives[-1])

    assert frame.rdd.getNumPartitions() == (3 if is_indexed else 1)
    found, wanted = frame.toArrow(), ol.open(expected)["summaries/works"].to_arrow()
    assert found.column_names == wanted.column_names
    order = [("orcid", "ascending"), ("put_code", "ascending")]
    assert found.sort_by(order).equals(wanted.cast(found.schema).sort_by(order))
    assert some.columns == ["title", "orcid"] and some.count() == wanted.num_rows


def test_a_schema_chooses_columns(spark: SparkSession, archives: list[str], expected: Path) -> None:
    reader = spark.read.format("orcidlake").option("table", "works").schema("put_code long")

    total = reader.load(archives[-1]).agg({"put_code": "sum"}).collect()[0][0]

    works = ol.open(expected)["summaries/works"].to_arrow()
    assert total == pyarrow.compute.sum(works["put_code"]).as_py()


def test_a_data_frame_of_several_archives_has_the_rows_of_all(
    spark: SparkSession, archives: list[str], expected: Path
) -> None:
    reader = spark.read.format("orcidlake").option("table", "activities/works").option("columns", "orcid")

    frame = reader.load(archives)

    assert frame.count() == ol.open(expected)["activities/works"].num_rows


@pytest.mark.parametrize(("option", "value"), [("table", "novels"), ("columns", "novels")])
def test_what_an_archive_does_not_have_is_named(
    spark: SparkSession, archives: list[str], option: str, value: str
) -> None:
    reader = spark.read.format("orcidlake").option("table", "works").option(option, value)

    with pytest.raises(Exception, match="novels"):
        reader.load(archives[-1])
