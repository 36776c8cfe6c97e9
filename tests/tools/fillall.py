#!/usr/bin/env python3
"""Does every column of every table get a value where the XML has one?

usage: fillall.py ORCIDLAKE SCRATCH      (needs: pip install pyarrow lxml)

No dump holds all that the schema declares, so a column could stay empty unseen.
This makes SCRATCH/fill_all.tar out of the XPaths that `ORCIDLAKE schema --format
json` prints: records and activities of two persons that have them all, each with
a value of its own, so that cellcheck.py tells when two are mixed up; tombstones
and rejects besides. It converts that to SCRATCH/fill_all, in the place of an
earlier one, and prints each column that is empty. Exit status 1 if any is.
"""
import datetime, glob, io, itertools, json, os, re, subprocess, sys, tarfile

import pyarrow.parquet
from lxml import etree

AFFILIATIONS = ["distinction", "education", "employment", "invited-position", "membership",
                "qualification", "service"]
ITEMS = AFFILIATIONS + ["funding", "peer-review", "work"]
# What has a list of external identifiers; of a research resource it is the proposal.
IDENTIFIED = {*ITEMS, *(item + "-summary" for item in ITEMS), "affiliation-group", "group",
              "peer-review-group", "proposal", "resource-item"}
# Tables whose rows do not stand in a place of their own.
SCATTERED = {"external_ids", "external_id_elements", "tombstones", "rejects", "unmapped_values"}
# The tables that archives fill. Their columns are shared, but only summaries have groups and
# only activities have resource items.
UNFILLABLE = {"summaries": {"resource_item_index"}, "activities": {"group_index", "peer_review_group_index"}}
PERSONS = ["0000-0002-1825-0097", "0000-0001-5109-3700"]
GONE = {"0000-0002-9079-593X": {"error:error-code": "9007", "error:user-message": f"Now {PERSONS[0]}."},
        "0000-0001-6187-8894": {}}
UNREADABLE = "0000-0003-1419-2405"
# Whose documents say what no schema has, and what is not of its type.
ODD = "0000-0001-5000-0007"
NOVEL = '<novel:thing xmlns:novel="http://www.orcid.org/ns/novel" new="v-novel">novel &amp; more</novel:thing>'
RECORD = f"""<record:record xmlns:record="http://www.orcid.org/ns/record"
    xmlns:history="http://www.orcid.org/ns/history"><history:history>
    <history:submission-date>yesterday</history:submission-date></history:history>{NOVEL}</record:record>"""
WORK = f"""<work:work put-code="77" xmlns:work="http://www.orcid.org/ns/work"
    xmlns:common="http://www.orcid.org/ns/common"><common:created-date>yesterday</common:created-date>
    {NOVEL}</work:work>"""
NUMBERS = itertools.count(1)
TURNS = itertools.cycle((0, -1))


def main(orcidlake, scratch):
    schema = json.loads(subprocess.check_output([orcidlake, "schema", "--format", "json"]))
    tables = {table["table"]: table for table in schema["tables"]
              if os.path.dirname(table["table"]) in UNFILLABLE}
    archive, dataset = os.path.join(scratch, "fill_all.tar"), os.path.join(scratch, "fill_all")
    os.makedirs(scratch, exist_ok=True)
    with tarfile.open(archive, "w") as tar:
        for path, data in members(tables):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    # --replace, for an archive that the dataset has already would be skipped.
    run = subprocess.run([orcidlake, "convert", archive, "--out", dataset, "--replace", "--quiet"])
    if run.returncode != 1:
        sys.exit(f"convert ended with status {run.returncode}, not with the 1 of rejects")
    columns = [(key, column["name"]) for key, table in tables.items() for column in table["columns"]
               if column["name"] not in UNFILLABLE[os.path.dirname(key)]]
    empty = [(key, name) for key, name in columns if is_empty(dataset, key, name)]
    for key, name in empty:
        print(f"{key} {name} is empty")
    print(f"{len(columns) - len(empty)} columns of {len(tables)} tables filled, {len(empty)} empty")
    return 1 if empty else 0


