#!/usr/bin/env python3
"""Compares odd tar archives as orcidlake reads them with GNU tar and Python's tarfile.

    tarcheck.py ORCIDLAKE SCRATCH

Makes some fifty archives: by GNU tar in its formats, by Python, and block by block as
old, foreign and careless programs write them. For each, the number of members and the
bytes of every record must be those that the other tools see, read from the beginning
and by an index. Where the two tools disagree, `by` names the one that is right.
"""

import gzip
import io
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tarfile
import time

ORCIDLAKE, SCRATCH = sys.argv[1:3]
IDS = ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0001-5000-0007", "0000-0002-0000-0007"]
BLOCK = 512


def record(orcid, inside=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<record:record path="/%s" '
        'xmlns:record="http://www.orcid.org/ns/record" xmlns:common="http://www.orcid.org/ns/common">'
        "<common:orcid-identifier><common:path>%s</common:path></common:orcid-identifier>%s</record:record>\n"
        % (orcid, orcid, inside)
    ).encode()


def name(number):
    return "d/%s.xml" % IDS[number]


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def header(kind, path, size, magic=b"ustar\x0000", signed=False, more=()):
    path = path.encode() if isinstance(path, str) else path
    block = bytearray(BLOCK)
    size = size if isinstance(size, bytes) else b"%011o\0" % size
    for place, field in [
        (0, path), (100, b"0000644\x000000000\x000000000\0"), (124, size), (136, b"00000000000\0"),
        (156, kind), (257, magic), (148, b" " * 8), *more,
    ]:
        block[place : place + len(field)] = field
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in block)
    block[148:156] = b"%06o\0 " % total
    return bytes(block)


def entry(kind, path, data, **more):
    return header(kind, path, len(data), **more) + padded(data)


def file(number):
    return entry(b"0", name(number), record(IDS[number]))


def pax(records, kind=b"x"):
    data = b""
    for key, value in records:
        rest = b" %s=%s\n" % (key.encode(), value.encode())
        length = len(rest) + 1
        while len(b"%d" % length) + len(rest) != length:
            length += 1
        data += b"%d" % length + rest
    return entry(kind, "PaxHeaders/x", data)


def old_sparse(path, data, pieces):
    """GNU's old format; `pieces` are places and lengths."""
    pairs = b"".join(b"%011o\0%011o\0" % piece for piece in pieces)
    stored = b"".join(data[place : place + length] for place, length in pieces)
    here, rest = pairs[:96], pairs[96:]
    more = [(386, here), (482, b"\x01" if rest else b"\0"), (483, b"%011o\0" % len(data))]
    out = header(b"S", path, len(stored), magic=b"ustar  \0", more=more)
    while rest:
        here, rest = rest[:504], rest[504:]
        out += here.ljust(504, b"\0") + (b"\x01" if rest else b"\0") + bytes(7)
    return out + padded(stored)


END = bytes(1024)


def by_hand():
    """Name, archive, and the tool that reads it right, or both."""
    first, second, third = file(0), file(1), file(2)
    around = lambda middle: first + middle + second + third + END
    data = record(IDS[3])
    for kind, what in [(b"1", "hardlink"), (b"2", "symlink"), (b"3", "char"), (b"4", "block"), (b"5", "folder"), (b"6", "fifo")]:
        for size in (1, 700, 64700):
            gnu_reads_it = kind in b"15"
            link = header(kind, "d/%s" % what, size)
            yield "%s-%d" % (what, size), around(link), "both" if gnu_reads_it else "python"
    yield "hardlink-long-name", around(
        entry(b"K", "././@LongLink", b"d/" + b"t" * 150 + b"\0") + entry(b"L", "././@LongLink", b"d/" + b"n" * 150 + b"\0")
        + header(b"1", "d/n", 700)), "both"
    yield "hardlink-size-by-pax", around(pax([("path", "d/link"), ("size", "700")]) + header(b"1", "d/l", 0)), "python"
    yield "folder-of-old", around(header(b"\0", "d/old/", 700)), "python"
    yield "signed-sum", around(entry(b"0", "d/\u00dcber/%s.xml" % IDS[3], data, signed=True)), "both"
    yield "signed-sum-unsigned", around(entry(b"0", "d/\u00dcber/%s.xml" % IDS[3], data)), "both"
    yield "vendor", around(entry(b"Z", name(3), data)), "both"
    yield "contiguous", around(entry(b"7", name(3), data)), "both"
    yield "v7", around(entry(b"\0", name(3), data, magic=bytes(8))), "both"
    yield "solaris-pax", around(pax([("path", name(3))], b"X") + entry(b"0", "x", data)), "both"
    yield "global-pax", around(pax([("comment", "x")], b"g") + entry(b"0", name(3), data)), "both"
    yield "label", header(b"V", "label", 0) + around(b""), "python"
    yield "dumpdir", around(entry(b"D", "d/sub/", b"Yx\0\0")), "gnu"
    yield "base-256", around(header(b"0", name(3), b"\x80" + len(data).to_bytes(11, "big")) + padded(data)), "both"
    yield "blank-size", around(header(b"5", "d/sub", bytes(12))), "both"
    yield "spaces-in-size", around(header(b"0", name(3), b"%11o " % len(data)) + padded(data)), "both"
    yield "ustar-prefix", around(entry(b"0", "%s.xml" % IDS[3], data, more=[(345, b"d/" + b"p" * 140)])), "both"
    yield "joined", (first + END).ljust(10240, b"\0") + second + third + END, "python"
    yield "partial-zeros", around(b"") + bytes(100), "both"
    yield "partial-garbage", around(b"") + b"x" * 100, "both"
    yield "garbage", around(b"") + b"garbage " * 999, "gnu"
    large = data[:-17] + b" " * 40000 + data[-17:]
    for count in (1, 4, 5, 25, 26, 70):
        # Pieces are whole blocks, but for the last.
        step = len(large) // count // BLOCK * BLOCK
        pieces = [(at * step, step if at + 1 < count else len(large) - at * step) for at in range(count)]
        yield "old-sparse-%d" % count, around(old_sparse(name(3), large, pieces)), "both"
    pieces = [(0, 512), (8192, 512), (len(large) - 600, 600)]
    holes = bytearray(len(large))
    for place, length in pieces:
        holes[place : place + length] = large[place : place + length]
    yield "old-sparse-holes", around(old_sparse(name(3), bytes(holes), pieces)), "both"


