#!/usr/bin/env python3
"""Exports a dataset and reads it back with other programs, cell by cell.

usage: exports.py ORCIDLAKE DATASET SCRATCH
needs: pyarrow, pandas, duckdb, openpyxl; R where it is installed

Exports all tables as SQLite, CSV and a workbook, and reads them with Python's sqlite3, pandas, R and
openpyxl. Every cell must be that of the Parquet files as pyarrow reads them, and joins in SQLite must
find what DuckDB finds in the dataset. Checks datapackage.json and croissant.json against the dataset
too, with frictionless and mlcroissant where they are installed.

Exit status 1 if anything differs.
"""
import datetime
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import duckdb
import openpyxl
import openpyxl.utils.escape
import pandas
import pyarrow
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
# Numbers that nobody calculates with are texts in workbooks.
IDENTIFIERS = {"put_code"}
# Cells that differ and are shown for a table.
SHOWN = 3
# Joins over exported names of tables; DuckDB sees the same names as views.
JOINS = [
    "SELECT count(*), count(DISTINCT a.orcid) FROM summaries_affiliations a JOIN summaries_records r USING (orcid)",
    "SELECT count(*), sum(o.affiliations) FROM summaries_affiliations a JOIN organizations_organizations o USING (org_key)",
    "SELECT count(*), count(DISTINCT r.ror_id) FROM organizations_organizations o JOIN organizations_ror r USING (ror_id)",
    "SELECT count(*), count(DISTINCT e.external_id_value) FROM summaries_works w JOIN summaries_external_ids e"
    " ON e.orcid = w.orcid AND e.put_code = w.put_code",
    "SELECT count(*), count(DISTINCT f.doi) FROM summaries_works w JOIN activities_works f"
    " ON f.orcid = w.orcid AND f.put_code = w.put_code",
]

R_SCRIPT = """
arguments <- commandArgs(TRUE)
for (table in readLines(file.path(arguments[2], "tables"))) {
    rows <- read.csv(file.path(arguments[1], paste0(table, ".csv")), colClasses = "character",
                     na.strings = character(), check.names = FALSE, encoding = "UTF-8")
    out <- file(file.path(arguments[2], table), "wb")
    for (cells in rows) writeBin(enc2utf8(cells), out)
    close(out)
}
"""


def main():
    orcidlake, dataset, scratch = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    scratch.mkdir(parents=True, exist_ok=True)
    tables = tables_of(dataset)
    export = lambda form, to: subprocess.run(
        [orcidlake, "export", dataset, "--format", form, "--to", to, "--quiet"], check=True)
    export("sqlite", scratch / "orcid.sqlite")
    export("csv", scratch / "csv")
    export("xlsx", scratch / "orcid.xlsx")
    faults = []
    database = sqlite3.connect(scratch / "orcid.sqlite")
    check(faults, "sqlite3", tables, lambda name, table: sqlite_rows(database, name, table), sqlite_cell)
    check(faults, "pandas", tables, lambda name, table: pandas_rows(scratch / "csv" / f"{name}.csv", table), pandas_cell)
    workbook = openpyxl.load_workbook(scratch / "orcid.xlsx", read_only=True)
    sheets = sheets_of(workbook)
    check(faults, "openpyxl", tables, lambda name, table: sheet_rows(workbook, sheets[name]), sheet_cell)
    if shutil.which("Rscript"):
        (scratch / "r").mkdir()
        (scratch / "r" / "tables").write_text("\n".join(tables) + "\n")
        subprocess.run(["Rscript", "--vanilla", "-e", R_SCRIPT, scratch / "csv", scratch / "r"], check=True)
        check(faults, "R", tables, lambda name, table: r_rows(scratch / "r" / name, table), r_cell)
    else:
        print("skipped: R is not installed")
    joins(faults, database, dataset, tables)
    descriptions(faults, dataset, tables)
    for fault in faults:
        print(fault)
    rows = sum(table.num_rows for table in tables.values())
    print(f"{len(tables)} tables, {rows} rows read back, {len(faults)} faults")
    sys.exit(bool(faults))


