"""The exceptions of this package. All are kinds of `Error`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._convert import ConvertReport


class Error(Exception):
    """Something that this package was asked to do failed.

    >>> try:
    ...     ol.open("nowhere")
    ... except ol.Error as error:
    ...     print(error)
    there is no nowhere
    """

    #: What became of each archive, if `orcidlake.convert` raised the exception.
    report: ConvertReport | None = None


class NotFoundError(Error, FileNotFoundError):
    """There is no such file, archive or dataset."""


class StorageError(Error, OSError):
    """A file system, an object store or a web server failed: no permission, no room, no answer."""


class DamagedError(Error):
    """An archive or a dataset is damaged or cut off."""


class ArchiveError(Error):
    """An archive, or its index, cannot be read."""


class RepeatedError(ArchiveError):
    """An archive has members that come again later, and their earlier rows were given already.

    See `orcidlake.read_archive`.
    """


class DatasetError(Error):
    """A dataset cannot be read or written."""


class LockedError(DatasetError):
    """Another process is changing the dataset; the message names it."""


class NotMatchedError(DatasetError):
    """The dataset has not been matched to ROR."""


class ConflictError(Error):
    """A dataset or an archive was changed by another process meanwhile."""


class MismatchError(Error, ValueError):
    """Archives, results and dataset do not belong together."""


class UnknownNameError(Error, KeyError):
    """There is no table, column or organisation of this name."""

    # KeyError would show the message in quotes.
    __str__ = Exception.__str__


class RorError(Error, ValueError):
    """A ROR release, or a table of overrides or ids, cannot be read."""
