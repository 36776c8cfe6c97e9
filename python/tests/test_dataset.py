"""Datasets and their tables, read by each library."""

from __future__ import annotations

import datetime
import io
import shutil
import sqlite3
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import orcidlake as ol


def test_a_dataset_is_a_mapping_of_its_tables(full: str) -> None:
    ds = ol.open(full)

    assert list(ds) == ds.tables == ds.keys() and len(ds) == len(ds.tables)
    assert "works" in ds and "summaries/works" in ds and "no" not in ds and 3 not in ds
    assert ds["works"].key == "summaries/works"
    assert ds["activities/works"].key == "activities/works"
    assert ds["work_contributors"].key == "activities/work_contributors"
    with pytest.raises(KeyError, match="has no table wroks; the tables are summaries/records") as raised:
        ds["wroks"]
    assert isinstance(raised.value, ol.UnknownNameError)
    assert "summaries/works" in repr(ds) and "2025" in repr(ds)


def test_activities_alone_have_the_name(tmp_path: Path, activities: list[str]) -> None:
    ol.convert(activities, tmp_path / "orcid")

    assert ol.open(tmp_path / "orcid")["works"].key == "activities/works"


def test_a_dataset_tells_of_itself(dataset: str, summaries: str) -> None:
    ds = ol.open(dataset)

    assert ds.release == 2025
    assert [archive.name for archive in ds.archives] == [Path(summaries).name]
    assert ds.manifest["organizations"]["preset"] == "balanced"
    assert isinstance(ds.watermark, datetime.datetime) and ds.watermark.tzinfo is not None
    assert ds.version == ol.open(dataset).version
    assert ds.verify() == []


def test_every_table_is_the_same_in_every_library(full: str) -> None:
    ds = ol.open(full)

    for key in ds.tables:
        found = ds[key]
        expected = pyarrow.concat_tables([pyarrow.parquet.read_table(file) for file in found.files])
        assert len(found) == found.num_rows == expected.num_rows
        arrow = found.to_arrow()
        assert arrow.equals(expected.cast(arrow.schema)), key
        frame = found.to_polars()
        assert frame.equals(polars.DataFrame(found)), key
        assert frame.height == len(found) and frame.columns == found.columns
        assert duckdb.sql("SELECT count(*) FROM found").fetchall() == [(len(found),)]
        assert found.to_pandas().shape == (len(found), len(found.columns))
        assert pandas.DataFrame.from_arrow(found).shape == (len(found), len(found.columns))
        assert sum(batch.num_rows for batch in found.batches()) == len(found)


def test_affiliations_find_their_organizations_in_pandas_and_sqlite(dataset: str) -> None:
    ds = ol.open(dataset)
    named, organizations = (ds[key].select("org_key").to_pandas() for key in ("affiliations", "organizations"))
    # As in a table with affiliations without an organization, where pandas keeps no integers.
    with_gap = pandas.concat([named, pandas.DataFrame({"org_key": [None]})], ignore_index=True)

    with sqlite3.connect(":memory:") as database:
        with_gap.to_sql("affiliations", database, index=False)
        organizations.to_sql("organizations", database, index=False)
        joined = "SELECT * FROM affiliations JOIN organizations USING (org_key)"
        by_sqlite = pandas.read_sql(joined, database)
    again = pandas.read_csv(io.StringIO(with_gap.to_csv(index=False)))

    keys = named["org_key"].notna().sum()
    assert keys > 100
    assert len(by_sqlite) == len(again.merge(organizations, on="org_key")) == keys


def test_columns_are_selected(dataset: str) -> None:
    works = ol.open(dataset)["works"]

    some = works.select("title", "orcid")

    assert some.columns == works.select(["title", "orcid"]).columns == ["title", "orcid"]
    assert some.to_arrow().equals(works.to_arrow().select(["title", "orcid"]))
    assert some.to_polars().columns == some.scan().collect_schema().names() == ["title", "orcid"]
    assert list(some.to_dicts()[0]) == ["title", "orcid"]
    with pytest.raises(ol.UnknownNameError, match="has no column titel"):
        works.select("titel")


def test_a_schema_tells_what_columns_mean(dataset: str) -> None:
    schema = ol.open(dataset)["affiliations"].schema

    arrow = pyarrow.schema(schema)
    assert arrow.names == schema.names and len(schema) == len(arrow)
    assert schema["org_key"].description
    assert (schema["org_key"].type, arrow.field("org_key").type) == ("Utf8", pyarrow.string())
    assert schema["kind"].xpath or schema["kind"].description
    assert "org_key" in schema and "no" not in schema
    assert repr(schema).splitlines()[0] == "orcid: Utf8"
    assert pyarrow.schema(ol.open(dataset)["affiliations"]) == arrow


