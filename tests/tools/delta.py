#!/usr/bin/env python3
"""Do Delta Lake readers see one whole version before, during and after an update?

usage: delta.py ORCIDLAKE FOLDER COMMAND...
       (needs: pip install duckdb==1.5.5 duckdb-extension-delta==1.5.5 polars deltalake pyarrow)

Makes a small dump in FOLDER and FOLDER/dataset from an older state of it, reads
every table with DuckDB's delta_scan, Polars' scan_delta, the deltalake package and
a plain glob, and compares rows with the manifest. Then runs COMMAND, which updates
the dataset in one commit (ORCIDLAKE_TEST_UPDATE tells it FOLDER), while all readers
go on reading; each must see the old state or the new one. Then runs it again so that
old files stay (ORCIDLAKE_TEST_KEEP), and reads the version before. Exit status 1 on
any fault.
"""
import glob, hashlib, io, json, os, subprocess, sys, tarfile

import deltalake
import duckdb
import duckdb_extension_delta
import polars
import pyarrow.dataset

NAME = b"<personal-details:given-names>"


def connect():
    extension = glob.glob(os.path.join(os.path.dirname(duckdb_extension_delta.__file__), "**", "*.duckdb_extension"),
                          recursive=True)[0]
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"load '{extension}'")
    return connection


DUCKDB = connect()


def with_duckdb(table):
    return DUCKDB.execute(f"select * from delta_scan('file://{table}')").to_arrow_table()


def with_polars(table):
    return polars.scan_delta(table).collect().to_arrow()


def with_deltalake(table):
    return deltalake.DeltaTable(table).to_pyarrow_table()


def with_glob(table):
    return pyarrow.dataset.dataset(table, format="parquet").to_table()


READERS = {"delta_scan": with_duckdb, "scan_delta": with_polars, "deltalake": with_deltalake, "glob": with_glob}


def tables(dataset):
    """Rows by table, as the manifest tells."""
    rows = {}
    for archive in json.load(open(os.path.join(dataset, "orcidlake.json")))["archives"]:
        for table, parts in archive["parts"].items():
            rows[table] = rows.get(table, 0) + sum(part["rows"] for part in parts)
    return rows


def check(dataset):
    """What readers see of each table against the manifest."""
    faults = []
    for table, rows in tables(dataset).items():
        for name, read in READERS.items():
            seen = read(os.path.join(dataset, table)).num_rows
            if seen != rows:
                faults.append(f"{table}: {name} reads {seen} rows of {rows}")
    return faults


def state(read, dataset):
    """A digest of who is who in the dataset."""
    records = read(os.path.join(dataset, "summaries/records"))
    columns = [records.column(name).to_pylist() for name in ("orcid", "given_names")]
    return hashlib.sha256(repr(sorted(map(str, zip(*columns)))).encode()).hexdigest()


def len_of(dataset):
    return tables(dataset)["summaries/records"]


def prepare(orcidlake, folder):
    os.makedirs(folder, exist_ok=True)
    subprocess.check_call([orcidlake, "synth", "--records", "3000", "--seed", "11", "--out", folder, "--quiet"])
    [dump] = glob.glob(os.path.join(folder, "*.tar.gz"))
    before = os.path.join(folder, "before.tar")
    with tarfile.open(dump) as new, tarfile.open(before, "w") as old:
        for member in new:
            if not member.isfile():
                continue
            data = new.extractfile(member).read().replace(NAME, NAME + b"Old ")
            member.size = len(data)
            old.addfile(member, io.BytesIO(data))
    dataset = os.path.join(folder, "dataset")
    subprocess.run([orcidlake, "convert", before, "--out", dataset, "--quiet"], check=False)
    return dataset


def main(orcidlake, folder, *command):
    dataset = prepare(orcidlake, os.path.abspath(folder))
    faults = check(dataset)
    old = {state(read, dataset) for read in READERS.values()}
    seen, gone = {name: [] for name in READERS}, 0
    update = subprocess.Popen(command, env={**os.environ, "ORCIDLAKE_TEST_UPDATE": folder},
                              stdout=subprocess.DEVNULL)
    while update.poll() is None or len(seen["glob"]) < 3:
        for name, read in READERS.items():
            try:
                seen[name].append(state(read, dataset))
            except Exception as error:
                # A file that was listed has gone with the old state: to be read again.
                words = ("no such file", "not found", "no files", "cannot open", "enoent")
                if not any(word in str(error).lower() for word in words):
                    raise
                gone += 1
    faults += check(dataset)
    new = {state(read, dataset) for read in READERS.values()}
    if update.returncode != 0 or len(old) != 1 or len(new) != 1 or old == new:
        faults.append(f"the update ended with {update.returncode}; {len(old)} old and {len(new)} new states")
    for name, states in seen.items():
        strange = [state for state in states if state not in old | new]
        if strange:
            faults.append(f"{name} has seen {len(strange)} states that are neither the old nor the new one")
    subprocess.run(command, env={**os.environ, "ORCIDLAKE_TEST_UPDATE": folder, "ORCIDLAKE_TEST_KEEP": "1"},
                   stdout=subprocess.DEVNULL, check=True)
    records = os.path.join(dataset, "summaries/records")
    version = deltalake.DeltaTable(records).version()
    for name, rows in {
        "deltalake": lambda at: deltalake.DeltaTable(records, version=at).to_pyarrow_table().num_rows,
        "scan_delta": lambda at: polars.scan_delta(records, version=at).collect().height,
    }.items():
        if (version, rows(version), rows(version - 1)) != (2, len_of(dataset), len_of(dataset)):
            faults.append(f"{name} does not read version {version} and the one before as whole tables")
    verified = subprocess.run([orcidlake, "verify", dataset], capture_output=True, text=True)
    if verified.returncode != 0:
        faults.append(verified.stdout + verified.stderr)
    for fault in faults:
        print(fault)
    reads = sum(map(len, seen.values()))
    print(f"{len(tables(dataset))} Delta tables with {len(READERS)} readers, {reads} reads during an update, "
          f"{gone} had to be done again, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
