"""Spark with a master and two workers under two names, because Spark runs no second copy of a task on
the host of the first: so `local-cluster` never has one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Bucket, Folder, Gate, check

from orcidlake import _stages

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)
if sys.platform != "linux":
    pytest.skip("127.0.0.2 is an address of Linux alone", allow_module_level=True)

from pyspark.sql import SparkSession

from orcidlake import spark as orcid

#: A run of a part that takes so long is slower than all others, also on a busy machine.
SLOW_SECONDS = 120


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[SparkSession]:
    home = Path(pyspark.__file__).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}
    deploy = "org.apache.spark.deploy"
    servers = [[f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0"]]
    for host in ("127.0.0.1", "127.0.0.2"):
        options = ["--cores", "1", "--memory", "512m", "--webui-port", "0", "--work-dir", str(tmp_path / host)]
        servers.append([f"{deploy}.worker.Worker", "--host", host, *options, f"spark://127.0.0.1:{port}"])
    spark_class, quiet = str(home / "bin" / "spark-class"), subprocess.DEVNULL
    running = [
        subprocess.Popen([spark_class, *server], env=environment, stdout=quiet, stderr=quiet)
        for server in servers
    ]
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.executor.memory": "512m",
        "spark.scheduler.minRegisteredResourcesRatio": "1",
        "spark.cores.max": "2",
        "spark.speculation": "true",
        "spark.speculation.interval": "100ms",
        "spark.speculation.efficiency.enabled": "false",
        "spark.speculation.multiplier": "1",
        "spark.speculation.quantile": "0.3",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    try:
        session = SparkSession.builder.master(f"spark://127.0.0.1:{port}").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
    finally:
        patch.undo()
        for server in running:
            server.kill()
            server.wait()


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_part_that_speculation_runs_twice_counts_once(
    spark: SparkSession,
    place: Folder | Bucket,
    archives: list[str],
    expected: Path,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_stages, "Job", gate.job(wait_seconds=SLOW_SECONDS))

    report = orcid.convert(spark, archives, place.out, parts=6, storage_options=place.options)

    assert gate.runs() > 1
    check(place, expected, report)
