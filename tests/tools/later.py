#!/usr/bin/env python3
"""Makes the archive of a later date from one of summaries: the same world, changed.

usage: later.py SUMMARIES.tar.gz OUT.tar.gz [SEED]         (needs: pip install lxml)
       later.py --form-2 SUMMARIES.tar.gz OUT.tar.gz

Without --form-2, some people vanish, are locked, deactivated or deprecated, return or are new;
names change; items are removed, added, changed, ended, or get another put code; all of it decided
by the seed. With --form-2 nothing changes but the form: documents are rewritten in version 2.0 of
the XML, with other put codes. Kinds of affiliations that this version does not have are left out.
"""
import copy, io, random, sys, tarfile

from lxml import etree

NS = {name: f"http://www.orcid.org/ns/{name}" for name in
      ("activities", "common", "record", "person", "error", "employment", "education", "work", "funding")}
NAMES = {"person": "http://www.orcid.org/ns/personal-details"}
# Kinds of affiliations that version 2.0 has, by their lists.
KINDS_OF_2 = {"educations": "education", "employments": "employment"}
LISTS = ("distinctions", "educations", "employments", "invited-positions", "memberships", "qualifications", "services")
# Records that others are copied from.
SOME = 200
STUBS = {
    "locked": (409, 9018, "The ORCID record is locked and cannot be edited. ORCID {orcid}"),
    "deactivated": (409, 9044, "The ORCID record is deactivated. ORCID {orcid}"),
    "deprecated": (301, 9007, "This account is deprecated. Please refer to account: https://orcid.org/{other}. ORCID {orcid}"),
}


def tag(prefix, name):
    return f"{{{NS[prefix]}}}{name}"


def local(element):
    return etree.QName(element).localname


def check_digit(digits):
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    left = (12 - total % 11) % 11
    return "X" if left == 10 else str(left)


def orcid_of(path):
    return path.rsplit("/", 1)[1].removesuffix(".xml")


def stub(orcid, status, other):
    response, code, message = STUBS[status]
    message = message.format(orcid=orcid, other=other)
    return (f'<error:error xmlns:error="{NS["error"]}"><error:response-code>{response}</error:response-code>'
            f"<error:developer-message>{message}</error:developer-message><error:user-message>{message}"
            f"</error:user-message><error:error-code>{code}</error:error-code></error:error>").encode()


def summaries(root):
    """All items of the activities, with the list that each belongs to."""
    activities = root.find(tag("activities", "activities-summary"))
    for section in [] if activities is None else activities:
        for item in section.iter():
            if isinstance(item.tag, str) and local(item).endswith("-summary") and item.get("put-code"):
                yield local(section), item


class Changes:
    """What happens to the items of a world."""

    def __init__(self, seed):
        self.random, self.next_code = random.Random(seed), 8_000_000_000
        self.organizations = []

    def code(self):
        self.next_code += self.random.randint(1, 9)
        return str(self.next_code)

    def recode(self, item):
        path = item.get("path")
        item.set("put-code", self.code())
        if path:
            item.set("path", path.rsplit("/", 1)[0] + "/" + item.get("put-code"))

    def texts(self, item):
        """Titles, roles and departments."""
        return [one for one in item.iter() if isinstance(one.tag, str) and one.text
                and local(one) in ("title", "role-title", "department-name", "review-group-id") and one.text.strip()]

    def change(self, item):
        texts = self.texts(item)
        if texts:
            one = self.random.choice(texts)
            one.text = one.text + " (changed)"

    def shout(self, item):
        """Another case is the same content."""
        for one in self.texts(item):
            one.text = one.text.upper() if self.random.random() < 0.5 else one.text

    def end(self, item):
        if item.find(tag("common", "end-date")) is None:
            start = item.find(tag("common", "start-date"))
            place = item.find(tag("common", "organization"))
            at = start.getnext() if start is not None else place
            end = etree.Element(tag("common", "end-date"))
            etree.SubElement(end, tag("common", "year")).text = "2025"
            if at is not None:
                at.addprevious(end)

    def remove(self, item):
        group = item.getparent()
        group.remove(item)
        if not any(local(one).endswith("-summary") or local(one) == "peer-review-group" for one in group
                   if isinstance(one.tag, str)):
            group.getparent().remove(group)

    def add(self, item, changed):
        """A copy beside it; unchanged, both have the same content."""
        new = copy.deepcopy(item)
        self.recode(new)
        if changed:
            self.change(new)
        item.addnext(new)

    def items(self, root):
        for section, item in list(summaries(root)):
            dice = self.random.random()
            if dice < 0.04:
                self.remove(item)
            elif dice < 0.08:
                self.add(item, changed=True)
            elif dice < 0.10:
                self.add(item, changed=False)
            elif dice < 0.14:
                self.recode(item)
                self.shout(item)
            elif dice < 0.18:
                self.change(item)
            elif dice < 0.22:
                self.recode(item)
                self.change(item)
            elif dice < 0.32 and section in LISTS:
                self.end(item)
            elif dice < 0.50 and section in LISTS:
                self.move(item)

    def move(self, item):
        """A new item at the organization of somebody else, and the old one has ended."""
        place = item.find(tag("common", "organization"))
        if place is not None and self.organizations:
            self.add(item, changed=False)
            new = item.getnext()
            old = new.find(tag("common", "organization"))
            new.replace(old, copy.deepcopy(self.random.choice(self.organizations)))
            self.end(item)

    def names(self, root):
        for one in root.iter(*(f"{{{NAMES['person']}}}{name}" for name in ("given-names", "family-name", "credit-name"))):
            if one.text and self.random.random() < 0.03:
                one.text = one.text + "a"

    def orcid(self, taken):
        while True:
            digits = f"00000003{self.random.randrange(5_000_000, 9_000_000):07}"
            text = digits + check_digit(digits)
            orcid = "-".join(text[place:place + 4] for place in range(0, 16, 4))
            if orcid not in taken:
                taken.add(orcid)
                return orcid