def gnu_tar(work, archive, *arguments):
    subprocess.run(["tar", "-C", work, "-cf", archive, *arguments], check=False, stderr=subprocess.DEVNULL)


def by_gnu_tar(folder):
    work = os.path.join(folder, "work")
    os.makedirs(os.path.join(work, "d", "deep" * 30))
    for number in range(3):
        with open(os.path.join(work, name(number)), "wb") as out:
            out.write(record(IDS[number]))
    with open(os.path.join(work, "d", "deep" * 30, "%s.xml" % IDS[3]), "wb") as out:
        out.write(record(IDS[3], "<!-- long -->"))
    os.symlink("nowhere" * 20, os.path.join(work, "d", "symlink"))
    os.link(os.path.join(work, name(0)), os.path.join(work, "d", "hardlink"))
    os.mkfifo(os.path.join(work, "d", "fifo"))
    with open(os.path.join(work, "large.log"), "wb") as out:
        out.write(b"large" * 6000)
    with open(os.path.join(work, "d", "holes.log"), "wb") as out:
        for place in range(60):
            out.seek(place * 65536)
            out.write(b"piece" * 100)
    made = []

    def make(label, *arguments, by="both"):
        path = os.path.join(folder, label + ".tar")
        gnu_tar(work, path, *arguments)
        made.append((label, open(path, "rb").read(), by))

    for form in ("v7", "ustar", "oldgnu", "gnu", "posix"):
        make("gnu-" + form, "--format=" + form, "d")
    make("gnu-sparse-old", "--format=gnu", "-S", "d")
    for version in ("0.0", "0.1", "1.0"):
        make("gnu-sparse-" + version, "--format=posix", "-S", "--sparse-version=" + version, "d")
    make("gnu-label", "-V", "a label", "d", by="python")
    make("gnu-label-posix", "--format=posix", "-V", "a label", "d", by="python")
    make("gnu-incremental", "--listed-incremental=/dev/null", "d", by="gnu")
    make("gnu-blocking-1", "-b", "1", "d")
    make("gnu-blocking-128", "-b", "128", "d")
    first, second = made[3][1], made[4][1]
    made.append(("gnu-joined", first + second, "python"))
    made.append(("gnu-joined-128", made[-2][1] + second, "python"))
    for form in ("gnu", "posix"):
        volumes = [os.path.join(folder, "%s-volume-%d.tar" % (form, number)) for number in (1, 2, 3)]
        flags = ["-M", "-L", "20", "--format=" + form]
        tar = ["tar", "-C", work, "-c", *flags, *sum((["-f", volume] for volume in volumes), [])]
        subprocess.run(tar + ["large.log", name(1), name(2)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return made


def by_python():
    for form, label in [(tarfile.USTAR_FORMAT, "ustar"), (tarfile.GNU_FORMAT, "gnu"), (tarfile.PAX_FORMAT, "pax")]:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            for number in range(4):
                deep = "" if form == tarfile.USTAR_FORMAT else "\u00fc" * 120 + "/"
                info = tarfile.TarInfo("d/%s%s.xml" % (deep, IDS[number]))
                info.size = len(record(IDS[number]))
                info.mtime = 1.5 if form == tarfile.PAX_FORMAT else 1
                tar.addfile(info, io.BytesIO(record(IDS[number])))
        yield "python-" + label, out.getvalue(), "both"


def seen_by_python(path):
    """How many members are no folders, and the bytes of each iD's files."""
    count, files = 0, {}
    with tarfile.open(path, ignore_zeros=True) as tar:
        for member in tar:
            if member.isdir() or member.type == b"D":
                continue
            count += 1
            is_file = member.isreg() or member.type not in tarfile.SUPPORTED_TYPES
            if is_file and member.name.endswith(".xml"):
                files.setdefault(member.name[-23:-4], []).append(tar.extractfile(member).read())
    return count, files


def seen_by_gnu(path):
    environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC")
    run = lambda *arguments: subprocess.run(["tar", *arguments], check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    lines = run("--quoting-style=escape", "-tvf", path).decode().splitlines()
    count, files = sum(line[0] != "d" for line in lines), {}
    for line in lines:
        found = [orcid for orcid in IDS if orcid + ".xml" in line.split(" -> ")[0]]
        if found and line[0] in "-CS?":
            files[found[0]] = [run("-xOf", path, "--wildcards", "*%s.xml" % found[0])]
    return count, files


def seen_by_orcidlake(path):
    inspected = subprocess.run([ORCIDLAKE, "inspect", path, "--json", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if inspected.returncode > 1:
        raise SystemExit("%s: inspect ended with %d: %s" % (path, inspected.returncode, inspected.stderr.decode()))
    members = json.loads(inspected.stdout)["report"]["members"]
    files = {}
    for orcid in IDS:
        out = subprocess.run([ORCIDLAKE, "get", orcid, path, "--quiet"], stdout=subprocess.PIPE, check=False).stdout
        if out:
            files[orcid] = out
    return members["members"], files


def check(label, content, by, folder):
    for form, packed in [("tar", content), ("tar.gz", gzip.compress(content, 1))]:
        path = os.path.join(folder, "%s.%s" % (label, form))
        with open(path, "wb") as out:
            out.write(packed)
        sights = []
        if by in ("both", "python"):
            sights.append(("tarfile", seen_by_python(path)))
        if by in ("both", "gnu"):
            sights.append(("GNU tar", seen_by_gnu(path)))
        found = seen_by_orcidlake(path)
        subprocess.run([ORCIDLAKE, "index", path, "--quiet", "--spacing", "64KiB"], check=True)
        if seen_by_orcidlake(path) != found:
            raise SystemExit("%s: other members by its index" % path)
        for tool, (count, files) in sights:
            whole = {orcid: b"".join(files[orcid]) for orcid in files}
            if (count, whole) != found:
                raise SystemExit("%s: %s sees %s, orcidlake %s" % (path, tool, (count, whole.keys()), (found[0], found[1].keys())))


def check_volumes(folder):
    """A volume that begins or ends within a file is told, never taken for whole."""
    for form in ("gnu", "posix"):
        for number in (1, 2):
            path = os.path.join(folder, "%s-volume-%d.tar" % (form, number))
            command = [ORCIDLAKE, "inspect", path, "--quiet", "--json"]
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            expected = 2 if number == 1 else 1
            if ended.returncode != expected:
                raise SystemExit("%s: ended with %d, not with %d" % (path, ended.returncode, expected))
            if number == 2 and json.loads(ended.stdout)["report"]["members"]["records"] != 2:
                raise SystemExit("%s: records after the rest of a file are missing" % path)


def check_terminal(folder):
    """On a terminal `convert -` says that it waits, and the first Ctrl-C ends it."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(ORCIDLAKE, [ORCIDLAKE, "convert", "-", "--out", os.path.join(folder, "out")])
    said, begun, is_told = b"", time.monotonic(), None
    while time.monotonic() - begun < 10:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                said += os.read(terminal, 4096)
            except OSError:
                break
        if is_told is None and b"waiting for data on standard input" in said:
            is_told = time.monotonic()
            os.write(terminal, b"\x03")
    _, status = os.waitpid(child, 0)
    if is_told is None or os.waitstatus_to_exitcode(status) != 2 or time.monotonic() - is_told > 2:
        raise SystemExit("convert - on a terminal: status %s, said %s" % (status, said))


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    archives = [*by_hand(), *by_python(), *by_gnu_tar(SCRATCH)]
    for label, content, by in archives:
        check(label, content, by, SCRATCH)
    check_volumes(SCRATCH)
    check_terminal(SCRATCH)
    print("%d archives, each plain and packed: the members that other tools see" % len(archives))


main()
