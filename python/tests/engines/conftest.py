"""Archives that are large enough for several parts, and the dataset of one conversion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import Gate

import orcidlake as ol

#: A summary has about 32 kB of XML, and a part at least 8 MiB: this gives about four parts.
PEOPLE = 1000


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Synthetic archives; tests do not change the folder."""
    folder = tmp_path_factory.mktemp("archives")
    options = ["--records", str(PEOPLE), "--seed", "15", "--activities", "--endings", "4", "--quiet"]
    program = [sys.executable, "-m", "orcidlake"]
    subprocess.run([*program, "synth", *options, "--out", str(folder)], check=True)
    return sorted(folder.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory, made: list[Path]) -> Path:
    """The dataset of one `orcidlake.convert`; tests do not change it."""
    out = tmp_path_factory.mktemp("expected") / "orcid"
    ol.convert(made, out)
    return out


@pytest.fixture
def archives(tmp_path: Path, made: list[Path]) -> list[Path]:
    """The archives in a folder of the test's own, without indexes."""
    for path in made:
        os.link(path, tmp_path / path.name)
    return [tmp_path / path.name for path in made]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    folder = tmp_path / "gate"
    folder.mkdir()
    return Gate(folder)