def read(source):
    """The documents of an archive with their paths, one by one."""
    with tarfile.open(source, "r|*") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".xml"):
                yield member.name, archive.extractfile(member).read()
            # tarfile keeps all members otherwise.
            archive.members = []


def later(source, seed):
    changes = Changes(seed)
    records, taken = [], set()
    for path, xml in read(source):
        taken.add(orcid_of(path))
        if len(records) < SOME and b"error:error" not in xml[:2000]:
            records.append((path, xml))
    for _, xml in records:
        changes.organizations += etree.fromstring(xml).iter(tag("common", "organization"))
    for path, xml in read(source):
        orcid, dice = orcid_of(path), changes.random.random()
        other_path, other_xml = changes.random.choice(records)
        as_other = lambda new: other_xml.replace(orcid_of(other_path).encode(), new.encode())
        if b"error:error" in xml[:2000]:
            # Some return; some are gone for another reason.
            yield path, as_other(orcid) if dice < 0.3 else stub(orcid, "deactivated", orcid) if dice < 0.5 else xml
            continue
        if dice < 0.03:
            continue
        if dice < 0.06:
            yield path, stub(orcid, changes.random.choice(list(STUBS)), orcid_of(other_path))
            continue
        try:
            root = etree.fromstring(xml)
        except etree.XMLSyntaxError:
            yield path, xml
            continue
        changes.names(root)
        changes.items(root)
        yield path, etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
        if dice > 0.96:
            new = changes.orcid(taken)
            yield path.rsplit("/", 2)[0] + f"/{new[-3:]}/{new}.xml", as_other(new)


def unwrap(element):
    """Puts the children of an element in its place."""
    for child in list(element):
        element.addprevious(child)
    element.getparent().remove(element)


def form_2(source):
    changes = Changes(0)
    for path, xml in read(source):
        if b"error:error" in xml[:2000]:
            yield path, xml
            continue
        root = etree.fromstring(xml)
        activities = root.find(tag("activities", "activities-summary"))
        for section in list(activities) if activities is not None else []:
            name = local(section)
            if name in LISTS and name not in KINDS_OF_2 or name == "research-resources":
                activities.remove(section)
                continue
            for inner in list(section.iter(tag("activities", "affiliation-group"), tag("activities", "peer-review-group"))):
                for ids in inner.findall(tag("common", "external-ids")):
                    inner.remove(ids)
                for date in inner.findall(tag("common", "last-modified-date")):
                    inner.remove(date)
                unwrap(inner)
        for section, item in list(summaries(root)):
            changes.recode(item)
            own = KINDS_OF_2.get(section)
            for one in list(item):
                if not isinstance(one.tag, str):
                    continue
                if local(one) in ("reviewer-role", "review-type", "review-url", "journal-title", "url", "external-ids") \
                        and section != "works" or local(one) in ("journal-title", "url"):
                    item.remove(one)
                elif own and local(one) in ("department-name", "role-title", "organization"):
                    one.tag = tag(own, local(one))
                elif section == "fundings" and local(one) == "organization":
                    one.tag = tag("funding", "organization")
        yield path, etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def main(arguments):
    is_form = arguments[:1] == ["--form-2"]
    source, out, *seed = arguments[is_form:]
    made = form_2(source) if is_form else later(source, int(seed[0]) if seed else 1)
    with tarfile.open(out, "w:gz", compresslevel=1) as archive:
        for path, xml in made:
            entry = tarfile.TarInfo(path)
            entry.size = len(xml)
            archive.addfile(entry, io.BytesIO(xml))
            archive.members = []


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:])
