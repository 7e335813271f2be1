from dataclasses import replace

import numpy as np
import pytest

from funscribe.motion.follow import Chosen, choose, follow
from funscribe.motion.modes import Candidates

COUNT = 400
CELLS = 6
BASIS = np.eye(4, CELLS, dtype=np.float32) * 2
STROKE = np.sin(2 * np.pi * np.arange(COUNT) / 30)
NO_CAMERA = np.zeros((COUNT, 4), np.float32)


def cell(k, size=1.0):
    return size * np.eye(CELLS, dtype=np.float32)[k]


def still(**curves):
    """A field in which cells move as told, `c4=curve` for cell 4."""
    rows = np.zeros((COUNT, CELLS), np.float32)
    for name, curve in curves.items():
        rows[:, int(name[1:])] = curve
    return rows


ONE = Chosen(200.0, 0, COUNT, cell(4), False, 1.0, 1.0, 0.5)
EARLY = replace(ONE, middle=100.0, stop=250)
LATE = replace(ONE, middle=300.0, start=150)


def test_the_course_of_one_mode():
    course = follow(still(c4=STROKE), NO_CAMERA, BASIS, [replace(ONE, energy=9.0, tempo_hz=2.0)], 0.0)
    assert course.velocity == pytest.approx(STROKE, abs=1e-5)
    assert course.tempo_hz == pytest.approx(np.full(COUNT, 2.0))
    assert course.periodic == pytest.approx(np.full(COUNT, 0.5))
    assert course.pattern == pytest.approx(cell(4, 3.0))


@pytest.mark.parametrize(("raw", "part"), [(False, 0.0), (True, 1.0)])
def test_only_a_raw_mode_has_the_camera_in_it(raw, part):
    camera = NO_CAMERA.copy()
    camera[:, 1] = 0.5 * STROKE
    course = follow(still(), camera, BASIS, [replace(ONE, pattern=cell(1), raw=raw)], 0.0)
    assert course.velocity == pytest.approx(part * STROKE, abs=1e-5)


def test_a_pattern_with_the_other_sign_does_not_flip_the_curve():
    path = [EARLY, replace(LATE, pattern=cell(4, -1.0))]
    course = follow(still(c4=STROKE), NO_CAMERA, BASIS, path, 0.0)
    assert course.velocity == pytest.approx(STROKE, abs=1e-5)
    assert course.pattern == pytest.approx(cell(4, 2.0))


def test_signs_are_handed_on_along_the_path():
    flips = [1.0, -1.0, -1.0, 1.0, -1.0]
    path = [
        replace(ONE, middle=40.0 + 80 * k, start=80 * k, stop=80 * (k + 1), pattern=cell(4, flip))
        for k, flip in enumerate(flips)
    ]
    assert follow(still(c4=STROKE), NO_CAMERA, BASIS, path, 0.0).velocity == pytest.approx(STROKE, abs=1e-5)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_patterns_that_are_not_alike_are_joined_by_their_curves(sign):
    path = [EARLY, replace(LATE, pattern=cell(5))]
    course = follow(still(c4=STROKE, c5=sign * STROKE), NO_CAMERA, BASIS, path, 0.0)
    assert course.velocity == pytest.approx(STROKE, abs=1e-5)
    assert course.pattern == pytest.approx(cell(4) + cell(5, sign))


def test_patterns_that_are_alike_are_joined_by_their_shape():
    late = np.float32(0.8) * cell(4) + np.float32(0.6) * cell(5)
    course = follow(
        still(c4=STROKE, c5=-3 * STROKE), NO_CAMERA, BASIS, [EARLY, replace(LATE, pattern=late)], 0.0
    )
    assert course.velocity[:100] == pytest.approx(STROKE[:100], abs=1e-5)
    assert course.velocity[300:] == pytest.approx(-STROKE[300:], abs=1e-5)
    assert course.pattern == pytest.approx(cell(4) + late)


def test_from_moment_to_moment_one_mode_fades_into_the_next():
    path = [replace(EARLY, periodic=0.2), replace(LATE, tempo_hz=4.0, periodic=0.8, pattern=cell(5))]
    course = follow(still(c4=1.0, c5=3.0), NO_CAMERA, BASIS, path, 0.0)
    at = [0, 100, 200, 300, 399]
    assert course.velocity[at] == pytest.approx([1, 1, 2, 3, 3], abs=1e-5)
    assert course.tempo_hz[at] == pytest.approx([1, 1, 2, 4, 4], rel=1e-5)
    assert course.periodic[at] == pytest.approx([0.2, 0.2, 0.5, 0.8, 0.8], rel=1e-5)


def test_other_motion_is_kept_out_as_told():
    pattern = np.float32(0.8) * cell(4) + np.float32(0.6) * cell(5)
    other = np.cos(2 * np.pi * 0.25 * np.arange(COUNT) / 30)
    field = np.outer(STROKE, pattern).astype(np.float32) + still(c5=3 * other)
    kept, free = (
        follow(field, NO_CAMERA, BASIS, [replace(ONE, pattern=pattern)], k).velocity for k in (20.0, 0.0)
    )
    assert np.corrcoef(free, STROKE)[0, 1] < 0.6
    assert np.corrcoef(kept, STROKE)[0, 1] > 0.98


def test_a_still_field_gives_a_still_course():
    course = follow(still(), NO_CAMERA, BASIS, [EARLY, replace(LATE, pattern=cell(5))], 20.0)
    assert (course.velocity == 0).all()
    assert np.isfinite(course.tempo_hz).all()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_short_shots(count):
    path = [replace(ONE, middle=count / 2, stop=count)]
    course = follow(np.ones((count, CELLS), np.float32), NO_CAMERA[:count], BASIS, path, 20.0)
    assert course.velocity.tolist() == [1] * count
    assert course.periodic.tolist() == [0.5] * count


def test_a_candidate_on_its_own():
    candidates = Candidates(
        np.array([0, 30]),
        np.array([300, 90]),
        np.stack([cell(0), cell(3)]),
        np.array([False, True]),
        np.array([0.1, 0.2]),
        np.array([1.0, 2.0]),
        np.array([0.3, 0.4]),
    )
    one = choose(75.0, candidates, 1)
    assert (one.middle, one.start, one.stop, one.raw) == (75.0, 30, 120, True)
    assert (one.energy, one.tempo_hz, one.periodic) == (0.2, 2.0, 0.4)
    assert one.pattern.tolist() == cell(3).tolist()
