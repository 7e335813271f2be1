"""How much later one script is than another, over seconds and not only over the lag of a measurement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script

STEP_MS = 20
# Of nearly equal peaks the one nearest to no shift is right: rhythms repeat.
NEARLY = 0.98


def shift_ms(script: Script, reference: Script, most_ms: int = 10_000) -> int:
    """How much later `script` is than `reference`: the shift with the highest |cross-correlation| (ms).

    Both are sampled every 20 ms over the time of either, each from its first to its last action, and their
    means are taken out; of peaks that are nearly as high (98 %) the one at the smallest shift is taken. The
    correlation is computed by FFT. 0 if one of them does not move.

    Args:
        script: The script.
        reference: What it is compared with.
        most_ms: The largest shift that is tried, either way (ms).
    """
    if len(script) < 2 or len(reference) < 2 or most_ms < STEP_MS:
        return 0
    begin = min(int(script.at_ms[0]), int(reference.at_ms[0]))
    end = max(int(script.at_ms[-1]), int(reference.at_ms[-1]))
    one, other = _samples(script, begin, end), _samples(reference, begin, end)
    most = min(most_ms // STEP_MS, len(one) - 1)
    size = 1 << int(np.ceil(np.log2(len(one) + most + 1)))
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    lags = np.arange(-most, most + 1)
    fit = np.abs(product[lags])
    if fit.max() <= 1e-6 * len(one):
        return 0
    beside = np.pad(fit, 1)
    peaks = (fit >= beside[:-2]) & (fit >= beside[2:]) & (fit >= NEARLY * fit.max())
    return int(min(lags[peaks].tolist(), key=abs)) * STEP_MS


def _samples(script: Script, begin: int, end: int) -> NDArray[np.float64]:
    """The script (S,) every 20 ms, its mean taken out; 0 before its first and after its last action."""
    t_ms = np.arange(begin, end + 1, STEP_MS)
    known = (t_ms >= script.at_ms[0]) & (t_ms <= script.at_ms[-1])
    values = np.interp(t_ms, script.at_ms, script.pos)
    mean = values[known].mean() if known.any() else 0.0
    return np.where(known, values - mean, 0.0)
