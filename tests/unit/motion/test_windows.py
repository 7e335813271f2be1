import numpy as np
import pytest

from funscribe.motion.windows import moments

CELLS = 8
BASIS = np.eye(4, CELLS, dtype=np.float32)


def find(still, window_s=10.0):
    still = np.asarray(still, np.float32)
    return moments(still, np.zeros((len(still), 4), np.float32), BASIS, window_s)


def noise(count):
    return np.random.default_rng(count).normal(size=(count, CELLS))


def windows(found, length):
    return sorted({int(s) for f in found for s in f.start[f.length == length]})


@pytest.mark.parametrize("count", [601, 640, 900, 1234, 2999])
@pytest.mark.parametrize("length", [300, 600])
def test_windows_of_both_lengths_cover_the_shot_and_overlap(count, length):
    _, found = find(noise(count))
    starts = windows(found, length)
    assert starts[0] == 0
    assert starts[-1] + length == count
    assert max(np.diff(starts)) <= 2 / 3 * length + 1
    assert min(np.diff(starts)) > 0


def test_a_moment_is_the_middle_of_its_window():
    middles, found = find(noise(1000))
    assert len(middles) == len(found)
    for middle, candidates in zip(middles, found, strict=True):
        assert set(candidates.start[candidates.length == 300] + 150) == {middle}


def test_a_moment_has_the_nearest_of_the_long_windows():
    middles, found = find(noise(2999))
    starts = np.array(windows(found, 600))
    assert len(starts) > 3
    for middle, candidates in zip(middles, found, strict=True):
        (start,) = set(candidates.start[candidates.length == 600])
        assert abs(start + 300 - middle) == np.abs(starts + 300 - middle).min()


def test_slow_motion_is_told_by_the_long_windows():
    time_s = np.arange(1200) / 30
    still = np.zeros((1200, CELLS))
    still[:, 5] = np.sin(2 * np.pi * 0.15 * time_s)
    still[:, 6] = np.sin(2 * np.pi * 2.0 * time_s)
    for candidates in find(still)[1]:
        slow = int(np.abs(candidates.pattern[:, 5] * (candidates.length == 600)).argmax())
        fast = int(np.abs(candidates.pattern[:, 6] * (candidates.length == 300)).argmax())
        assert candidates.tempo_hz[slow] == pytest.approx(0.15, rel=0.1)
        assert candidates.tempo_hz[fast] == pytest.approx(2.0, rel=0.05)


def test_a_shot_shorter_than_a_window_is_one_window():
    middles, found = find(noise(101))
    assert middles.tolist() == [50.5]
    assert (found[0].length == 101).all()
    assert (found[0].start == 0).all()


@pytest.mark.parametrize(("count", "moment_count"), [(300, 1), (301, 2), (500, 2), (501, 3)])
def test_as_many_moments_as_needed(count, moment_count):
    assert len(find(noise(count))[0]) == moment_count


def test_the_window_may_be_chosen():
    _, found = find(noise(1000), window_s=4.0)
    assert set(np.concatenate([f.length for f in found])) == {120, 240}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_shot_of_a_few_samples_has_a_moment_without_candidates(count):
    middles, found = find(noise(count))
    assert middles.tolist() == [count / 2]
    assert len(found[0]) == 0


@pytest.mark.parametrize("count", [20, 700])
def test_a_still_shot_has_moments_without_candidates(count):
    assert sum(map(len, find(np.zeros((count, CELLS)))[1])) == 0
