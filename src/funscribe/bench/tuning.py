"""The settings that suit a machine, by what was measured; the default stays unless it is clearly beaten."""

from __future__ import annotations

from collections.abc import Sequence

from funscribe.bench.comparing import paired_interval
from funscribe.bench.history import Row, Suit

MARGIN = 0.05
"""By which part a setting must be faster than the default: all of the interval, as in comparisons."""

_SHARED = "each worker has its share of the cores: "
_FEWEST = 5  # rounds: of three, one candidate in eight is ahead in all by chance


def suits(rows: Sequence[Row], cores: int) -> tuple[Suit, ...]:
    """Return the settings that suit the machine the rows are of; none for what was not measured.

    Args:
        rows: Of one run; cases of a group were measured in turns.
        cores: Of the machine.
    """
    measured = [row for row in rows if row.value is not None]
    watch = [row for row in measured if row.case.startswith("watch/")]
    infer = [row for row in measured if row.case.startswith("infer/")]
    return (*_spreading(watch, cores), *_deblocking(watch), *_engine(infer))


def beats(row: Row, default: Row) -> float:
    """Return by which part a row is faster than the default, 0 unless it is shown to be.

    Rows of a group were measured in turns: the ratios of their rounds have the noise of the machine in
    common.
    """
    count = min(len(row.samples), len(default.samples))
    if count < _FEWEST or row.case == default.case:
        return 0.0
    pairs = zip(row.samples[:count], default.samples[:count], strict=True)
    ratio = paired_interval([a / b if row.more_is_better else b / a for a, b in pairs])
    return ratio.ratio - 1 if ratio.low > 1 + MARGIN else 0.0


def _spreading(watch: Sequence[Row], cores: int) -> tuple[Suit, ...]:
    """The number of workers and of decoder threads; 0 for threads that are the share a worker has anyway.

    Other threads are set only where they are clearly faster than such a share too: a share grows when
    cores fall idle at the end of a video, and a number that is set does not.
    """
    plain = [row for row in watch if "skip_loop_filter" not in row.settings]
    crew = max((_spread(row)[0] for row in plain), default=0)
    default = next((row for row in plain if _spread(row) == (crew, _share(crew, cores))), None)
    if default is None:
        return ()
    shared = [row for row in plain if _spread(row)[1] == _share(_spread(row)[0], cores)]
    best, margin = _best(shared, default)
    other, gain = _best([row for row in plain if row not in shared], best)
    if gain and beats(other, default):
        best, margin = other, beats(other, default)
    workers, threads = _spread(best)
    why = f"{best.what}: {_told(best)}; {_against(best, default, margin)}"
    chosen: dict[str, tuple[int, str]] = {
        "run.workers": (0 if best is default or workers == cores else workers, why),
        "run.threads": (0, _SHARED + _told(best)) if best in shared else (threads, why),
    }
    return tuple(
        Suit(setting=setting, value=value, case=best.case, against=default.case, margin=margin, why=reason)
        for setting, (value, reason) in chosen.items()
    )


def _share(workers: int, cores: int) -> int:
    return max(1, cores // max(1, workers))


def _deblocking(watch: Sequence[Row]) -> tuple[Suit, ...]:
    """Whether leaving the deblocking filter out is worth it; it is the default."""
    plain = next(
        (row for row in watch if _spread(row) == (1, 1) and "skip_loop_filter" not in row.settings), None
    )
    filtered = next((row for row in watch if "skip_loop_filter" in row.settings), None)
    if plain is None or filtered is None:
        return ()
    margin = beats(filtered, plain)
    case = filtered if margin else plain
    why = f"without the filter {_told(plain)}, with it {_told(filtered)}"
    return (
        Suit(
            setting="video.skip_loop_filter",
            value=not margin,
            case=case.case,
            against=plain.case,
            margin=margin,
            why=why,
        ),
    )


def _engine(infer: Sequence[Row]) -> tuple[Suit, ...]:
    """Engine and batch among those that compute as exactly as the default; others are told, not chosen."""
    default = next((row for row in infer if row.settings.get("engine") == "auto"), None)
    if default is None:
        return ()
    exact = [
        row for row in infer if row.settings.get("ran_precision") == default.settings.get("ran_precision")
    ]
    best, margin = _best(exact, default)
    coarser, gain = _best([row for row in infer if row not in exact], best)
    note = ""
    if gain:
        kind = coarser.settings.get("ran_precision")
        note = f"; {kind} would be {1 + gain:.2f} x as fast, and its boxes may differ a little"
    why = f"{best.what}: {_told(best)}; {_against(best, default, margin)}"
    chosen = {"detect.engine": "engine", "detect.precision": "precision", "detect.batch": "batch"}
    return tuple(
        Suit(
            setting=setting,
            value=best.settings[name],
            case=best.case,
            against=default.case,
            margin=margin,
            why=why + (note if name == "precision" else ""),
        )
        for setting, name in chosen.items()
    )


def _best(rows: Sequence[Row], default: Row) -> tuple[Row, float]:
    margins = [(beats(row, default), row) for row in rows]
    margin, best = max(margins, key=lambda pair: pair[0], default=(0.0, default))
    return (best, margin) if margin > 0 else (default, 0.0)


def _spread(row: Row) -> tuple[int, int]:
    return int(row.settings.get("workers", 0)), int(row.settings.get("threads", 0))


def _told(row: Row) -> str:
    return f"{row.value:.3g} {row.unit} ({row.least:.3g} to {row.most:.3g})"


def _against(best: Row, default: Row, margin: float) -> str:
    if best is default:
        return f"nothing beats the default by {MARGIN:.0%} beyond doubt"
    return f"{1 + margin:.2f} x as fast as the default, {_told(default)}"
