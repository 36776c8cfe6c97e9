#!/usr/bin/env python3
"""Do other readers read every table of a dataset as the schema says?

usage: readers.py ORCIDLAKE DATASET
       (needs: pip install pyarrow duckdb polars pytz pandas datafusion, and pyspark with Java for Spark)

Reads each table with pyarrow, DuckDB, Polars, pandas, DataFusion and Spark, compares row counts with
the manifest and column types with the data dictionary, and runs the DuckDB views that `orcidlake
schema --format duckdb` makes. Every reader decodes every cell. Of a matched dataset it also joins affiliations to organizations in pandas, as
read, through CSV and through SQLite, and in JSON as JavaScript reads it. Exit status 1 on any difference, or if
a reader is missing; Spark is left out, with a message, where it is not installed.
"""
import io, json, os, shutil, sqlite3, subprocess, sys

import datafusion
import duckdb
import pandas
import polars
import pyarrow.dataset

ARROW = {"string": "string", "int64": "int64", "int32": "int32", "int16": "int16", "boolean": "bool", "float64": "double",
         "timestamp[us, UTC]": "timestamp[us, tz=UTC]"}


def with_pyarrow(folder):
    return pyarrow.dataset.dataset(folder, format="parquet").to_table()


def with_duckdb(folder):
    return duckdb.sql(f"select * from '{folder}/*.parquet'").to_arrow_table()


def with_polars(folder):
    return polars.read_parquet(f"{folder}/*.parquet").to_arrow()


def with_pandas(folder):
    return pyarrow.Table.from_pandas(pandas.read_parquet(folder, dtype_backend="pyarrow"), preserve_index=False)


def with_datafusion(folder):
    return pyarrow.table(datafusion.SessionContext().read_parquet(folder))


def spark_reader():
    """Spark's reader; None where it is not installed."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        return None
    if shutil.which("java") is None:
        return None
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
                "spark.sql.session.timeZone": "UTC"}
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return lambda folder: session.read.parquet(os.path.abspath(folder)).toArrow()


def same_rows(found, expected):
    """True if two tables have the same cells, in whatever order of rows and form of strings."""
    keys = [(name, "ascending") for name in expected.column_names]
    found = found.select(expected.column_names).cast(expected.schema.remove_metadata())
    return found.sort_by(keys).equals(expected.cast(found.schema).sort_by(keys))


def joins(dataset):
    """Affiliations that find their organization by `org_key`: the number by DuckDB, and the numbers after
    pandas, with its own types, has written and read both tables in each way."""
    tables = [os.path.join(dataset, folder) for folder in ("summaries/affiliations", "organizations/organizations")]
    expected = duckdb.sql(f"select count(*) from '{tables[0]}/*.parquet' join '{tables[1]}/*.parquet' using (org_key)")

    def through_csv(frame):
        return pandas.read_csv(io.StringIO(frame.to_csv(index=False)))

    def through_sqlite(frame):
        with sqlite3.connect(":memory:") as database:
            frame.to_sql("rows", database, index=False)
            return pandas.read_sql("select * from rows", database)

    def through_json(frame):
        # JavaScript and jq have no integers.
        lines = frame.to_json(orient="records", lines=True).splitlines()
        return pandas.DataFrame([json.loads(line, parse_int=float) for line in lines])

    ways = {"as read": lambda frame: frame, "CSV": through_csv, "SQLite": through_sqlite, "JSON": through_json}
    # A row without a key is there in any case: it makes pandas choose floating-point numbers for integers.
    columns = [pandas.read_parquet(table, columns=["org_key"]) for table in tables]
    columns[0] = pandas.concat([columns[0], pandas.DataFrame({"org_key": [None]})], ignore_index=True)
    found = {way: len(pandas.merge(*(read(frame).dropna() for frame in columns), on="org_key"))
             for way, read in ways.items()}
    return expected.fetchall()[0][0], found


def rows_by_table(manifest):
    """The number of rows of each table, by the manifest."""
    rows = {}
    for entry in [*manifest["archives"], manifest.get("organizations") or {"parts": {}}]:
        for table, parts in entry["parts"].items():
            rows[table] = rows.get(table, 0) + sum(part["rows"] for part in parts)
    return rows


def main(orcidlake, dataset):
    schema = json.loads(subprocess.check_output([orcidlake, "schema", "--format", "json"]))
    manifest = json.load(open(os.path.join(dataset, "orcidlake.json")))
    rows = rows_by_table(manifest)
    readers = {"DuckDB": with_duckdb, "Polars": with_polars, "pandas": with_pandas,
               "DataFusion": with_datafusion, "Spark": spark_reader()}
    if readers["Spark"] is None:
        print("skipped: Spark is not installed, or Java is not")
        del readers["Spark"]
    faults, views = [], duckdb.connect()
    sql = subprocess.check_output([orcidlake, "schema", "--format", "duckdb", "--dataset", dataset], text=True)
    views.execute(sql)
    for table in schema["tables"]:
        key = table["table"]
        if key not in rows:
            continue
        folder = os.path.join(dataset, key)
        read = with_pyarrow(folder)
        types = {field.name: str(field.type) for field in read.schema}
        expected = {column["name"]: ARROW[column["type"]] for column in table["columns"]}
        if types != expected:
            faults.append(f"{key}: pyarrow sees {types}")
        counts = {
            "pyarrow": read.num_rows,
            "the DuckDB view": len(views.execute(f"select * from {key.replace('/', '_')}").fetchall()),
        }
        faults += [f"{key}: {reader} reads {count} rows of {rows[key]}"
                   for reader, count in counts.items() if count != rows[key]]
        faults += [f"{key}: {name} reads other rows than pyarrow"
                   for name, reader in readers.items() if not same_rows(reader(folder), read)]
    if "organizations/organizations" in rows and "summaries/affiliations" in rows:
        expected, found = joins(dataset)
        faults += [f"{count} of {expected} affiliations find their organization in pandas, {way}"
                   for way, count in found.items() if count != expected or not expected]
    for fault in faults:
        print(fault)
    print(f"{len(rows)} tables read with pyarrow, {', '.join(readers)}, {len(faults)} faults")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
