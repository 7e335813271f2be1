import dataclasses
import itertools

import cv2
import numpy as np
import pytest

from funscribe.testing import SCENES

WANTED = {
    *("vertical", "horizontal", "oblique", "zoom", "swing", "bend", "fast", "slow", "tiny", "pauses"),
    *("shake", "pan", "distractors", "dark", "flicker", "cuts", "hz60", "vfr", "still", "varying"),
    *("zoom_hard", "close_up", "asymmetric", "nothing"),
}


def first(scene, count):
    return list(itertools.islice(scene.frames(), count))


def found(reference, picture, top_left, search=40):
    """Where a patch lies in a picture, to a fraction of a pixel, by normalised correlation."""
    x0, y0 = top_left[0] - search, top_left[1] - search
    h, w = reference.shape
    around = picture[max(y0, 0) : y0 + h + 2 * search, max(x0, 0) : x0 + w + 2 * search]
    score = cv2.matchTemplate(around, reference, cv2.TM_CCOEFF_NORMED)
    y, x = np.unravel_index(np.argmax(score), score.shape)
    assert 0 < x < score.shape[1] - 1, "the patch is at the edge of the search"
    assert 0 < y < score.shape[0] - 1, "the patch is at the edge of the search"
    across, down = score[y, x - 1 : x + 2], score[y - 1 : y + 2, x]
    return max(x0, 0) + x + _peak(across), max(y0, 0) + y + _peak(down)


def _peak(three):
    left, middle, right = map(float, three)
    return 0.5 * (left - right) / (left - 2 * middle + right)


def test_every_wanted_scene_is_there_under_its_name():
    assert set(SCENES) >= WANTED
    assert all(scene.name == name and scene.says for name, scene in SCENES.items())


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_scene_keeps_its_word(scene):
    time_s = scene.time_s()
    assert time_s[0] == 0
    assert np.all(np.diff(time_s) > 0)
    assert 20 <= scene.duration_s <= 40
    assert scene.duration_s - 0.2 < time_s[-1] < scene.duration_s
    t_ms, pos = scene.truth()
    assert np.array_equal(t_ms, np.arange(0, scene.duration_s * 1000, 10))
    known = pos[~np.isnan(pos)]
    if len(known):
        assert known.min() == pytest.approx(0)
        assert known.max() == pytest.approx(100)
    for drawn_s, picture in first(scene, 2):
        assert drawn_s in time_s
        assert picture.shape == scene.size_wh[::-1]
        assert picture.dtype == np.uint8
        assert picture.std() > 3


@pytest.mark.parametrize("name", ["vertical", "distractors", "zoom_hard", "vfr"])
def test_the_same_scene_gives_the_same_pictures(name):
    for (a_s, a), (b_s, b) in zip(first(SCENES[name], 40), first(SCENES[name], 40), strict=True):
        assert a_s == b_s
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("name", "stroke"),
    [
        ("vertical", (0, -110)),
        ("horizontal", (130, 0)),
        ("oblique", (95, -80)),
        ("tiny", (0, -4.2)),
        ("vfr", (0, -100)),
    ],
)
def test_the_truth_is_where_the_picture_shows_the_subject(name, stroke):
    scene = SCENES[name]
    frames = first(scene, 45)
    position = scene.curve(np.array([time_s for time_s, _ in frames]))
    x, y = (round(310 + (position[0] - 0.5) * stroke[0]), round(175 + (position[0] - 0.5) * stroke[1]))
    patch = frames[0][1][y - 30 : y + 30, x - 45 : x + 45]
    seen, truth = [], []
    for (_, picture), now in zip(frames[1:], position[1:], strict=True):
        moved = np.multiply(stroke, now - position[0])
        guess = (x - 45 + round(moved[0]), y - 30 + round(moved[1]))
        seen.append(found(patch, picture, guess, search=12))
        truth.append((x - 45 + moved[0], y - 30 + moved[1]))
    error = np.abs(np.subtract(seen, truth))
    assert error.max() < 0.2
    # And the published truth is the curve, scaled: up (or right) is more.
    t_ms, pos = scene.truth()
    published = np.interp([1000 * time_s for time_s, _ in frames[1:]], t_ms, pos)
    axis = int(abs(stroke[1]) > abs(stroke[0])) if name != "oblique" else 1
    along = np.array(seen)[:, axis] * np.sign(stroke[axis])
    assert np.corrcoef(published, along)[0, 1] > 0.995


