"""A file of true positions: CSV with the columns `t_ms,pos`, an empty `pos` where nothing is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.errors import TruthInvalid

LONGEST_MS = 24 * 3600 * 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Where the motion really is.

    Attributes:
        t_ms: Times (N,), float64, finite, strictly increasing, spanning at most a day (ms).
        pos: True positions (N,), float64, 0..100; NaN where there is no truth.

    Raises:
        TruthInvalid: If the arrays break these rules.
    """

    t_ms: NDArray[Any]
    pos: NDArray[Any]

    def __post_init__(self) -> None:
        t_ms = np.array(self.t_ms, dtype=np.float64)
        pos = np.array(self.pos, dtype=np.float64)
        if t_ms.ndim != 1 or t_ms.shape != pos.shape:
            raise TruthInvalid(f"t_ms and pos must be equally long lists, not {t_ms.shape} and {pos.shape}")
        if not np.all(np.isfinite(t_ms)) or np.any(np.diff(t_ms) <= 0):
            raise TruthInvalid("t_ms must be finite and strictly increasing")
        if len(t_ms) and t_ms[-1] - t_ms[0] > LONGEST_MS:
            raise TruthInvalid(
                f"the truth spans {t_ms[-1] - t_ms[0]:.0f} ms, more than a day; times are in ms"
            )
        # A hair beyond the ends is the rounding of whoever computed it.
        if np.any((pos < -1e-6) | (pos > 100 + 1e-6)):
            raise TruthInvalid("pos must lie in 0..100, or be NaN where there is no truth")
        for name, array in (("t_ms", t_ms), ("pos", pos)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.t_ms)


def read_truth(path: Path | str) -> Truth:
    """Read the true positions from a CSV file; a first line of names is optional.

    Raises:
        TruthInvalid: If there is no such file, it is no text, or a line is not `t_ms,pos`; the message names
            the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TruthInvalid(
            f"{path}: cannot be read ({error.strerror}); name a CSV file of t_ms,pos"
        ) from error
    except UnicodeDecodeError as error:
        raise TruthInvalid(f"{path}: is not UTF-8 text; a truth is a CSV file of t_ms,pos") from error
    return parse_truth(text, str(path))


def parse_truth(text: str, name: str = "truth") -> Truth:
    """Make a `Truth` of CSV text; `name` stands in the messages.

    Raises:
        TruthInvalid: If a line is not `t_ms,pos` with times that increase; the message names the line.
    """
    times: list[float] = []
    positions: list[float] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (not times and _is_header(line)):
            continue
        try:
            t_ms, pos = _row(line)
            if times and t_ms <= times[-1]:
                raise ValueError(f"the time {t_ms:g} ms does not come after {times[-1]:g} ms; sort the lines")
        except ValueError as error:
            raise TruthInvalid(f"{name}, line {number}: {error}") from error
        times.append(t_ms)
        positions.append(pos)
    if not times:
        raise TruthInvalid(f"{name}: holds no line of t_ms,pos")
    try:
        return Truth(np.array(times), np.array(positions))
    except TruthInvalid as error:
        raise TruthInvalid(f"{name}: {error}") from error


def _is_header(line: str) -> bool:
    return [cell.strip().lower() for cell in line.split(",")][:2] == ["t_ms", "pos"]


def _row(line: str) -> tuple[float, float]:
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != 2:
        raise ValueError(f"two columns t_ms,pos are needed, not {len(cells)}: {line.strip()[:40]!r}")
    t_ms = _number(cells[0], "t_ms")
    if cells[1] == "":
        return t_ms, math.nan
    pos = _number(cells[1], "pos")
    if not 0 <= pos <= 100:
        raise ValueError(f"pos must lie in 0..100, not {pos:g}; leave it empty where there is no truth")
    return t_ms, pos


def _number(cell: str, column: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{column} must be a number, not {cell[:40]!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"{column} must be a finite number, not {cell[:40]!r}")
    return value
