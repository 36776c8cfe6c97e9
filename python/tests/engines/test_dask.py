"""A Dask cluster of this machine, with two worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Folder, Gate, check

from orcidlake import _stages
from orcidlake.dask import convert

distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_workers_convert(
    client: distributed.Client, place: Folder, archives: list[str], expected: Path
) -> None:
    report = convert(client, archives, place.out, parts=6)

    check(place, expected, report)


def test_a_worker_that_is_killed_loses_nothing(
    client: distributed.Client,
    place: Folder,
    archives: list[str],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(0, after_seconds=0.3)

    report = convert(client, archives, place.out, parts=6)

    killer.join()
    assert gate.killed
    check(place, expected, report)
