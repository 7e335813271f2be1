"""The saved runs as series: for each machine and case its figures in the order of time, and what changed.

What is drawn from them is drawn elsewhere; a page of any kind can show the same history.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from msgspec import Struct

from funscribe.bench.comparing import THRESHOLD, Verdict, decide, unpaired_interval
from funscribe.bench.history import MachineRecord, Row, Run

_FEWEST = 3  # figures a side, before which nothing is shown
_MOST_RUNS = 25  # of a version that are looked at: more would not tell more
_MOST_CHANGES = 12  # of a series that are looked at, the latest


class Point(Struct, frozen=True, kw_only=True):
    """What one run measured of a case.

    Attributes:
        run: Id of the run.
        at: When it ended, UTC, ISO 8601.
        version: Version of Funscribe and its commit.
        label: What the user called the run.
        value: Median of the single measurements.
        least: Least of them.
        most: Largest of them.
        n: How many there are.
    """

    run: str
    at: str
    version: str
    label: str
    value: float
    least: float
    most: float
    n: int


class Change(Struct, frozen=True, kw_only=True):
    """What a version changed against the one before it.

    Attributes:
        at: Number of the first point of the version.
        base: The version before.
        version: The version.
        ratio: Its time by that of the one before: 1.1 takes a tenth longer.
        low: Lower end of the interval around it.
        high: Upper end.
        verdict: `slower` or `faster` only where the whole interval is beyond the threshold.
    """

    at: int
    base: str
    version: str
    ratio: float
    low: float
    high: float
    verdict: Verdict


class Series(Struct, frozen=True, kw_only=True):
    """A case in the order of time; the words are those of the latest run."""

    case: str
    what: str
    unit: str
    more_is_better: bool
    points: tuple[Point, ...]
    changes: tuple[Change, ...]


class Track(Struct, frozen=True, kw_only=True):
    """The history of one machine: of its full runs, its quick ones, or those with a clip of the user's.

    Attributes:
        machine: The machine.
        quick: Whether these are quick runs, whose figures are rough.
        clip: Name of the user's clip; empty for those that are drawn.
        runs: How many there are.
        series: The cases that were measured, in the order of the latest run.
        not_measured: Cases that the latest run did not measure, and why.
    """

    machine: MachineRecord
    quick: bool
    clip: str
    runs: int
    series: tuple[Series, ...]
    not_measured: dict[str, str]


def history_of(runs: Iterable[Run]) -> tuple[Track, ...]:
    """Return the history of saved runs: that with the latest run first.

    Args:
        runs: Saved runs in any order.
    """
    tracks: dict[tuple[str, bool, str], list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.at, run.id)):
        tracks.setdefault((run.machine.key, run.quick, run.clip), []).append(run)
    newest = sorted(tracks.values(), key=lambda track: (track[-1].at, track[-1].id), reverse=True)
    return tuple(_track(track) for track in newest)


def version_of(run: Run) -> str:
    """The version that was measured, and its commit where that is known."""
    version, commit = run.made_by.get("funscribe", "unknown"), run.made_by.get("commit", "")
    return f"{version} at {commit}" if commit and commit != "unknown" else version


def _track(runs: Sequence[Run]) -> Track:
    latest = runs[-1]
    found: dict[tuple[str, str], list[tuple[Run, Row]]] = {}
    for run in (latest, *runs[:-1]):  # the latest first: the order of the cases is its
        for row in run.rows:
            if row.value is not None and math.isfinite(row.value):
                found.setdefault((row.case, row.unit), []).append((run, row))
    return Track(
        machine=latest.machine,
        quick=latest.quick,
        clip=latest.clip,
        runs=len(runs),
        series=tuple(
            _series(sorted(rows, key=lambda one: (one[0].at, one[0].id))) for rows in found.values()
        ),
        not_measured={row.case: row.why_not for row in latest.rows if row.value is None},
    )


def _series(measured: Sequence[tuple[Run, Row]]) -> Series:
    last = measured[-1][1]
    return Series(
        case=last.case,
        what=last.what,
        unit=last.unit,
        more_is_better=last.more_is_better,
        points=tuple(_point(run, row) for run, row in measured),
        changes=_changes(measured),
    )


def _point(run: Run, row: Row) -> Point:
    assert row.value is not None
    return Point(
        run=run.id,
        at=run.at,
        version=version_of(run),
        label=run.label,
        value=row.value,
        least=row.value if row.least is None else row.least,
        most=row.value if row.most is None else row.most,
        n=row.n,
    )


def _changes(measured: Sequence[tuple[Run, Row]]) -> tuple[Change, ...]:
    numbered = enumerate(measured)
    versions = [list(group) for _, group in groupby(numbered, key=lambda one: version_of(one[1][0]))]
    found = []
    for base, new in list(pairwise(versions))[-_MOST_CHANGES:]:
        change = _change([one for _, one in base], [one for _, one in new], new[0][0])
        found += [change] if change is not None else []
    return tuple(found)


def _change(base: Sequence[tuple[Run, Row]], new: Sequence[tuple[Run, Row]], at: int) -> Change | None:
    """Return what two versions show, or None where there is too little, or they measured in two ways."""
    if base[-1][1].settings != new[-1][1].settings:
        return None
    before, after = _times(base), _times(new)
    if min(len(before), len(after)) < _FEWEST:
        return None
    interval = unpaired_interval(before, after)
    return Change(
        at=at,
        base=version_of(base[-1][0]),
        version=version_of(new[-1][0]),
        ratio=interval.ratio,
        low=interval.low,
        high=interval.high,
        verdict=decide(interval, None, THRESHOLD),
    )


def _times(measured: Sequence[tuple[Run, Row]]) -> list[float]:
    """Return times of the latest runs: a median a run, for runs differ more than what is measured in one."""
    latest = [row for _, row in measured[-_MOST_RUNS:]]
    medians = [row.value for row in latest if row.value]
    values = medians if len(medians) >= _FEWEST else [sample for row in latest for sample in row.samples]
    times = [1 / value if latest[-1].more_is_better else value for value in values if value > 0]
    return [time for time in times if 0 < time < math.inf]
