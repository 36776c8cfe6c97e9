"""Arguments that cannot be used raise an exception that names them: of the wrong type, or of a wrong value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import orcidlake as ol

Call = Callable[..., Any]


@pytest.fixture
def calls(summaries: str, dataset: str, ror_release: str, tmp_path: Path) -> dict[str, Call]:
    """Functions whose other arguments are right."""
    out, ds, matcher = tmp_path / "orcid", ol.open(dataset), ol.Matcher(ror_release)
    task = ol.plan(summaries)[0]
    return {
        "convert": lambda **more: ol.convert(summaries, out, **more),
        "inspect": lambda **more: ol.inspect(summaries, **more),
        "read_archive": lambda **more: ol.read_archive(summaries, "works", **more),
        "index": lambda **more: ol.index(summaries, out, **more),
        "plan": lambda **more: ol.plan(summaries, out, **more),
        "write_part": lambda **more: ol.write_part(task, out, **more),
        "match": lambda **more: ol.match(out, ror_release, **more),
        "find": lambda **more: matcher.match(["Universidad"], **more),
        "people": lambda **more: ds.people(**({"ror": "https://ror.org/001522z32"} | more)),
    }


CASES = [
    *[
        (function, {name: value}, kind)
        for function in ("convert", "inspect", "read_archive", "write_part", "match")
        for name, value, kind in [
            ("threads", 1.5, TypeError),
            ("threads", "2", TypeError),
            ("threads", True, TypeError),
            ("threads", 0, ValueError),
            ("threads", 1 << 70, ValueError),
            ("memory", 1.5, TypeError),
            ("memory", b"1GiB", TypeError),
            ("memory", "much", ValueError),
            ("memory", "1KiB", ValueError),
            ("memory", -1, ValueError),
            ("memory", "99999999999TiB", ValueError),
            ("storage_options", {"allow_http": 1}, TypeError),
            ("storage_options", "allow_http=true", TypeError),
        ]
    ],
    *[
        (function, {"tables": value}, kind)
        for function in ("convert", "plan")
        for value, kind in [([], ValueError), (5, TypeError), ([5], TypeError), (b"works", TypeError)]
    ],
    ("convert", {"salvage": "no"}, TypeError),
    ("convert", {"replace": 1}, TypeError),
    ("convert", {"index": None}, TypeError),
    ("plan", {"parts": 1.5}, TypeError),
    ("plan", {"parts": True}, TypeError),
    ("plan", {"parts": 0}, ValueError),
    ("plan", {"parts": 1 << 40}, ValueError),
    ("read_archive", {"columns": []}, ValueError),
    ("read_archive", {"columns": [1]}, TypeError),
    ("read_archive", {"shard": 2}, TypeError),
    ("read_archive", {"shard": "2"}, ValueError),
    ("index", {"spacing": 1.5}, TypeError),
    ("index", {"spacing": 0}, ValueError),
    ("find", {"countries": "EC"}, TypeError),
    ("find", {"cities": "Quito"}, TypeError),
    ("find", {"countries": b"EC"}, TypeError),
    ("find", {"countries": []}, ValueError),
    ("find", {"threads": 1.5}, TypeError),
    ("match", {"anew": "no"}, TypeError),
    ("people", {"ror": []}, ValueError),
    ("people", {"ror": None}, TypeError),
    ("people", {"ror": 5}, TypeError),
    ("people", {"ror": [5]}, TypeError),
    ("people", {"kinds": []}, ValueError),
    ("people", {"kinds": 5}, TypeError),
    ("people", {"depth": 1.5, "children": True}, TypeError),
    ("people", {"depth": -1, "children": True}, ValueError),
    ("people", {"min_confidence": "high"}, TypeError),
    ("people", {"min_confidence": 2}, ValueError),
    ("people", {"as_of": "2025-10-01"}, TypeError),
    ("people", {"current": "no"}, TypeError),
]


@pytest.mark.parametrize(("function", "arguments", "kind"), CASES, ids=[f"{name}-{given}" for name, given, _ in CASES])
def test_an_argument_that_cannot_be_used_is_named(
    calls: dict[str, Call], function: str, arguments: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind) as raised:
        calls[function](**arguments)

    # An exception of a wrong value is no TypeError, and the other way round.
    assert type(raised.value) is kind
    told = str(raised.value)
    name = next(iter(arguments))
    assert name in told or name == "shard" or "not a number from 0 to 1" in told, told
    assert "pyo3" not in told and "failed to extract" not in told and "NoneType" not in told, told


def test_what_is_no_path_task_or_result_is_a_type_error(summaries: str, tmp_path: Path) -> None:
    result = ol.write_part(ol.plan(summaries)[0], tmp_path / "orcid")

    calls: list[Callable[[], object]] = [
        lambda: ol.convert(5, "orcid"),  # type: ignore[arg-type]
        lambda: ol.convert([5], "orcid"),  # type: ignore[list-item]
        lambda: ol.convert(summaries, 5),  # type: ignore[arg-type]
        lambda: ol.write_part("{}", tmp_path / "orcid"),  # type: ignore[arg-type]
        lambda: ol.write_part(result, tmp_path / "orcid"),  # type: ignore[arg-type]
        lambda: ol.commit(tmp_path / "orcid", result),  # type: ignore[arg-type]
        lambda: ol.commit(tmp_path / "orcid", [result.to_json()]),  # type: ignore[list-item]
        lambda: ol.commit(tmp_path / "orcid", ol.plan(summaries)),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match="no archive is given"):
        ol.convert([], "orcid")


def test_true_and_false_are_options_of_stores_too(summaries: str) -> None:
    # They do not matter for a local file.
    assert ol.inspect(summaries, storage_options={"allow_http": "true"}).members["members"] > 0
    assert ol.inspect(summaries, storage_options={"allow_http": True}).members["members"] > 0  # type: ignore[dict-item]
