"""Datasets that hold what people show only to trusted parties."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import duckdb
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest

import orcidlake as ol

# Of files above this size, readers compare the footer alone with the manifest, which names no digest
# of it here. So a test needs no digest of a file that it has changed.
_DIGESTED = 8 << 20


class Limited:
    """A dataset in which one person's record was read by that person's own permission. Every second
    work of the person, with all that belongs to it, is limited; so are all affiliations."""

    def __init__(self, path: Path, source: str) -> None:
        shutil.copytree(source, path)
        self.path = str(path)
        works = ol.open(source)["works"].to_polars()
        ids = ol.open(source)["external_ids"].to_polars().filter(polars.col("kind") == "work")
        both = works.join(ids, on=["orcid", "put_code"], how="semi").group_by("orcid").len()
        affiliated = ol.open(source)["affiliations"].to_polars()["orcid"]
        both = both.filter((polars.col("len") > 3) & polars.col("orcid").is_in(affiliated.to_list()))
        self.orcid: str = both.sort("len", "orcid")["orcid"][-1]
        codes = works.filter(polars.col("orcid") == self.orcid)["put_code"].to_list()
        self.hidden, self.public = set(codes[::2]), set(codes[1::2])
        self._mark("summaries/works", lambda row: row["put_code"] in self.hidden)
        self._mark("summaries/affiliations", lambda _: True)
        manifest = self._manifest()
        manifest["visibility"] = "limited"
        manifest["scopes"] = {"connected": {"people": [self.orcid]}}
        self._write(manifest)

    def _manifest(self) -> dict:
        return json.loads(Path(self.path, "orcidlake.json").read_text())

    def _write(self, manifest: dict) -> None:
        Path(self.path, "orcidlake.json").write_text(json.dumps(manifest))

    def _mark(self, key: str, is_hidden) -> None:
        """Gives rows of the person another visibility, and the manifest what it says of the files."""
        manifest = self._manifest()
        for entry in manifest["archives"]:
            for part in entry["parts"].get(key, []):
                file = Path(self.path, key, part["name"])
                table = pyarrow.parquet.read_table(file)
                words = [
                    "limited" if row["orcid"] == self.orcid and is_hidden(row) else row["visibility"]
                    for row in table.select(["orcid", "put_code", "visibility"]).to_pylist()
                ]
                place = table.column_names.index("visibility")
                field = table.schema.field(place)
                table = table.set_column(place, field, pyarrow.array(words, pyarrow.string()).cast(field.type))
                # Without the checksums of the pages that were there before.
                table = table.replace_schema_metadata({b"padding": os.urandom(_DIGESTED // 2 + 1_000).hex().encode()})
                pyarrow.parquet.write_table(table, file, compression="zstd")
                part["size_bytes"] = file.stat().st_size
                assert part["size_bytes"] > _DIGESTED
                part.pop("footer_xxh3", None)
        self._write(manifest)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory, dataset: str) -> Limited:
    return Limited(tmp_path_factory.mktemp("limited") / "orcid", dataset)


def _codes(frame: polars.DataFrame, orcid: str) -> set[int]:
    return set(frame.filter(polars.col("orcid") == orcid)["put_code"].drop_nulls().to_list())


def test_no_call_gives_what_is_limited_unless_it_is_asked_for(limited: Limited, dataset: str) -> None:
    public, all_of_it = ol.open(limited.path), ol.open(limited.path, include_limited=True)
    orcid = limited.orcid

    for ds, expected in [(public, limited.public), (all_of_it, limited.public | limited.hidden)]:
        works = ds["works"]
        rows = works.num_rows
        assert rows == len(works) == len(ol.open(dataset)["works"]) - (len(limited.hidden) if ds is public else 0)
        ways = {
            "to_polars": works.to_polars(),
            "scan": works.scan().collect(),
            "polars": polars.DataFrame(works),
            "to_arrow": polars.DataFrame(works.to_arrow()),
            "pyarrow": polars.DataFrame(pyarrow.table(works)),
            "duckdb": duckdb.sql("SELECT * FROM works").pl(),
            "ds.duckdb": ds.duckdb().sql("SELECT * FROM works").pl(),
            "select": works.select("orcid", "put_code").to_polars(),
            "pandas": polars.DataFrame(pyarrow.Table.from_pandas(works.select("orcid", "put_code").to_pandas())),
            "batches": polars.concat(polars.DataFrame(batch) for batch in works.batches()),
            "to_dicts": polars.DataFrame(works.select("orcid", "put_code").to_dicts()),
        }
        for way, frame in ways.items():
            assert frame.height == rows, way
            assert _codes(frame, orcid) == expected, way
        record = ds.record(orcid)
        assert {row["put_code"] for row in record["summaries/works"]} == expected
        assert ("summaries/affiliations" in record) == (ds is all_of_it)
        several = ds.rows([orcid])
        assert _codes(polars.DataFrame(several["summaries/works"]), orcid) == expected
        assert works.select("title").columns == ["title"]


def test_what_belongs_to_a_limited_item_stays_out_too(limited: Limited, dataset: str) -> None:
    public, all_of_it = ol.open(limited.path), ol.open(limited.path, include_limited=True)

    def of_works(ds: ol.Dataset) -> set[int]:
        ids = ds["external_ids"].to_polars()
        return _codes(ids.filter(polars.col("kind") == "work"), limited.orcid)

    assert of_works(public) <= limited.public and of_works(public)
    assert of_works(all_of_it) & limited.hidden
    others = polars.col("orcid") != limited.orcid
    expected = ol.open(dataset)["external_ids"].to_polars().filter(others)
    assert public["external_ids"].to_polars().filter(others).equals(expected), "others lose nothing"


def test_the_people_of_an_institution_are_without_limited_affiliations(limited: Limited) -> None:
    public, all_of_it = ol.open(limited.path), ol.open(limited.path, include_limited=True)
    matched = all_of_it["organizations/organizations"].to_polars().filter(polars.col("ror_id").is_not_null())
    own = all_of_it["affiliations"].to_polars().filter(polars.col("orcid") == limited.orcid)
    ror = matched.filter(polars.col("org_key").is_in(own["org_key"].to_list()))["ror_id"].to_list()

    found = all_of_it.people(ror).to_polars()["orcid"].to_list()
    shown = public.people(ror).to_polars()["orcid"].to_list()

    assert limited.orcid in found
    assert limited.orcid not in shown
    assert set(shown) == set(found) - {limited.orcid}


def test_files_are_named_only_to_those_who_may_read_them(limited: Limited, dataset: str) -> None:
    public = ol.open(limited.path)

    with pytest.raises(ol.DatasetError, match="include_limited=True"):
        public["works"].files
    assert ol.open(limited.path, include_limited=True)["works"].files
    assert ol.open(dataset)["works"].files
    assert "at most" in repr(public) and "at most" not in repr(ol.open(dataset))
    assert _codes(public.reload()["works"].to_polars(), limited.orcid) == limited.public
    with pytest.raises(TypeError, match="include_limited is True or False"):
        ol.open(limited.path, include_limited="yes")  # type: ignore[arg-type]
