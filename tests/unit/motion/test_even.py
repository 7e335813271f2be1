import numpy as np
import pytest

from funscribe.motion import even
from funscribe.motion.even import even_times, resample


def test_even_frames_are_taken_as_they_are():
    time_s = np.arange(90) / 30
    velocity = np.random.default_rng(0).normal(size=(90, 3)).astype(np.float32)
    assert (resample(time_s, velocity, even_times(time_s)) == velocity).all()


@pytest.mark.parametrize("chunk", [7, 64, 8192])
def test_no_displacement_is_lost(monkeypatch, chunk):
    monkeypatch.setattr(even, "_CHUNK", chunk)
    rng = np.random.default_rng(1)
    time_s = np.cumsum(rng.uniform(0.005, 0.08, 500))
    velocity = rng.normal(size=(500, 2)).astype(np.float32)
    even_s = even_times(time_s)
    out = resample(time_s, velocity, even_s)
    steps = np.diff(time_s, prepend=time_s[0])
    path = np.cumsum(velocity * steps[:, None], axis=0)
    got = np.cumsum(out, axis=0) * (even_s[1] - even_s[0])
    want = np.stack([np.interp(even_s, time_s, path[:, k]) for k in range(2)], axis=1)
    assert got - got[0] == pytest.approx(want - want[0], abs=1e-4)


def test_two_frames_are_enough():
    time_s = np.array([0.0, 0.01])
    assert len(even_times(time_s)) == 2
    assert resample(time_s, np.ones((2, 1)), even_times(time_s))[1, 0] == pytest.approx(1)
