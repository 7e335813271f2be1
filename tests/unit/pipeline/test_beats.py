import numpy as np
import pytest

from funscribe.errors import FilterInvalid, VideoNotFound
from funscribe.pipeline import beats as module
from funscribe.pipeline.beats import beats_of
from funscribe.video.audio import Sound


def test_a_list_has_a_time_a_line(tmp_path):
    path = tmp_path / "beats.txt"
    path.write_text("\ufefftime,label\n1.5,one\n\n0.5\tdown\n-2\n1.5\n2\n", encoding="utf-8")
    assert beats_of(path) == (0.5, 1.5, 2.0)


@pytest.mark.parametrize("line", ["nan", "inf", "two", "1:30"])
def test_a_line_without_a_time_is_told(tmp_path, line):
    path = tmp_path / "beats.csv"
    path.write_text(f"1\n{line}\n", encoding="utf-8")
    with pytest.raises(FilterInvalid, match="line 2 begins with no time"):
        beats_of(path)


def test_a_list_that_cannot_be_read(tmp_path):
    with pytest.raises(FilterInvalid, match="cannot be read"):
        beats_of(tmp_path / "missing.txt")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FilterInvalid, match="cannot be read"):
        beats_of(tmp_path / "bytes.txt")


def test_beats_of_sound_count_from_where_a_player_shows_zero(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "read_sound", lambda path: Sound(np.ones(4, np.float32), 2, 0.25))
    monkeypatch.setattr(module, "find_beats", lambda samples, rate_hz: (0.0, 0.5))
    assert beats_of(tmp_path / "x.mp4") == (0.25, 0.75)


def test_no_media_file(tmp_path):
    with pytest.raises(VideoNotFound):
        beats_of(tmp_path / "missing.mp4")
