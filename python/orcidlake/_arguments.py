"""Arguments that many functions have: places, sizes, options of a conversion."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: A path, as text or as an object such as `pathlib.Path`.
Place = Union[str, "os.PathLike[str]"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
_LEAST_MEMORY = 128 << 20
_MOST_THREADS = 1024


def place(path: Place) -> str:
    """A path or URL."""
    text = os.fspath(path)
    if not isinstance(text, str):
        raise TypeError(f"a path is text, not {type(text).__name__}")
    if not text:
        raise ValueError("a path is empty")
    return text


def places(paths: Place | Iterable[Place]) -> list[str]:
    """The paths or URLs of one archive or several."""
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    found = [place(path) for path in paths]
    if not found:
        raise ValueError("no archive is given")
    return found


def is_url(text: str) -> bool:
    """True for a place that is not a path of this machine."""
    return "://" in text


def shown(text: str) -> str:
    """A path or URL for messages: a URL without its user, password and query, which may be secret."""
    scheme, divider, rest = text.partition("://")
    if not divider:
        return text
    host, slash, path = re.split("[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def file_name(text: str) -> str:
    """The file name at the end of a path or URL."""
    return os.path.basename(shown(text) if is_url(text) else os.path.abspath(text))


def names(value: str | Iterable[str] | None) -> list[str] | None:
    """The names of tables or columns; None for all."""
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def size(value: int | str) -> int:
    """A size in bytes, from a number or from text such as ``"2GiB"``."""
    if isinstance(value, int):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?\s*", value.lower())
    if not match:
        raise ValueError(f"{value!r} is not a size such as '2GiB'")
    return int(float(match[1]) * _UNITS[match[2] or ""])


def settings(
    *,
    tables: list[str] | None = None,
    threads: int | None = None,
    memory: int | str | None = None,
    salvage: bool = False,
    replace: bool = False,
    index: bool = False,
    shard: str | None = None,
    storage_options: Mapping[str, str] | None = None,
    scratch: Place | None = None,
) -> dict[str, Any]:
    """The options of a conversion for the native part."""
    if threads is not None and not 1 <= threads <= _MOST_THREADS:
        raise ValueError(f"threads are from 1 to {_MOST_THREADS}, not {threads}")
    memory_bytes = None if memory is None else size(memory)
    if memory_bytes is not None and memory_bytes < _LEAST_MEMORY:
        raise ValueError("memory must be at least 128MiB")
    return {
        "tables": tables,
        "threads": threads,
        "memory": memory_bytes,
        "salvage": salvage,
        "replace": replace,
        "index": index,
        "shard": shard,
        "storage": dict(storage_options or {}),
        "scratch": None if scratch is None else place(scratch),
    }
