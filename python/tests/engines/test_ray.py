"""A Ray cluster of this machine, with two worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Folder, Gate, check

from orcidlake import _stages

ray = pytest.importorskip("ray", reason="ray is not installed")

from orcidlake.ray import convert


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    yield
    ray.shutdown()


def test_workers_convert(place: Folder, archives: list[str], expected: Path) -> None:
    report = convert(archives, place.out, parts=6)

    check(place, expected, report)


def test_a_worker_that_is_killed_loses_nothing(
    place: Folder, archives: list[str], expected: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=0))
    killer = gate.kill(0, after_seconds=0.3)

    report = convert(archives, place.out, parts=6)

    killer.join()
    assert "ray" in gate.command
    check(place, expected, report)
