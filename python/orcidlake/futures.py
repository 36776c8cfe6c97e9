"""Conversions by any executor of `concurrent.futures`, such as those of processes, MPI or Parsl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from ._arguments import Place
    from ._convert import ConvertReport
    from ._stages import Done, Job
    from ._tasks import Task


def convert(
    executor: Executor,
    archives: Place | Iterable[Place],
    out: Place,
    *,
    parts: int | None = None,
    tables: str | Iterable[str] | None = None,
    salvage: bool = False,
    replace: bool = False,
    threads: int = 1,
    memory: int | str | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> ConvertReport:
    """Does what `orcidlake.convert` does, with the workers of ``executor``.

    The workers need this package, and must see ``archives`` and ``out`` under the same paths or URLs.

    Args:
        executor: The executor.
        archives: As for `orcidlake.convert`.
        out: As for `orcidlake.convert`.
        parts: The number of parts of all archives together; one for 512 MiB by default.
        tables: As for `orcidlake.convert`.
        salvage: As for `orcidlake.convert`; such archives are one part each.
        replace: As for `orcidlake.convert`.
        threads: Threads of each task.
        memory: The limit of the memory of each task.
        storage_options: As for `orcidlake.convert`.

    Raises:
        Error: If an archive failed, as for `orcidlake.convert`.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from orcidlake.futures import convert
    >>> with ThreadPoolExecutor(2) as pool:
    ...     convert(pool, archives, "by-a-pool", parts=4)
    ORCID_2025_10_summaries.tar.gz: converted, 41 members, 40 records, 1 rejects
    """

    def run_all(job: Job, some: Sequence[Task]) -> list[Done]:
        running = [executor.submit(job, task) for task in some]
        try:
            return [future.result() for future in running]
        except BaseException:
            for future in running:
                future.cancel()
            raise

    return _stages.convert(
        run_all,
        archives,
        out,
        parts=parts,
        tables=tables,
        salvage=salvage,
        replace=replace,
        threads=threads,
        memory=memory,
        storage_options=storage_options,
    )
