import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from funscribe.errors import PluginNotFound, TimeOutsideVideo, VideoNotFound, VideoUnreadable
from funscribe.video import VideoOptions, frames, open_source, probe

Run = Callable[..., None]


def _seen(path: Path, *passage: float | None) -> list[tuple[float, bytes]]:
    return [(frame.time_s, frame.luma().tobytes()) for frame in frames(path, *passage)]  # type: ignore[arg-type]


def test_probe_says_what_the_file_is(clip: Path) -> None:
    info = probe(clip)
    assert info.path == str(clip)
    assert info.codec == "h264"
    assert (info.frame_count_from_header, info.rate_hz_from_header) == (180, 30)
    assert info.duration_s_from_header == pytest.approx(6)


@pytest.mark.parametrize("start_s", [0.0, 0.5, 1.0, 1.01, 3.3, 5.9667 - 1e-3])
def test_a_passage_is_the_same_as_in_a_full_read(clip: Path, start_s: float) -> None:
    whole = _seen(clip)
    assert len(whole) == 180
    for end_s in (None, start_s + 1.05):
        wanted = [one for one in whole if start_s <= one[0] < (end_s or math.inf)]
        assert _seen(clip, start_s, end_s) == wanted


@pytest.mark.parametrize("kind", ["ts", "mkv", "avi", "mpg", "gif", "h264"])
def test_a_passage_of_files_with_and_without_an_index(tmp_path: Path, ffmpeg: Run, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    codec = {"gif": "gif", "mpg": "mpeg2video", "avi": "mpeg4"}.get(kind, "libx264")
    pictures = "testsrc2=s=96x64:r=25:d=4"
    ffmpeg("-f", "lavfi", "-i", pictures, "-c:v", codec, "-g", 20, *(["-bf", 2] * (codec != "gif")), path)
    whole = _seen(path)
    for start_s, end_s in ((0.0, 0.5), (1.5, 2.1), (3.5, None)):
        wanted = [one for one in whole if start_s <= one[0] < (end_s or math.inf)]
        assert len(wanted) > 10
        assert _seen(path, start_s, end_s) == wanted


def test_frames_are_counted_from_where_reading_began(clip: Path) -> None:
    assert [frame.index for frame in frames(clip, 0.0, 0.1)] == [0, 1, 2]


def test_a_passage_between_two_frames_is_empty(clip: Path) -> None:
    assert _seen(clip, 1.001, 1.002) == []


@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [
        (-0.1, None),
        (6.0, None),
        (1e12, None),
        (math.inf, None),
        (math.nan, None),
        (-math.inf, 2.0),
        (2.0, 2.0),
        (3.0, 1.0),
        (1.0, math.nan),
    ],
)
def test_a_time_outside_says_what_is_valid(clip: Path, start_s: float, end_s: float | None) -> None:
    with pytest.raises(TimeOutsideVideo, match=r"valid is 0 s to 6\.000 s") as caught:
        _seen(clip, start_s, end_s)
    assert isinstance(caught.value, ValueError)


def test_a_time_after_the_last_frame_of_a_file_of_unknown_length(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "a.h264"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=2", "-c:v", "libx264", path)
    assert probe(path).duration_s_from_header is None
    with pytest.raises(TimeOutsideVideo, match=r"no frame is shown from 2\.5 s on"):
        _seen(path, 2.5)


def test_a_late_picture_can_be_sought_up_to_its_end(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "late.mkv"
    ffmpeg(
        *("-itsoffset", 3, "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=2", "-f", "lavfi", "-i", "sine=d=5"),
        *("-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-bf", 2, path),
    )
    whole = _seen(path)
    assert whole[0][0] == pytest.approx(3, abs=0.05)
    assert _seen(path, 0.0, 3.5) == [one for one in whole if one[0] < 3.5]
    assert _seen(path, 4.5) == [one for one in whole if one[0] >= 4.5]
    assert _seen(path, 0.5, 1.0) == []


@pytest.mark.parametrize("name", ["missing.mp4", "", "nul\0l.mp4", "concat:a.mp4"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    path = f"{tmp_path}/none/{name}"
    with pytest.raises(VideoNotFound, match="does not exist; check the path"):
        open_source(path)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound, match=re.escape(f"{tmp_path} is a folder, not a video")):
        probe(tmp_path)


def test_an_unknown_reader_is_told(clip: Path) -> None:
    with pytest.raises(PluginNotFound, match=r"'vlc' is not installed in .*; there is: .*pyav"):
        open_source(clip, VideoOptions(source="vlc"))


@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_threads_change_nothing_that_is_seen(clip: Path, threads: int) -> None:
    source = open_source(clip, threads=threads)
    got = np.array([frame.luma().astype(np.int64).sum() for frame in source])
    source.close()
    assert got.tolist() == [np.frombuffer(one[1], np.uint8).sum() for one in _seen(clip)]


def test_leaving_early_lets_go_of_the_file(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.mp4"
    path.write_bytes(clip.read_bytes())
    for frame in frames(path):
        if frame.index == 3:
            break
    path.unlink()
    with pytest.raises((VideoNotFound, VideoUnreadable)):
        probe(path)
