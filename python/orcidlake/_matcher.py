"""Names to organisations of ROR."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import Place, column, flag, place, settings
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
        storage_options: As for `convert`.

    >>> matcher = ol.Matcher(ror_release)
    >>> found = matcher.match(["Universidad Kayan de Corbalen", None, "nobody"], countries=["EC", None, None])
    >>> [row["ror_id"] for row in found.to_dicts()]
    ['https://ror.org/001522z32', None, None]
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
        table = None if overrides is None else place(overrides)
        options = settings(storage_options=storage_options)
        self._native = _native.Matcher(place(ror_release), preset, table, options)

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
                countries, a name may be a text with its place, such as ``"Universidad Kayan, Corbalen, Ecuador"``.
            cities: Their cities, where they are known; as many as names.
            countries: Their countries, as codes or names.
            threads: Threads that search; one for each processor by default.
        """
        texts = column(names, "names"), column(cities, "cities"), column(countries, "countries")
        return Rows(self._native.find(*texts, settings(threads=threads)))

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
    scratch: Place | None = None,
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
        storage_options: As for `convert`.
        scratch: As for `convert`.

    Returns:
        The counts: names that were matched, and how they were found.
    """
    names = None if overrides is None else place(overrides)
    ids = None if crosswalk is None else place(crosswalk)
    options = settings(threads=threads, memory=memory, storage_options=storage_options, scratch=scratch)
    target, release = place(dataset), place(ror_release)
    return json.loads(_native.match_dataset(target, release, preset, names, ids, flag(anew, "anew"), options))
