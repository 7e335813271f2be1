"""Curves of position over time: what moves in a scene, 0..1, exactly known and seeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Curve = Callable[[Array], Array]
"""Position (0..1; 1 is up or away) at times (s), for any array of times."""

TAU = 2 * np.pi


def held(position: float = 0.5) -> Curve:
    """A curve that stays where it is."""
    return lambda time_s: np.full(np.shape(time_s), position, dtype=np.float64)


def wander(seed: int, fastest_hz: float, slowest_hz: float = 0.03, parts: int = 6) -> Curve:
    """A smooth random curve in -1..1 without a period: sines of random phase, the slower the larger.

    Args:
        seed: Chooses the phases and the exact frequencies.
        fastest_hz: Frequency of the fastest part (Hz).
        slowest_hz: Frequency of the slowest part (Hz).
        parts: Number of sines.
    """
    rng = np.random.default_rng(seed)
    hz = np.geomspace(slowest_hz, fastest_hz, parts) * rng.uniform(0.85, 1.15, parts)
    phase = rng.uniform(0, TAU, parts)
    size = np.geomspace(1, 0.35, parts)
    size = size / size.sum()
    return lambda time_s: np.asarray(np.sin(np.multiply.outer(time_s, TAU * hz) + phase) @ size)


def swaying(seed: int, hz: float, *, tempo_varies: float = 0.08, depth_varies: float = 0.15) -> Curve:
    """An oscillation whose tempo, depth and middle drift smoothly, as of something that swings.

    Args:
        seed: Chooses the drifts.
        hz: Mean tempo (cycles a second).
        tempo_varies: Largest relative change of the tempo.
        depth_varies: Largest part of the depth that is lost at times.
    """
    tempo, depth, middle = (wander(seed + i, 0.25) for i in range(3))
    fine_s = np.arange(0, 130, 0.01)
    cycles = np.concatenate([[0], np.cumsum(hz * (1 + tempo_varies * tempo(fine_s[:-1] + 0.005)) * 0.01)])

    def position(time_s: Array) -> Array:
        half = 0.5 * (1 - depth_varies * (0.5 + 0.5 * depth(time_s)))
        room = 0.5 - half
        phase = TAU * np.interp(time_s, fine_s, cycles)
        return np.asarray(0.5 + room * middle(time_s) - half * np.cos(phase))

    return position


@dataclass(frozen=True, slots=True)
class Strokes:
    """A curve through turning points, at rest at each: a raised cosine from one to the next.

    Attributes:
        turn_s: Times of the turning points (K,), increasing (s).
        turn_pos: Positions at them (K,), 0..1; two that are equal hold the position between them.
    """

    turn_s: Array
    turn_pos: Array

    def __call__(self, time_s: Array) -> Array:
        """Position at each time; before the first and after the last turning point it is held."""
        at = np.clip(np.asarray(time_s, dtype=np.float64), self.turn_s[0], self.turn_s[-1])
        left = np.clip(np.searchsorted(self.turn_s, at, side="right") - 1, 0, len(self.turn_s) - 2)
        start, end = self.turn_s[left], self.turn_s[left + 1]
        done = 0.5 - 0.5 * np.cos(np.pi * (at - start) / (end - start))
        low, high = self.turn_pos[left], self.turn_pos[left + 1]
        result: Array = low + (high - low) * done
        return result


@dataclass(frozen=True, slots=True)
class Manner:
    """How strokes are made: natural variation around what is said.

    Attributes:
        hz: Tempo (cycles a second), or tempos that the clip passes through in equal parts.
        depth: Depths of the strokes (0..1), or several that the clip passes through in equal parts.
        tempo_varies: Relative spread of the duration from stroke to stroke.
        depth_varies: Relative spread of the depth from stroke to stroke.
        rise: Part of a cycle that goes up; under 0.5 the way up is the fast one.
        rests: Passages (start, end) in which the position is held (s).
    """

    hz: float | tuple[float, ...] = 1.0
    depth: float | tuple[float, ...] = 0.95
    tempo_varies: float = 0.06
    depth_varies: float = 0.1
    rise: float = 0.5
    rests: tuple[tuple[float, float], ...] = ()


def strokes(seed: int, duration_s: float, manner: Manner = Manner()) -> Strokes:
    """Strokes up and down for a whole clip, each with its own duration, depth and middle.

    A clip begins in the midst of a stroke; a rest begins where the body happens to stop.

    Args:
        seed: Chooses the variation.
        duration_s: Length of the clip (s).
        manner: How the strokes are made.
    """
    rng = np.random.default_rng(seed)
    hz, depth = np.atleast_1d(manner.hz), np.atleast_1d(manner.depth)
    middle = wander(seed, 0.15)
    rests = list(manner.rests)
    up = bool(rng.random() < 0.5)
    turns = [(-rng.uniform(0.1, 0.9) / hz[0], 0.1 if up else 0.9)]
    while turns[-1][0] < duration_s:
        now = turns[-1][0]
        part = min(max(now, 0) / duration_s, 0.999)
        tempo = hz[int(part * len(hz))]
        if rests and now >= rests[0][0]:
            where = rng.uniform(0.2, 0.8)
            turns += [(now + 0.4 / tempo, where), (max(rests.pop(0)[1], now + 1), where)]
            continue
        share = manner.rise if up else 1 - manner.rise
        spread = 1 + manner.tempo_varies * rng.uniform(-1.7, 1.7)
        reach = depth[int(part * len(depth))] * (1 + manner.depth_varies * rng.uniform(-1.7, 0))
        centre = 0.5 + 0.5 * (1 - reach) * float(middle(np.asarray(now)))
        turns.append((now + share / tempo * spread, centre + (reach / 2 if up else -reach / 2)))
        up = not up
    turn_s, turn_pos = np.array(turns).T
    return Strokes(turn_s, turn_pos)
