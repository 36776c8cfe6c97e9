#!/usr/bin/env python3
"""Is a dataset in an object store whole at every moment, also where programs are killed?

usage: objectstore.py ORCIDLAKE FOLDER [KILLS]
       (needs: pip install 'moto[server]' boto3 polars 'deltalake>=1.6')

Starts a local S3 (s3_server.py), makes archives in FOLDER, one of them with a table that
is uploaded in parts, and runs `convert` to the bucket again and again: KILLS times
(default 50) it is killed with SIGKILL at a random moment, half of them while it
replaces a dataset. Then the same with `commit` of parts that other runs have written. Meanwhile Polars reads the newest manifest's files (scan_parquet),
and Polars (scan_delta) and deltalake read the tables' logs: each must see the rows of
one version. The run after a kill must succeed and leave only the manifest's files, the
versions' manifests and the logs: no other object, no open upload, no scratch file.
Then two programs write at the same time: one wins, the other is told, and after
another run both archives are there. Exit status 1 on any fault.
"""
import io, json, os, random, signal, socket, subprocess, sys, tarfile, threading, time

import boto3
import botocore.exceptions
import deltalake
import polars

S3_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "s3_server.py")
BUCKET = "lake"
TABLES = ["summaries/records", "activities/works", "activities/affiliations"]
WORK = """<work:work put-code="5" visibility="public" xmlns:work="http://www.orcid.org/ns/work"
xmlns:common="http://www.orcid.org/ns/common"><work:title><common:title>%s</common:title></work:title>
<work:type>other</work:type></work:work>"""
SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+"


