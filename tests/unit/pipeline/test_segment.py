import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.errors import OutputNotWritable, VideoNotFound
from funscribe.field.options import FieldOptions
from funscribe.pipeline.segment import SegmentTask, measure, watch_segment, watch_segment_apart
from funscribe.records import VideoInfo
from funscribe.trace import Part, TraceStore
from funscribe.video.options import VideoOptions
from funscribe.video.segments import Segment, plan_segments
from funscribe.video.source import open_source

INFO = VideoInfo("a.mp4", (64, 48), (64, 48), Fraction(1, 25), 0.0, 0, "h264", "gray")
KEY = "0" * 32


def _task(clip: Path, root: Path, segment: Segment, threads: int = 1) -> SegmentTask:
    TraceStore(root).open(KEY)
    video = VideoOptions(segment_s=2)
    return SegmentTask(str(clip), segment, video, FieldOptions(), threads, str(root), KEY)


class _Frame:
    def __init__(self, time_s: float) -> None:
        self.time_s = time_s

    def luma(self) -> np.ndarray[Any, Any]:
        return np.random.default_rng(int(self.time_s * 25)).integers(0, 255, (48, 64)).astype(np.uint8)


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_a_row_for_each_frame(count: int) -> None:
    said: list[tuple[int, float]] = []
    part = measure((_Frame(k / 25) for k in range(count)), INFO, FieldOptions(), said.append)
    assert part.time_s.tolist() == [k / 25 for k in range(count)]
    assert part.field.shape == (count, 12, 16, 2)
    assert part.cut.shape == (count,)
    assert not part.overlap
    assert sum(frames for frames, _ in said) == count
    assert sum(seconds for _, seconds in said) == pytest.approx(max(0, count - 1) / 25, abs=0.1)
    if count > 1:
        assert part.field[0].max() == 0
        assert np.abs(part.field[1]).max() > 0


@pytest.mark.parametrize("threads", [1, 2])
def test_a_segment_is_watched_and_kept(clip: Path, tmp_path: Path, threads: int) -> None:
    plan = plan_segments(str(clip), VideoOptions(segment_s=2))
    assert watch_segment(_task(clip, tmp_path, plan[1], threads), lambda seen: None) == 61
    part = TraceStore(tmp_path).read_part(KEY, 1)
    assert part is not None
    assert (part.time_s[0], part.time_s[-1], len(part.time_s)) == (2.0, 4.0, 61)
    assert part.overlap
    assert part.damaged == 0
    assert watch_segment(_task(clip, tmp_path, plan[2], threads), lambda seen: None) == 60
    last = TraceStore(tmp_path).read_part(KEY, 2)
    assert last is not None
    assert not last.overlap


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_on_the_way_keeps_nothing_and_ends_the_decoder_first(
    clip: Path, tmp_path: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive_at_close = []

    def opened(*arguments: Any, **named: Any) -> Any:
        source = open_source(*arguments, **named)
        close = source.close

        def closing() -> None:
            alive_at_close.append([t.name for t in threading.enumerate() if t.name == "funscribe-ahead"])
            close()

        monkeypatch.setattr(source, "close", closing)
        return source

    monkeypatch.setattr("funscribe.pipeline.segment.open_source", opened)

    def report(seen: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch_segment(_task(clip, tmp_path, Segment(0, None, None), threads), report)
    assert alive_at_close == [[]], "the file was closed under the thread that decodes"
    assert TraceStore(tmp_path).read_part(KEY, 0) is None


def test_an_error_of_the_source_crosses() -> None:
    def frames() -> Iterator[_Frame]:
        yield _Frame(0)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        measure(frames(), INFO, FieldOptions(), lambda seen: None)


def test_a_video_or_a_folder_that_went_away(clip: Path, tmp_path: Path) -> None:
    task = _task(tmp_path / "gone.mp4", tmp_path / "store", Segment(0, None, None))
    with pytest.raises(VideoNotFound):
        watch_segment(task, lambda seen: None)
    task = _task(clip, tmp_path / "store", Segment(0, None, None))
    TraceStore(tmp_path / "store").remove(KEY)
    with pytest.raises(OutputNotWritable, match="there is no such folder"):
        watch_segment(task, lambda seen: None)


def test_a_segment_watched_elsewhere_is_the_same(clip: Path, tmp_path: Path) -> None:
    plan = plan_segments(str(clip), VideoOptions(segment_s=2))
    said: list[tuple[float, ...]] = []
    data = watch_segment_apart(_task(clip, tmp_path / "none", plan[1]), said.append)
    assert [path for path in (tmp_path / "none").rglob("*") if path.is_file()] == []
    watch_segment(_task(clip, tmp_path / "store", plan[1], 2), lambda seen: None)
    assert TraceStore(tmp_path / "store").part_path(KEY, 1).read_bytes() == data
    assert len(Part.decode(data, "it").time_s) == 61
    assert sum(seen[0] for seen in said) == 61
    assert said[-1] == (0, 0.0, 1)


@pytest.mark.parametrize("watching", [watch_segment, watch_segment_apart])
def test_a_segment_that_is_done_is_told_once_and_last(clip: Path, tmp_path: Path, watching: Any) -> None:
    said: list[tuple[float, ...]] = []
    watching(_task(clip, tmp_path, Segment(0, None, None)), said.append)
    assert [seen for seen in said if len(seen) == 3] == [said[-1]] == [(0, 0.0, 1)]


def test_what_is_watched_again_is_counted_once_and_still_tells(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*arguments: Any, **named: Any) -> Any:
        source = open_source(*arguments, **named)
        source.concealed = 1
        return source

    monkeypatch.setattr("funscribe.pipeline.segment.open_source", opened)
    said: list[tuple[float, ...]] = []
    assert watch_segment(_task(clip, tmp_path, Segment(0, None, None), 2), said.append) == 180
    assert sum(seen[0] for seen in said) == 180
    assert (0, 0.0) in said
