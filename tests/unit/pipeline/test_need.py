import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest

from funscribe.pipeline import generate
from funscribe.pipeline.need import need_of
from funscribe.recipe import Recipe, change
from funscribe.records import VideoInfo
from funscribe.script import write_script
from funscribe.video.segments import Segment, plan_segments
from funscribe.video.source import probe

INFO = VideoInfo(
    "a", (1600, 900), (1600, 900), Fraction(1, 10), 0.0, 0, "h264", "gray", 8, "flat", 100.0, 3000
)
ALL = (Segment(0, None, 500), Segment(1, 500, None))
ROW = 12 + 4 * 16 * 9


def test_what_is_there_needs_no_room() -> None:
    whole = need_of(INFO, ALL, Recipe())
    assert whole.trace == pytest.approx(3000 * ROW, rel=0.01)
    assert need_of(INFO, ALL[1:], Recipe()).trace == pytest.approx(whole.trace / 2, rel=0.01)
    nothing = need_of(INFO, (), Recipe())
    assert (nothing.trace, nothing.script) == (0, whole.script)


def test_a_finer_grid_needs_more() -> None:
    finer = need_of(INFO, ALL, change(Recipe(), ["field.cells=32"]))
    assert finer.trace == pytest.approx(3000 * (12 + 4 * 32 * 18), rel=0.01)


@pytest.mark.parametrize(
    ("says", "frames"),
    [
        ({"frame_count_from_header": None}, 3000),
        ({"frame_count_from_header": None, "rate_hz_from_header": 60.0}, 6000),
        ({"duration_s_from_header": None}, 3000),
        ({"duration_s_from_header": None, "frame_count_from_header": None}, 0),
    ],
)
def test_what_the_header_leaves_out(says: dict[str, float | None], frames: int) -> None:
    info = dataclasses.replace(INFO, **says)
    segments = ALL if info.duration_s_from_header else (Segment(0, None, None),)
    assert need_of(info, segments, Recipe()).trace == pytest.approx(frames * ROW, abs=2000 * len(segments))


def test_a_model_that_looks_needs_more() -> None:
    plain = need_of(INFO, ALL, Recipe()).trace
    looking = need_of(INFO, ALL, change(Recipe(), ["detect.model=a"])).trace
    always = need_of(INFO, ALL, change(Recipe(), ["detect.model=a", "detect.every_frame=yes"])).trace
    looks = need_of(INFO, ALL, change(Recipe(), ["detect.model=a", "detect.embedder=b"])).trace
    few = need_of(INFO, ALL, change(Recipe(), ["detect.model=a", "detect.max_boxes=1"])).trace
    assert plain < few < looking < always < looks


def test_the_estimate_of_a_real_clip_holds(shared_data: Path, tmp_path: Path) -> None:
    video = sorted((shared_data / "quva").glob("*.mp4"))[0]
    need = need_of(probe(str(video)), plan_segments(str(video), Recipe().video), Recipe())
    made = generate(video, workers=1)
    size = sum(path.stat().st_size for path in made.folder.glob("segment-*.npz"))
    assert need.trace == pytest.approx(size, rel=0.05)
    write_script(tmp_path / "a.funscript", made.script)
    assert need.script < 5 * (tmp_path / "a.funscript").stat().st_size
