"""Conversions on a Dask cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from distributed import Client

    from ._arguments import Place
    from ._convert import ConvertReport
    from ._stages import Done, Job
    from ._tasks import Task


def convert(
    client: Client,
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
    """Does what `orcidlake.convert` does, on the cluster of ``client``.

    All workers need this package, and must see ``archives`` and ``out`` under the same paths or
    URLs. Tasks of a worker that is lost run again on another. A worker runs as many tasks at once as
    it has threads.

    The other arguments, the report and the errors are those of `orcidlake.futures.convert`.
    """

    def run_all(job: Job, some: Sequence[Task]) -> list[Done]:
        running = client.map(job, some, pure=False)
        try:
            return client.gather(running)
        except BaseException:
            client.cancel(running)
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
