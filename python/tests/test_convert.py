"""Converting: reports, options, progress, errors."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

import orcidlake as ol


def test_a_report_counts_what_became_of_each_archive(tmp_path: Path, summaries: str, activities: list[str]) -> None:
    report = ol.convert([summaries, *activities], tmp_path / "orcid")

    assert [archive.outcome for archive in report] == ["converted"] * 3
    assert report.members["members"] == sum(archive.members["members"] for archive in report.archives)
    assert report.rejects and sum(report.rejects.values()) == report.members["rejects"]
    assert report.rows["summaries/records"] == len(ol.open(tmp_path / "orcid")["records"])
    assert "converted" in repr(report) and Path(summaries).name in repr(report)
    again = ol.convert([summaries, *activities], tmp_path / "orcid")
    assert {archive.outcome for archive in again} == {"skipped"}


def test_some_tables_are_written(tmp_path: Path, summaries: str) -> None:
    ol.convert(summaries, tmp_path / "orcid", tables=["works"], threads=1, memory="256MiB")

    tables = ol.open(tmp_path / "orcid").tables
    assert "summaries/works" in tables and "summaries/emails" not in tables
    assert "summaries/rejects" in tables


def test_an_archive_that_fails_keeps_none_of_the_others_away(tmp_path: Path, summaries: str) -> None:
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(Path(summaries).read_bytes()[:5_000])

    with pytest.raises(ol.DamagedError, match="cut off") as raised:
        ol.convert([cut, summaries], tmp_path / "orcid")

    report = raised.value.report
    assert report is not None
    assert [archive.outcome for archive in report] == ["failed", "converted"]
    assert report.failed[0].error is raised.value
    assert [archive.name for archive in ol.open(tmp_path / "orcid").archives] == [Path(summaries).name]
    salvaged = ol.convert(cut, tmp_path / "salvaged", salvage=True)
    assert not salvaged.archives[0].complete


@pytest.mark.parametrize(
    ("error", "kind", "arguments"),
    [
        (ol.NotFoundError, FileNotFoundError, {"archives": "nothing.tar.gz"}),
        (ol.UnknownNameError, KeyError, {"tables": "wroks"}),
        (ol.StorageError, OSError, {"out": "ftp://localhost/orcid"}),
        (ol.StorageError, OSError, {"archives": "ftp://localhost/a.tar.gz"}),
        (ol.StorageError, OSError, {"archives": "s3://bucket/a.tar.gz", "storage_options": {"colour": "x"}}),
        (ValueError, ValueError, {"memory": "1MiB"}),
        (ValueError, ValueError, {"memory": "much"}),
        (ValueError, ValueError, {"threads": 0}),
        (ValueError, ValueError, {"archives": []}),
        (TypeError, TypeError, {"progress": "yes"}),
    ],
)
def test_what_is_wrong_with_arguments_is_told(
    tmp_path: Path, summaries: str, error: type[Exception], kind: type[Exception], arguments: dict[str, object]
) -> None:
    given: dict[str, object] = {"archives": summaries, "out": tmp_path / "orcid", **arguments}

    with pytest.raises(error) as raised:
        ol.convert(**given)  # type: ignore[arg-type]

    assert isinstance(raised.value, kind)
    # KeyError alone would put the message in quotes.
    assert str(raised.value) and (error is ValueError or not str(raised.value).startswith("'"))
    assert not (tmp_path / "orcid").exists()


def test_what_does_not_belong_together_is_refused(tmp_path: Path, summaries: str, dataset: str) -> None:
    with pytest.raises(ol.MismatchError, match="is a dataset"):
        ol.convert(dataset, tmp_path / "orcid")
    other = tmp_path / "ORCID_2024_10_summaries.tar.gz"
    other.write_bytes(Path(summaries).read_bytes())
    ol.convert(summaries, tmp_path / "orcid")
    with pytest.raises(ol.MismatchError, match="2024"):
        ol.convert(other, tmp_path / "orcid")
    replaced = ol.convert(other, tmp_path / "orcid", replace=True)
    assert replaced.archives[0].outcome == "converted"
    assert ol.open(tmp_path / "orcid").release == 2024


def test_a_second_change_is_told_of_the_first(tmp_path: Path, summaries: str) -> None:
    path = tmp_path / "orcid"
    ol.convert(summaries, path)

    with open(path / "refresh.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ol.LockedError, match="another orcidlake") as raised:
            ol.convert(summaries, path, replace=True)

    assert isinstance(raised.value, ol.DatasetError)
    ol.convert(summaries, path, replace=True)


def test_progress_is_told_in_the_thread_of_the_caller(tmp_path: Path, summaries: str, activities: list[str]) -> None:
    seen: list[ol.Progress] = []
    threads = set()

    def note(progress: ol.Progress) -> None:
        seen.append(progress)
        threads.add(threading.get_ident())

    ol.convert([summaries, *activities], tmp_path / "orcid", progress=note)

    last = {progress.archive: progress for progress in seen}
    assert set(last) == {summaries, *activities}
    assert {progress.state for progress in last.values()} == {"converted"}
    assert all(progress.fraction == 1.0 and progress.members > 0 for progress in last.values())
    assert threads == {threading.get_ident()}
    assert "converted" in repr(seen[-1])


def test_an_exception_of_the_function_stops_the_conversion(tmp_path: Path, summaries: str) -> None:
    def fail(progress: ol.Progress) -> None:
        raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        ol.convert(summaries, tmp_path / "orcid", progress=fail)
    ol.convert(summaries, tmp_path / "orcid")
    assert ol.verify(tmp_path / "orcid") == []


def test_bars_and_lines_show_progress(
    tmp_path: Path, summaries: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ol.convert(summaries, tmp_path / "one", progress=True)
    bars = capsys.readouterr().err
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    ol.convert(summaries, tmp_path / "two", progress=True)
    lines = capsys.readouterr().err

    assert "100%|" in bars
    assert lines.strip().splitlines()[-1].startswith("ORCID_2025_10_summaries.tar.gz: converted, 100%")


def test_two_threads_convert_at_the_same_time(tmp_path: Path, summaries: str) -> None:
    reports: dict[str, ol.ConvertReport] = {}

    def work(name: str) -> None:
        reports[name] = ol.convert(summaries, tmp_path / name, threads=1)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reports["one"].rows == reports["two"].rows
    assert ol.verify(tmp_path / "one") == ol.verify(tmp_path / "two") == []


def test_an_archive_is_counted_and_indexed(tmp_path: Path, summaries: str, dataset: str) -> None:
    archive = tmp_path / Path(summaries).name
    archive.write_bytes(Path(summaries).read_bytes())

    seen = ol.inspect(archive)
    contents = ol.index(archive, spacing="64KiB")

    assert seen.rows == {key: count for key, count in ol.open(dataset).archives[0].rows.items()}
    assert seen.md5 == ol.open(dataset).archives[0].md5
    assert contents["members"] > 0 and archive.with_name(archive.name + ".idx").is_file()
    with pytest.raises(ol.ArchiveError, match="needs no index"):
        ol.index(tmp_path)
