"""Two saved runs compared. They were not measured in turns, which the reader is told."""

from __future__ import annotations

from statistics import median

from funscribe.bench.comparing import THRESHOLD, Compared, Interval, Verdict, decide, unpaired_interval
from funscribe.bench.history import Row, Run
from funscribe.errors import RunInvalid

_FEWEST_SAMPLES = 3


def compare_runs(base: Run, new: Run, threshold: float = THRESHOLD, seed: int = 0) -> list[Compared]:
    """Return what each case of two saved runs shows; one that only one of them has is not measured.

    Raises:
        RunInvalid: They are of two machines.
    """
    if base.machine.key != new.machine.key:
        raise RunInvalid(
            f"{base.id} is of {base.machine.cpu} ({base.machine.key}) and {new.id} of {new.machine.cpu} "
            f"({new.machine.key}); only runs of one machine can be compared"
        )
    before, after = ({row.case: row for row in run.rows} for run in (base, new))
    names = list(dict.fromkeys([*before, *after]))
    return [_compared(name, before.get(name), after.get(name), threshold, seed) for name in names]


def _compared(name: str, base: Row | None, new: Row | None, threshold: float, seed: int) -> Compared:
    for row, side in ((base, "base"), (new, "new")):
        if row is None or not row.samples:
            why = row.why_not if row is not None else "it is not in that run"
            return Compared(case=name, verdict="not measured", why_not=f"{side}: {why}")
    assert base is not None
    assert new is not None
    if base.unit != new.unit or base.settings != new.settings:
        return Compared(case=name, verdict="not measured", why_not="it was measured in two ways")
    before, after = _times(base), _times(new)
    wall = unpaired_interval(before, after, seed)
    count = min(len(before), len(after))
    verdict: Verdict = decide(wall, None, threshold) if count >= _FEWEST_SAMPLES else "no difference shown"
    known = base.peak_mb and new.peak_mb
    ratio = new.peak_mb / base.peak_mb if base.peak_mb and new.peak_mb else 1.0
    return Compared(
        case=name,
        verdict=verdict,
        pairs=count,
        wall=wall,
        memory=Interval(ratio, ratio, ratio) if known else None,
        base_s=median(before),
        new_s=median(after),
        base_mb=base.peak_mb,
        new_mb=new.peak_mb,
    )


def _times(row: Row) -> list[float]:
    """Return the samples as times: of what is faster the more it is, the inverse."""
    return [1 / sample if row.more_is_better else sample for sample in row.samples if sample > 0]