def members(tables):
    """The paths and contents of the archive's files, of both sides."""
    for orcid in PERSONS:
        for side in "summaries", "activities":
            for root in documents(tables, side):
                kind = etree.QName(root).localname
                path = f"{orcid}.xml" if kind == "record" else f"{orcid}_{kind}s_{root.get('put-code')}.xml"
                yield f"{side}/{path}", etree.tostring(root)
    for put_code, (orcid, given) in enumerate(GONE.items(), start=1):
        for path in f"summaries/{orcid}.xml", f"activities/{orcid}_works_{put_code}.xml":
            error = new("error:error")
            fill(error, tables[os.path.dirname(path) + "/tombstones"], given)
            yield path, etree.tostring(error)
    yield f"summaries/{ODD}.xml", RECORD.encode()
    yield f"activities/{ODD}_works_77.xml", WORK.encode()
    for path in f"summaries/{UNREADABLE}.xml", f"activities/{UNREADABLE}_works_9.xml":
        yield path, b"<record:record"


def documents(tables, side):
    """A document for each root that rows of a side's tables stand under."""
    roots = {}
    for key, table in tables.items():
        if not key.startswith(side) or os.path.basename(key) in SCATTERED:
            continue
        for path in itertools.chain.from_iterable(map(spelled_out, table["rows"])):
            _, name, *steps = path.split("/")
            element = roots[name] = roots[name] if name in roots else new(name)
            for step in steps[:-1]:
                element = follow(element, step)
            # Two rows, of one group where there are groups, or else the root itself.
            for row in [new(steps[-1], element) for _ in range(2)] if steps else [element]:
                fill(row, table)
    for root in roots.values():
        add_external_ids(root, tables, side)
    return roots.values()


def spelled_out(path):
    """The paths that one with wildcards, that of all affiliations, stands for."""
    if "*" not in path:
        return [path]
    return [re.sub(r"\*\[.*", f"{kind}:{kind}-summary", path.replace("/*/", f"/activities:{kind}s/"))
            for kind in AFFILIATIONS]


def add_external_ids(root, tables, side):
    """Two identifiers for all that may have some; a review's subject has but one."""
    bases = "external_ids", "external_id_elements"
    table = {"columns": [column for base in bases for column in tables[f"{side}/{base}"]["columns"]]}
    for holder in list(root.iter()):
        name = etree.QName(holder).localname
        if name in IDENTIFIED:
            ids = follow(holder, "common:external-ids")
            # The first is such that a work gets a DOI.
            doi = {"common:external-id-type": "doi", "common:external-id-relationship": "self",
                   "common:external-id-normalized": "10.5555/" + value("string")}
            fill(new("common:external-id", ids), table, doi)
            fill(new("common:external-id", ids), table)
        if name == "peer-review":
            fill(new("peer-review:subject-external-identifier", holder), table)


def fill(row, table, given={}):
    """Sets what the XPaths of a table lead to, unless another table has done so."""
    turn = next(TURNS)
    for column in table["columns"]:
        # In `a|b/c` the names are a choice for the first step: rows take turns.
        first, *rest = column["xpath"].split("/")
        *above, last = [first.split("|")[turn], *rest]
        element = row
        for step in above:
            element = follow(element, step) if element is not None else None
        if element is None or not last:  # it has no such group, or no XPath
            continue
        # A document that is not public is a reject.
        text = "public" if last == "@visibility" else given.get(column["xpath"]) or value(column["type"])
        if last.startswith("@"):
            element.set(last[1:], element.get(last[1:]) or text)
        else:
            element = follow(element, last)
            element.text = element.text or text


def follow(element, step):
    """Where a step leads: a child, made if there is none, or what is above, if anything."""
    found = next(iter(element.xpath(step, namespaces=namespaces(step))), None)
    return new(step, element) if found is None and step != ".." and "::" not in step else found


def new(name, parent=None):
    prefix, local = name.split(":")
    element = etree.Element(f"{{{namespaces(name)[prefix]}}}{local}", nsmap=namespaces(name))
    if parent is not None:
        parent.append(element)
    return element


def namespaces(step):
    return {prefix: f"http://www.orcid.org/ns/{prefix}" for prefix in re.findall("([a-z-]+):(?!:)", step)}


def value(kind):
    """A value that no other is equal to, as far as there are enough of the type."""
    number = next(NUMBERS)
    if kind.startswith("timestamp"):
        time = datetime.datetime(2012, 10, 16) + number * datetime.timedelta(hours=3, milliseconds=1)
        return time.isoformat(timespec="milliseconds") + "Z"
    return {"string": f"v{number}", "boolean": ("false", "true")[number % 2]}.get(kind, str(number))


def is_empty(dataset, table, column):
    files = glob.glob(os.path.join(glob.escape(dataset), table, "*.parquet"))
    parts = [pyarrow.parquet.read_table(file, columns=[column]) for file in files]
    return all(part[column].null_count == part.num_rows for part in parts)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
