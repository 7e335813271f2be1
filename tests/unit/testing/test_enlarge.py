import dataclasses

import numpy as np
import pytest

from funscribe.testing import SCENES
from funscribe.testing.enlarge import frames_at

SHORT = dataclasses.replace(SCENES["vertical"], duration_s=0.2)


@pytest.mark.parametrize("size_wh", [(854, 480), (1280, 720), (320, 180)])
def test_frames_have_the_size_and_times_of_the_scene(size_wh: tuple[int, int]) -> None:
    frames = list(frames_at(SHORT, size_wh))
    assert [time_s for time_s, _ in frames] == SHORT.time_s().tolist()
    assert all(picture.shape == size_wh[::-1] and picture.dtype == np.uint8 for _, picture in frames)


def test_they_show_the_scene_with_noise_that_changes() -> None:
    large = [picture.astype(float) for _, picture in frames_at(SHORT, (1280, 720))]
    own = [picture.astype(float) for _, picture in SHORT.frames()]
    coarse = large[0].reshape(360, 2, 640, 2).mean((1, 3))
    assert np.corrcoef(coarse.ravel(), own[0].ravel())[0, 1] > 0.95
    assert np.abs(large[0] - large[1]).mean() > 0.5


def test_they_are_the_same_every_time() -> None:
    first, again = (next(iter(frames_at(SHORT, (854, 480))))[1] for _ in range(2))
    assert np.array_equal(first, again)
