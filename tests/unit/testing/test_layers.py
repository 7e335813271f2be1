import numpy as np
import pytest

from funscribe.testing import poses, textures
from funscribe.testing.layers import Backdrop, BendingBar, Thing

EYE = np.eye(3)


def disc(diameter=61):
    """A smooth bright spot whose centroid says where it is."""
    y, x = np.mgrid[-1 : 1 : diameter * 1j, -1 : 1 : diameter * 1j]
    bump = np.clip(1 - x**2 - y**2, 0, 1) ** 2
    return textures.sprite(255 * np.ones_like(bump), bump)


def drawn(layer, position=0.5, camera=EYE, time_s=0.0):
    canvas = np.zeros((360, 640), np.uint8)
    layer.draw(canvas, camera, time_s, position)
    return canvas


def centroid(canvas):
    y, x = np.nonzero(canvas)
    weight = canvas[y, x].astype(float)
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("position", np.linspace(0, 1, 8))
def test_a_thing_slides_to_a_fraction_of_a_pixel(position):
    thing = Thing(disc(), poses.slide((300, 180), (7.3, -90.9)))
    expected = [300 + (position - 0.5) * 7.3, 180 - (position - 0.5) * 90.9]
    assert centroid(drawn(thing, position)) == pytest.approx(expected, abs=0.06)


def test_a_tiny_slide_is_seen_in_every_step():
    thing = Thing(disc(), poses.slide((300, 180), (0, -2)))
    heights = [centroid(drawn(thing, p))[1] for p in np.linspace(0, 1, 9)]
    assert np.diff(heights) == pytest.approx(np.full(8, -0.25), abs=0.06)


def test_nearer_is_larger_as_one_over_the_distance():
    thing = Thing(disc(), poses.approach((320, 180), near=0.8, far=1.6))
    near, far = (np.sqrt(drawn(thing, p).astype(float).sum()) for p in (0.0, 1.0))
    assert near / far == pytest.approx(2, rel=0.02)


def test_swinging_goes_right_with_the_position_about_its_hinge():
    thing = Thing(disc(), poses.swing((320, 30), 150, 60))
    at = np.array([centroid(drawn(thing, p)) for p in (0, 0.5, 1)])
    assert np.hypot(*(at - [320, 30]).T) == pytest.approx(150, abs=0.2)
    assert at[:, 0] - 320 == pytest.approx([-75, 0, 75], abs=0.2)


def test_a_bar_bends_with_its_foot_held():
    bar = BendingBar(textures.body(1, (60, 300)), (320, 350), 120)
    left, straight, right = (drawn(bar, p) for p in (0, 0.5, 1))
    top, foot = slice(60, 90), slice(325, 345)
    assert centroid(right[top])[0] - centroid(straight[top])[0] == pytest.approx(60 * 0.92**2, abs=3)
    assert centroid(left[top])[0] - centroid(straight[top])[0] == pytest.approx(-60 * 0.92**2, abs=3)
    assert centroid(right[foot])[0] == pytest.approx(centroid(straight[foot])[0], abs=0.5)


def test_the_camera_carries_every_layer_alike():
    camera = poses.shift(13, -8) @ poses.about(320, 180, poses.turn(2, 1.05))
    room = Backdrop(textures.room(1, (800, 520)), 80)
    spot = Thing(disc(), poses.standing(250, 120))
    expected = (camera @ [250, 120, 1])[:2]
    assert centroid(drawn(spot, camera=camera)) == pytest.approx(expected, abs=0.1)
    point = (camera @ [400, 250, 1])[:2].round().astype(int)
    still, moved = drawn(room), drawn(room, camera=camera)
    patch = moved[point[1] - 2 : point[1] + 3, point[0] - 2 : point[0] + 3]
    assert patch.mean() == pytest.approx(still[248:253, 398:403].mean(), abs=3)


@pytest.mark.parametrize("x", [-500.0, 0.0, 640.0, 2000.0])
def test_a_thing_at_or_past_the_edge_is_cut_off_there(x):
    canvas = drawn(Thing(disc(), poses.standing(x, 100)))
    assert (canvas.max() > 0) == (0 <= x <= 640)


def test_drawing_lays_over_what_is_there():
    canvas = np.full((360, 640), 77, np.uint8)
    Thing(textures.body(1, (100, 80)), poses.standing(300, 200)).draw(canvas, EYE, 0.0, 0.5)
    assert np.all(canvas[:100] == 77)
    assert canvas[180:220, 280:320].mean() > 110
