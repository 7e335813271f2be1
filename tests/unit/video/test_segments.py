import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from funscribe.errors import VideoNotFound
from funscribe.video import VideoOptions, open_source
from funscribe.video.segments import Segment, plan_segments

Run = Callable[..., None]
SHORT = VideoOptions(segment_s=2)
X265 = ["-c:v", "libx265", "-x265-params", "log-level=0:keyint=25:bframes=3:open-gop=1"]
X264 = ["-c:v", "libx264", "-g", 25, "-bf", 3]


def _frames(path: Path, segment: Segment) -> list[tuple[float, int]]:
    """Return what a segment owns, as one worker sees it."""
    source = open_source(path, SHORT, threads=1)
    try:
        got = [
            (frame.time_s, hash(frame.luma().tobytes()))
            for frame in source.between(segment.start_pts, segment.end_pts)
        ]
        end = segment.end_pts
        if end is not None and source.last_pts is not None and source.last_pts >= end:
            got.pop()
    finally:
        source.close()
    return got


KINDS = {
    "closed.mp4": X264,
    "fragments.mp4": [*X264, "-movflags", "frag_keyframe+empty_moov"],
    "open.mp4": [*X264, "-x264-params", "open-gop=1"],
    "open.mkv": [*X264, "-x264-params", "open-gop=1"],
    "open.ts": [*X264, "-x264-params", "open-gop=1"],
    "hevc.mp4": X265,
    "hevc.ts": X265,
    "mpeg2.ts": ["-c:v", "mpeg2video", "-g", 12, "-bf", 2],
    "mpeg2.mpg": ["-c:v", "mpeg2video", "-g", 12, "-bf", 2],
    "plain.avi": ["-c:v", "mpeg4", "-g", 25],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", 8, "-g", 25],
    "late.ts": [*X264, "-output_ts_offset", 7],
}


@pytest.mark.parametrize("name", KINDS)
def test_segments_own_every_frame_once(tmp_path: Path, ffmpeg: Run, name: str) -> None:
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=9", *KINDS[name], path)
    plan = plan_segments(str(path), SHORT)
    assert len(plan) >= 3, "it was to be cut into pieces of about 2 s"
    parts = [_frames(path, segment) for segment in plan]
    assert all(parts), "no segment is empty"
    whole = _frames(path, Segment(0, None, None))
    assert len(whole) == 225
    assert [one for part in parts for one in part] == whole


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("one-keyframe.mp4", ["-c:v", "libx264", "-g", 9999, "-keyint_min", 9999]),
        ("gradual-refresh.mp4", ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=25"]),
        ("gradual-refresh.ts", ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=25"]),
        ("reordered.avi", ["-c:v", "mpeg4", "-bf", 2, "-g", 25]),
        ("no-clock.h264", X264),
        ("moving.gif", []),
    ],
)
def test_a_file_that_cannot_be_cut_is_one_segment(
    tmp_path: Path, ffmpeg: Run, name: str, arguments: list[object]
) -> None:
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=6", *arguments, path)
    plan = plan_segments(str(path), SHORT)
    assert plan == (Segment(0, None, None),)
    assert len(_frames(path, plan[0])) == 150


def test_keyframes_that_are_wrongly_marked_do_not_count(shared_data: Path) -> None:
    path = shared_data / "odd" / "cockatoo.mp4"
    parts = [one for segment in plan_segments(str(path), SHORT) for one in _frames(path, segment)]
    assert parts == _frames(path, Segment(0, None, None))


def test_a_plan_is_a_chain_of_increasing_keyframes(clip: Path) -> None:
    plan = plan_segments(str(clip), SHORT)
    assert [segment.index for segment in plan] == list(range(len(plan)))
    assert plan[0].start_pts is None
    assert plan[-1].end_pts is None
    for one, following in pairwise(plan):
        assert one.end_pts == following.start_pts is not None
    starts = [segment.start_pts for segment in plan[1:]]
    assert starts == [180_000, 360_000]
    assert plan_segments(str(clip), SHORT) == plan, "the plan depends on the file alone"


def test_pieces_no_shorter_than_the_keyframes_allow(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "rare.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=8", "-c:v", "libx264", "-g", 100, path)
    assert len(plan_segments(str(path), SHORT)) == 2


def test_a_short_clip_is_one_segment(clip: Path) -> None:
    assert plan_segments(str(clip), VideoOptions()) == (Segment(0, None, None),)


def test_a_header_that_promises_far_too_much(tmp_path: Path, clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    for box, at in ((b"mdhd", 20), (b"mvhd", 20), (b"tkhd", 24)):
        start = data.index(box) + at
        data[start : start + 4] = b"\x7f\xff\xff\xff"
    path = tmp_path / "long.mp4"
    path.write_bytes(data)
    plan = plan_segments(str(path), SHORT)
    assert [one for segment in plan for one in _frames(path, segment)] == _frames(
        clip, Segment(0, None, None)
    )


def test_a_header_that_promises_an_eternity(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "eternal.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=5", "-c:v", "libx264", "-g", 25, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", 1e15)
    path.write_bytes(data)
    plan = plan_segments(str(path), SHORT)
    assert sum(len(_frames(path, segment)) for segment in plan) == 125


def test_a_missing_file_is_told() -> None:
    with pytest.raises(VideoNotFound):
        plan_segments("missing.mp4", SHORT)
