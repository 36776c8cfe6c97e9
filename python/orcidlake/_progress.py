"""How far a run has come: for a function, for tqdm, or as plain lines."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, Union

from ._arguments import shown, file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    Watcher = Union[bool, Callable[["Progress"], None]]
    Tell = Callable[[str, str, int, Union[int, None], int, int], None]

_PLAIN_EVERY_SECONDS = 5.0


class Progress:
    """How far an archive has come.

    Attributes:
        archive: The path of the archive.
        state: ``"reading"``; at the end ``"converted"``, ``"kept"``, ``"skipped"`` or ``"failed"``.
        read_bytes: Bytes of the archive that have been read.
        size_bytes: The size of the archive; None if it is a stream or a folder.
        members: Files of the archive that have been converted.
        xml_bytes: Bytes of XML in them.
    """

    __slots__ = ("archive", "members", "read_bytes", "size_bytes", "state", "xml_bytes")

    def __init__(
        self, archive: str, state: str, read_bytes: int, size_bytes: int | None, members: int, xml_bytes: int
    ) -> None:
        self.archive = shown(archive)
        self.state = state
        self.read_bytes = read_bytes
        self.size_bytes = size_bytes
        self.members = members
        self.xml_bytes = xml_bytes

    @property
    def fraction(self) -> float | None:
        """The part of the archive that has been read, from 0 to 1; None if the size is not known."""
        return min(self.read_bytes / self.size_bytes, 1.0) if self.size_bytes else None

    def __repr__(self) -> str:
        share = "" if self.fraction is None else f", {self.fraction:.0%}"
        return f"Progress({file_name(self.archive)!r}, {self.state}{share}, {self.members:,} members)"


class watched:
    """While it is entered: the function that the native part tells of progress, or None."""

    def __init__(self, progress: Watcher) -> None:
        self._progress = progress
        self._shown: _Bars | _Lines | None = None

    def __enter__(self) -> Tell | None:
        watcher: Callable[[Progress], None]
        if self._progress is False or self._progress is None:
            return None
        if self._progress is True:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                self._shown = _Lines()
            else:
                self._shown = _Bars(tqdm)
            watcher = self._shown
        elif callable(self._progress):
            watcher = self._progress
        else:
            raise TypeError("progress is True, False or a function")
        return lambda *line: watcher(Progress(os.fspath(line[0]), *line[1:]))

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.close()


class _Bars:
    """A bar of tqdm for each archive."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bars: dict[str, Any] = {}

    def __call__(self, progress: Progress) -> None:
        bar = self._bars.get(progress.archive)
        if bar is None:
            name = file_name(progress.archive)
            bar = self._tqdm(total=progress.size_bytes, desc=name, unit="B", unit_scale=True)
            self._bars[progress.archive] = bar
        bar.set_postfix_str(f"{progress.members:,} members, {progress.state}", refresh=False)
        bar.update(progress.read_bytes - bar.n)

    def close(self) -> None:
        for bar in self._bars.values():
            bar.close()


class _Lines:
    """A line now and then on standard error."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.state == "reading" and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PLAIN_EVERY_SECONDS
        share = "" if progress.fraction is None else f"{progress.fraction:.0%}, "
        name = file_name(progress.archive)
        print(f"{name}: {progress.state}, {share}{progress.members:,} members", file=sys.stderr)

    def close(self) -> None:
        pass
