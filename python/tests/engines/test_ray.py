"""A Ray cluster of this machine, with two worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import EVERYWHERE, Bucket, Folder, Gate, check, drive_twice

import orcidlake as ol
from orcidlake import _stages

ray = pytest.importorskip("ray", reason="ray is not installed")

from orcidlake import ray as orcid


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    yield
    ray.shutdown()


def convert(archives: list[str], place: Folder | Bucket) -> ol.ConvertReport:
    return orcid.convert(archives, place.out, parts=6, storage_options=place.options)


@EVERYWHERE
def test_workers_convert(place: Folder | Bucket, archives: list[str], expected: Path) -> None:
    report = convert(archives, place)

    check(place, expected, report)


@EVERYWHERE
def test_a_worker_that_is_killed_loses_nothing(
    place: Folder | Bucket, archives: list[str], expected: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(0, after_seconds=0.3)

    report = convert(archives, place)

    killer.join()
    assert "ray" in gate.command
    check(place, expected, report)


@EVERYWHERE
def test_of_two_drivers_one_commits_and_the_other_is_told(
    place: Folder | Bucket, archives: list[str], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive_twice(monkeypatch, lambda: convert(archives, place))

    check(place, expected)
