#!/usr/bin/env python3
"""Compares a dataset with the same tables written by DuckDB's own Parquet writer.

    benches/scan.py DATASET [--rounds 15] [--threads 1 2] [--keep FOLDER]

DuckDB copies each table to one file, Zstandard at its default level, rows in the
same order. Then sizes table by table, and the times of some queries and of full
scans over both, in turn; the answers must be the same. Needs `pip install duckdb`;
judge ratios of one run, not figures of different days.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

QUERIES = {
    "count by country": "SELECT country, count(*) FROM {affiliations} GROUP BY country ORDER BY ALL",
    "people by country": "SELECT country, count(DISTINCT orcid) FROM {affiliations} GROUP BY country ORDER BY ALL",
    "DOIs per year": "SELECT publication_year, count(DISTINCT doi) FROM {works} GROUP BY publication_year ORDER BY ALL",
    "DOIs per year, all sections": """
        SELECT publication_year, count(DISTINCT external_id_normalized)
        FROM {external_ids} JOIN {works} USING (orcid, put_code)
        WHERE external_id_type = 'doi' AND kind = 'work' GROUP BY publication_year ORDER BY ALL""",
    "who works at an organisation": """
        SELECT orcid, role_title, start_year FROM {affiliations}
        WHERE kind = 'employment' AND end_year IS NULL AND disambiguation_source = '{source}'
        AND disambiguated_organization_identifier = '{organisation}' ORDER BY ALL""",
    "works of one person": "SELECT title FROM {works} WHERE orcid = '{orcid}' ORDER BY ALL",
}
# A hash of every cell: all is decoded, and both sides must give the same.
FULL_SCAN = "SELECT bit_xor(hash(COLUMNS(*))) FROM {table}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--keep", type=Path, help="where DuckDB's files go, and stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        twin = options.keep or Path(scratch)
        twin.mkdir(parents=True, exist_ok=True)
        tables = sorted(folder for folder in (options.dataset / "summaries").iterdir() if folder.is_dir())
        ours = {table.name: sorted(table.glob("*.parquet")) for table in tables}
        theirs = {name: [copy(name, files, twin)] for name, files in ours.items()}
        print(f"DuckDB {duckdb.__version__}")
        tell_sizes(ours, theirs)
        for threads in options.threads:
            tell_times(ours, theirs, threads, options.rounds)


def copy(name, files, folder):
    """Writes a table as DuckDB does unless told otherwise."""
    out = folder / f"{name}.parquet"
    if not out.exists():
        connection = duckdb.connect(config={"threads": 1})
        connection.execute(f"COPY (FROM {relation(files)}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
    return out


def relation(files):
    return f"read_parquet({[str(file) for file in files]})"


def tell_sizes(ours, theirs):
    print(f"{'table':28} {'rows':>10} {'bytes':>12} {'DuckDB':>12} {'ratio':>6}")
    totals = [0, 0]
    for name in ours:
        sizes = [sum(file.stat().st_size for file in side[name]) for side in (ours, theirs)]
        totals = [total + size for total, size in zip(totals, sizes)]
        [(rows,)] = duckdb.sql(f"SELECT count(*) FROM {relation(ours[name])}").fetchall()
        print(f"{name:28} {rows:>10} {sizes[0]:>12} {sizes[1]:>12} {sizes[0] / sizes[1]:>6.3f}")
    print(f"{'all':28} {'':>10} {totals[0]:>12} {totals[1]:>12} {totals[0] / totals[1]:>6.3f}")


def tell_times(ours, theirs, threads, rounds):
    connection = duckdb.connect(config={"threads": threads})
    print(f"\n{f'{threads} threads, ms':34} {'best':>8} {'DuckDB':>8} {'ratio':>6}   {'median':>8} {'DuckDB':>8} {'ratio':>6}")
    names = {**examples(ours), "source": "ROR"}
    scans = {f"all of {name}": FULL_SCAN.replace("{table}", f"{{{name}}}") for name in ours}
    sums = [0, 0]
    for label, query in {**QUERIES, **scans}.items():
        queries = [query.format(**{name: relation(files) for name, files in side.items()}, **names) for side in (ours, theirs)]
        times = compare(connection, queries, rounds)
        best, median = [min(side) for side in times], [statistics.median(side) for side in times]
        if label in scans:
            sums = [total + one for total, one in zip(sums, best)]
        print(f"{label:34} {row(best)}   {row(median)}", flush=True)
    print(f"{'all tables together':34} {row(sums)}")


def compare(connection, queries, rounds):
    """Milliseconds of both queries, in turn; the first round warms up."""
    times, answers = ([], []), [None, None]
    for turn in range(rounds + 1):
        for side in (0, 1) if turn % 2 else (1, 0):
            begun = time.perf_counter()
            answers[side] = connection.execute(queries[side]).fetchall()
            if turn:
                times[side].append((time.perf_counter() - begun) * 1e3)
    if answers[0] != answers[1]:
        sys.exit(f"the answers differ: {queries[0]}")
    return times


def examples(tables):
    """The organisation and the person that occur most often."""
    most = "SELECT {column} FROM {table} WHERE {where} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    organisation = most.format(column="disambiguated_organization_identifier", table=relation(tables["affiliations"]),
                               where="disambiguation_source = 'ROR'")
    orcid = most.format(column="orcid", table=relation(tables["works"]), where="true")
    return {name: (duckdb.sql(query).fetchall() or [("",)])[0][0] for name, query in (("organisation", organisation), ("orcid", orcid))}


def row(pair):
    return f"{pair[0]:>8.2f} {pair[1]:>8.2f} {pair[0] / pair[1]:>6.2f}"


if __name__ == "__main__":
    main()