def test_the_subject_grows_as_the_truth_falls():
    scene = SCENES["zoom"]
    frames = first(scene, 40)
    t_ms, pos = scene.truth()
    published = np.interp([1000 * time_s for time_s, _ in frames], t_ms, pos)
    background = np.median([picture for _, picture in frames], axis=0)
    bright = [float((cv2.GaussianBlur(p, (0, 0), 6) > background.mean() + 22).sum()) for _, p in frames]
    assert np.corrcoef(published, bright)[0, 1] < -0.9


def test_rests_are_at_rest_in_truth_and_picture():
    t_ms, pos = SCENES["pauses"].truth()
    at = t_ms / 1000
    for start, end in ((6.0, 9.0), (14.0, 16.5), (21.0, 22.4)):
        assert np.ptp(pos[(at >= start) & (at < end)]) == 0
    resting = dataclasses.replace(SCENES["pauses"], times=lambda: np.arange(6.5, 8.5, 1 / 30))
    frames = [picture for _, picture in resting.frames()]
    early, late = np.mean(frames[:30], axis=0), np.mean(frames[-30:], axis=0)
    assert np.abs(early - late).max() < 4


@pytest.mark.parametrize("name", ["still", "nothing"])
def test_where_nothing_can_be_scripted_there_is_no_truth(name):
    assert np.all(np.isnan(SCENES[name].truth()[1]))


def test_the_still_scene_changes_by_noise_alone():
    frames = [picture for _, picture in first(SCENES["still"], 60)]
    assert not np.array_equal(frames[0], frames[1])
    assert np.abs(np.mean(frames[:30], axis=0) - np.mean(frames[30:], axis=0)).max() < 4


def test_cuts_change_the_picture_at_once_and_the_insert_has_no_truth():
    scene, cuts = SCENES["cuts"], np.array([6.3, 11.1, 13.6, 18.9])
    near = np.add.outer(cuts, np.array([-3, -2, -1, 0, 1, 2]) / 30 + 0.001).ravel()
    pictures = np.array([p for _, p in dataclasses.replace(scene, times=lambda: near).frames()], np.int16)
    change = np.abs(np.diff(pictures.reshape(4, 6, 360, 640), axis=1)).mean(axis=(2, 3))
    assert np.all(change[:, 2] > 4 * np.delete(change, 2, axis=1).max(axis=1))
    t_ms, pos = scene.truth()
    assert np.array_equal(np.isnan(pos), (t_ms >= 11_100) & (t_ms < 13_600))


def test_flicker_changes_the_brightness_and_the_dark_is_dark():
    level = [picture.mean() for _, picture in first(SCENES["flicker"], 60)]
    assert np.ptp(level) > 15
    assert first(SCENES["dark"], 1)[0][1].mean() < 30


def test_the_close_up_is_covered_by_its_subject():
    frames = np.array([picture for _, picture in first(SCENES["close_up"], 30)])
    moving = cv2.blur((frames.std(axis=0) > 4).astype(np.float32), (25, 25)) > 0.3
    assert 0.75 < moving.mean() < 0.95


def test_variable_times_vary_and_fall_on_the_clock_of_the_file():
    time_s = SCENES["vfr"].time_s()
    steps = np.diff(time_s)
    assert steps.max() > 2 * steps.min()
    assert len(np.unique(steps.round(6))) > 50
    assert np.abs(time_s * 90_000 - np.rint(time_s * 90_000)).max() < 1e-6
