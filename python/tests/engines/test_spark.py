"""Spark with two executors, which are processes of their own: `local-cluster[2,1,1024]`."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute
import pytest
from support import Gate, check

import orcidlake as ol
from orcidlake import _stages

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

from pyspark.sql import SparkSession

from orcidlake import spark as orcid

#: From a Python process of Spark to its executor: the daemon that forks such processes, the JVM.
TO_EXECUTOR = 2
#: Time that a slow run of a part takes, of which other runs take a tenth.
SLOW_SECONDS = 60


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    # The name of a machine in a sandbox may lead nowhere.
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patch.setenv("SPARK_LOCAL_HOSTNAME", "localhost")
    settings = {
        "spark.executor.memory": "512m",
        "spark.speculation": "true",
        "spark.speculation.interval": "100ms",
        "spark.speculation.quantile": "0.3",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    orcid.register(session)
    yield session
    session.stop()
    patch.undo()


def test_executors_convert(spark: SparkSession, tmp_path: Path, archives: list[Path], expected: Path) -> None:
    report = orcid.convert(spark, archives, tmp_path / "orcid", parts=6)
    again = orcid.convert(spark, archives, tmp_path / "orcid", parts=6)

    check(tmp_path / "orcid", expected, report)
    assert [archive.outcome for archive in report] == ["converted"] * len(archives)
    assert [archive.outcome for archive in again] == ["skipped"] * len(archives)
    assert [archive.path for archive in report] == list(map(str, archives))


def test_an_executor_that_is_killed_loses_nothing(
    spark: SparkSession,
    tmp_path: Path,
    archives: list[Path],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(TO_EXECUTOR, after_seconds=0.3)

    report = orcid.convert(spark, archives, tmp_path / "orcid", parts=6)

    killer.join()
    assert "CoarseGrainedExecutorBackend" in gate.command
    check(tmp_path / "orcid", expected, report)


def test_a_part_that_speculation_runs_twice_counts_once(
    spark: SparkSession,
    tmp_path: Path,
    archives: list[Path],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=SLOW_SECONDS))

    report = orcid.convert(spark, archives, tmp_path / "orcid", parts=6)

    check(tmp_path / "orcid", expected, report)


def test_of_two_drivers_one_commits_and_the_other_is_told(
    spark: SparkSession, tmp_path: Path, archives: list[Path], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both have all results when the first of them commits.
    together, commit = threading.Barrier(2), _stages.commit
    monkeypatch.setattr(_stages, "commit", lambda *args, **options: (together.wait(), commit(*args, **options))[1])
    told: list[object] = []

    def drive() -> None:
        try:
            report = orcid.convert(spark, archives, tmp_path / "orcid", parts=6)
            told.extend({archive.outcome for archive in report})
        except ol.Error as error:
            told.append(error)

    drivers = [threading.Thread(target=drive) for _ in range(2)]
    [driver.start() for driver in drivers]
    [driver.join() for driver in drivers]

    check(tmp_path / "orcid", expected)
    assert told.count("converted") == 1 and len(told) == 2
    assert [outcome for outcome in told if outcome != "converted"][0] == "skipped" or isinstance(
        [outcome for outcome in told if outcome != "converted"][0], (ol.LockedError, ol.ConflictError)
    )


def test_an_archive_that_fails_is_named_and_the_others_are_converted(
    spark: SparkSession, tmp_path: Path, archives: list[Path]
) -> None:
    whole = archives[-1].read_bytes()
    archives[-1].unlink()
    archives[-1].write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ol.DamagedError, match=archives[-1].name) as raised:
        orcid.convert(spark, archives, tmp_path / "orcid", parts=6)

    assert raised.value.report is not None
    outcomes = [archive.outcome for archive in raised.value.report]
    assert outcomes == ["converted"] * (len(archives) - 1) + ["failed"]
    assert [archive.name for archive in ol.open(tmp_path / "orcid").archives] == [archives[0].name]


@pytest.mark.parametrize("is_indexed", [False, True])
def test_a_data_frame_has_the_rows_of_the_table(
    spark: SparkSession, made: list[Path], archives: list[Path], expected: Path, is_indexed: bool
) -> None:
    if is_indexed:
        ol.index(archives[-1])
    wanted = ol.open(expected)["summaries/works"].to_arrow()
    reader = spark.read.format("orcidlake").option("table", "works").option("parts", 4)

    frame = reader.load(str(archives[-1]))
    some = reader.option("columns", "title, orcid").load(str(archives[-1]))
    same = reader.schema("put_code long").load(str(archives[-1]))

    assert frame.rdd.getNumPartitions() == (4 if is_indexed else 1)
    found = frame.toArrow()
    assert found.column_names == wanted.column_names
    plain = wanted.cast(found.schema)
    assert found.sort_by([("orcid", "ascending"), ("put_code", "ascending")]).equals(
        plain.sort_by([("orcid", "ascending"), ("put_code", "ascending")])
    )
    assert some.columns == ["title", "orcid"] and some.count() == wanted.num_rows
    total = same.agg({"put_code": "sum"}).collect()[0][0]
    assert total == pyarrow.compute.sum(wanted["put_code"]).as_py()


def test_a_data_frame_of_several_archives_has_the_rows_of_all(
    spark: SparkSession, archives: list[Path], expected: Path
) -> None:
    reader = spark.read.format("orcidlake").option("table", "activities/works").option("columns", "orcid")

    frame = reader.load([str(path) for path in archives])

    assert frame.count() == ol.open(expected)["activities/works"].num_rows


@pytest.mark.parametrize(("option", "value"), [("table", "novels"), ("columns", "novels")])
def test_what_an_archive_does_not_have_is_named(
    spark: SparkSession, archives: list[Path], option: str, value: str
) -> None:
    reader = spark.read.format("orcidlake").option("table", "works").option(option, value)

    with pytest.raises(Exception, match="novels"):
        reader.load(str(archives[-1]))
