#!/usr/bin/env python3
"""Checks every cell of a dataset against the XML that it was made from.

usage: cellcheck.py ORCIDLAKE DATASET ARCHIVE...
       (Python 3.11; needs: pip install pyarrow lxml xxhash)

A second opinion: the only thing it takes from the program is the schema that
`ORCIDLAKE schema --format json` prints. Rows and values are found by evaluating
the XPaths of the schema with libxml2; what has no XPath is derived here anew,
by the rule that the column's description gives. ARCHIVE is a tar or tar.gz, a
folder or one .xml file; all archives of the dataset are to be given, for a row
that no member explains counts as wrong. Several values in the place of one
count as wrong too, for a cell holds one of them.

It knows the layout of a dataset that holds all tables, not its manifest, nor
the program's limits of depth and size. Nor does it know an archive that is cut
off, or the encodings other than UTF-8.

Prints the first mismatches and a closing line of figures. Exit status 0 when
all is as the XML says, 1 when something is wrong or nothing was compared.
"""
import collections
import datetime
import functools
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from lxml import etree

PRINTED_MISMATCHES = 30
XML_SPACE = " \t\r\n"

AFFILIATIONS = ["distinction", "education", "employment", "invited-position", "membership",
                "qualification", "service"]
KINDS = AFFILIATIONS + ["funding", "peer-review", "research-resource", "work"]
ROOTS = KINDS + ["record", "bulk", "activities-summary"]
GROUPS = ("group", "affiliation-group")
ORCID = r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]"
MEMBER = re.compile(rf"({ORCID})(?:_({'|'.join(KINDS)})s?_(\d+))?\.xml")

# Why a member is no XML that can be read, and what the program alone can judge.
UNREADABLE = {"not-utf8", "malformed-xml"}
LIMITS = {"too-deep", "too-large", "too-many-values"}


def main(program, dataset, archives):
    tally = Tally()
    tables = read_schema(program)
    found = read_dataset(dataset, tables, tally)
    for archive in archives:
        check_archive(archive, tables, found, tally)
    check_totals(tables, found, tally)
    print(f"cells {tally.cells}, wrong {tally.wrong}, rows {tally.rows}, "
          f"members {tally.members}, skipped {tally.skipped}")
    return 1 if tally.wrong or not tally.cells else 0


class Tally:
    """What has been compared, and what was wrong."""

    def __init__(self):
        self.cells = self.wrong = self.rows = self.members = self.skipped = 0

    def mismatch(self, place, expected, found, count=1):
        if self.wrong < PRINTED_MISMATCHES:
            print(f"{place}: expected {expected!r}, found {found!r}")
        self.wrong += count


# The schema.

class Table:
    """A table as the schema declares it, its XPaths compiled."""

    def __init__(self, declared):
        self.name = declared["table"]
        self.side, self.base = self.name.split("/")
        paths = [plain_xpath(path) for path in declared["rows"]]
        self.rows = etree.XPath("|".join(paths)) if paths else None
        self.columns = [Column(self, column) for column in declared["columns"]]
        self.expected_rows = 0


class Column:
    """A column with the way to its value: an XPath or else a rule."""

    def __init__(self, table, declared):
        self.name, self.type = declared["name"], declared["type"]
        self.nullable, self.doc = declared["nullable"], declared["description"]
        self.xpath = declared["xpath"]
        self.find = self.heads = self.rule = None
        if self.xpath:
            self.find = etree.XPath(plain_xpath(self.xpath), smart_strings=False)
            self.heads = heads(self.xpath)
        else:
            base = "external_ids" if table.base == "external_id_elements" else table.base
            self.rule = RULES.get((base, self.name)) or RULES.get(self.name)
        self.typed = TYPES[self.type][1]


def read_schema(program):
    printed = subprocess.run([program, "schema", "--format", "json"], check=True, capture_output=True)
    # The tables of `match` come from other tables, not from the XML.
    declared = [table for table in json.loads(printed.stdout)["tables"]
                if not table["table"].startswith("organizations/")]
    return {table["table"]: Table(table) for table in declared}


