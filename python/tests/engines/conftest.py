"""Archives that are large enough for several parts, and the dataset of one conversion."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import BUCKET, PATIENCE_SECONDS, Bucket, Folder, Gate

import orcidlake as ol

#: A summary has about 32 kB of XML, and a part at least 8 MiB: this gives about four parts.
PEOPLE = 1000
S3_SERVER = Path(__file__).parents[3] / "tests/tools/s3_server.py"


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


@pytest.fixture(scope="session")
def s3() -> Iterator[tuple[Any, dict[str, str]]]:
    """A local S3: a client of it, and the options for the package."""
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
    pytest.importorskip("moto.server", reason="moto[server] is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, str(S3_SERVER), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                client.create_bucket(Bucket=BUCKET)
                break
            except Exception:
                time.sleep(0.1)
        yield client, {"aws_endpoint": endpoint, "aws_region": "us-east-1", "allow_http": "true", **keys}
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Folder | Bucket:
    """Where archives and dataset of a test lie: in a folder, or in a bucket with the parameter "s3"."""
    if getattr(request, "param", "folder") == "s3":
        return Bucket(*request.getfixturevalue("s3"), prefix=tmp_path.name)
    path = tmp_path / "shared"
    path.mkdir()
    return Folder(path)


@pytest.fixture
def archives(place: Folder | Bucket, made: list[Path]) -> list[str]:
    """Copies of the archives, without indexes: activities, then summaries."""
    return [place.archive(path) for path in made]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    folder = tmp_path / "gate"
    folder.mkdir()
    return Gate(folder)