def test_a_record_has_its_rows(dataset: str) -> None:
    ds = ol.open(dataset)
    orcid = ds["works"].to_dicts()[0]["orcid"]

    record = ds.record(f"https://orcid.org/{orcid}")
    several = ds.rows([orcid, ds["works"].to_dicts()[-1]["orcid"]])

    expected = ds["works"].to_polars().filter(polars.col("orcid") == orcid)
    assert len(record["summaries/works"]) == expected.height
    assert record["summaries/records"][0]["orcid"] == orcid
    assert polars.DataFrame(several["summaries/works"]).filter(polars.col("orcid") == orcid).equals(expected)
    assert ds.record("0000-0002-1825-0097") == {}
    with pytest.raises(ValueError, match="nobody"):
        ds.record("nobody")


def test_duckdb_has_a_view_of_each_table(full: str) -> None:
    ds = ol.open(full)

    connection = ds.duckdb()

    for key in ds.tables:
        view = key.replace("/", "_")
        assert connection.sql(f"SELECT count(*) FROM {view}").fetchall() == [(len(ds[key]),)]
    assert connection.sql("SELECT count(*) FROM works").fetchall() == [(len(ds["works"]),)]
    own = duckdb.connect()
    assert ds.duckdb(own) is own


def test_paths_with_quotes_do_no_harm(tmp_path: Path, dataset: str) -> None:
    odd = tmp_path / "it's \"odd\" %20"
    shutil.copytree(dataset, odd)
    ds = ol.open(odd)

    assert ds.duckdb().sql("SELECT count(*) FROM works").fetchall() == [(len(ds["works"]),)]
    assert ds["works"].to_arrow().num_rows == len(ds["works"])


def test_the_people_of_an_institution_are_those_of_the_program(dataset: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    ds = ol.open(dataset)
    matched = ds["organizations/organizations"].to_polars().filter(polars.col("ror_id").is_not_null())
    ror = matched.sort("affiliations", descending=True)["ror_id"][0]

    people = ds.people(ror=ror, children=True, current=True, emails=True)

    program = [sys.executable, "-m", "orcidlake", "people", dataset, "--ror", ror, "--children", "--current"]
    subprocess.run([*program, "--emails", "--quiet", "--out", tmp_path / "people.csv"], check=True)
    listed = polars.read_csv(tmp_path / "people.csv", infer_schema=False)
    assert len(people) == listed.height > 0
    assert people.schema.names == listed.columns
    assert people.to_polars()["authenticated"].to_list() == [False] * len(people)
    assert people.to_polars()["orcid"].to_list() == listed["orcid"].to_list()
    assert next(iter(people))["orcid"] == listed["orcid"][0]
    assert "emails" not in ds.people(ror=[ror]).schema
    day = ds.people(ror, as_of=datetime.date(2020, 1, 1), kinds="employment").to_polars()
    assert set(day["kind"]) <= {"employment"}


def test_questions_that_have_no_answer_are_refused(dataset: str, full: str) -> None:
    ds = ol.open(dataset)

    with pytest.raises(ValueError, match="not a ROR id"):
        ds.people(ror="me")
    with pytest.raises(ol.UnknownNameError, match="is not in the ROR release"):
        ds.people(ror="https://ror.org/04ttjf776")
    with pytest.raises(ValueError, match="no kind of affiliation"):
        ds.people(ror="https://ror.org/04ttjf776", kinds=["friend"])
    with pytest.raises(ValueError, match="not both"):
        ds.people(ror="https://ror.org/04ttjf776", current=True, as_of=datetime.date.today())
    with pytest.raises(ol.NotMatchedError):
        ol.open(full).people(ror="https://ror.org/04ttjf776")


def test_damage_and_absence_are_told(tmp_path: Path, dataset: str, summaries: str) -> None:
    with pytest.raises(ol.NotFoundError, match="there is no"):
        ol.open(tmp_path / "nowhere")
    with pytest.raises(ol.DatasetError, match="not an orcidlake dataset"):
        ol.open(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(dataset, broken)
    ds = ol.open(broken)
    file = Path(ds["works"].files[0])
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert [problem.path for problem in ol.verify(broken)] == [str(file)]
    with pytest.raises(ol.DamagedError):
        list(ds["works"].batches())
    file.unlink()
    with pytest.raises(ol.NotFoundError):
        list(ds["works"].batches())


def test_an_opened_dataset_is_one_version(tmp_path: Path, summaries: str, activities: list[str]) -> None:
    ol.convert(summaries, tmp_path / "orcid")
    ds = ol.open(tmp_path / "orcid")

    ol.convert(activities, tmp_path / "orcid")

    assert "activities/works" not in ds and len(ds["works"].to_arrow()) == len(ds["works"])
    assert "activities/works" in ds.reload() and ds.reload().version != ds.version
