"""Keyframe-aligned segments of a file: the pieces that are watched on their own.

The plan depends on the file and the options alone, never on the number of workers, so that the same
frames are decoded from the same keyframes however the work is spread.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

from funscribe.video.options import VideoOptions
from funscribe.video.source import open_source

_MOST = 10_000  # a header may promise any length


class Segment(Struct, frozen=True):
    """A passage that begins with a keyframe.

    It owns the frames with pts in [start_pts, end_pts); None is the start or the end of the file.
    """

    index: int
    start_pts: int | None
    end_pts: int | None


def plan_segments(path: str, options: VideoOptions) -> tuple[Segment, ...]:
    """Return the segments of a video, in order, together covering all of it.

    A file whose length or keyframes are unknown is one segment. Keyframes from which decoding does not give
    whole pictures at once (gradual refresh, wrong marks) do not count.

    Raises:
        VideoError: The video cannot be read.
    """
    source = open_source(path, options, threads=1)
    try:
        info = source.info
        duration_s = info.duration_s_from_header or 0.0
        count = min(_MOST, max(1, round(duration_s / options.segment_s)))
        base = info.time_base
        origin = info.origin_s / float(base)
        step = duration_s / float(base) / count
        least = source.first_pts if source.first_pts is not None else round(origin)
        cuts: list[int] = []
        for k in range(1, count):
            key = source.keyframe_near(round(origin + k * step))
            if key is not None and key > max([least, *cuts[-1:]]) and source.begins_at(key):
                cuts.append(key)
    finally:
        source.close()
    bounds = pairwise([None, *cuts, None])
    return tuple(Segment(index, start, end) for index, (start, end) in enumerate(bounds))
