"""Names to organisations of ROR."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, place, settings
from ._arrow import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Matcher:
    """Finds the organisation of ROR that a name means, offline.

    Args:
        ror_release: A release of ROR: the zip from <https://doi.org/10.5281/zenodo.6347574>, or the
            JSON in it.
        preset: How much evidence a match needs: ``"strict"``, ``"balanced"`` or ``"recall"``.
        overrides: A CSV table of names and their organisations, with the columns name, country and
            ror; it takes precedence over all other rules.
        storage_options: Options of object stores, such as ``{"aws_region": "eu-central-1"}``; the
            usual environment variables, such as ``AWS_ACCESS_KEY_ID``, are read too.

    >>> matcher = ol.Matcher(ror_release)
    >>> found = matcher.match(["Avaldorf Academy", None, "nobody"], countries=["NO", None, None])
    >>> [row["ror_id"] for row in found.to_dicts()]
    ['https://ror.org/000018p37', None, None]
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        ror_release: Place,
        *,
        preset: str = "balanced",
        overrides: Place | None = None,
        storage_options: Mapping[str, str] | None = None,
    ) -> None:
        options = settings(storage_options=storage_options)
        self._native = _native.Matcher(_files(ror_release, overrides), preset, options)

    @property
    def release(self) -> str:
        """The name of the release."""
        return self._native.release

    @property
    def preset(self) -> str:
        """How much evidence a match needs."""
        return self._native.preset

    def match(
        self,
        names: Iterable[str | None],
        *,
        cities: Iterable[str | None] | None = None,
        countries: Iterable[str | None] | None = None,
        threads: int | None = None,
    ) -> Rows:
        """Finds the organisation of each name; gives one row for each, in the same order.

        If several organisations are equally likely, none is chosen, and the column ``candidates``
        lists them. ``score`` and ``tier`` say how a name was found.

        Args:
            names: The names: a list, or a column of pyarrow, Polars or pandas. Without cities and
                countries, a name may be a text with its place, such as ``"Avaldorf Academy, Norway"``.
            cities: Their cities, where they are known; as many as names.
            countries: Their countries, as codes or names.
            threads: Threads that search; one for each processor by default.
        """
        if isinstance(names, str):
            raise TypeError("names is a list of names, not one name")
        return Rows(self._native.find(names, cities, countries, settings(threads=threads)))

    def __len__(self) -> int:
        return self._native.organizations()

    def __repr__(self) -> str:
        return f"Matcher({self.release!r}, {self.preset}, {len(self):,} organisations)"


def match(
    dataset: Place,
    ror_release: Place,
    *,
    preset: str = "balanced",
    overrides: Place | None = None,
    crosswalk: Place | None = None,
    anew: bool = False,
    threads: int | None = None,
    memory: int | str | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Finds the organisation of ROR that each affiliation, funding and the like of a dataset means,
    and adds the tables of ``organizations/`` to it.

    Args:
        dataset: The dataset.
        ror_release: As for `Matcher`.
        preset: As for `Matcher`.
        overrides: As for `Matcher`.
        crosswalk: A CSV table of ids and their organisations, with the columns source, id and ror.
        anew: Match all names again. Otherwise names that were matched before with the same files
            keep their answers.
        threads: Threads that search; one for each processor by default.
        memory: The limit of the memory.
        storage_options: Options of object stores, such as ``{"aws_region": "eu-central-1"}``; the
            usual environment variables, such as ``AWS_ACCESS_KEY_ID``, are read too.

    Returns:
        The counts: names that were matched, and how they were found.
    """
    files = _files(ror_release, overrides, crosswalk)
    options = settings(threads=threads, memory=memory, storage_options=storage_options)
    return json.loads(_native.match_dataset(place(dataset), files, preset, anew, options))


def _files(release: Place, overrides: Place | None, crosswalk: Place | None = None) -> dict[str, str | None]:
    """The files that say how to match, for the native part."""
    return {
        "release": place(release),
        "overrides": None if overrides is None else place(overrides),
        "crosswalk": None if crosswalk is None else place(crosswalk),
    }
