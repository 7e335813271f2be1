import subprocess
import sys
import textwrap
from pathlib import Path

import av
import numpy as np
import pytest

from funscribe.errors import OutputNotWritable
from funscribe.video import writer
from funscribe.video.writer import best_codec, write_video


def pictures(times, shape=(48, 64), level=128):
    for time_s in times:
        yield time_s, np.full(shape, level, np.uint8)


def times_in(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [float(frame.pts * stream.time_base) for frame in container.decode(stream)]


def first_picture(path):
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame.reformat(format="rgb24", src_colorspace="itu709").to_ndarray()


def test_uneven_times_read_back_exactly(tmp_path):
    steps = np.random.default_rng(0).integers(900, 9000, 80)
    times = np.concatenate([[0], np.cumsum(steps)]) / 90_000
    write_video(tmp_path / "a.mp4", pictures(times))
    assert times_in(tmp_path / "a.mp4") == pytest.approx(times, abs=1e-9)


def test_a_late_first_time_reads_back_exactly(tmp_path):
    times = 0.12345 + np.arange(12) / 25
    write_video(tmp_path / "a.mp4", pictures(times))
    assert times_in(tmp_path / "a.mp4") == pytest.approx(times, abs=0.51 / 90_000)


def test_29_97_hz_stays_exact(tmp_path):
    times = np.arange(40) * 1001 / 30000
    write_video(tmp_path / "a.mp4", pictures(times), 30000 / 1001)
    assert times_in(tmp_path / "a.mp4") == pytest.approx(times, abs=1e-9)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].average_rate == pytest.approx(30000 / 1001)


@pytest.mark.parametrize("level", [0, 90, 255])
def test_grey_keeps_its_level(tmp_path, level):
    write_video(tmp_path / "a.mp4", pictures([0, 0.1, 0.2], level=level))
    assert first_picture(tmp_path / "a.mp4").mean() == pytest.approx(level, abs=2)


def test_rgb_keeps_its_colour(tmp_path):
    picture = np.empty((48, 64, 3), np.uint8)
    picture[:] = (200, 60, 30)
    write_video(tmp_path / "a.mp4", ((i / 30, picture) for i in range(3)))
    assert first_picture(tmp_path / "a.mp4")[20, 30] == pytest.approx((200, 60, 30), abs=6)


def test_a_view_that_is_not_contiguous_is_written_right(tmp_path):
    wide = np.zeros((48, 128), np.uint8)
    wide[:, 64:] = 200
    write_video(tmp_path / "a.mp4", ((i / 30, wide[:, 64:]) for i in range(3)))
    assert first_picture(tmp_path / "a.mp4").mean() == pytest.approx(200, abs=2)


def test_a_single_frame_makes_a_file(tmp_path):
    write_video(tmp_path / "a.mp4", pictures([0.0]))
    assert times_in(tmp_path / "a.mp4") == [0.0]


def test_keyframes_are_at_most_a_gop_apart(tmp_path):
    write_video(tmp_path / "a.mp4", pictures(np.arange(50) / 25), 25, gop=10)
    with av.open(str(tmp_path / "a.mp4")) as container:
        keys = [i for i, frame in enumerate(container.decode(video=0)) if frame.key_frame]
    assert keys[0] == 0
    assert max(np.diff(keys)) <= 10


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        ([], "no frames"),
        ([(-0.1, np.zeros((48, 64), np.uint8))], "at least 0"),
        ([(float("nan"), np.zeros((48, 64), np.uint8))], "finite"),
        ([(0, np.zeros((48, 64), np.uint8)), (0, np.zeros((48, 64), np.uint8))], "increase"),
        ([(0, np.zeros((47, 64), np.uint8))], "even"),
        ([(0, np.zeros((48, 65), np.uint8))], "even"),
        ([(0, np.zeros((0, 64), np.uint8))], "even"),
        ([(0, np.zeros((48, 64), np.float32))], "uint8"),
        ([(0, np.zeros((48, 64, 4), np.uint8))], "RGB"),
        ([(0, np.zeros(64, np.uint8))], "grey"),
        ([(0, np.zeros((48, 64), np.uint8)), (1, np.zeros((48, 64, 3), np.uint8))], "as the first"),
        ([(0, np.zeros((48, 64), np.uint8)), (1, np.zeros((24, 64), np.uint8))], "as the first"),
    ],
)
def test_unfit_frames_are_refused_and_leave_nothing(tmp_path, frames, says):
    with pytest.raises(ValueError, match=says):
        write_video(tmp_path / "a.mp4", iter(frames))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_keeps_the_old_file_and_no_half_one(tmp_path):
    def interrupted():
        yield from pictures(np.arange(20) / 30)
        raise KeyboardInterrupt

    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_video(path, interrupted())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_stands_under_the_name_before_the_end(tmp_path):
    path = tmp_path / "a.mp4"

    def watched():
        for frame in pictures(np.arange(20) / 30):
            assert not path.exists()
            yield frame

    write_video(path, watched())
    assert path.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputNotWritable, match=r"nowhere.*no such folder"):
        write_video(tmp_path / "nowhere" / "a.mp4", pictures([0.0]))


def test_a_folder_is_not_written_over(tmp_path):
    with pytest.raises(OutputNotWritable, match="a folder has that name"):
        write_video(tmp_path, pictures([0.0]))


@pytest.mark.parametrize("room", [10, 900, 1500])
def test_a_disk_that_fills_up_is_told(tmp_path, room):
    pytest.importorskip("resource")
    program = f"""
        import resource, signal
        import numpy as np
        from funscribe.errors import OutputNotWritable
        from funscribe.video.writer import write_video

        picture = np.random.default_rng(0).integers(0, 255, (48, 64)).astype(np.uint8)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
        try:
            write_video({str(tmp_path / "a.mp4")!r}, ((i / 30, picture) for i in range(20)))
        except OutputNotWritable as error:
            print("told", error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("told ")
    assert "a.mp4 cannot be written: " in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_encoder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no encoder 'nonsense'"):
        write_video(tmp_path / "a.mp4", pictures([0.0]), codec="nonsense")


def test_without_h264_mpeg4_is_chosen_and_said(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(writer, "_encodes", lambda codec: codec != "libx264")
    assert best_codec() == "mpeg4"
    assert "no libx264" in caplog.text
    times = np.array([0, 3000, 7500, 9000]) / 90_000
    write_video(Path(tmp_path / "a.mp4"), pictures(times))
    assert times_in(tmp_path / "a.mp4") == pytest.approx(times, abs=1e-9)
