#!/usr/bin/env python3
"""Does every column of every table get a value when the XML has one?

usage: fillall.py ORCIDLAKE SCRATCH      (needs: pip install pyarrow lxml)

No dump holds everything that the schema declares, so a column could stay empty
unnoticed. This makes SCRATCH/fill_all.tar out of the XPaths that `ORCIDLAKE
schema --format json` prints: two persons whose records and activities have all
of them, each with a value of its own, so that cellcheck.py can tell when two
are mixed up; tombstones and rejects besides. It converts that to
SCRATCH/fill_all, in the place of an earlier one, and prints each column that is
empty. Exit status 1 if any is.
"""
import collections, datetime, glob, io, itertools, json, os, re, subprocess, sys, tarfile

import pyarrow.parquet
from lxml import etree

AFFILIATIONS = ["distinction", "education", "employment", "invited-position", "membership",
                "qualification", "service"]
ITEMS = AFFILIATIONS + ["funding", "peer-review", "work"]
# What has a list of external identifiers; of a research resource it is the proposal.
IDENTIFIED = {*ITEMS, *(item + "-summary" for item in ITEMS), "affiliation-group", "group",
              "peer-review-group", "proposal", "resource-item"}
PERSONS = ["0000-0002-1825-0097", "0000-0001-5109-3700"]
GONE = ["0000-0002-9079-593X", "0000-0001-6187-8890"]
UNREADABLE = "0000-0003-1419-2405"
DEPRECATED = {"error:error-code": "9007", "error:user-message": f"The iD is now {PERSONS[0]}."}
NAMESPACE = "http://www.orcid.org/ns/"
EPOCH = datetime.datetime(2012, 10, 16)


def main(orcidlake, scratch):
    schema = subprocess.check_output([orcidlake, "schema", "--format", "json"], text=True)
    tables = {table["table"]: table for table in json.loads(schema)["tables"]}
    prefixes = sorted(set(re.findall(r"([a-z][a-z-]*):(?=[a-z*])", " ".join(xpaths(tables)))))
    filler = Filler({prefix: NAMESPACE + prefix for prefix in prefixes})
    archive, dataset = (os.path.join(scratch, name) for name in ("fill_all.tar", "fill_all"))
    os.makedirs(scratch, exist_ok=True)
    write_archive(archive, dict(members(tables, filler)))
    # --replace, for an archive that the dataset has already would be skipped.
    run = subprocess.run([orcidlake, "convert", archive, "--out", dataset, "--replace", "--quiet"])
    if run.returncode != 1:
        sys.exit(f"convert ended with {run.returncode}, not with the 1 that rejects give")
    empty = [column for table in tables.values() for column in empty_columns(dataset, table)]
    for column in empty:
        print(f"empty: {column}")
    columns = sum(len(table["columns"]) for table in tables.values())
    print(f"{columns - len(empty)} columns of {len(tables)} tables filled, {len(empty)} empty")
    return 1 if empty else 0


def xpaths(tables):
    for table in tables.values():
        yield from table["rows"]
        yield from (column["xpath"] for column in table["columns"])


class Filler:
    """Makes elements where XPaths lead, and values of which no two are equal."""

    def __init__(self, namespaces):
        self.namespaces, self.numbers = namespaces, itertools.count(1)

    def qualified(self, name):
        prefix, local = name.split(":")
        return f"{{{self.namespaces[prefix]}}}{local}"

    def root(self, name):
        return etree.Element(self.qualified(name), nsmap=self.namespaces)

    def add(self, parent, name):
        return etree.SubElement(parent, self.qualified(name))

    def step(self, element, step):
        """Where a step leads: a child, made if there is none, or what is above."""
        if step == ".." or "::" in step:
            return next(iter(element.xpath(step, namespaces=self.namespaces)), None)
        found = element.find(self.qualified(step))
        return self.add(element, step) if found is None else found

    def rows(self, root, path):
        """Two elements in a place of a document, which are rows of one group."""
        _, *above, last = path.strip("/").split("/")
        for step in above:
            root = self.step(root, step)
        return [self.add(root, last) for _ in range(2)]

    def value(self, kind):
        number = next(self.numbers)
        if kind.startswith("timestamp"):
            time = EPOCH + number * datetime.timedelta(hours=3, milliseconds=1)
            return time.isoformat(timespec="milliseconds") + "Z"
        return {"string": f"v{number}", "boolean": "true" if number % 2 else "false"}.get(kind, str(number))

    def fill(self, row, table, given={}):
        """Gives a row a value for each XPath of its table; those `given` first."""
        for place, column in enumerate(table["columns"]):
            xpath, element = column["xpath"], row
            if "|" in xpath:  # a choice of names for the first step
                first, *rest = xpath.split("/")
                xpath = "/".join([first.split("|")[next(self.numbers) % 2 if place == 0 else 0], *rest])
            *above, last = xpath.split("/")
            for step in above:
                element = self.step(element, step) if element is not None else None
            if element is None or not last:
                continue
            value = given.get(xpath) or self.value(column["type"])
            if last.startswith("@"):
                element.attrib.setdefault(last[1:], value)
            else:
                element = self.step(element, last)
                element.text = element.text or value
