#!/usr/bin/env python3
"""Do other readers read every table of a dataset as the schema says?

usage: readers.py ORCIDLAKE DATASET      (needs: pip install pyarrow duckdb polars)

Reads each table with pyarrow, DuckDB and Polars, compares row counts with the
manifest and column types with the data dictionary, and runs the DuckDB views
that `orcidlake schema --format duckdb` makes. Exit status 1 on any difference.
"""
import json, os, subprocess, sys

import duckdb
import polars
import pyarrow.dataset

ARROW = {"string": "string", "int64": "int64", "int32": "int32", "int16": "int16", "boolean": "bool",
         "timestamp[us, UTC]": "timestamp[us, tz=UTC]"}


def main(orcidlake, dataset):
    schema = json.loads(subprocess.check_output([orcidlake, "schema", "--format", "json"]))
    manifest = json.load(open(os.path.join(dataset, "orcidlake.json")))
    rows = {}
    for archive in manifest["archives"]:
        for table, parts in archive["parts"].items():
            rows[table] = rows.get(table, 0) + sum(part["rows"] for part in parts)
    faults, views = [], duckdb.connect()
    sql = subprocess.check_output([orcidlake, "schema", "--format", "duckdb", "--dataset", dataset], text=True)
    views.execute(sql)
    for table in schema["tables"]:
        key = table["table"]
        if key not in rows:
            continue
        glob = os.path.join(dataset, key, "*.parquet")
        read = pyarrow.dataset.dataset(os.path.join(dataset, key), format="parquet").to_table()
        types = {field.name: str(field.type) for field in read.schema}
        expected = {column["name"]: ARROW[column["type"]] for column in table["columns"]}
        if types != expected:
            faults.append(f"{key}: pyarrow sees {types}")
        counts = {
            "pyarrow": read.num_rows,
            "duckdb": duckdb.sql(f"select count(*) from '{glob}'").fetchall()[0][0],
            "duckdb view": len(views.execute(f"select * from {key.replace('/', '_')}").fetchall()),
            "polars": polars.read_parquet(glob).height,
        }
        faults += [f"{key}: {reader} reads {count} rows of {rows[key]}"
                   for reader, count in counts.items() if count != rows[key]]
    for fault in faults:
        print(fault)
    print(f"{len(rows)} tables read with pyarrow, DuckDB and Polars, {len(faults)} faults")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