def tables_of(dataset):
    """The tables by their exported names, rows in the order of the manifest."""
    manifest = json.loads((dataset / "orcidlake.json").read_text())
    holders = manifest["archives"] + [manifest[kind] for kind in ("organizations", "connections") if manifest.get(kind)]
    files = {}
    for holder in holders:
        for key, parts in holder["parts"].items():
            files.setdefault(key, []).extend(dataset / key / part["name"] for part in parts)
    return {key.replace("/", "_"): pyarrow.concat_tables(pyarrow.parquet.ParquetFile(path).read() for path in paths)
            for key, paths in sorted(files.items())}


def check(faults, reader, tables, rows_of, cell):
    """Compares each cell that a program reads with that of the table, in the program's form."""
    for name, table in tables.items():
        columns = [[cell(value, field.name) for value in plain(table[field.name])] for field in table.schema]
        expected = list(zip(*columns))
        found = list(rows_of(name, table))
        if len(found) != len(expected):
            faults.append(f"{reader}: {name} has {len(found)} rows, not {len(expected)}")
        differing = [(row, place) for row, (one, other) in enumerate(zip(found, expected))
                     for place in range(len(other)) if not same(one[place], other[place])]
        for row, place in differing[:SHOWN]:
            faults.append(f"{reader}: {name} row {row} {table.schema[place].name}: "
                          f"{found[row][place]!r}, not {expected[row][place]!r}")


def same(one, other):
    return one == other and type(one) is type(other)


def plain(column):
    """Values in Python; points in time as microseconds since 1970, marked as such."""
    if pyarrow.types.is_timestamp(column.type):
        return [None if value is None else ("time", value) for value in column.cast(pyarrow.int64()).to_pylist()]
    return column.to_pylist()


def time_of(text):
    """Microseconds of a text in ISO 8601."""
    span = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH
    return ("time", (span.days * 86400 + span.seconds) * 10**6 + span.microseconds)


def times_of(table):
    """The columns with points in time."""
    return {field.name for field in table.schema if pyarrow.types.is_timestamp(field.type)}


def sqlite_rows(database, name, table):
    columns = [column for _, column, *_ in database.execute(f'PRAGMA table_info("{name}")')]
    assert columns == table.column_names, name
    times = {columns.index(column) for column in times_of(table)}
    for row in database.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):
        yield [time_of(cell) if place in times and cell is not None else cell for place, cell in enumerate(row)]


def sqlite_cell(value, column):
    return int(value) if isinstance(value, bool) else value


def pandas_rows(path, table):
    kinds = {}
    for field in table.schema:
        if pyarrow.types.is_integer(field.type):
            kinds[field.name] = "Int64"
        elif pyarrow.types.is_floating(field.type):
            kinds[field.name] = "float64"
        elif pyarrow.types.is_boolean(field.type):
            kinds[field.name] = "boolean"
        else:
            kinds[field.name] = "object"
    frame = pandas.read_csv(path, dtype=kinds, keep_default_na=False, na_values=[""])
    assert list(frame.columns) == table.column_names, path
    times = times_of(table)
    columns = []
    for name in frame.columns:
        cells = [None if pandas.isna(cell) else cell for cell in frame[name].tolist()]
        columns.append([time_of(cell) if name in times and cell is not None else cell for cell in cells])
    return zip(*columns)


def pandas_cell(value, column):
    return value


def sheets_of(workbook):
    """The sheets of each table, by the first sheet."""
    rows = workbook["tables"].iter_rows(min_row=2, values_only=True)
    sheets = {}
    for sheet, table, count, _about in rows:
        sheets.setdefault(table, []).append((sheet, count))
    return sheets


