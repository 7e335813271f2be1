import numpy as np
import pytest

from funscribe.errors import VideoNotFound, VideoUnreadable
from funscribe.video.audio import read_sound


@pytest.fixture
def media(tmp_path, ffmpeg):
    """Makes a file of a black picture and a tone that begins after a while (s)."""

    def make(name, delay_s=0.0, rate=44_100):
        path = tmp_path / name
        tone = f"sine=frequency=440:sample_rate={rate}:duration=2"
        ffmpeg(
            "-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=3", "-itsoffset", delay_s,
            "-f", "lavfi", "-i", tone,
            "-ac", 2, "-c:v", "mpeg4", "-c:a", "aac", path,
        )  # fmt: skip
        return path

    return make


def test_sound_is_mixed_and_resampled(media):
    sound = read_sound(media("tone.mp4"), 16_000)
    assert sound.rate_hz == 16_000
    assert sound.samples.dtype == np.float32
    assert len(sound.samples) / 16_000 == pytest.approx(2, abs=0.1)
    spectrum = np.abs(np.fft.rfft(sound.samples[4000:20_000]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)


def test_it_begins_when_it_is_heard(media):
    assert read_sound(media("now.mkv")).start_s == pytest.approx(0, abs=0.05)
    assert read_sound(media("late.mkv", 0.5)).start_s == pytest.approx(0.5, abs=0.05)


def test_no_sound_and_no_file(tmp_path, clip):
    with pytest.raises(VideoUnreadable, match="holds no sound; give its beats as a list"):
        read_sound(clip)
    with pytest.raises(VideoNotFound, match="does not exist"):
        read_sound(tmp_path / "missing.mp4")
    (tmp_path / "broken.mp4").write_bytes(b"\x00" * 500)
    with pytest.raises(VideoUnreadable, match="holds no sound that can be read"):
        read_sound(tmp_path / "broken.mp4")
    (tmp_path / "empty.wav").write_bytes(b"")
    with pytest.raises(VideoUnreadable):
        read_sound(tmp_path / "empty.wav")
