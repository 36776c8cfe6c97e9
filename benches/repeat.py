#!/usr/bin/env python3
"""Makes an archive of many records out of a few real ones.

usage: repeat.py RECORDS OUT.tar.gz ARCHIVE.tar.gz...

Each record is drawn at random from those of the archives, the same ones each time,
and gets an iD of its own and other put codes of as many digits; all else stays. What
repeats among people (organisations, sources, titles) repeats far more often than in a
dump, so that such an archive shows the speed of reading, not the size of the tables.
"""
import io, os, random, re, subprocess, sys, tarfile

PUT_CODE = re.compile(rb'put-code="(\d+)"|/(\d{4,})"')


def records(archive):
    """The records of a summaries archive, each with its iD."""
    with tarfile.open(archive) as members:
        for member in members:
            orcid, extension = os.path.splitext(os.path.basename(member.name))
            if member.isfile() and extension == ".xml":
                xml = members.extractfile(member).read()
                if orcid.encode() in xml:
                    yield orcid.encode(), xml


def orcid(number):
    """The iD of a number, with its check character (ISO 7064 MOD 11-2)."""
    digits = f"{number:015}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    digits += "X" if check == 10 else str(check)
    return "-".join(digits[at:at + 4] for at in range(0, 16, 4))


def other_digits(match):
    old = match.group(match.lastindex)
    new = random.randrange(10 ** (len(old) - 1), 10 ** len(old))
    return match.group(0).replace(old, b"%d" % new)


def main():
    count, out, archives = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    random.seed(7)
    real = [record for archive in archives for record in records(archive)]
    xml_bytes, number = 0, 100_000_000
    with open(out, "wb") as file:
        gzip = subprocess.Popen(["gzip", "-6"], stdin=subprocess.PIPE, stdout=file)
        with tarfile.open(fileobj=gzip.stdin, mode="w|", format=tarfile.USTAR_FORMAT) as members:
            for _ in range(count):
                number += random.randrange(1, 1000)
                old, xml = random.choice(real)
                new = orcid(number)
                xml = PUT_CODE.sub(other_digits, xml.replace(old, new.encode()))
                member = tarfile.TarInfo(f"ORCID_2025_10_summaries/{new[-3:]}/{new}.xml")
                member.size, member.mode = len(xml), 0o644
                members.addfile(member, io.BytesIO(xml))
                xml_bytes += len(xml)
        gzip.stdin.close()
        if gzip.wait() != 0:
            sys.exit("gzip failed")
    print(f"{count} records out of {len(real)}, {xml_bytes / 1e6:.0f} MB of XML, "
          f"{os.path.getsize(out) / 1e6:.0f} MB of archive")


main()
