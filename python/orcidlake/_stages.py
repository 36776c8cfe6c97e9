"""A conversion whose tasks an engine runs: plan, index tasks, parts, commit.

The adapter of an engine gives one function, which runs a `Job` for each of some tasks and returns
what the job returned, in the order of the tasks. All else is here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Union
from urllib.parse import urlsplit

from ._arguments import places, settings
from ._convert import ArchiveReport, ConvertReport
from ._errors import Error, StorageError
from ._tasks import PartResult, Task, commit, plan, write_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ._arguments import Place

    RunAll = Callable[["Job", Sequence[Task]], Iterable["Done"]]

Done = Union[PartResult, Error]

#: Bytes of archives in a part, if the caller does not say how many parts there are. ORCID's archives
#: are about an eighteenth of their XML, so a processor converts a part in about a minute: long
#: beside the start of a task, short beside a run that is lost with a machine.
PART_BYTES = 512 << 20
#: Runs of a task that fails with `StorageError`, which another machine may not have.
ATTEMPTS = 3


class Job:
    """Runs a task on a worker. It is pickled together with the options for the store, so its text
    form shows none of them."""

    __slots__ = ("_options", "_out")

    def __init__(self, out: str, options: dict[str, Any]) -> None:
        self._out = out
        self._options = options

    def __call__(self, task: Task) -> Done:
        """The result of the task, or why it failed. Errors are returned, because engines would run
        the task again and wrap the error in their own."""
        try:
            return write_part(task, self._out, **self._options)
        except Error as error:
            return _named(error, task)

    def __repr__(self) -> str:
        return f"Job({self._out!r})"


def convert(
    run_all: RunAll,
    archives: Place | Iterable[Place],
    out: Place,
    *,
    parts: int | None,
    tables: str | Iterable[str] | None,
    salvage: bool,
    replace: bool,
    threads: int,
    memory: int | str | None,
    storage_options: Mapping[str, str] | None,
) -> ConvertReport:
    """Converts archives into the dataset ``out`` with an engine.

    As with `orcidlake.convert`, an archive that fails does not stop the others: they are committed,
    and the first error is raised at the end. With ``replace`` all archives must succeed.
    """
    given, target = places(archives), os.fspath(out)
    # The workers would find a wrong argument only when they run.
    settings(threads=threads, memory=memory, storage_options=storage_options)
    planning: dict[str, Any] = {
        "tables": tables, "salvage": salvage, "replace": replace, "storage_options": storage_options,
    }
    if parts is None:
        parts = parts_of(plan(given, target, **planning), PART_BYTES)
    tasks = plan(given, target, parts=parts, **planning)
    job = Job(target, {"threads": threads, "memory": memory, "storage_options": storage_options})
    errors: dict[str, Error] = {}
    done: list[tuple[Task, PartResult]] = []
    for of_index in (True, False):
        # Parts of an archive whose index failed would fail for that reason alone.
        stage = [task for task in tasks if is_index(task) == of_index and _name(task) not in errors]
        done = _run(run_all, job, stage, errors)
    whole = [(task, result) for task, result in done if _name(task) not in errors]
    is_kept = replace and bool(errors)
    report = _commit(target, whole, replace, storage_options) if whole and not is_kept else {}
    kept = {_name(task) for task, _ in whole} if is_kept else set()
    return _reported(given, report, kept, errors)


def parts_of(tasks: Sequence[Task], part_bytes: int) -> int:
    """The number of parts of about this size for the archives of these tasks."""
    sizes = ((task.to_dict().get("fingerprint") or {}).get("size_bytes", 0) for task in tasks)
    return max(1, sum(sizes) // part_bytes)


def is_index(task: Task) -> bool:
    """True for a task that writes the index of an archive."""
    return task.kind == "index"


def _run(
    run_all: RunAll, job: Job, tasks: Sequence[Task], errors: dict[str, Error]
) -> list[tuple[Task, PartResult]]:
    """The tasks that succeeded, in their order; the first error of each archive goes to ``errors``."""
    results: dict[int, Done] = {}
    for _ in range(ATTEMPTS):
        missing = [number for number in range(len(tasks)) if _may_succeed(results.get(number))]
        if not missing:
            break
        results.update(zip(missing, run_all(job, [tasks[number] for number in missing])))
    done = []
    for number, task in enumerate(tasks):
        result = results[number]
        if isinstance(result, Error):
            errors.setdefault(_name(task), result)
        else:
            done.append((task, result))
    return done


def _may_succeed(result: Done | None) -> bool:
    """True for a task that has not run, and for one that another run may mend."""
    return result is None or isinstance(result, StorageError)


def _commit(
    out: str,
    done: Sequence[tuple[Task, PartResult]],
    replace: bool,
    storage_options: Mapping[str, str] | None,
) -> dict[str, ArchiveReport]:
    """The outcomes of the archives by their names."""
    told = commit(out, [result for _, result in done], replace=replace, storage_options=storage_options)
    return {report.name: report for report in told}


def _reported(
    given: Sequence[str], reports: Mapping[str, ArchiveReport], kept: set[str], errors: Mapping[str, Error]
) -> ConvertReport:
    """The report of the archives in the order in which they were given; raises the first error."""
    archives = []
    for path in given:
        name = _name_of(path)
        if name in errors:
            archives.append(ArchiveReport(path, "failed", None, errors[name]))
        elif name in kept:
            archives.append(ArchiveReport(path, "kept", None))
        elif name in reports:
            found = reports[name]
            archives.append(ArchiveReport(path, found.outcome, found.to_dict()))
        else:
            # The dataset had it.
            archives.append(ArchiveReport(path, "skipped", None))
    report = ConvertReport(archives)
    for failed in report.failed:
        error = errors[_name_of(failed.path)]
        error.report = report
        raise error
    return report


def _named(error: Error, task: Task) -> Error:
    """The error with the name of the archive in its message."""
    message = str(error)
    return error if _name(task) in message else type(error)(f"{_name(task)}: {message}")


def _name(task: Task) -> str:
    return str(task.to_dict()["name"])


def _name_of(path: str) -> str:
    """The name of an archive in tasks and in a dataset: its file name."""
    return os.path.basename(urlsplit(path).path if "://" in path else os.path.abspath(path))
