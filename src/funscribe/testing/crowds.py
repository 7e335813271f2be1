"""Scenes in which something else moves more than what is meant: boxes and classes tell which it is.

In each the thing called `contact` moves along the one called `anchor`; what is called `passer`, `fan` or
`machine` distracts. `Scene.boxes` has the place of all of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from funscribe.testing import poses, textures
from funscribe.testing.curves import Manner, strokes
from funscribe.testing.layers import Backdrop, Layer, Thing
from funscribe.testing.poses import Camera, Pose
from funscribe.testing.scene import Scene, Shot

_Layers = Callable[[], tuple[Layer, ...]]
_MARGIN = 120
_MIDDLE = (320.0, 185.0)
_UNDIRECTED = ("lying", "nearing")


def _room(seed: int) -> Backdrop:
    return Backdrop(textures.room(seed, (640 + 2 * _MARGIN, 360 + 2 * _MARGIN)), _MARGIN)


def _body(seed: int, size_wh: tuple[int, int], pose: Pose, name: str, level: float = 150) -> Thing:
    contrast = float(np.random.default_rng(seed).uniform(10, 22))
    return Thing(textures.body(seed, size_wh, level, contrast), pose, name)


def _fan(seed: int, diameter_px: int, place: tuple[float, float], turns_hz: float) -> Thing:
    return Thing(textures.wheel(seed, diameter_px), poses.spinning(*place, turns_hz), "fan")


def _couple(
    seed: int,
    carrier: Pose,
    stroke: tuple[float, float],
    sizes: tuple[tuple[int, int], tuple[int, int]] = ((64, 210), (130, 84)),
) -> tuple[Layer, ...]:
    """The anchor and, before it, the contact that slides along it."""
    anchor = _body(seed, sizes[0], carrier, "anchor", 110)
    contact = _body(seed + 1, sizes[1], poses.carried(carrier, poses.slide((0, 0), stroke)), "contact", 165)
    return anchor, contact


def _walkers(seed: int, every_s: float, size_wh: tuple[int, int], takes_s: float = 2.5) -> tuple[Layer, ...]:
    """People who cross from either side all the time."""
    rng = np.random.default_rng(seed)
    people: list[Layer] = []
    start = 0.3
    while start < 19:
        ends = (-90.0, 730.0) if rng.random() < 0.5 else (730.0, -90.0)
        takes = takes_s * rng.uniform(0.7, 1.3)
        walk = poses.crossing(start, start + takes, (*ends, rng.uniform(120, 260)), 9)
        people.append(_body(seed + 1 + len(people), size_wh, walk, "passer", float(rng.uniform(60, 190))))
        start += every_s * rng.uniform(0.7, 1.3)
    return tuple(people)


def _machine(seed: int, hz: float, place: tuple[float, float], stroke: tuple[float, float]) -> Thing:
    """Something larger that moves as periodically as what is meant."""
    own = strokes(seed, 20.0, Manner(hz=hz, tempo_varies=0.02, depth_varies=0.03))
    return _body(seed, (150, 150), poses.driven(own, poses.slide(place, stroke)), "machine", 125)


def _crowd(seed: int) -> tuple[Layer, ...]:
    behind, before = _walkers(seed + 20, 1.1, (90, 220)), _walkers(seed + 50, 4.0, (40, 150), 3.5)
    return _room(seed), *behind, *_couple(seed + 3, poses.standing(*_MIDDLE), (0, -100)), *before


def _fans(seed: int) -> tuple[Layer, ...]:
    places = (((90, 100), 1.9), ((550, 110), -1.3), ((520, 300), 2.3), ((100, 290), -0.9))
    wheels = [_fan(seed + k, 150, place, hz) for k, (place, hz) in enumerate(places)]
    return _room(seed), *wheels, *_couple(seed + 9, poses.standing(*_MIDDLE), (0, -70))


def _two(seed: int) -> tuple[Layer, ...]:
    machine = _machine(seed + 5, 1.7, (150, 180), (0, -150))
    other = _machine(seed + 6, 1.25, (520, 190), (110, 0))
    return _room(seed), machine, other, *_couple(seed + 9, poses.standing(330, 185), (0, -80))


def _shaken(seed: int) -> tuple[Layer, ...]:
    wheel = _fan(seed + 4, 130, (540, 90), 1.6)
    return (
        _room(seed),
        wheel,
        *_walkers(seed + 20, 2.2, (70, 180)),
        *_couple(seed + 9, poses.standing(300, 190), (0, -90)),
    )


def _filling(seed: int) -> tuple[Layer, ...]:
    anchor = _body(seed + 9, (190, 560), poses.standing(545, 200), "anchor", 110)
    contact = _body(seed + 10, (520, 330), poses.slide((240, 195), (0, -90)), "contact", 165)
    wheel = _fan(seed + 4, 150, (80, 80), 1.4)
    return _room(seed), anchor, contact, wheel, *_walkers(seed + 20, 3.0, (80, 200))


def _carried(seed: int) -> tuple[Layer, ...]:
    carrier = poses.drifting(seed, _MIDDLE, (150, 70))
    return _room(seed), *_walkers(seed + 20, 2.5, (70, 190)), *_couple(seed + 9, carrier, (0, -90))


def _hidden(seed: int) -> tuple[Layer, ...]:
    walls = [
        _body(
            seed + 30 + k, (260, 330), poses.crossing(start, start + 2.6, (-140, 780, 180), 3), "passer", 80
        )
        for k, start in enumerate((3.0, 8.4, 14.1))
    ]
    return _room(seed), *_couple(seed + 9, poses.standing(*_MIDDLE), (0, -100)), *walls


def _lying(seed: int) -> tuple[Layer, ...]:
    """The axis lies on its side, and what distracts goes up and down."""
    machine = _machine(seed + 5, 1.1, (110, 180), (0, -140))
    couple = _couple(seed + 9, poses.standing(370, 190), (110, 0), ((240, 60), (80, 120)))
    return _room(seed), machine, *_walkers(seed + 20, 3.0, (70, 190)), *couple


def _nearing(seed: int) -> tuple[Layer, ...]:
    """What moves comes towards the camera, so that no distance in the picture tells where it is."""
    wheel = _fan(seed + 4, 130, (560, 90), 1.7)
    anchor = _body(seed + 9, (60, 200), poses.standing(330, 185), "anchor", 110)
    contact = _body(seed + 10, (150, 120), poses.approach((330, 185)), "contact", 165)
    return _room(seed), wheel, *_walkers(seed + 20, 2.0, (70, 190)), anchor, contact


def _scene(name: str, says: str, make: _Layers, manner: Manner, camera: Camera = poses.tripod) -> Scene:
    seed = sum(map(ord, name))
    curve = strokes(seed, 20.0, manner)
    return Scene(name, says, curve, lambda: (Shot(0.0, make(), camera),), name not in _UNDIRECTED, seed=seed)


_HAND = poses.together(poses.handheld(460, 16, 2.0, 0.03), poses.pan((-2, 1), 0.02))

_TABLE = (
    _scene("crowd", "people pass behind and before it all the time", lambda: _crowd(400), Manner(hz=1.2)),
    _scene("fans", "four fans turn, faster and over more of the picture", lambda: _fans(410), Manner(hz=1.0)),
    _scene("two", "two machines go further, as regularly", lambda: _two(420), Manner(hz=0.9)),
    _scene(
        "shaken", "a camera shakes and zooms, people pass, a fan", lambda: _shaken(430), Manner(hz=1.1), _HAND
    ),
    _scene("filling", "fills the picture; a fan and people before it", lambda: _filling(440), Manner(hz=1.0)),
    _scene("carried", "the anchor wanders about, people pass", lambda: _carried(450), Manner(hz=1.3)),
    _scene("hidden", "people hide it for a second", lambda: _hidden(460), Manner(hz=1.0)),
    _scene("lying", "sideways, beside a machine that goes up and down", lambda: _lying(470), Manner(hz=1.4)),
    _scene("nearing", "comes towards the camera, people pass, a fan", lambda: _nearing(480), Manner(hz=0.9)),
)

CROWDS: dict[str, Scene] = {scene.name: scene for scene in _TABLE}
"""Every such scene by its name."""