STEPS = re.compile(r"""(?P<literal>'[^']*'|"[^"]*")
                     | @(?:[\w-]+:)?(?P<attribute>[\w-]+)
                     | (?<![\w-])[A-Za-z][\w-]*:(?!:)(?P<element>[A-Za-z][\w-]*)""", re.VERBOSE)


def plain_xpath(path):
    """XPath 1.0 that matches by local names, so that no prefix needs a binding
    and the name spaces of v2.0 and v3.0 are alike."""
    def step(match):
        if match["literal"]:
            return match["literal"]
        sign, name = ("@", match["attribute"]) if match["attribute"] else ("", match["element"])
        return f"{sign}*[local-name()='{name}']"
    return STEPS.sub(step, factored(path))


def factored(path):
    """`a|b/c` as the schema means it: a choice of two first steps, one rest."""
    *others, last = path.split("|")
    if not others or path.startswith("/"):
        return path
    steps, length = last.split("/"), len(others[0].split("/"))
    choice = "|".join([*others, "/".join(steps[:length])])
    return "/".join([f"({choice})", *steps[length:]])


def heads(path):
    """The names of which an element must have one as child or attribute for the
    path to find anything; None where that cannot be told. It saves most of the
    evaluations, for most columns of most rows are empty."""
    names = set()
    for alternative in path.split("|"):
        match = re.match(r"(@?)(?:[\w-]+:)?([\w-]+)(?:/|$)", alternative)
        if not match:
            return None
        names.add(match[1] + match[2])
    return names


# Typed values. A ValueError says that the text has no such value.

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6}0*)?(Z|[+-]\d\d:\d\d)?")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def microseconds(text):
    if not STAMP.fullmatch(text):
        raise ValueError(f"{text} is not a time")
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.timezone.utc)
    return (time - EPOCH) // datetime.timedelta(microseconds=1)


def integer(bits, text):
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f"{text} is not an integer")
    value = int(text)
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise ValueError(f"{text} does not fit {bits} bits")
    return value


def boolean(text):
    if text not in ("true", "false", "1", "0"):
        raise ValueError(f"{text} is not a truth value")
    return text in ("true", "1")


TYPES = {
    "string": (pa.string(), str),
    "int64": (pa.int64(), functools.partial(integer, 64)),
    "int32": (pa.int32(), functools.partial(integer, 32)),
    "int16": (pa.int16(), functools.partial(integer, 16)),
    "boolean": (pa.bool_(), boolean),
    "timestamp[us, UTC]": (pa.timestamp("us", "UTC"), microseconds),
}


# The tree.

@functools.lru_cache(maxsize=None)
def local(tag):
    return tag.rsplit("}", 1)[-1]


def text_of(node):
    """The text of an attribute, or an element's own text without its children's."""
    if not isinstance(node, str):
        node = "".join([node.text or "", *(child.tail or "" for child in node)])
    return node.strip(XML_SPACE) or None


def children(element, *names):
    return [child for child in element if local(child.tag) in names]


def child_text(element, *path):
    """The text at the end of a path of child names."""
    for name in path:
        element = next(iter(children(element, name)), None) if element is not None else None
    return text_of(element) if element is not None else None


def attribute(element, name):
    values = [value for key, value in element.attrib.items() if local(key) == name]
    return text_of(values[0]) if values else None


def ancestor(element, *names):
    return next((above for above in element.iterancestors() if local(above.tag) in names), None)


# Rules for what follows from other values, by column, or by table and column.

class Row:
    """An element that makes a row, with the values it should have."""

    def __init__(self, member, element):
        self.member, self.element, self.values = member, element, {}

    def place(self, element, names):
        """The place of an element, itself one of `names`, among its siblings of
        those names; None for no element."""
        if element is None:
            return None
        parent = element.getparent()
        if (parent, names) not in self.member.places:
            siblings = children(parent, *names)
            self.member.places[parent, names] = {sibling: n for n, sibling in enumerate(siblings)}
        return self.member.places[parent, names][element]


