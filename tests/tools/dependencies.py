#!/usr/bin/env python3
"""Checks the dependencies against deny.toml without a tool of its own.

usage: dependencies.py      (in the repository; needs: Python 3.11, cargo)

Does of `cargo deny check bans licenses sources` what this project's deny.toml asks for:
licences, registries, wildcards, and crates that may be there once only. Tells of versions
that have been taken back (yanked), by the registry's index, which cargo keeps beside the
downloaded crates. What is not there is fetched by `cargo fetch`; what is still not there then
is a fault, as nobody has looked whether it was taken back. It knows no advisories: the RustSec database comes by git
alone, and neither from crates.io nor from PyPI, npm or Debian. Where the network allows it,
run `cargo deny check advisories` too.

Exit status 1 if anything is wrong.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tomllib


# Names of versions that are shown where many could not be looked up.
SHOWN = 5


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    metadata = json.loads(subprocess.check_output(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]))
    faults = []
    own = set(metadata["workspace_members"])
    versions, from_registry = collections.defaultdict(set), collections.defaultdict(set)
    for package in metadata["packages"]:
        name = f'{package["name"]} {package["version"]}'
        versions[package["name"]].add(package["version"])
        if package["id"] not in own:
            from_registry[package["name"]].add(package["version"])
            faults += licence_faults(name, package, rules["licenses"])
            faults += source_faults(name, package["source"], rules["sources"])
        else:
            faults += [f'{name}: {wanted["name"]} has no version' for wanted in package["dependencies"]
                       if wanted["req"] == "*" and not wanted.get("path")]
    for ban in rules["bans"]["deny"]:
        found = versions.get(ban["crate"], set())
        if not ban.get("deny-multiple-versions") and found:
            faults.append(f'{ban["crate"]} is not wanted')
        elif len(found) > 1:
            faults.append(f'{ban["crate"]} is there in {len(found)} versions: {", ".join(sorted(found))}')
    taken_back, unknown = yanked(from_registry)
    if unknown:
        # Cargo brings the index up to date as it fetches what the lock file names.
        subprocess.run(["cargo", "fetch", "--locked", "--quiet"], check=False)
        taken_back, unknown = yanked(from_registry)
    faults += [f"{name} has been taken back" for name in taken_back]
    if unknown:
        faults.append(f"{len(unknown)} versions are not in the registry's index at {index_folder()}, so that "
                      f"nobody has looked whether they were taken back: {', '.join(unknown[:SHOWN])}"
                      f"{' and others' if len(unknown) > SHOWN else ''}; run `cargo fetch` where the network "
                      "allows it, and set CARGO_HOME if cargo has its files elsewhere")
    for fault in faults:
        print(fault)
    twice = sorted(name for name, found in versions.items() if len(found) > 1)
    print(f"{len(metadata['packages'])} crates, {len(faults)} faults; in several versions: "
          f"{', '.join(twice) or 'none'}; advisories were not checked")
    return 1 if faults else 0


def licence_faults(name, package, rules):
    allowed = set(rules["allow"])
    for exception in rules.get("exceptions", []):
        if exception["crate"] == package["name"]:
            allowed |= set(exception["allow"])
    licence = package["license"]
    if not licence:
        return [f"{name} tells no licence"]
    return [] if is_met(licence.replace("/", " OR "), allowed) else [f"{name} is under {licence}"]


def is_met(expression, allowed):
    """An SPDX expression of licences, AND, OR, WITH and brackets."""
    def translated(match):
        word = match[0]
        return f" {word.lower()} " if word in ("AND", "OR") else str(word in allowed)
    plain = re.sub(r" WITH [\w.-]+", "", expression)
    return eval(re.sub(r"[\w.+-]+", translated, plain), {"__builtins__": {}})  # of True, False, and, or, ( )


def source_faults(name, source, rules):
    known = any(source == f"registry+{registry}" for registry in rules["allow-registry"])
    return [] if known else [f"{name} comes from {source}"]


def yanked(versions):
    """The versions in use that were taken back, and those that could not be looked up."""
    folders = glob.glob(os.path.join(index_folder(), "*", ".cache"))
    found, unknown = [], []
    for name, own in versions.items():
        lines = [line for folder in folders for line in entries(folder, name)]
        for version in own:
            states = [line["yanked"] for line in lines if line["vers"] == version]
            unknown += [] if states else [f"{name} {version}"]
            found += [f"{name} {version}"] if any(states) else []
    return found, unknown


def index_folder():
    return os.path.join(os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")), "registry", "index")


def entries(folder, name):
    lower = name.lower()
    parts = {1: ["1"], 2: ["2"], 3: ["3", lower[:1]]}.get(len(lower), [lower[:2], lower[2:4]])
    try:
        with open(os.path.join(folder, *parts, lower), "rb") as file:
            pieces = file.read().split(b"\0")
    except OSError:
        return []
    return [json.loads(piece) for piece in pieces if piece.startswith(b"{")]


if __name__ == "__main__":
    sys.exit(main())
