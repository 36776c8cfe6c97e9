"""Names to organisations, from lists and from columns of each library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas
import polars
import pyarrow
import pytest

import orcidlake as ol


@pytest.fixture(scope="module")
def matcher(ror_release: str) -> ol.Matcher:
    return ol.Matcher(ror_release)


@pytest.fixture(scope="module")
def written(dataset: str) -> polars.DataFrame:
    """Organizations as they are written in the sample."""
    return ol.open(dataset)["organizations/organizations"].to_polars()


def test_names_are_found_as_in_the_dataset(matcher: ol.Matcher, written: polars.DataFrame) -> None:
    names = written["organization_name"]

    found = matcher.match(names, cities=written["city"], countries=written["country"]).to_polars()

    assert found.height == written.height
    assert found["tier"].to_list() == written["tier"].to_list()
    by_name = written["decided_by"] == "name"
    assert found["ror_id"].filter(by_name).to_list() == written["ror_id"].filter(by_name).to_list()
    assert found["ror_id"].count() > 0


def test_every_kind_of_column_gives_the_same(matcher: ol.Matcher, written: polars.DataFrame) -> None:
    names = written["organization_name"].to_list() + [None]
    expected = matcher.match(names).to_dicts()

    arrow = pyarrow.array(names)
    columns = [
        arrow,
        arrow.cast(pyarrow.large_string()),
        arrow.cast(pyarrow.string_view()),
        arrow.dictionary_encode(),
        pyarrow.chunked_array([arrow.slice(0, 3), arrow.slice(3)]),
        polars.Series(names),
        pandas.Series(names, dtype="str"),
        tuple(names),
        iter(names),
    ]
    for column in columns:
        assert matcher.match(column).to_dicts() == expected, type(column)
    assert len(matcher.match([])) == len(matcher.match(pyarrow.array([], pyarrow.string()))) == 0


def test_a_match_has_its_evidence(
    matcher: ol.Matcher, ror_release: str, written: polars.DataFrame, tmp_path: Path
) -> None:
    name = written.filter(polars.col("tier") == "exact")["organization_name"][0]

    row = matcher.match([name], threads=1).to_dicts()[0]

    names = tmp_path / "names.csv"
    polars.DataFrame({"name": [name]}).write_csv(names)
    program = [sys.executable, "-m", "orcidlake", "match", "--csv", str(names), "--ror-release", ror_release]
    told = subprocess.run([*program, "--json", "--quiet"], check=True, capture_output=True, text=True)
    expected = json.loads(told.stdout)["match"]
    assert {key: row[key] for key in expected} == expected
    assert len(matcher) > 0 and matcher.preset == "balanced" and matcher.release in repr(matcher)


def test_what_is_wrong_is_told(matcher: ol.Matcher, ror_release: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="list or a column of texts"):
        matcher.match("one name")
    with pytest.raises(ValueError, match="as many cities as names"):
        matcher.match(["one"], cities=[])
    with pytest.raises(TypeError):
        matcher.match([1])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="not a table"):
        matcher.match(pyarrow.table({"a": ["b"], "c": ["d"]}))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no preset"):
        ol.Matcher(ror_release, preset="bold")
    with pytest.raises(ol.NotFoundError):
        ol.Matcher(tmp_path / "ror.zip")
    (tmp_path / "ror.json").write_text("{}")
    with pytest.raises(ol.RorError):
        ol.Matcher(tmp_path / "ror.json")


def test_a_dataset_is_matched(tmp_path: Path, full: str, ror_release: str) -> None:
    shutil.copytree(full, tmp_path / "orcid")

    summary = ol.match(tmp_path / "orcid", ror_release, preset="strict", threads=2)
    again = ol.match(tmp_path / "orcid", ror_release, preset="strict")

    ds = ol.open(tmp_path / "orcid")
    assert summary["keys"] == len(ds["organizations/organizations"]) and summary["matched_keys"] > 0
    assert summary["preset"] == ds.manifest["organizations"]["preset"] == "strict"
    assert again["new_keys"] == 0
