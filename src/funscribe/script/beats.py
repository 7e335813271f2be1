"""Beats in sound, for scripts that keep time with them. The only door to librosa."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from funscribe.errors import DeviceMissing


def find_beats(samples: NDArray[np.float32], rate_hz: int) -> tuple[float, ...]:
    """Times of the beats of a piece of sound, from its first sample, increasing (s).

    The beat is followed by dynamic programming over the onsets (Ellis, "Beat tracking by dynamic
    programming", Journal of New Music Research 36, 2007). Sound without onsets has none.

    Args:
        samples: Sound of one channel (N,), -1..1.
        rate_hz: Samples a second (Hz).

    Raises:
        DeviceMissing: librosa is not installed.
    """
    try:
        import librosa
    except ImportError as error:
        raise DeviceMissing(
            "beats in sound need librosa, which is not installed: pip install 'funscribe[audio]'"
        ) from error
    if not len(samples) or not np.any(samples):
        return ()
    _, beats = librosa.beat.beat_track(y=samples, sr=rate_hz, units="time")
    return tuple(float(beat) for beat in beats)
