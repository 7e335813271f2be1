"""Candidates: the motion modes of a window, in bands of tempo, and what speaks for each.

A mode is a pattern of cell velocities that comes and goes as a whole: sliding, zooming, swinging and bending
are modes alike. It is a right singular vector of (time x cells), found here from cosine transforms, in which
a band of tempo is a few rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy import fft

from funscribe.motion.even import RATE_HZ
from funscribe.motion.periodicity import periodicity
from funscribe.motion.products import product
from funscribe.records import Array

_MODES = 2  # in each band
_OVERSAMPLED = 8  # samples of the fastest tempo at least
_CAMERA_MATTERS = 0.02  # part of the energy that the camera must have for the raw field to be looked at


@dataclass(frozen=True, slots=True)
class Candidates:
    """Modes that may be the motion; one row for each.

    Attributes:
        start: First sample of the window it was found in (K,).
        length: Samples of that window (K,).
        pattern: Unit vectors over the cells (K, D).
        raw: Whether the curve is drawn from the field with the camera in it (K,).
        energy: Mean square of the band, between displacement and velocity (K,).
        tempo_hz: Fundamental tempo of the curve (K,).
        periodic: How periodic the curve is (K,), 0..1.
    """

    start: Array
    length: Array
    pattern: Array
    raw: Array
    energy: Array
    tempo_hz: Array
    periodic: Array

    def __len__(self) -> int:
        return len(self.pattern)


def spectrum(window: Array, rate_hz: float = RATE_HZ) -> tuple[Array, Array]:
    """Return the cosine transform (n, D) of velocities (n, D) without their mean, and its frequencies (Hz).

    The sum of squares of the rows is the mean square of the window.
    """
    count = len(window)
    rows = fft.dct(window, axis=0, norm="ortho")
    rows *= np.float32(1 / np.sqrt(count))
    rows[0] = 0
    return rows, np.arange(count) * (rate_hz / (2 * count))


def coarse(window: Array, fastest_hz: float) -> tuple[Array, float]:
    """Return velocities at a rate no higher than a fastest tempo needs, and that rate (Hz)."""
    step = min(len(window), max(1, int(RATE_HZ / (_OVERSAMPLED * fastest_hz))))
    if step <= 1:
        return window, RATE_HZ
    whole = len(window) // step
    return window[: whole * step].reshape(whole, step, -1).mean(1), RATE_HZ / step


def find_candidates(
    start: int,
    still: Array,
    camera: Array,
    basis: Array,
    bands_hz: tuple[tuple[float, float], ...],
) -> Candidates:
    """Return the candidates of one window.

    Args:
        start: First sample of the window.
        still: Velocities without the camera (n, D).
        camera: The camera (n, 4).
        basis: What the camera looks like on the cells (4, D).
        bands_hz: Bands of tempo, lowest and highest of each (Hz).
    """
    fastest_hz = bands_hz[-1][1]
    rows, hz = spectrum(*coarse(still, fastest_hz))
    camera_rows, _ = spectrum(*coarse(camera, fastest_hz))
    matters = float((camera_rows**2 @ (basis**2).sum(1)).sum()) > _CAMERA_MATTERS * float((rows**2).sum())
    patterns, energies, slowest, raws = [], [], [], []
    for low, high in bands_hz:
        part = slice(*np.searchsorted(hz, (low, np.nextafter(high, 99))))
        if part.stop - part.start < 2:
            continue
        scale = (1 / np.sqrt(hz[part])).astype(np.float32)[:, None]
        found = [_strongest(rows[part] * scale)]
        if matters:
            found.append(_of_camera(camera_rows[part] * scale, basis))
        for seen, (modes, energy) in enumerate(found):
            patterns.append(modes)
            energies.append(energy)
            slowest.append(np.full(len(energy), max(0.1, 0.7 * low)))
            raws.append(np.full(len(energy), bool(seen)))
    if not patterns:
        return _none(basis.shape[1])
    pattern, raw = np.concatenate(patterns), np.concatenate(raws)
    curves = product(pattern, still.T)
    curves[raw] += (pattern[raw] @ basis.T) @ camera.T
    tempo, periodic = periodicity(curves, np.concatenate(slowest))
    first, length = np.full(len(pattern), start), np.full(len(pattern), len(still))
    return Candidates(first, length, pattern, raw, np.concatenate(energies), tempo, periodic)


def join(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several windows as one list."""
    columns = [[getattr(part, field.name) for part in parts] for field in fields(Candidates)]
    return Candidates(*(np.concatenate(column) for column in columns))


def _strongest(band: Array) -> tuple[Array, Array]:
    """Return the strongest patterns (K, D) of rows (m, D) and their energies (K,), by subspace iteration."""
    loud = np.argsort(-(band * band).sum(0), kind="stable")[: _MODES + 2]
    # A band has far fewer rows than cells. Orthonormalising costs the most, so it is done twice, not at each
    # step.
    gram = band @ band.T
    curves = np.linalg.qr(gram @ band[:, loud])[0]
    curves = np.linalg.qr(gram @ (gram @ curves))[0]
    modes = curves.T @ band
    energy, turn = np.linalg.eigh((modes @ modes.T).astype(np.float64))
    energy, turn = energy[::-1][:_MODES], turn[:, ::-1][:, :_MODES]
    real = energy > 1e-14
    pattern = (turn[:, real] / np.sqrt(energy[real])).T.astype(np.float32) @ modes
    return pattern, energy[real]


def _of_camera(band: Array, basis: Array) -> tuple[Array, Array]:
    """Return the strongest motion of the camera as a pattern (1, D), and its energy (1,)."""
    size = np.sqrt((basis**2).sum(1))
    sized = band * size
    _, directions = np.linalg.eigh(sized.T @ sized)
    pattern = (directions[:, -1:].T / size) @ basis
    pattern /= np.maximum(np.sqrt((pattern**2).sum()), 1e-9)
    return pattern, ((band @ (basis @ pattern[0])) ** 2).sum(keepdims=True)


def _none(cells: int) -> Candidates:
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Candidates(whole, whole, np.zeros((0, cells), np.float32), np.zeros(0, np.bool_), real, real, real)
