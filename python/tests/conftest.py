"""What tests and examples share: the sample archives, a dataset made of them, a folder to work in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import orcidlake as ol

SAMPLES = Path(__file__).parents[2] / "sample-data"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample archives."""
    folder = tmp_path_factory.mktemp("samples")
    for file in SAMPLES.iterdir():
        shutil.copy(file, folder)
    return folder


@pytest.fixture(scope="session")
def summaries(samples: Path) -> str:
    return str(samples / "ORCID_2025_10_summaries.tar.gz")


@pytest.fixture(scope="session")
def activities(samples: Path) -> list[str]:
    return sorted(map(str, samples.glob("*_activities_*.tar.gz")))


@pytest.fixture(scope="session")
def ror_release(samples: Path) -> str:
    return str(next(samples.glob("*-ror-data.zip")))


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, summaries: str, ror_release: str) -> str:
    """A matched dataset of the summaries; tests do not change it."""
    path = tmp_path_factory.mktemp("dataset") / "orcid"
    ol.convert(summaries, path)
    ol.match(path, ror_release)
    return str(path)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory, summaries: str, activities: list[str]) -> str:
    """A dataset of all sample archives; tests do not change it."""
    path = tmp_path_factory.mktemp("full") / "orcid"
    ol.convert([summaries, *activities], path)
    return str(path)
