"""How periodic a curve is, and at what tempo: its autocorrelation, between velocity and position."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

from funscribe.motion.even import RATE_HZ
from funscribe.records import Array

_FASTEST_HZ = 9.0
_LONGEST = 0.45  # part of the window: a period must fit about twice
_SLOWEST_S = 10.0
_FINE = 4  # lags in a sample
_FIRST = 0.8  # the first peak at least this part of the highest is the period, not a multiple of it
_FEWEST_OVERLAP = 0.35


def periodicity(curves: Array, slowest_hz: Array) -> tuple[Array, Array]:
    """Return the tempo (K,) (Hz) and the periodicity (K,), 0..1, of velocity curves (K, n).

    The power is divided by the frequency: velocity alone makes too much of overtones, position of drift.
    Periodicity is the highest peak of the autocorrelation after its first zero; curves without one have
    periodicity 0 and a tempo of 1 Hz.

    Args:
        curves: Velocities.
        slowest_hz: What is slower than this is left out of each curve (K,) (Hz).
    """
    count = curves.shape[1]
    taper, overlap, lags, hz = _tables(count)
    if len(lags) < 3:
        return np.ones(len(curves)), np.zeros(len(curves))
    rows = fft.rfft((curves - curves.mean(1, keepdims=True)) * taper, 2 * count, axis=1)
    power = rows.real**2 + rows.imag**2
    power *= np.where((hz <= _FASTEST_HZ) & (hz >= slowest_hz[:, None]), 1 / np.maximum(hz, 0.05), 0)
    shape = fft.irfft(power, 2 * count * _FINE, axis=1)[:, : len(lags)]
    shape /= np.maximum(shape[:, :1], 1e-30) * overlap
    shape[np.logical_and.accumulate(shape >= 0, axis=1)] = -1  # up to the first zero
    inner = shape[:, 1:-1]
    peak = (inner >= shape[:, :-2]) & (inner > shape[:, 2:]) & (inner > 0)
    height = np.where(peak, inner, -1)
    best = height.max(1)
    first = (height >= _FIRST * best[:, None]).argmax(1)
    found = best > 0
    tempo = np.where(found, 1 / lags[first + 1], 1.0)
    return tempo, np.where(found, best.clip(0, 1), 0.0)


@lru_cache(maxsize=64)
def _tables(count: int) -> tuple[Array, Array, Array, Array]:
    """Return taper (n,), its own autocorrelation (L,), lags (L,) (s) and frequencies (n + 1,) (Hz)."""
    taper = np.sqrt(np.hanning(count + 2)[1:-1]).astype(np.float32)
    longest = min(int(_LONGEST * count), round(_SLOWEST_S * RATE_HZ)) * _FINE
    lags = np.arange(max(longest, 0)) / (RATE_HZ * _FINE)
    own = fft.irfft(np.abs(fft.rfft(taper, 2 * count)) ** 2, 2 * count * _FINE)[: len(lags)]
    overlap = (own / own[:1]).clip(_FEWEST_OVERLAP).astype(np.float32)
    return taper, overlap, np.maximum(lags, 1e-9), fft.rfftfreq(2 * count, 1 / RATE_HZ)