def org_key(row):
    organization = row.element
    if local(organization.tag) != "organization":
        organization = next(iter(children(organization, "organization", "convening-organization")), None)
    if organization is None:
        return None
    parts = ["organization_name", "city", "region", "country", "disambiguation_source",
             "disambiguated_organization_identifier"]
    written = "\x1f".join(row.values[part] or "" for part in parts)
    key = xxhash.xxh3_64_intdigest(written.encode(), seed=0)
    return key - (1 << 64) if key >> 63 else key


def doi(row):
    """The first that is a DOI, of the work's own identifiers of that type and
    relationship."""
    for ids in children(row.element, "external-ids"):
        for one in children(ids, "external-id"):
            kind, relation = child_text(one, "external-id-type"), child_text(one, "external-id-relationship")
            if (kind or "").lower() == "doi" and (relation or "").lower() == "self":
                text = child_text(one, "external-id-normalized") or child_text(one, "external-id-value")
                found = bare_doi(text or "")
                if found:
                    return found
    return None


def bare_doi(text):
    """The DOI in lower case, which by the standard is that of ASCII alone; None
    where there is no prefix and suffix."""
    lower = re.sub("[A-Z]", lambda match: match[0].lower(), text)
    bare = re.sub(r"^(https?://)?(dx\.|www\.)?doi\.org/", "", lower)
    bare = re.sub(r"^doi:", "", bare).strip()
    return bare if re.fullmatch(r"10\.[0-9.]+/.+", bare, re.DOTALL) else None


def is_preferred(row):
    return is_highest(row.element, ancestor(row.element, *GROUPS))


def is_preferred_review(row):
    return is_highest(row.element, ancestor(row.element, "peer-review-group"))


def is_highest(item, group):
    """Whether the item has the highest display index of its group, being the
    first of equals; an item without a group stands alone."""
    if group is None:
        return True
    best = highest = None
    for other in group:
        if local(other.tag) == local(item.tag):
            index = attribute(other, "display-index")
            index = float("-inf") if index is None else integer(64, index)
            if best is None or index > highest:
                best, highest = other, index
    return best is item


def group_index(row):
    return row.place(ancestor(row.element, *GROUPS), GROUPS)


def inner_group_index(row):
    return row.place(ancestor(row.element, "peer-review-group"), ("peer-review-group",))


def resource_item_index(row):
    item = row.element
    if local(item.tag) != "resource-item":
        item = ancestor(item, "resource-item")
    return row.place(item, ("resource-item",))


def own_place(row):
    return row.place(row.element, (local(row.element.tag),))


def affiliation_kind(row):
    return local(row.element.tag).removesuffix("-summary")


def identified_kind(row):
    """By the section of a summary, by the root of an activity."""
    above = [local(element.tag) for element in row.element.iterancestors()]
    return above[-3].removesuffix("s") if above[-1] == "record" else above[-1]


def identified_level(row):
    if local(row.element.tag) == "subject-external-identifier":
        return "subject"
    holder = local(row.element.getparent().getparent().tag)
    if holder in GROUPS:
        return "group"
    return holder if holder in ("peer-review-group", "resource-item") else "item"


def identified_put_code(row):
    if identified_level(row) in ("group", "peer-review-group"):
        return None
    codes = (attribute(above, "put-code") for above in row.element.iterancestors())
    code = next((code for code in codes if code), None)
    return integer(64, code) if code else row.member.put_code


STATUSES = {9007: "deprecated", 9018: "locked", 9044: "deactivated", 9016: "not-found", 9036: "unclaimed"}


def status(row):
    return STATUSES.get(row.values["error_code"], "other")


def primary_orcid(row):
    """The first other iD in the message for users, or else in that for developers."""
    if status(row) != "deprecated":
        return None
    messages = f'{row.values["user_message"] or ""}\n{row.values["developer_message"] or ""}'
    return next((found for found in re.findall(ORCID, messages) if found != row.member.orcid), None)