class Store:
    """A local S3 in its own process, and what is in it."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = open(os.path.join(folder, "moto.log"), "w")
        command = [sys.executable, S3_SERVER, str(port)]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.settings = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
        }
        self.client = boto3.client("s3", endpoint_url=self.settings["AWS_ENDPOINT_URL"], region_name="us-east-1",
                                   aws_access_key_id="key", aws_secret_access_key="secret")
        for attempt in range(300):
            try:
                self.client.create_bucket(Bucket=BUCKET)
                return
            except botocore.exceptions.ConnectionError:
                time.sleep(0.5)
        raise SystemExit("the local S3 does not answer")

    def names(self, dataset):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=dataset + "/")
        return {found["Key"][len(dataset) + 1:] for page in pages for found in page.get("Contents", [])}

    def manifest(self, dataset):
        """The newest manifest; None where there is none."""
        versions = sorted(name for name in self.names(dataset) if name.startswith("orcidlake-versions/0"))
        if not versions:
            return None
        body = self.client.get_object(Bucket=BUCKET, Key=f"{dataset}/{versions[-1]}")["Body"]
        return json.loads(body.read())

    def uploads(self):
        return [found["Key"] for found in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]


def parts(manifest):
    """The files by table."""
    found = {}
    for archive in manifest["archives"]:
        for table, own in archive["parts"].items():
            found.setdefault(table, []).extend(part["name"] for part in own)
    return found


def state(frame):
    """What tells the rows of one version from those of another."""
    return tuple(sorted(frame.select(polars.col("orcid")).collect()["orcid"].to_list()))


class Reader(threading.Thread):
    """Reads a table again and again, and notes the states that it sees."""

    def __init__(self, store, dataset, way, table):
        super().__init__(daemon=True)
        self.store, self.dataset, self.way, self.table = store, dataset, way, table
        self.seen, self.faults, self.ended = [], [], False

    def url(self, name=""):
        return f"s3://{BUCKET}/{self.dataset}/{self.table}{name}"

    def read(self):
        """The state of the table; None where it is not there."""
        options = self.store.settings
        if self.way == "manifest":
            manifest = self.store.manifest(self.dataset)
            files = parts(manifest).get(self.table) if manifest else None
            return files and state(polars.scan_parquet([self.url("/" + name) for name in files], storage_options=options))
        if not any(name.startswith(self.table + "/_delta_log/") for name in self.store.names(self.dataset)):
            return None
        if self.way == "scan_delta":
            return state(polars.scan_delta(self.url(), storage_options=options))
        return state(polars.from_arrow(deltalake.DeltaTable(self.url(), storage_options=options).to_pyarrow_table()).lazy())

    def run(self):
        while not self.ended:
            # The files of a version go with it: then the next one is read. Only without a
            # change it is a fault.
            for attempt in range(5):
                before = self.store.manifest(self.dataset)
                try:
                    self.seen.append(self.read())
                    break
                except Exception as error:
                    if attempt == 4 or self.store.manifest(self.dataset) == before and attempt > 1:
                        self.faults.append(f"{self.way} of {self.table}: {error}")
                        break


class World:
    def __init__(self, orcidlake, folder):
        self.orcidlake, self.folder = orcidlake, folder
        os.makedirs(folder, exist_ok=True)
        self.store = Store(folder)
        self.scratch = os.path.join(folder, "scratch")
        self.environment = {**os.environ, **self.store.settings, "ORCIDLAKE_SCRATCH": self.scratch}
        self.faults = []

    def start(self, *arguments):
        return subprocess.Popen([self.orcidlake, *arguments], env=self.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *arguments):
        process = self.start(*arguments)
        told = process.communicate()[1]
        return process.returncode, told

    def output(self, *arguments):
        """What a run prints; it must succeed."""
        run = subprocess.run([self.orcidlake, *arguments], env=self.environment, text=True, capture_output=True)
        if run.returncode > 1:
            raise SystemExit(f"{arguments[0]} ends with {run.returncode}: {run.stderr}")
        return run.stdout

    def convert(self, dataset, archives, *more):
        return ["convert", *archives, "--out", f"s3://{BUCKET}/{dataset}", "--quiet", "--threads", "2", *more]

    def fault(self, text):
        print("fault:", text)
        self.faults.append(text)

    def check_clean(self, dataset, when):
        """Only what the manifest names is there, and the versions, logs and descriptions."""
        manifest, names = self.store.manifest(dataset), self.store.names(dataset)
        named = {f"{table}/{name}" for table, own in parts(manifest).items() for name in own}
        kept = {name for name in names if "/_delta_log/" in name or name.startswith("orcidlake-versions/0")
                or name in ("datapackage.json", "croissant.json")}
        for name in names - kept - named:
            self.fault(f"{when}: {dataset}/{name} is left")
        for name in named - names:
            self.fault(f"{when}: {dataset}/{name} is missing")
        for name in self.store.uploads():
            self.fault(f"{when}: the upload of {name} is open")
        for name in os.listdir(self.scratch) if os.path.isdir(self.scratch) else []:
            self.fault(f"{when}: {name} is left in the scratch folder")
        status, told = self.run("verify", f"s3://{BUCKET}/{dataset}")
        if status != 0:
            self.fault(f"{when}: verify ends with {status}: {told}")

    def states(self, dataset):
        """The states of a dataset's tables."""
        reader = {table: Reader(self.store, dataset, "manifest", table) for table in TABLES}
        return {table: reader[table].read() for table in TABLES}


def make_archives(world):
    """Summaries and an archive of activities, of few people; and one of a large work."""
    world.run("synth", "--records", "500", "--seed", "7", "--activities", "--endings", "0", "--out", world.folder)
    names = ["ORCID_2025_10_summaries.tar.gz", "ORCID_2025_10_activities_0.tar.gz"]
    path = os.path.join(world.folder, "ORCID_2025_10_activities_7.tar.gz")
    title = "".join(random.choices(SIGNS, k=14 << 20))
    data = (WORK % title).encode()
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        member = tarfile.TarInfo("ORCID_2025_10_activities_7/097/0000-0002-1825-0097/works/0000-0002-1825-0097_works_5.xml")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return [os.path.join(world.folder, name) for name in names] + [path]


def allowed_states(world, archives):
    """The states that may be seen of each table: nothing, and after each archive."""
    allowed = {table: {None} for table in TABLES}
    for end in range(1, len(archives) + 1):
        status, told = world.run(*world.convert("all", archives[:end]))
        if status > 1:
            raise SystemExit(f"convert ends with {status}: {told}")
        for table, own in world.states("all").items():
            allowed[table].add(own)
    world.check_clean("all", "an undisturbed run")
    return allowed


def prepare_convert(world, dataset, archives, replaces):
    """The command that converts the archives, half of the times into a dataset that it replaces."""
    if replaces:
        world.run(*world.convert(dataset, archives[:2]))
    return world.convert(dataset, archives, *(["--replace"] if replaces else []))


