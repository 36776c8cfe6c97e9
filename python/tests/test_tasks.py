"""Conversions in parts: by this process, by others, with values that travel."""

from __future__ import annotations

import json
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

import orcidlake as ol


@pytest.fixture
def archives(tmp_path: Path, summaries: str, activities: list[str]) -> list[Path]:
    """Copies of the samples. The first has an index."""
    copies = []
    for archive in [summaries, *activities]:
        copy = tmp_path / Path(archive).name
        copy.write_bytes(Path(archive).read_bytes())
        copies.append(copy)
    ol.index(copies[0], spacing="64KiB")
    return copies


def rows(path: Path | str) -> dict[str, list[dict[str, object]]]:
    ds = ol.open(path)
    return {key: ds[key].to_dicts() for key in ds.tables}


def test_parts_give_the_dataset_of_one_conversion(tmp_path: Path, archives: list[Path], full: str) -> None:
    out = tmp_path / "orcid"

    tasks = ol.plan(archives, out, parts=6)
    results = [ol.write_part(task, out) for task in tasks]
    assert not out.exists()
    report = ol.commit(out, results)

    assert len(tasks) > len(archives) and any(task.shard for task in tasks)
    # Once for each archive, as the dataset lists them.
    for listed in (report, ol.open(out).archives):
        assert [archive.outcome for archive in listed] == ["converted"] * len(archives)
        assert sorted(archive.name for archive in listed) == sorted(archive.name for archive in archives)
        for archive, whole in zip(sorted(listed, key=lambda one: one.name), sorted(ol.open(full).archives, key=lambda one: one.name)):
            assert (archive.members, archive.rows, archive.md5) == (whole.members, whole.rows, whole.md5)
    assert rows(out) == rows(full)
    assert ol.verify(out) == []
    assert sorted(path.name for path in tmp_path.iterdir() if "parts" in path.name) == []
    assert ol.plan(archives, out, parts=6) == []


def test_a_part_that_is_run_twice_counts_once(tmp_path: Path, archives: list[Path], full: str) -> None:
    out = tmp_path / "orcid"
    results = [ol.write_part(task, out) for task in ol.plan(archives)]
    twice = ol.write_part(ol.plan(archives)[0], out)

    report = ol.commit(out, [*results, twice])
    again = ol.commit(out, results)

    assert [archive.outcome for archive in report] == ["converted"] * 3
    assert [archive.outcome for archive in again] == ["skipped"] * 3
    assert rows(out) == rows(full)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_run_tasks(tmp_path: Path, archives: list[Path], full: str, method: str) -> None:
    out = tmp_path / "orcid"
    # Threads of a run are gone before a process is forked.
    ol.inspect(archives[0])
    context = multiprocessing.get_context(method)

    with ProcessPoolExecutor(2, mp_context=context) as pool:
        tasks, write = ol.plan(archives, parts=6), partial(ol.write_part, out=out)
        # The indexes first, of which the parts are read.
        results = list(pool.map(write, [task for task in tasks if task.kind == "index"]))
        results += pool.map(write, [task for task in tasks if task.kind == "part"])
    ol.commit(out, results)

    assert rows(out) == rows(full)


def test_tasks_and_results_travel(tmp_path: Path, archives: list[Path]) -> None:
    task = next(task for task in ol.plan(archives, parts=6) if task.kind == "part")
    result = ol.write_part(task, tmp_path / "orcid")

    for value in (task, result):
        assert pickle.loads(pickle.dumps(value)) == value
        assert type(value).from_json(value.to_json()) == value
        assert hash(value) == hash(pickle.loads(pickle.dumps(value)))
    assert task != result and task.archive == str(archives[0])
    assert task.shard is not None and task.shard in repr(task) and archives[0].name in repr(task)
    assert result.members["members"] > 0 and result.rows["summaries/records"] > 0
    assert "members" in repr(result)
    for kind, text, told in [
        (ol.Task, "no", "not JSON from character"),
        (ol.Task, "", "it is empty"),
        (ol.Task, "{}", "JSON of something else"),
        (ol.Task, task.to_json()[:-5], "cut off"),
        (ol.Task, task.to_json().replace('"salvage":false', '"salvage":true'), "has been changed"),
        (ol.Task, result.to_json(), "the result of a task"),
        (ol.PartResult, task.to_json(), "a task, which has not been run"),
        (ol.PartResult, "{}", "JSON of something else"),
    ]:
        with pytest.raises(ValueError, match=told):
            kind.from_json(text)
    with pytest.raises(TypeError, match="text, not dict"):
        ol.Task.from_json({})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a task"):
        ol.write_part(ol.Task("{}"), tmp_path / "orcid")
    moved = task.to_dict() | {"archive": "elsewhere.tar.gz"}
    assert ol.Task.from_json(json.dumps(moved)).archive == "elsewhere.tar.gz"


def test_what_does_not_belong_is_refused(tmp_path: Path, archives: list[Path]) -> None:
    task = ol.plan(archives[0])[0]
    archives[0].write_bytes(archives[1].read_bytes())

    with pytest.raises(ol.ConflictError, match="has changed"):
        ol.write_part(task, tmp_path / "orcid")
    with pytest.raises(ValueError, match="parts is from 1 to"):
        ol.plan(archives, parts=0)
    with pytest.raises(ol.StorageError):
        ol.commit("ftp://localhost/orcid", [])
