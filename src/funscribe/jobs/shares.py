"""How the cores of a machine are shared among the jobs that run on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def share(cores: int, jobs: Sequence[int], most: Mapping[int, int] | None = None) -> dict[int, int]:
    """Return how many cores each job gets: as evenly as can be, at least one each.

    Cores that no job has a use for are given out all the same: a decoder may run on several.

    Args:
        cores: Cores there are; where there are fewer than jobs, jobs take turns on them.
        jobs: Numbers of the jobs, in the order in which odd cores are given out.
        most: Cores beyond which a job gains little: its segments that are left. Jobs that are not named
            here may have any number.
    """
    given = dict.fromkeys(jobs, 1)
    wishes = {job: max(1, (most or {}).get(job, cores)) for job in given}
    left = _pour(given, wishes, cores - len(given))
    _pour(given, dict.fromkeys(given, cores), left)
    return given


def _pour(given: dict[int, int], up_to: Mapping[int, int], left: int) -> int:
    """Give out what is left one by one, each to the job that has least; return what nobody could take."""
    while left > 0:
        open_to = [job for job in given if given[job] < up_to[job]]
        if not open_to:
            return left
        given[min(open_to, key=given.__getitem__)] += 1  # the first of those that have as little
        left -= 1
    return 0