RULES = {
    "orcid": lambda row: row.member.orcid,
    "uri": lambda row: "https://orcid.org/" + row.member.orcid,
    "org_key": org_key,
    "doi": doi,
    "is_preferred": is_preferred,
    ("peer_reviews", "is_preferred"): is_preferred_review,
    "group_index": group_index,
    "peer_review_group_index": inner_group_index,
    "resource_item_index": resource_item_index,
    "contributor_index": own_place,
    "host_index": own_place,
    "external_id_index": own_place,
    ("affiliations", "kind"): affiliation_kind,
    ("external_ids", "kind"): identified_kind,
    ("external_ids", "level"): identified_level,
    ("external_ids", "put_code"): identified_put_code,
    ("tombstones", "kind"): lambda row: row.member.kind,
    ("tombstones", "put_code"): lambda row: row.member.put_code,
    ("tombstones", "status"): status,
    ("tombstones", "primary_orcid"): primary_orcid,
}


# The order of a member's rows, where it is not that of the document.

def by_kind(values):
    return KINDS.index(values["kind"]), values["group_index"] is not None


def by_review_group(values):
    inner = values["peer_review_group_index"]
    return values["group_index"], -1 if inner is None else inner


def by_identified(values):
    """Sections by kind, what has no group first; of a group first its own."""
    group, inner = values["group_index"], values["peer_review_group_index"]
    if values["level"] == "group":
        inner = -2
    return (KINDS.index(values["kind"]), -1 if group is None else group,
            -1 if inner is None else inner, values["level"] == "item")


ORDERS = {
    "summaries/affiliations": by_kind,
    "summaries/peer_reviews": by_review_group,
    "summaries/external_ids": by_identified,
    "summaries/external_id_elements": by_identified,
    "activities/research_resource_hosts": lambda values: values["resource_item_index"] is not None,
    "activities/external_ids": lambda values: values["level"] != "item",
    "activities/external_id_elements": lambda values: values["level"] != "item",
}


# The dataset.

class Found:
    """The rows of one table, by the member that they should come from."""

    def __init__(self):
        self.columns, self.places, self.count = {}, collections.defaultdict(list), 0

    def append(self, batch, key_names):
        """Adds the rows of a file; times become numbers, which compare exactly."""
        first = self.count
        for name in batch.column_names:
            column = batch[name]
            if pa.types.is_timestamp(column.type):
                column = column.cast(pa.int64())
            self.columns.setdefault(name, []).extend(column.to_pylist())
        self.count += batch.num_rows
        for row in range(first, self.count):
            key = tuple(self.columns[name][row] if name in self.columns else None for name in key_names)
            self.places[key].append(row)


def key_names(table):
    if table.base == "rejects":
        return "archive", "path"
    return ("orcid",) if table.side == "summaries" else ("orcid", "kind", "put_code")


def key_of(member, table):
    if table.side == "summaries":
        return (member.orcid,)
    names = {column.name for column in table.columns}
    return member.orcid, member.kind if "kind" in names else None, member.put_code


def read_dataset(dataset, tables, tally):
    found = {name: Found() for name in tables}
    sides = {table.side for table in tables.values()}
    present = [side for side in sorted(sides) if os.path.isdir(os.path.join(dataset, side))]
    for side in present:
        for folder in sorted(os.listdir(os.path.join(dataset, side))):
            if f"{side}/{folder}" not in tables:
                tally.mismatch(f"{side}/{folder}", "no such table", "a folder")
    for table in tables.values():
        files = sorted(glob.glob(os.path.join(glob.escape(dataset), table.name, "*.parquet")))
        if table.side in present and not files:
            tally.mismatch(table.name, "a Parquet file", None)
        for file in files:
            part = pq.ParquetFile(file)
            if check_fields(table, os.path.basename(file), part.schema_arrow, tally):
                found[table.name].append(part.read(), key_names(table))
    return found


