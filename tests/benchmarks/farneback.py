"""The usual scripter by optical flow, written by hand to stand beside ours: dense flow, its mean, a sum.

Each pair of pictures gives the mean vertical flow by Farnebäck's method (SCIA 2003); the sum over time, less
its mean over two seconds, is the position, and each of its turns is an action.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from scipy.signal import find_peaks

from funscribe import frames
from funscribe.records import Script

_WIDTH = 320  # of the picture on which the flow is measured (px)
_DRIFT_S = 2.0
_LEAST_STROKE_S = 0.1


def script_by_farneback(path: Path) -> Script:
    """Return the script of a clip, watched and composed."""
    return _script(*_flow(path))


def _flow(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the times of all frames (T,) (s), and how far each went up since the one before (T,) (px)."""
    time_s, moved, before = [], [], None
    for frame in frames(path):
        luma = frame.luma()
        size = (_WIDTH, round(_WIDTH * luma.shape[0] / luma.shape[1]))
        now = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        step = 0.0
        if before is not None:
            flow = cv2.calcOpticalFlowFarneback(before, now, None, 0.5, 3, 15, 3, 5, 1.2, 0)
            step = -float(flow[..., 1].mean())
        time_s.append(frame.time_s)
        moved.append(step)
        before = now
    return np.array(time_s), np.array(moved)


def _script(time_s: np.ndarray, moved: np.ndarray) -> Script:
    rate_hz = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    width = round(_DRIFT_S * rate_hz) | 1
    summed = np.pad(np.cumsum(moved), width // 2, mode="edge")
    curve = summed[width // 2 : -(width // 2)] - np.convolve(summed, np.ones(width) / width, "valid")
    low, high = np.percentile(curve, [2, 98])
    pos = np.clip((curve - low) / max(high - low, 1e-9) * 100, 0, 100)
    apart = max(1, round(_LEAST_STROKE_S * rate_hz))
    turns = [find_peaks(sign * pos, distance=apart, prominence=5)[0] for sign in (1, -1)]
    kept = np.unique(np.concatenate([[0], *turns, [len(pos) - 1]]))
    return Script(np.round(1000 * time_s[kept]).astype(int), np.round(pos[kept]).astype(int))
