"""Watches frames in a process of its own and prints the memory it has, as JSON (MB = 10⁶ bytes).

    python resident.py CLIP FRAMES,...     decode and measure the motion field, as far as the last of them

The answer has `initial`, before a frame, `after` so many frames each, and `peak`.
"""

from __future__ import annotations

import json
import sys

import psutil

from funscribe.field import FieldOptions, FlowMeter
from funscribe.video import frames, probe

_MB = 1e6


def main(clip: str, marks: list[int]) -> None:
    """Print what memory there is at some numbers of frames."""
    process = psutil.Process()

    def resident_mb() -> float:
        return float(process.memory_info().rss / _MB)

    info = probe(clip)
    meter = FlowMeter(FieldOptions(), info.size_wh, info.rotation, info.luma_bits)
    initial, after, peak, count, moved = resident_mb(), {}, 0.0, 0, 0.0
    for frame in frames(clip):
        field, _ = meter.step(frame.luma(), frame.time_s)
        moved += float(abs(field).mean())
        count += 1
        if count % 50 == 0:
            peak = max(peak, resident_mb())
        if count in marks:
            after[count] = resident_mb()
        if count >= max(marks):
            break
    print(json.dumps({"initial": initial, "after": after, "peak": peak, "frames": count, "moved": moved}))


if __name__ == "__main__":
    main(sys.argv[1], [int(mark) for mark in sys.argv[2].split(",")])