def check_fields(table, file, schema, tally):
    """Whether a file's columns are those of the table; tells also of what does
    not hinder the reading of it."""
    expected = [(column.name, TYPES[column.type][0], column.nullable) for column in table.columns]
    fields = [(field.name, field.type, field.nullable) for field in schema]
    for one, other in zip(expected, fields):
        if one != other:
            tally.mismatch(f"{table.name} {file}", one, other)
    if len(expected) != len(fields):
        tally.mismatch(f"{table.name} {file}", f"{len(expected)} columns", f"{len(fields)} columns")
    for column in table.columns:
        at = schema.get_field_index(column.name)
        metadata = (schema.field(at).metadata or {}) if at >= 0 else {}
        for key, value in (("description", column.doc), ("xpath", column.xpath)):
            held = metadata.get(key.encode(), b"").decode()
            if held != value:
                tally.mismatch(f"{table.name} {file} {column.name} {key}", value, held)
    return expected == fields


# The archives.

class Member:
    """A file of an archive, with what its name says of it."""

    def __init__(self, archive, path, data, offset):
        self.archive, self.path, self.data, self.offset = archive, path, data, offset
        match = MEMBER.fullmatch(re.split(r"[/\\]", path)[-1])
        self.orcid, self.kind, put_code = match.groups() if match else (None, None, None)
        self.put_code = int(put_code) if put_code else None
        self.named = bool(match)
        self.side = "activities" if self.kind else "summaries"
        self.places = {}

    def name(self):
        """What makes two files of an archive the same member."""
        return (self.orcid, self.kind, self.put_code) if self.named else self.path


def members(archive, with_data=True):
    """The .xml files of a tar, of a folder, or the one that it is itself."""
    base = os.path.basename(os.path.normpath(archive))
    if os.path.isdir(archive):
        for path in loose_files(archive):
            yield Member(base, os.path.relpath(path, archive), read_file(path, with_data), None)
    elif archive.endswith(".xml"):
        yield Member(base, base, read_file(archive, with_data), None)
    else:
        with stream(archive) as file, tarfile.open(fileobj=file, mode="r|") as tar:
            for entry in tar:
                if entry.isfile() and entry.name.endswith(".xml"):
                    data = tar.extractfile(entry).read() if with_data else b""
                    yield Member(base, entry.name, data, entry.offset_data)


