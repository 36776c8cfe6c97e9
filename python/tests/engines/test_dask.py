"""A Dask cluster of this machine, with two worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import EVERYWHERE, Bucket, Folder, Gate, check, drive_twice

import orcidlake as ol
from orcidlake import _stages
from orcidlake import dask as orcid

distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def convert(client: distributed.Client, archives: list[str], place: Folder | Bucket) -> ol.ConvertReport:
    return orcid.convert(client, archives, place.out, parts=6, storage_options=place.options)


@EVERYWHERE
def test_workers_convert(
    client: distributed.Client, place: Folder | Bucket, archives: list[str], expected: Path
) -> None:
    report = convert(client, archives, place)

    check(place, expected, report)


@EVERYWHERE
def test_a_worker_that_is_killed_loses_nothing(
    client: distributed.Client,
    place: Folder | Bucket,
    archives: list[str],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(0, after_seconds=0.3)

    report = convert(client, archives, place)

    killer.join()
    assert gate.killed
    check(place, expected, report)


@EVERYWHERE
def test_of_two_drivers_one_commits_and_the_other_is_told(
    client: distributed.Client,
    place: Folder | Bucket,
    archives: list[str],
    expected: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive_twice(monkeypatch, lambda: convert(client, archives, place))

    check(place, expected)