def sheet_rows(workbook, sheets):
    for name, count in sheets:
        found = 0
        for row in workbook[name].iter_rows(min_row=2):
            found += 1
            cells = [None] * workbook[name].max_column
            for cell in row:
                if cell.value is not None:
                    assert cell.data_type != "f", f"{name}: a formula in {cell.coordinate}"
                    cells[cell.column - 1] = sheet_value(cell.value)
            yield cells
        assert found == count, f"{name}: {found} rows, the first sheet says {count}"


def sheet_value(value):
    if isinstance(value, datetime.datetime):
        return time_of(value.isoformat() + "+00:00")
    if isinstance(value, str):
        return openpyxl.utils.escape.unescape(value)
    # Workbooks know one kind of numbers.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def sheet_cell(value, column):
    if isinstance(value, tuple):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if column in IDENTIFIERS else float(value)
    return value


def r_rows(path, table):
    """Texts, but for numbers with a fraction and points in time, which may be written in several ways."""
    cells = path.read_bytes().decode().split("\0")
    columns = []
    for place, field in enumerate(table.schema):
        column = cells[place * table.num_rows:(place + 1) * table.num_rows]
        if pyarrow.types.is_timestamp(field.type) or pyarrow.types.is_floating(field.type):
            value_of = time_of if pyarrow.types.is_timestamp(field.type) else float
            column = [value_of(cell) if cell else cell for cell in column]
        columns.append(column)
    return zip(*columns)


def r_cell(value, column):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # R reads all line ends alike.
    return value if isinstance(value, (tuple, float)) else str(value).replace("\r\n", "\n")


def joins(faults, database, dataset, tables):
    engine = duckdb.connect()
    for name, table in tables.items():
        engine.register(name, table)
    for query in JOINS:
        found, expected = database.execute(query).fetchone(), engine.execute(query).fetchone()
        if tuple(map(number, found)) != tuple(map(number, expected)) or not found[0]:
            faults.append(f"{query}: SQLite finds {found}, DuckDB {expected}")
    broken = database.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    if broken:
        faults.append(f"{broken} foreign keys lead nowhere")


def number(value):
    return None if value is None else int(value)


def descriptions(faults, dataset, tables):
    """Both descriptions name the files and columns that the tables have."""
    package = json.loads((dataset / "datapackage.json").read_text())
    croissant = json.loads((dataset / "croissant.json").read_text())
    columns = {name: table.column_names for name, table in tables.items()}
    by_package = {resource["name"]: [field["name"] for field in resource["schema"]["fields"]]
                  for resource in package["resources"]}
    by_croissant = {records["@id"]: [field["name"] for field in records["field"]] for records in croissant["recordSet"]}
    for name, told in [("datapackage.json", by_package), ("croissant.json", by_croissant)]:
        if told != columns:
            faults.append(f"{name} tells other columns than the tables have")
    paths = [path for resource in package["resources"]
             for path in ([resource["path"]] if isinstance(resource["path"], str) else resource["path"])]
    paths += [path for files in croissant["distribution"] for path in files["includes"]]
    faults.extend(f"{path} is described, but not there" for path in paths if not (dataset / path).is_file())
    try:
        import frictionless
    except ImportError:
        print("skipped: frictionless is not installed")
    else:
        try:
            frictionless.Package.from_descriptor(str(dataset / "datapackage.json"))
        except frictionless.FrictionlessException as error:
            faults.append(f"datapackage.json: {error} {[str(reason) for reason in error.reasons]}")
    try:
        import mlcroissant
    except ImportError:
        print("skipped: mlcroissant is not installed")
    else:
        try:
            described = mlcroissant.Dataset(jsonld=str(dataset / "croissant.json"))
            for name in ("summaries_records", "summaries_works"):
                rows = sum(1 for _ in described.records(name))
                if rows != tables[name].num_rows:
                    faults.append(f"mlcroissant reads {rows} rows of {name}, not {tables[name].num_rows}")
        except mlcroissant.ValidationError as error:
            faults.append(f"croissant.json: {error}")


if __name__ == "__main__":
    main()
