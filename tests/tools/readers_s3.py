#!/usr/bin/env python3
"""Do Polars and deltalake read every table of a dataset in an object store?

usage: readers_s3.py ORCIDLAKE DATASET ROR_RELEASE ARCHIVE...
       (needs: pip install 'moto[server]' boto3 polars 'deltalake>=1.6', and what readers.py needs)

Starts a local S3 (s3_server.py), converts the archives to it and matches them, as DATASET was made on
the local disk. Then reads each table from there: with deltalake, with Polars by the Delta Lake log
(scan_delta), and with Polars by the files of the newest manifest (scan_parquet). Each must give the
cells that pyarrow reads from DATASET. Exit status 1 on any difference.
"""
import json, os, socket, subprocess, sys, time

import boto3
import deltalake
import polars
import pyarrow.dataset

from readers import rows_by_table, same_rows

S3_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "s3_server.py")
BUCKET = "lake"
PATIENCE_SECONDS = 120


def start_s3():
    """A local S3, a client of it with a bucket, and the settings that reach it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, S3_SERVER, str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}
    client = boto3.client("s3", endpoint_url=settings["AWS_ENDPOINT_URL"], region_name="us-east-1",
                          aws_access_key_id="key", aws_secret_access_key="secret")
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            return server, client, settings
        except Exception:
            if time.monotonic() > end:
                server.kill()
                raise
            time.sleep(0.2)


def newest_manifest(client):
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix="orcid/orcidlake-versions/")["Contents"]
    newest = max(found["Key"] for found in listed)
    return json.loads(client.get_object(Bucket=BUCKET, Key=newest)["Body"].read())


def main(orcidlake, dataset, ror_release, archives):
    server, client, settings = start_s3()
    try:
        environment = {**os.environ, **settings}
        converted = subprocess.run([orcidlake, "convert", *archives, "--out", f"s3://{BUCKET}/orcid", "--quiet"],
                                   env=environment)
        if converted.returncode not in (0, 1):
            return 1
        subprocess.run([orcidlake, "match", f"s3://{BUCKET}/orcid", "--ror-release", ror_release, "--quiet"],
                       env=environment, check=True)
        manifest, faults = newest_manifest(client), []
        found, local = rows_by_table(manifest), rows_by_table(json.load(open(os.path.join(dataset, "orcidlake.json"))))
        if found != local:
            faults.append(f"the manifests differ: {found} and {local}")
        for table in local:
            url = f"s3://{BUCKET}/orcid/{table}"
            expected = pyarrow.dataset.dataset(os.path.join(dataset, table), format="parquet").to_table()
            delta = deltalake.DeltaTable(url, storage_options=settings)
            files = [f"{url}/{name}" for name in files_of(manifest, table)]
            readers = {
                "deltalake": lambda: delta.to_pyarrow_table(),
                "Polars' scan_delta": lambda: polars.scan_delta(url, storage_options=settings).collect().to_arrow(),
                "Polars' scan_parquet":
                    lambda: polars.scan_parquet(files, storage_options=settings).collect().to_arrow(),
            }
            faults += [f"{table}: {name} reads other rows than pyarrow from the disk"
                       for name, read in readers.items() if not same_rows(read(), expected)]
        for fault in faults:
            print(fault)
        print(f"{len(local)} tables read from S3 with deltalake and Polars, {len(faults)} faults")
        return 1 if faults or not local else 0
    finally:
        server.kill()


def files_of(manifest, table):
    entries = [*manifest["archives"], manifest.get("organizations") or {"parts": {}}]
    return [part["name"] for entry in entries for part in entry["parts"].get(table, [])]


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:4], sys.argv[4:]))
