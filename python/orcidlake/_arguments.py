"""Arguments that many functions have: places, sizes, options of a conversion."""

from __future__ import annotations

import operator
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
# What a size of the operating system can hold.
_MOST_BYTES = (1 << 63) - 1


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
    found = [place(path) for path in _items(paths, "archives are paths or URLs")]
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


def names(value: str | Iterable[str] | None, what: str) -> list[str] | None:
    """The names of tables, columns and the like, which the argument ``what`` gives; None for all."""
    if value is None:
        return None
    found = [value] if isinstance(value, str) else _items(value, f"{what} is a name or several")
    for name in found:
        if not isinstance(name, str):
            raise TypeError(f"{what} has names, which are text, not {type(name).__name__}")
    if not found:
        raise ValueError(f"{what} is empty; give at least one name, or leave it out")
    return found


def column(value: Any, what: str) -> Any:
    """A list or a column of texts, which the argument ``what`` gives."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{what} is a list or a column of texts, not one text")
    return value


def whole(value: Any, what: str, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``, which the argument ``what`` gives."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{what} is a whole number, not {value!r}") from None
    if not least <= number <= most:
        raise ValueError(f"{what} is from {least} to {most}, not {number}")
    return number


def flag(value: Any, what: str) -> bool:
    """True or False, which the argument ``what`` gives."""
    # That of numpy is another type.
    if type(value).__name__ not in ("bool", "bool_"):
        raise TypeError(f"{what} is True or False, not {value!r}")
    return bool(value)


def size(value: int | str, what: str, least: int) -> int:
    """A size in bytes, from a number or from text such as ``"2GiB"``; at least ``least``, in MiB or KiB."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?\s*", value.lower())
        if not match:
            raise ValueError(f"{what} is a size such as '2GiB', not {value!r}")
        value = int(float(match[1]) * _UNITS[match[2] or ""])
    try:
        return whole(value, what, least, _MOST_BYTES)
    except TypeError:
        raise TypeError(f"{what} is a whole number of bytes or text such as '2GiB', not {value!r}") from None
    except ValueError:
        if value > _MOST_BYTES:
            raise ValueError(f"{what} is more than any machine has") from None
        shown = f"{least >> 20}MiB" if least >> 20 else f"{least >> 10}KiB"
        raise ValueError(f"{what} must be at least {shown}") from None


def storage(options: Mapping[str, Any] | None) -> dict[str, str]:
    """Options of object stores as text. Messages do not show the values, which may be secret."""
    if options is None:
        return {}
    found = {}
    try:
        items = list(options.items())
    except AttributeError:
        raise TypeError(f"storage_options is a dictionary, not {type(options).__name__}") from None
    for key, value in items:
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"storage_options has text for {key!r}, not {type(value).__name__}")
        found[key] = value
    return found


def _items(values: Any, what: str) -> list[Any]:
    if isinstance(values, (bytes, bytearray)):
        raise TypeError(f"{what}, not {type(values).__name__}")
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{what}, not {type(values).__name__}") from None


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
    if shard is not None and not isinstance(shard, str):
        raise TypeError(f"shard is text such as '2/5', not {shard!r}")
    return {
        "tables": tables,
        "threads": None if threads is None else whole(threads, "threads", 1, _MOST_THREADS),
        "memory": None if memory is None else size(memory, "memory", _LEAST_MEMORY),
        "salvage": flag(salvage, "salvage"),
        "replace": flag(replace, "replace"),
        "index": flag(index, "index"),
        "shard": shard,
        "storage": storage(storage_options),
        "scratch": None if scratch is None else place(scratch),
    }
