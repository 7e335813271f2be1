from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from funscribe.errors import OutputNotWritable, VideoNotFound
from funscribe.overlay import BAR_PX, STRIP_PX
from funscribe.pipeline import generate, write_preview
from funscribe.pipeline.preview import preview_size
from funscribe.testing import SCENES, render
from funscribe.video import frames, probe


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    scene = replace(SCENES["vfr"], times=None, duration_s=3.0)
    video = render(scene, folder / "clip.mp4")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNSCRIBE_CACHE_DIR", str(folder / "cache"))
        return generate(video)


def test_the_preview_has_the_frames_and_times_of_the_video(made, tmp_path):
    told = []
    path = write_preview(tmp_path / "seen.mp4", made.trace, made.signal, on_progress=told.append)
    info = probe(path)
    width, height = preview_size(made.trace.info)
    assert info.size_wh == (width + BAR_PX, height + STRIP_PX)
    times = np.array([frame.time_s for frame in frames(path)])
    assert times == pytest.approx(made.trace.time_s, abs=1e-4)
    assert told
    assert told[-1].fraction <= 1


def test_a_large_picture_is_made_smaller_and_a_small_one_is_kept(made):
    info = made.trace.info
    assert preview_size(replace(info, size_wh=(3840, 2160))) == (640, 360)
    assert preview_size(replace(info, size_wh=(1080, 1920))) == (360, 640)
    assert preview_size(replace(info, size_wh=(320, 181))) == (320, 180)


def test_what_cannot_be_written_or_read_is_told(made, tmp_path):
    with pytest.raises(OutputNotWritable):
        write_preview(tmp_path / "nowhere" / "seen.mp4", made.trace, made.signal)
    gone = replace(made.trace, info=replace(made.trace.info, path=str(tmp_path / "gone.mp4")))
    with pytest.raises(VideoNotFound):
        write_preview(tmp_path / "seen.mp4", gone, made.signal)
    assert not list(tmp_path.iterdir())
