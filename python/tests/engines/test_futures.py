"""Executors of `concurrent.futures`, and what is the same with every engine."""

from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from support import Folder, check

import orcidlake as ol
from orcidlake import _stages
from orcidlake.futures import convert


def test_processes_convert(place: Folder, archives: list[str], expected: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        report = convert(pool, archives, place.out, parts=6)

    check(place, expected, report)


def test_the_report_is_that_of_one_conversion(tmp_path: Path, archives: list[str]) -> None:
    wanted = ol.convert(archives, tmp_path / "whole")
    with ThreadPoolExecutor(2) as pool:
        report = convert(pool, archives, tmp_path / "orcid", parts=6)
        again = convert(pool, archives, tmp_path / "orcid", parts=6)

    assert repr(report) == repr(wanted)
    for found, one in zip(report, wanted):
        for name in ("path", "name", "md5", "release", "complete", "members", "rows", "rejects", "unmapped"):
            assert getattr(found, name) == getattr(one, name), name
    assert [archive.outcome for archive in again] == ["skipped"] * len(archives)


def test_the_first_archive_that_fails_is_raised_and_all_are_told(tmp_path: Path, archives: list[str]) -> None:
    damaged = Path(archives[0])
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])

    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(ol.DamagedError, match=damaged.name) as raised:
            convert(pool, archives, tmp_path / "orcid", parts=6)
        with pytest.raises(ol.DamagedError) as replacing:
            convert(pool, archives, tmp_path / "other", parts=6, replace=True)
        damaged.write_bytes(whole)
        report = convert(pool, archives, tmp_path / "other", parts=6, replace=True)

    assert raised.value.report is not None and replacing.value.report is not None
    rest = len(archives) - 1
    assert [archive.outcome for archive in raised.value.report] == ["failed"] + ["converted"] * rest
    assert [archive.outcome for archive in replacing.value.report] == ["failed"] + ["kept"] * rest
    assert [archive.outcome for archive in report] == ["converted"] * (rest + 1)


def test_a_task_is_run_again_after_errors_of_storage_alone(
    place: Folder, tmp_path: Path, archives: list[str], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(_stages.Job):
        def __call__(self, task: ol.Task) -> ol.PartResult | ol.Error:
            tried.append(task)
            return errors.pop() if errors else super().__call__(task)

    monkeypatch.setattr(_stages, "Job", Failing)
    tried: list[ol.Task] = []
    errors: list[ol.Error] = [ol.StorageError("no room"), ol.StorageError("no room")]
    with ThreadPoolExecutor(1) as pool:
        convert(pool, archives, place.out, parts=6)
        check(place, expected)
        tried.clear()
        errors = [ol.StorageError("no room")] * _stages.ATTEMPTS
        with pytest.raises(ol.StorageError, match="no room"):
            convert(pool, archives[0], tmp_path / "second", parts=1)
        assert len(tried) == _stages.ATTEMPTS
        tried.clear()
        errors = [ol.MismatchError("odd")]
        with pytest.raises(ol.MismatchError, match="odd"):
            convert(pool, archives[0], tmp_path / "third", parts=1)
        assert len(tried) == 1


def test_ctrl_c_starts_no_further_tasks(tmp_path: Path, archives: list[str]) -> None:
    class Interrupted(ThreadPoolExecutor):
        submitted: list[Future[object]] = []

        def submit(self, *args: object, **options: object) -> Future[object]:  # type: ignore[override]
            future: Future[object] = Future()
            if not self.submitted:
                future.set_exception(KeyboardInterrupt())
            self.submitted.append(future)
            return future

    with Interrupted(1) as pool, pytest.raises(KeyboardInterrupt):
        ol.index(archives[-1])
        convert(pool, archives[-1], tmp_path / "orcid", parts=4)

    assert len(pool.submitted) > 1
    assert all(future.cancelled() for future in pool.submitted[1:])


def test_a_job_travels_and_shows_no_options() -> None:
    job = _stages.Job("s3://bucket/orcid", {"storage_options": {"aws_secret_access_key": "hush"}})

    assert "hush" not in repr(job) + str(job)
    assert pickle.loads(pickle.dumps(job))._options == job._options


@pytest.mark.parametrize("size_bytes, parts", [(0, 1), (_stages.PART_BYTES, 1), (10 * _stages.PART_BYTES, 10)])
def test_large_archives_have_more_parts(size_bytes: int, parts: int) -> None:
    text = f'{{"name": "a.tar.gz", "fingerprint": {{"size_bytes": {size_bytes}, "digest": ""}}}}'

    assert _stages.parts_of([ol.Task(text)], _stages.PART_BYTES) == parts


def test_no_engine_is_imported_with_the_package() -> None:
    engines = "{'pyspark', 'ray', 'dask', 'distributed', 'pyarrow', 'concurrent.futures.process'}"
    program = f"import sys, orcidlake; sys.exit(repr({engines} & set(sys.modules)) if {engines} & set(sys.modules) else 0)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