def stream(archive):
    """A tar's bytes, whether gzip or not, of as many members as there are: tarfile's own
    streams end with the first."""
    with open(archive, "rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(archive) if is_gzip else open(archive, "rb")


def loose_files(folder):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from loose_files(entry.path)
        elif entry.name.endswith(".xml") and entry.is_file():
            yield entry.path


def read_file(path, with_data):
    if not with_data:
        return b""
    with open(path, "rb") as file:
        return file.read()


PARSER = etree.XMLParser(resolve_entities="internal", huge_tree=True, no_network=True, remove_comments=True,
                         remove_pis=True)
FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
REFERENCE = re.compile(rb"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
# The two halves of a character, each in either notation; the first is in D800 to DBFF.
PAIR = re.compile(rb"&#(?:x0*[Dd][89ABab][0-9A-Fa-f]{2}|0*5[56]\d{3});&#(?:x[0-9A-Fa-f]+|[0-9]+);")


def parse(data):
    """The root element, or the reason why there is none. Characters that XML
    forbids are taken out of what cannot be read with them."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return None, "not-utf8"
    for attempt in (lambda: data, lambda: cleaned(data)):
        try:
            return etree.fromstring(attempt(), PARSER), None
        except etree.XMLSyntaxError:
            pass
    return None, "malformed-xml"


def cleaned(data):
    def number(match):
        return int(match[1], 16) if match[1] else int(match[2])

    def joined(match):
        high, low = (number(half) for half in REFERENCE.finditer(match[0]))
        if 0xD800 <= high < 0xDC00 <= low < 0xE000:
            return chr(0x10000 + (high - 0xD800 << 10) + low - 0xDC00).encode()
        return match[0]

    def without(match):
        code = number(match)
        allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000
        return match[0] if allowed else b""
    return REFERENCE.sub(without, PAIR.sub(joined, FORBIDDEN.sub(b"", data)))


def misfit(member, root):
    """Why the content of a member does not go with its name, if it does not."""
    root_name = local(root.tag)
    if root_name == "error":
        return None if member.named else "no-id"
    if member.kind:
        held = attribute(root, "put-code")
        if root_name != member.kind:
            if root_name in ROOTS:
                return "other-section"
            return "other-section" if "://www.orcid.org/ns/" in (etree.QName(root).namespace or "") else "unknown-root"
        # What is no number is kept elsewhere, and the file's name counts.
        is_code = held and re.fullmatch(r"[+-]?[0-9]{1,18}", held)
        return "other-put-code" if is_code and int(held) != member.put_code else None
    if root_name != "record":
        unnamed = "other-section" if member.orcid else "no-owner"
        if root_name in ROOTS:
            return unnamed
        # A section of a person, or a page of search results.
        return unnamed if "://www.orcid.org/ns/" in (etree.QName(root).namespace or "") else "unknown-root"
    held = child_text(root, "orcid-identifier", "path")
    if member.orcid and held and held != member.orcid:
        return "other-id"
    member.orcid = member.orcid or held
    return None if member.orcid else "no-id"


# The comparison.

def check_archive(archive, tables, found, tally):
    times = collections.Counter(member.name() for member in members(archive, with_data=False))
    last = {}
    for member in members(archive):
        tally.members += 1
        expected = expected_rows(member, tables, found, tally)
        if expected is None:
            tally.skipped += 1
        elif times[member.name()] > 1:
            last[member.name()] = member, expected
        else:
            check_rows(member, expected, tables, found, tally)
    for member, expected in last.values():
        check_rows(member, expected, tables, found, tally)


def expected_rows(member, tables, found, tally):
    """By table the rows that a member should give; None where it is left out,
    and then its reject has been checked."""
    expected = None
    root, fault = parse(member.data)
    try:
        fault = fault or misfit(member, root)
        if not fault:
            own = [table for table in tables.values() if table.side == member.side and table.rows]
            expected = {table.name: table_rows(member, root, table, tally) for table in own}
    except ValueError:
        fault = "invalid-value"
    if not member.named and fault == "unknown-root":
        return None
    if not check_reject(member, fault, tables, found, tally):
        return None
    if expected is not None:
        expected["root"] = root
    return expected


def table_rows(member, root, table, tally):
    rows = []
    for element in table.rows(root):
        row = Row(member, element)
        names = {local(child.tag) for child in element}
        names.update("@" + local(name) for name in element.attrib)
        for column in table.columns:
            if column.find:
                row.values[column.name] = written(row, column, names, table, tally)
        for column in table.columns:
            if column.rule:
                row.values[column.name] = column.rule(row)
        rows.append(row.values)
    return sorted(rows, key=ORDERS[table.name]) if table.name in ORDERS else rows


def written(row, column, names, table, tally):
    """The value that a column's XPath finds."""
    nodes = column.find(row.element) if column.heads is None or names & column.heads else ()
    texts = [text for text in map(text_of, nodes) if text is not None]
    if len(texts) > 1:
        place = f"{table.name} {column.name} {row.member.orcid} {row.member.path}"
        tally.mismatch(place, "one value", texts)
    if texts:
        try:
            return column.typed(texts[0])
        except ValueError:
            # What is not of its type stands in `unmapped_values`.
            return None
    # An activity that does not tell its put code has that of its file's name.
    return row.member.put_code if column.name == "put_code" else None


def check_reject(member, fault, tables, found, tally):
    """Whether the member is in; tells when the dataset sees that differently."""
    table = tables[f"{member.side}/rejects"]
    held = found[table.name]
    place = f"{table.name} {member.orcid} {member.path}"
    key = member.archive, member.path
    here = [at for at in held.places.get(key, ())
            if member.offset in (None, held.columns["offset"][at])]
    if not here:
        # An unreadable file that nothing says to be ORCID's may be passed over.
        if fault and not (fault in UNREADABLE and not member.named):
            tally.mismatch(place, fault, "no reject")
        return not fault
    held.places[key] = [at for at in held.places[key] if at not in here[:1]]
    if not held.places[key]:
        del held.places[key]
    table.expected_rows += 1
    tally.rows += 1
    check_reject_cells(member, fault, {name: cells[here[0]] for name, cells in held.columns.items()},
                       place, tally)
    return False


def check_reject_cells(member, fault, row, place, tally):
    expected = {"orcid": member.orcid if member.named else None, "size_bytes": len(member.data)}
    tally.cells += len(row)
    for name, value in expected.items():
        if row[name] != value:
            tally.mismatch(f"{place} {name}", value, row[name])
    if not row["reason"]:
        tally.mismatch(f"{place} reason", "a reason", row["reason"])
    # Of what is broken something else may be wrong as well, and come first.
    if row["code"] != fault and row["code"] not in LIMITS and fault not in UNREADABLE:
        tally.mismatch(f"{place} code", fault, row["code"])


def check_unmapped(member, root, tables, found, tally):
    """Whether what stands in `unmapped_values` stands in the member too, at its path.
    That nothing else is missing shows where all values are sought in all tables."""
    table = tables[f"{member.side}/unmapped_values"]
    held = found[table.name]
    places = held.places.pop(key_of(member, table), [])
    table.expected_rows += len(places)
    tally.rows += len(places)
    for ordinal, at in enumerate(places):
        row = {name: cells[at] for name, cells in held.columns.items()}
        tally.cells += len(row)
        place = f"{table.name} {member.orcid} {member.path} row {at}"
        for name, value in (("ordinal", ordinal), ("member", member.path)):
            if row[name] != value:
                tally.mismatch(f"{place} {name}", value, row[name])
        if row["value"] not in values_at(root, row["path"]):
            tally.mismatch(f"{place} value", f"a value at {row['path']}", row["value"])


def values_at(root, path):
    """The texts that a path of `unmapped_values` leads to: elements from the root on with their
    prefixes, then an attribute or text()."""
    *steps, last = path.split("/")[1:]
    xpath = "".join(f"/*[name()='{step}']" for step in steps)
    if last.startswith("@"):
        xpath += f"/@*[name()='{last[1:]}']"
    elif last != "text()":
        return set()
    return {text_of(node) for node in root.xpath(xpath, smart_strings=False)}


def check_rows(member, expected, tables, found, tally):
    check_unmapped(member, expected.pop("root"), tables, found, tally)
    for name, rows in expected.items():
        table, held = tables[name], found[name]
        places = held.places.pop(key_of(member, table), [])
        table.expected_rows += len(rows)
        tally.rows += len(rows)
        if len(places) != len(rows):
            place = f"{name} {member.orcid} {member.path}"
            tally.mismatch(place, f"{len(rows)} rows", f"{len(places)} rows", abs(len(rows) - len(places)))
            continue
        for column in table.columns:
            tally.cells += len(rows)
            cells = held.columns.get(column.name)
            for at, row in zip(places, rows):
                # A column without XPath or rule is one that this file must learn.
                value = row.get(column.name, "a rule for this column")
                if cells[at] != value:
                    place = f"{name} {column.name} {member.orcid} {member.path} row {at}"
                    tally.mismatch(place, value, cells[at])


def check_totals(tables, found, tally):
    """Tells of rows that no member explains."""
    for table in tables.values():
        held = found[table.name]
        for key, places in held.places.items():
            tally.mismatch(f"{table.name} {key}", "no such member", f"{len(places)} rows", len(places))
        if held.count != table.expected_rows:
            tally.mismatch(table.name, f"{table.expected_rows} rows", f"{held.count} rows")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
