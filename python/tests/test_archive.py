"""One table of an archive, batch by batch."""

from __future__ import annotations

import gc
import http.server
import io
import subprocess
import sys
import tarfile
import threading
from functools import partial
from pathlib import Path

import polars
import pyarrow
import pytest

import orcidlake as ol


def test_rows_are_those_of_the_dataset(summaries: str, dataset: str) -> None:
    ds = ol.open(dataset)

    for key in [key for key in ds.tables if key.startswith("summaries/")]:
        with ol.read_archive(summaries, key) as reader:
            assert reader.table == key and reader.schema.names == ds[key].columns
            batches = [pyarrow.record_batch(batch) for batch in reader]
        read = pyarrow.Table.from_batches(batches, pyarrow.schema(ds[key].schema))
        assert read.combine_chunks().equals(ds[key].to_arrow().combine_chunks()), key


def test_a_reader_is_a_stream_for_every_library(summaries: str, dataset: str) -> None:
    import duckdb

    expected = ol.open(dataset)["works"].select("title", "orcid").to_polars()

    def reader() -> ol.ArchiveReader:
        return ol.read_archive(summaries, "works", columns=["title", "orcid"])

    assert polars.DataFrame(reader()).equals(expected)
    assert reader().to_polars().equals(expected)
    assert reader().to_arrow().num_rows == reader().to_pandas().shape[0] == expected.height
    works = reader()
    assert duckdb.sql("SELECT count(*), count(title) FROM works").fetchall() == [
        (expected.height, expected["title"].count())
    ]
    batch = next(reader())
    assert len(batch) == batch.num_rows and list(batch.to_dicts()[0]) == ["title", "orcid"]
    assert polars.DataFrame(batch).equals(expected.head(len(batch)))
    assert len(duckdb.sql("FROM batch").fetchall()) == len(batch)


def test_an_archive_is_read_from_a_web_server(summaries: str, dataset: str) -> None:
    folder = Path(summaries).parent
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{Path(summaries).name}"
        rows = sum(map(len, ol.read_archive(url, "summaries/works", storage_options={"allow_http": "true"})))
        server.shutdown()

    assert rows == len(ol.open(dataset)["works"])


def test_the_kind_of_dump_is_told_by_the_members(activities: list[str], summaries: str) -> None:
    assert ol.read_archive(activities[0], "works").table == "activities/works"
    assert ol.read_archive(summaries, "works").table == "summaries/works"


def test_a_closed_reader_gives_nothing(summaries: str) -> None:
    reader = ol.read_archive(summaries, "works")
    assert reader.read_bytes is not None and "summaries/works" in repr(reader)

    reader.close()

    assert list(reader) == [] and reader.counts == {} and reader.read_bytes is None
    with pytest.raises(ValueError, match="closed"):
        pyarrow.table(reader)


def test_readers_that_are_dropped_leave_no_threads(summaries: str) -> None:
    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    next(ol.read_archive(summaries, "works"))
    gc.collect()
    before = threads()
    for _ in range(20):
        next(ol.read_archive(summaries, "works"))
    gc.collect()

    assert threads() <= before + 2


def test_what_is_wrong_is_told(summaries: str, dataset: str, tmp_path: Path) -> None:
    with pytest.raises(ol.UnknownNameError, match="there is no table wroks"):
        ol.read_archive(summaries, "wroks")
    with pytest.raises(ol.UnknownNameError, match="has no column titel"):
        ol.read_archive(summaries, "works", columns="titel")
    with pytest.raises(ol.MismatchError, match="is a dataset"):
        ol.read_archive(dataset, "works")
    with pytest.raises(ol.NotFoundError):
        ol.read_archive(tmp_path / "no.tar.gz", "works")
    with pytest.raises(ValueError, match="repeats"):
        ol.read_archive(summaries, "works", repeats="maybe")
    with pytest.raises(ol.StorageError, match="ftp"):
        ol.read_archive("ftp://localhost/a.tar.gz", "works")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(Path(summaries).read_bytes()[:5_000])
    with pytest.raises(ol.DamagedError, match="cut off"):
        list(ol.read_archive(cut, "summaries/works"))
    # A library that reads the stream tells it in its own exception.
    with pytest.raises(Exception, match="cut off"):
        pyarrow.table(ol.read_archive(cut, "summaries/works"))


def test_members_that_come_again_are_told(tmp_path: Path, summaries: str) -> None:
    with tarfile.open(summaries) as archive:
        member = next(member for member in archive if member.name.endswith(".xml"))
        record = archive.extractfile(member).read()
    twice = tmp_path / "twice.tar"
    with tarfile.open(twice, "w") as archive:
        for name, data in [(member.name, record), ("a.txt", b" " * (9 << 20)), (member.name, record)]:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

    with pytest.raises(ol.RepeatedError, match="come again"):
        list(ol.read_archive(twice, "records"))
    kept = list(ol.read_archive(twice, "records", repeats="keep"))
    assert sum(len(batch) for batch in kept) == 2


def test_two_threads_share_a_reader(tmp_path: Path) -> None:
    archive = _dump(tmp_path, 1_500)
    reader, found = ol.read_archive(archive, "works", threads=2), []

    def take() -> None:
        found.extend(len(batch) for batch in reader)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(found) == sum(len(batch) for batch in ol.read_archive(archive, "works"))


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    peaks = []
    for records in (2_000, 8_000):
        folder = tmp_path / str(records)
        peaks.append(_peak_bytes(_dump(folder, records)))
    growth = peaks[1] - peaks[0]

    assert growth < 32 << 20, f"{peaks[0]:,} and {peaks[1]:,} bytes"


def _dump(folder: Path, records: int) -> Path:
    program = [sys.executable, "-m", "orcidlake", "synth", "--quiet", "--seed", "5", "--level", "1"]
    subprocess.run([*program, "--records", str(records), "--out", folder], check=True)
    return next(folder.glob("*_summaries.tar.gz"))


def _peak_bytes(archive: Path) -> int:
    """The peak of memory of a process that reads a table with a small limit."""
    code = """
import resource, sys
import orcidlake as ol
rows = sum(len(batch) for batch in ol.read_archive(sys.argv[1], "works", threads=2, memory="128MiB"))
assert rows > 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
    done = subprocess.run([sys.executable, "-c", code, archive], check=True, capture_output=True, text=True)
    return int(done.stdout)
