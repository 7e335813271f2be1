"""The chosen modes become one velocity curve whose sign never flips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funscribe.motion.isolate import isolate
from funscribe.motion.modes import Candidates
from funscribe.motion.products import along, product
from funscribe.records import Array

_LOOSE = 0.35  # patterns less alike than this are joined by their curves, not by their shape


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mode at one moment.

    Attributes:
        middle: The moment (samples).
        start: First sample of the window it was found in.
        stop: One past its last.
        pattern: Unit vector over the cells (D,).
        raw: Whether its curve is drawn from the field with the camera in it.
        energy: Mean square of its band.
        tempo_hz: Fundamental tempo (Hz).
        periodic: How periodic it is, 0..1.
    """

    middle: float
    start: int
    stop: int
    pattern: Array
    raw: bool
    energy: float
    tempo_hz: float
    periodic: float


@dataclass(frozen=True, slots=True)
class Course:
    """What was followed through a shot.

    Attributes:
        velocity: Along the mode (N,), in picture heights per second, summed over the cells' unit vector.
        tempo_hz: Tempo (N,) (Hz).
        periodic: Periodicity (N,), 0..1.
        pattern: Mean pattern (D,), signed as `velocity`.
        path: The modes that were chosen, from moment to moment; their signs are their own.
    """

    velocity: Array
    tempo_hz: Array
    periodic: Array
    pattern: Array
    path: tuple[Chosen, ...] = ()


def choose(middle: float, candidates: Candidates, index: int) -> Chosen:
    """Return one candidate on its own."""
    start = int(candidates.start[index])
    return Chosen(
        middle,
        start,
        start + int(candidates.length[index]),
        candidates.pattern[index],
        bool(candidates.raw[index]),
        float(candidates.energy[index]),
        float(candidates.tempo_hz[index]),
        float(candidates.periodic[index]),
    )


def follow(still: Array, camera: Array, basis: Array, path: list[Chosen], isolation: float) -> Course:
    """Return the velocity along the chosen modes of a shot.

    Args:
        still: Velocities without the camera (N, D).
        camera: The camera (N, 4).
        basis: What the camera looks like on the cells (4, D).
        path: The modes, from moment to moment.
        isolation: See `isolate`.
    """
    count = len(still)
    velocity, tempo, periodic, weight = np.zeros((4, count))
    pattern = np.zeros(basis.shape[1])
    middles = np.array([chosen.middle for chosen in path])
    before, sign = None, 1.0
    for k, chosen in enumerate(path):
        window = _seen(chosen, slice(chosen.start, chosen.stop), still, camera, basis)
        reader = isolate(chosen.pattern, window, chosen.tempo_hz, isolation)
        sign *= 1.0 if before is None else _same_way(before, chosen, still, camera, basis)
        before = chosen
        part, share = _share(middles, k, count)
        curve = along(_seen(chosen, part, still, camera, basis), reader)
        velocity[part] += sign * share * curve
        tempo[part] += share * np.log(chosen.tempo_hz)
        periodic[part] += share * chosen.periodic
        weight[part] += share
        pattern += sign * np.sqrt(chosen.energy) * chosen.pattern
    return Course(velocity / weight, np.exp(tempo / weight), periodic / weight, pattern, tuple(path))


def _seen(chosen: Chosen, part: slice, still: Array, camera: Array, basis: Array) -> Array:
    """Return the velocities (n, D) from which the mode is drawn."""
    return still[part] + product(camera[part], basis) if chosen.raw else still[part]


def _share(middles: Array, k: int, count: int) -> tuple[slice, Array]:
    """Return the samples over which mode k has a say, and how much: linear from moment to moment."""
    first = 0 if k == 0 else int(np.ceil(middles[k - 1]))
    last = count if k == len(middles) - 1 else int(np.floor(middles[k + 1])) + 1
    at = np.arange(first, last)
    nodes = middles[max(0, k - 1) : k + 2]
    values = np.zeros(len(nodes))
    values[min(k, 1)] = 1
    share = np.interp(at, nodes, values)
    return slice(first, last), np.maximum(share, 1e-9)


def _same_way(before: Chosen, after: Chosen, still: Array, camera: Array, basis: Array) -> float:
    """Return 1 if two modes point the same way, -1 if not: by their patterns, or else by their curves."""
    alike = float(before.pattern @ after.pattern)
    both = slice(max(before.start, after.start), min(before.stop, after.stop))
    if abs(alike) < _LOOSE and both.stop > both.start:
        a = along(_seen(before, both, still, camera, basis), before.pattern)
        b = along(_seen(after, both, still, camera, basis), after.pattern)
        together = float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-12)
        alike = together if abs(together) > abs(alike) else alike
    return 1.0 if alike >= 0 else -1.0
