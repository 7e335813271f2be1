"""How much disk a run will take, told before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funscribe.field.flow import grid_size
from funscribe.pipeline.tasks import length_s
from funscribe.recipe import Recipe
from funscribe.records import VideoInfo
from funscribe.video.segments import Segment

_RATE_HZ = 30.0  # where the header says nothing
_PART = 1_280  # bytes of a part beside its rows: names, shapes, checksum
_PART_LOOKED = 3_000  # and those of what a model found
_ROW = 8 + 4  # bytes of the time and of the score of a cut of a frame
_LOOKED = 1 + 8  # bytes that tell of a frame whether it was looked at, and where its boxes begin
_BOXES = 12  # boxes of a picture, on average over scenes with people
_BOX = 16 + 4 + 8  # bytes of a box, its score and its class
_LOOKS = 2 * 512  # bytes of what a box looks like
_SCRIPT_PER_S = 220.0  # bytes of a script for a second of video
_SCRIPT = 2_000  # bytes of its metadata


@dataclass(frozen=True, slots=True)
class Need:
    """What a run will add to the disk, an estimate.

    Attributes:
        trace: Bytes of the parts of the trace that are still missing.
        script: Bytes of one script.
    """

    trace: int
    script: int


def need_of(info: VideoInfo, missing: Sequence[Segment], recipe: Recipe) -> Need:
    """Return what watching some segments of a video, and one script of it, will take.

    Args:
        info: What the file says of itself; where it says nothing of its length, nothing can be told.
        missing: The segments that are to be watched.
        recipe: The options.
    """
    told_s = info.duration_s_from_header or 0.0
    per_s = info.rate_hz_from_header or _RATE_HZ
    frames = info.frame_count_from_header or told_s * per_s
    duration_s = told_s or frames / per_s
    share = sum(length_s(one, info) for one in missing) / told_s if told_s else 1.0
    width, height = grid_size(recipe.field, info.size_wh)
    rows = frames * share * (_ROW + 4 * width * height)
    if recipe.detect.model:
        rate_hz = frames / duration_s if recipe.detect.every_frame and duration_s else recipe.detect.rate_hz
        looks = min(frames, rate_hz * duration_s) * share
        box = _BOX + (_LOOKS if recipe.detect.embedder else 0)
        rows += frames * share * _LOOKED + looks * min(recipe.detect.max_boxes, _BOXES) * box
    part = _PART + (_PART_LOOKED if recipe.detect.model else 0)
    trace = round(rows + len(missing) * part) if missing else 0
    return Need(trace, round(_SCRIPT + duration_s * _SCRIPT_PER_S))
