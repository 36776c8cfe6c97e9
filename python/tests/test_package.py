"""The package as a whole: what it imports, what it exports, what its documents say."""

from __future__ import annotations

import doctest
import importlib.metadata
import inspect
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import orcidlake as ol

DOCS = Path(__file__).parents[2]


def test_import_is_light() -> None:
    code = """
import sys
before = set(sys.modules)
import orcidlake
import json
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = json.loads(told.stdout)

    heavy = {"duckdb", "numpy", "pandas", "polars", "pyarrow", "tqdm"} & {name.split(".")[0] for name in loaded}
    assert not heavy
    # Time is not tested; what takes it are modules.
    assert len(loaded) < 60, loaded


def test_the_version_is_one() -> None:
    assert ol.__version__ == importlib.metadata.version("orcidlake")


def test_all_that_is_public_is_documented_and_typed() -> None:
    for name in ol.__all__:
        value = getattr(ol, name)
        if name == "__version__":
            continue
        assert inspect.getdoc(value), name
        members = [value] if inspect.isfunction(value) else vars(value).items() if inspect.isclass(value) else []
        for member in members:
            attribute, function = (name, member) if not isinstance(member, tuple) else member
            if not inspect.isfunction(function) or attribute.startswith("_"):
                continue
            assert inspect.getdoc(function) or inspect.getdoc(getattr(value, attribute)), f"{name}.{attribute}"
            assert "return" in function.__annotations__, f"{name}.{attribute}"
    assert (Path(ol.__file__).parent / "py.typed").is_file()


def test_every_exception_is_an_error() -> None:
    kinds = [value for name in ol.__all__ if inspect.isclass(value := getattr(ol, name)) and name.endswith("Error")]
    assert len(kinds) > 10 and all(issubclass(kind, ol.Error) for kind in kinds if kind is not ol.Error)


def test_arguments_that_many_functions_have_mean_the_same() -> None:
    taken = [ol.convert, ol.read_archive, ol.inspect, ol.index, ol.plan, ol.write_part, ol.commit, ol.open, ol.verify]
    for function in [*taken, ol.match, ol.Matcher]:
        assert inspect.signature(function).parameters["storage_options"].default is None, function


def examples() -> list[doctest.DocTest]:
    """The examples in the documentation of what is public."""
    found = doctest.DocTestFinder().find(ol, "orcidlake")
    for name in ol.__all__:
        value = getattr(ol, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            found += doctest.DocTestFinder(recurse=inspect.isclass(value)).find(value, name)
    return [test for test in found if test.examples]


def test_there_are_examples() -> None:
    assert len(examples()) >= 15


@pytest.mark.parametrize("number", range(len(examples())), ids=[test.name for test in examples()])
def test_examples_run(
    number: int, dataset: str, summaries: str, ror_release: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each runs in a folder of its own, with a dataset ``orcid`` that it may change."""
    shutil.copytree(dataset, tmp_path / "orcid")
    monkeypatch.chdir(tmp_path)
    example = examples()[number]
    example.globs = {
        "ol": ol,
        "archive": summaries,
        "archives": [summaries],
        "ds": ol.open("orcid"),
        "ror_release": ror_release,
    }
    told = io.StringIO()
    failed = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=told.write).failed
    assert failed == 0, told.getvalue()


@pytest.mark.parametrize("page", ["docs/python.md", "docs/getting-started.md", "README.md", "python/README.md"])
def test_the_examples_of_pages_run(
    page: str, samples: Path, dataset: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The blocks of Python of a page run one after another, in a folder with the sample archives."""
    text = (DOCS / page).read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks, page
    (tmp_path / "sample-data").symlink_to(samples)
    for file in samples.iterdir():
        (tmp_path / file.name).symlink_to(file)
    if "import orcidlake" not in text or page == "docs/getting-started.md":
        ol.convert(sorted(map(str, samples.glob("*.tar.gz"))), tmp_path / "orcid")
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": "example"}
    for block in blocks:
        if ">>>" in block:
            parsed = doctest.DocTestParser().get_doctest(block, space, page, page, 0)
            assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(parsed).failed == 0
            space = parsed.globs
        else:
            exec(compile(block, page, "exec"), space)


def test_a_url_is_shown_without_its_secrets() -> None:
    from orcidlake import _arguments

    url = "https://me:hush@host:8/a b/dump.tar.gz?X-Signature=hush#hush"
    assert _arguments.shown(url) == "https://host:8/a b/dump.tar.gz"
    assert _arguments.file_name(url) == "dump.tar.gz"
    assert _arguments.shown("s3://bucket") == "s3://bucket"
    assert _arguments.shown("dumps/a?b") == "dumps/a?b"
    task = ol.Task('{"kind": "index", "archive": "%s"}' % url)
    assert repr(task) == "Task('dump.tar.gz', index)"
