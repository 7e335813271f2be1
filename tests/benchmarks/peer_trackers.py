"""Runs the trackers of the `trackers` package over boxes that are handed to it as files.

    python peer_trackers.py follow CLIP.npz...   writes NAME/data/CLIP.txt beside it, for each of its trackers
    python peer_trackers.py time CLIP.npz        for each line that comes in the seconds of a pass, ByteTrack

A clip holds frame (R,), xyxy (R, 4) and score (R,) of all boxes, camera (T, 2, 3), rate_hz, first and last.
Files of tracks are as MOTChallenge has them, their frames counted from the first.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv
from trackers import BoTSORTTracker, ByteTrackTracker

_LEAST = 0.1  # the score below which the papers use no box, which its ByteTrack does not know
_PICTURE = np.zeros((2, 2, 3), np.uint8)  # to be told about the camera it wants to see something


class _Told:
    """Stands where the package estimates the camera's motion from pictures, and tells what is known."""

    def __init__(self, camera: np.ndarray) -> None:
        self.camera, self.frame = camera, 0

    def estimate(self, *_: Any) -> np.ndarray:
        """Return the affine (2, 3) from the frame before to this one."""
        return self.camera[min(self.frame, len(self.camera)) - 1]


def _botsort_told(clip: Any) -> BoTSORTTracker:
    tracker = BoTSORTTracker(frame_rate=float(clip["rate_hz"]))
    tracker.cmc = _Told(clip["camera"])
    return tracker


_NAMES: dict[str, tuple[float, Callable[[Any], Any]]] = {
    "peer_bytetrack": (0.0, lambda clip: ByteTrackTracker(frame_rate=float(clip["rate_hz"]))),
    "peer_bytetrack_floor": (_LEAST, lambda clip: ByteTrackTracker(frame_rate=float(clip["rate_hz"]))),
    "peer_botsort": (0.0, lambda c: BoTSORTTracker(frame_rate=float(c["rate_hz"]), enable_cmc=False)),
    "peer_botsort_camera": (0.0, _botsort_told),
}


def follow(path: Path) -> None:
    """Write the tracks of a clip, once for each tracker."""
    clip = dict(np.load(path))
    for name, (least, make) in _NAMES.items():
        tracker = make(clip)
        told = getattr(tracker, "cmc", None)
        lines = []
        for frame in range(int(clip["first"]), int(clip["last"]) + 1):
            if isinstance(told, _Told):
                told.frame = frame
            found = tracker.update(_boxes(clip, frame, least), _PICTURE if told else None)
            for number, box, score in zip(found.tracker_id, found.xyxy, found.confidence, strict=True):
                if number >= 0:
                    left, top, right, bottom = box
                    place = f"{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f}"
                    lines.append(
                        f"{frame - int(clip['first']) + 1},{number + 1},{place},{score:.3f},-1,-1,-1\n"
                    )
        target = path.parent / name / "data" / f"{path.stem}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(lines), encoding="utf-8")


def _boxes(clip: Any, frame: int, least: float = 0.0) -> sv.Detections:
    rows = (clip["frame"] == frame) & (clip["score"] >= least)
    return sv.Detections(
        xyxy=clip["xyxy"][rows].astype(np.float32),
        confidence=clip["score"][rows].astype(np.float32),
        class_id=np.zeros(int(rows.sum()), int),
    )


def time_passes(path: Path) -> None:
    """Answer each line with the seconds that one pass takes, the boxes ready before."""
    clip = dict(np.load(path))
    moments = [_boxes(clip, frame) for frame in range(int(clip["first"]), int(clip["last"]) + 1)]
    for _ in sys.stdin:
        tracker = ByteTrackTracker(frame_rate=float(clip["rate_hz"]))
        began = time.perf_counter()
        for found in moments:
            tracker.update(found)
        print(json.dumps(time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "time":
        time_passes(Path(sys.argv[2]))
    else:
        for given in sys.argv[2:]:
            follow(Path(given))
        print(json.dumps(list(_NAMES)))