def prepare_commit(world, dataset, archives, replaces):
    """The command that commits the parts of the archives, which other runs have written."""
    replace = ["--replace"] if replaces else []
    if replaces:
        world.run(*world.convert(dataset, archives[:2]))
    url, results = f"s3://{BUCKET}/{dataset}", os.path.join(world.folder, f"{dataset}.results")
    with open(results, "w") as file:
        for line in world.output("plan", *archives, "--parts", "5", *replace).splitlines():
            file.write(world.output("part", line, "--out", url, "--threads", "2", "--quiet"))
    return ["commit", url, results, "--quiet", *replace]


def kills(world, archives, allowed, prepare, count):
    """Kills what `prepare` gives at `count` random moments, with readers beside it."""
    name = prepare.__name__.removeprefix("prepare_")
    command = prepare(world, f"{name}-timed", archives, False)
    begun = time.time()
    world.run(*command)
    seconds = time.time() - begun
    print(f"an undisturbed {name} takes {seconds:.1f} s")
    done = {"killed": 0, "ended before": 0, "nothing": 0, "part": 0, "whole": 0, "reads": 0}
    for number in range(count):
        dataset = f"{name}-{number}"
        command = prepare(world, dataset, archives, number % 2 == 1)
        readers = [Reader(world.store, dataset, way, table)
                   for way, table in (("manifest", TABLES[1]), ("scan_delta", TABLES[0]), ("deltalake", TABLES[1]))]
        for reader in readers:
            reader.start()
        process = world.start(*command)
        try:
            process.communicate(timeout=random.uniform(0, 1.1 * seconds))
            done["ended before"] += 1
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            done["killed"] += 1
        manifest = world.store.manifest(dataset)
        came = len({archive["md5"] for archive in manifest["archives"]}) if manifest else 0
        done["nothing" if came == 0 else "whole" if came == len(archives) else "part"] += 1
        for table, own in world.states(dataset).items():
            if own not in allowed[table]:
                world.fault(f"{dataset}: {table} is of no version after the kill")
        status, told = world.run(*command)
        if status > 1:
            world.fault(f"{dataset}: the run after the kill ends with {status}: {told}")
        for reader in readers:
            reader.ended = True
        for reader in readers:
            reader.join()
            done["reads"] += len(reader.seen)
            for text in reader.faults:
                world.fault(f"{dataset}: {text}")
            for own in reader.seen:
                if own not in allowed[reader.table]:
                    world.fault(f"{dataset}: {reader.way} sees {reader.table} as of no version")
        for table, own in world.states(dataset).items():
            if own != world.whole[table]:
                world.fault(f"{dataset}: {table} is not whole after the run after the kill")
        world.check_clean(dataset, f"{dataset}, after the run after the kill")
    print(f"{name}: " + ", ".join(f"{word} {number}" for word, number in done.items()))


def two_writers(world, archives, times):
    told_so = 0
    for number in range(times):
        dataset = f"two-{number}"
        commands = [world.convert(dataset, [archive]) for archive in archives[:2]]
        processes = [world.start(*command) for command in commands]
        for process, command in zip(processes, commands):
            told = process.communicate()[1]
            if process.returncode > 1:
                told_so += 1
                if "changed by another orcidlake" not in told or "run the same command again" not in told:
                    world.fault(f"{dataset}: the writer that lost is told: {told}")
        if sum(process.returncode <= 1 for process in processes) == 0:
            world.fault(f"{dataset}: both writers lost")
        for command in commands:
            world.run(*command)
        if len(world.store.manifest(dataset)["archives"]) != 2:
            world.fault(f"{dataset}: an archive is missing")
        world.check_clean(dataset, dataset)
    print(f"two writers at once {times} times: {told_so} of them lost and were told so")


def main():
    orcidlake, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    random.seed(20)
    world = World(orcidlake, folder)
    try:
        archives = make_archives(world)
        allowed = allowed_states(world, archives)
        world.whole = world.states("all")
        kills(world, archives, allowed, prepare_convert, count)
        kills(world, archives, allowed, prepare_commit, count)
        two_writers(world, archives, max(2, count // 10))
    finally:
        world.store.process.kill()
    print("ok" if not world.faults else f"{len(world.faults)} faults")
    return 1 if world.faults else 0


if __name__ == "__main__":
    sys.exit(main())
