"""Conversions on a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ray

from . import _stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ._arguments import Place
    from ._convert import ConvertReport
    from ._stages import Done, Job
    from ._tasks import Task


def _run(job: Job, task: Task) -> Done:
    return job(task)


def convert(
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
    """Does what `orcidlake.convert` does, on the cluster that ``ray.init`` has connected to.

    All nodes need this package, and must see ``archives`` and ``out`` under the same paths or URLs.
    Each task reserves ``threads`` processors. Tasks of a node that is lost run again on another.

    The other arguments, the report and the errors are those of `orcidlake.futures.convert`.
    """

    def run_all(job: Job, some: Sequence[Task]) -> list[Done]:
        run = ray.remote(num_cpus=threads)(_run)
        running = [run.remote(job, task) for task in some]
        try:
            return ray.get(running)
        except BaseException:
            for task in running:
                ray.cancel(task)
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
