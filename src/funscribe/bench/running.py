"""One run of the benchmark on the user's machine: case after case, kept even if it is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from funscribe.bench.drawn import drawn_clip
from funscribe.bench.history import Row, Run, new_id
from funscribe.bench.machine import this_machine
from funscribe.bench.provenance import made_by
from funscribe.bench.quick import Case, Extent, Group, group_4k, groups
from funscribe.bench.sitting import NotMeasured, Sitting, Took
from funscribe.bench.tuning import suits
from funscribe.errors import WorkerDied

STOPPED = "the run was stopped before"
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run takes.

    Attributes:
        rounds: How often each case is measured at most.
        fewest: How often at least.
        group_s: Time after which a group begins no further round (s).
    """

    rounds: int
    fewest: int
    group_s: float


FULL = Pace(7, 5, 6.0)
QUICK = Pace(5, 3, 1.5)


@dataclass
class Course:
    """A run that is under way: what was measured so far outlives Ctrl-C.

    Attributes:
        extent: How much there is to measure.
        clip: A video of the user's; None draws one.
        work: Folder of drawn clips; None for the user's cache.
        tell: Told how far it is (0..1) and at what.
        rows: What was measured, and what was not.
        stopped: Whether it was stopped.
    """

    extent: Extent
    clip: Path | None = None
    work: Path | None = None
    tell: Tell | None = None
    rows: list[Row] = field(default_factory=list)
    stopped: bool = False

    def go(self) -> None:
        """Measure everything; after Ctrl-C the rest is listed as not measured.

        Raises:
            OutputNotWritable: No clip can be drawn.
            VideoError: The user's clip cannot be decoded.
        """
        planned = groups(self.extent)
        for number, group in enumerate(planned):
            self._take(group, number / (len(planned) + 1))
            if group.name == f"decode/{self.extent.large}":
                rates = [row.value for row in self.rows if row.case.startswith(group.name) and row.value]
                self._take(group_4k(self.extent, max(rates, default=None)), number / (len(planned) + 1))

    def _take(self, group: Group, share: float) -> None:
        why = STOPPED if self.stopped else group.why_not
        if why:
            self.rows += [_missing(case, why) for case in group.make("")]
            return
        pace = QUICK if self.extent.quick else FULL
        try:
            cases = group.make(self._clip(group.clip, share) if group.clip else "")
            rows, self.stopped = measure_group(cases, pace, lambda words: self._say(share, words))
            self.rows += rows
        except KeyboardInterrupt:
            self.stopped = True
            self.rows += [_missing(case, STOPPED) for case in group.make("")]

    def _clip(self, name: str, share: float) -> str:
        if self.clip is not None and name == self.extent.large:
            return str(self.clip)
        return str(drawn_clip(name, self.work, lambda words: self._say(share, words)))

    def _say(self, share: float, words: str) -> None:
        if self.tell is not None:
            self.tell(share, words)


def finished(course: Course, label: str = "") -> Run:
    """Return the record of a course that has ended."""
    by = {name: str(value) for name, value in made_by().items() if name not in ("cpu", "cores")}
    now = datetime.now(UTC)
    return Run(
        id=new_id(by, now),
        at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        machine=this_machine(),
        made_by=by,
        rows=tuple(course.rows),
        suits=suits(course.rows, course.extent.cores),
        quick=course.extent.quick,
        stopped=course.stopped,
        clip=course.clip.name if course.clip is not None else "",
        label=label,
    )


def measure_group(cases: Sequence[Case], pace: Pace, say: Callable[[str], None]) -> tuple[list[Row], bool]:
    """Measure cases in turns, round after round; return their rows, and whether Ctrl-C ended it.

    A case that cannot be had here says why in its row. What was measured before Ctrl-C is kept.
    """
    crews: dict[str, list[Sitting]] = {}
    why_not: dict[str, str] = {}
    took: dict[str, list[list[Took]]] = {case.name: [] for case in cases}
    stopped = False
    with ExitStack() as stack:
        try:
            for case in cases:
                say(f"{case.name}: getting ready")
                with _told(case, why_not):
                    crews[case.name] = _start(case, stack)
            began = time.monotonic()
            for number in range(pace.rounds):
                if number >= pace.fewest and time.monotonic() - began > pace.group_s:
                    break
                for case in (case for case in cases if case.name not in why_not):
                    say(f"{case.name}: {number + 1} of {pace.rounds}")
                    with _told(case, why_not):
                        took[case.name].append(_round(crews[case.name]))
            peaks = {name: _finish(crew) for name, crew in crews.items() if name not in why_not}
        except KeyboardInterrupt:
            stopped, peaks = True, {}
    rows = []
    for case in cases:
        if case.name in why_not or not took[case.name]:
            rows.append(_missing(case, why_not.get(case.name, STOPPED)))
        else:
            rows.append(_row(case, took[case.name], crews[case.name][0].ran, peaks.get(case.name)))
    return rows, stopped


@contextmanager
def _told(case: Case, why_not: dict[str, str]) -> Iterator[None]:
    try:
        yield
    except (NotMeasured, WorkerDied) as error:
        why_not[case.name] = str(error)


def _finish(crew: Sequence[Sitting]) -> float | None:
    """End a crew; return the memory of all together (MB)."""
    peaks = [sitting.finish() for sitting in crew]
    known = [peak for peak in peaks if peak is not None]
    return sum(known) if known else None


def _start(case: Case, stack: ExitStack) -> list[Sitting]:
    crew = [stack.enter_context(Sitting(case.work, case.settings)) for _ in range(case.crew)]
    for sitting in crew:
        sitting.wait_ready()
    if case.work not in ("whole", "start"):  # the first unit fills the caches, and is not counted
        _round(crew)
    return crew


def _round(crew: Sequence[Sitting]) -> list[Took]:
    """Let every process of a crew do a unit, side by side."""
    for sitting in crew:
        sitting.ask()
    return [sitting.answer() for sitting in crew]


def _row(case: Case, rounds: Sequence[Sequence[Took]], ran: Mapping[str, str], peak_mb: float | None) -> Row:
    """Return the row of a case; a crew is as slow as its slowest."""
    samples = []
    for took in rounds:
        rate = sum(unit.work for unit in took) / max(unit.wall_s for unit in took)
        samples.append(case.scale * (rate if case.figure == "rate" else 1 / rate))
    return Row(
        case=case.name,
        what=case.what,
        unit=case.unit,
        more_is_better=case.figure == "rate",
        value=median(samples),
        least=min(samples),
        most=max(samples),
        n=len(samples),
        samples=tuple(samples),
        cpu_s=median(sum(unit.cpu_s for unit in took) for took in rounds),
        peak_mb=peak_mb,
        settings={**case.shown, **{f"ran_{name}": value for name, value in ran.items()}},
    )


def _missing(case: Case, why: str) -> Row:
    return Row(
        case=case.name,
        what=case.what,
        unit=case.unit,
        more_is_better=case.figure == "rate",
        settings=dict(case.shown),
        why_not=why,
    )
