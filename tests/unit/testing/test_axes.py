import itertools

import cv2
import numpy as np
import pytest

from funscribe.testing.axes import AXIS_SCENES


def covered(name, at_s):
    """Middle (px), angle (degrees) and area (px) of the subject, from the moments of its outline."""
    scene = AXIS_SCENES[name].scene
    thing = scene.shots()[0].layers[1]
    found = []
    for time_s in at_s:
        canvas = np.zeros(scene.size_wh[::-1], np.uint8)
        corners = thing.outline(np.eye(3), time_s, float(scene.curve(np.asarray(time_s))))
        cv2.fillConvexPoly(canvas, cv2.convexHull(corners.T.astype(np.float32)).astype(np.int32), 255)
        m = cv2.moments(canvas, True)
        angle = 0.5 * np.degrees(np.arctan2(2 * m["mu11"], m["mu20"] - m["mu02"]))
        found.append((m["m10"] / m["m00"], m["m01"] / m["m00"], angle, m["m00"]))
    return np.array(found).T


AT = np.arange(0.5, 20, 0.25)


@pytest.mark.parametrize("scene", AXIS_SCENES.values(), ids=AXIS_SCENES)
def test_a_scene_keeps_its_word(scene):
    assert scene.scene.says
    assert set(scene.axes) <= {"roll", "surge", "sway"}
    for axis in ("stroke", "roll", "surge", "sway"):
        t_ms, pos = scene.truth(axis)
        assert len(t_ms) == len(pos)
        assert np.isfinite(pos).all()
        if axis in scene.axes:
            assert (pos.min(), pos.max()) == (pytest.approx(0), pytest.approx(100))
        elif axis != "stroke":
            assert (pos == 50).all()
    _, picture = next(iter(scene.scene.frames()))
    assert picture.std() > 3


def test_there_are_scenes_of_each_axis_and_of_none():
    found = {axis for scene in AXIS_SCENES.values() for axis in scene.axes}
    assert found == {"roll", "surge", "sway"}
    assert sum(not scene.axes for scene in AXIS_SCENES.values()) >= 2


def test_the_subject_does_what_the_truth_says():
    roll = np.interp(1000 * AT, *AXIS_SCENES["stroke_roll"].truth("roll"))
    assert np.corrcoef(covered("stroke_roll", AT)[2], roll)[0, 1] > 0.99  # clockwise, y down, is more
    sway = np.interp(1000 * AT, *AXIS_SCENES["stroke_sway"].truth("sway"))
    assert np.corrcoef(covered("stroke_sway", AT)[0], sway)[0, 1] > 0.99
    up = np.interp(1000 * AT, *AXIS_SCENES["across"].truth("sway"))
    assert np.corrcoef(-covered("across", AT)[1], up)[0, 1] > 0.99
    away = np.interp(1000 * AT, *AXIS_SCENES["stroke_surge"].truth("surge"))
    assert np.corrcoef(-np.log(covered("stroke_surge", AT)[3]), away)[0, 1] > 0.99


def test_the_same_scene_gives_the_same_pictures():
    first, second = (list(itertools.islice(AXIS_SCENES["all_axes"].scene.frames(), 3)) for _ in range(2))
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(first, second, strict=True))
