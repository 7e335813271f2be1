"""The table of scenes. To add one, add a function that makes its shots and a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.testing import poses, textures
from funscribe.testing.curves import Curve, Manner, held, strokes, swaying
from funscribe.testing.layers import Backdrop, BendingBar, Layer, Thing
from funscribe.testing.poses import Camera
from funscribe.testing.scene import Light, Scene, Shot

Array = NDArray[Any]
Shots = Callable[[], tuple[Shot, ...]]

_MARGIN = 96


# Picture parts


def _room(seed: int, level: float = 96, contrast: float = 16) -> Backdrop:
    size = (640 + 2 * _MARGIN, 360 + 2 * _MARGIN)
    return Backdrop(textures.room(seed, size, level, contrast), _MARGIN)


def _body(
    seed: int, size_wh: tuple[int, int], pose: poses.Pose, level: float = 150, name: str = "mover"
) -> Thing:
    contrast = float(np.random.default_rng(seed).uniform(10, 22))
    return Thing(textures.body(seed, size_wh, level, contrast), pose, name)


def _passers(seed: int, duration_s: float, every_s: float, size_wh: tuple[int, int]) -> tuple[Layer, ...]:
    """People who cross from either side, now and then."""
    rng = np.random.default_rng(seed)
    people: list[Layer] = []
    start = 1.0
    while start < duration_s - 2:
        takes = rng.uniform(2.5, 5)
        y = rng.uniform(170, 250)
        ends = (-70.0, 710.0) if rng.random() < 0.5 else (710.0, -70.0)
        walk = poses.crossing(start, start + takes, (*ends, y))
        people.append(_body(seed + len(people), size_wh, walk, float(rng.uniform(60, 190)), "passer"))
        start += every_s * rng.uniform(0.7, 1.3)
    return tuple(people)


def _one(make: Callable[[], tuple[Layer, ...]], camera: Camera = poses.tripod) -> Shots:
    """The shots of a scene without cuts."""
    return lambda: (Shot(0.0, make(), camera),)


# What is seen


def _sliding(
    seed: int, stroke: tuple[float, float], size_wh: tuple[int, int] = (170, 120)
) -> Callable[[], tuple[Layer, ...]]:
    """A body that slides before a room; something that rests covers a corner of its way."""

    def make() -> tuple[Layer, ...]:
        tilt = float(np.random.default_rng(seed).uniform(-8, 8))
        mover = _body(seed + 1, size_wh, poses.slide((310, 175), stroke, tilt))
        rest = _body(seed + 2, (150, 130), poses.standing(410, 320), 110, "rest")
        return _room(seed), mover, rest

    return make


def _approaching(seed: int) -> Callable[[], tuple[Layer, ...]]:
    return lambda: (_room(seed), _body(seed + 1, (190, 160), poses.approach((330, 185))))


def _swinging(seed: int) -> Callable[[], tuple[Layer, ...]]:
    return lambda: (_room(seed), _body(seed + 1, (72, 250), poses.swing((320, 30), 130, 46)))


def _bending(seed: int) -> Callable[[], tuple[Layer, ...]]:
    return lambda: (_room(seed), BendingBar(textures.body(seed + 1, (84, 300)), (320, 350), 130, "mover"))


def _distracted(seed: int, duration_s: float) -> Callable[[], tuple[Layer, ...]]:
    """The slide with a fan behind it and people who cross behind and before it."""

    def make() -> tuple[Layer, ...]:
        room, mover, rest = _sliding(seed, (18, -96))()
        fan = Thing(textures.wheel(seed + 5, 84), poses.spinning(545, 92, 0.43), "fan")
        small = Thing(textures.wheel(seed + 6, 54, 3), poses.spinning(80, 250, -1.15), "fan")
        behind = _passers(seed + 20, duration_s, 4.5, (50, 130))
        before = _passers(seed + 40, duration_s, 9.0, (60, 150))
        return room, fan, small, *behind, mover, rest, *before

    return make


def _zoom_hard(seed: int, duration_s: float) -> Callable[[], tuple[Layer, ...]]:
    def make() -> tuple[Layer, ...]:
        room, mover = _approaching(seed)()
        fan = Thing(textures.wheel(seed + 5, 90), poses.spinning(560, 90, 0.6), "fan")
        return room, fan, *_passers(seed + 20, duration_s, 3.0, (60, 150)), mover

    return make


def _filling(seed: int) -> Callable[[], tuple[Layer, ...]]:
    """The moving body covers about 85 % of the picture; the room is seen at its sides only."""
    return lambda: (_room(seed), _body(seed + 1, (570, 640), poses.slide((320, 180), (10, -84))))


def _empty(seed: int) -> Callable[[], tuple[Layer, ...]]:
    return lambda: (_room(seed), _body(seed + 1, (170, 140), poses.standing(310, 190), name="rest"))


def _cut(seed: int) -> tuple[Shot, ...]:
    """Three views of one slide, and an insert of something else."""
    wide = _sliding(seed, (0, -100))()
    closer = (_room(seed + 7, 120), *wide[1:])
    insert = (_room(seed + 9, 140, 22), *_passers(seed + 50, 20, 1.2, (70, 180)))
    return (
        Shot(0.0, wide),
        Shot(6.3, closer, poses.framing(1.5, 330, 190)),
        Shot(11.1, insert, poses.pan((-25, 0), start=(180, 0))),
        Shot(13.6, wide, poses.framing(0.8, 250, 170)),
        Shot(18.9, closer, poses.framing(1.2, 300, 150)),
    )


def _variable_times(seed: int, duration_s: float) -> Array:
    """Times as of a phone or a screen recording: mostly 30 Hz, passages of 60 and 20 Hz, frames left out."""
    rng = np.random.default_rng(seed)
    steps: list[int] = []
    while sum(steps) < duration_s * 90_000:
        usual = int(rng.choice([3000, 3000, 3000, 1500, 4500]))
        for _ in range(int(rng.integers(20, 90))):
            left_out = 1 + int(rng.random() < 0.06)
            steps.append(usual * left_out + int(rng.integers(-400, 401)))
    ticks = np.concatenate([[0], np.cumsum(steps)])
    return np.asarray(ticks[ticks < duration_s * 90_000] / 90_000, np.float64)


def _stroked(seed: int, duration_s: float = 20.0, **manner: Any) -> Curve:
    return strokes(seed, duration_s, Manner(**manner))


_SLOW_PAN = poses.pan((9, -1.2), 0.005, start=(-90, 12))
_PAUSES = ((5.0, 9.0), (13.0, 16.5), (20.0, 22.5))
_TEMPOS = (0.5, 1.0, 1.6, 2.5, 1.2, 0.7, 2.0)
_DEPTHS = (0.95, 0.5, 0.8, 0.3, 0.65, 0.95, 0.4, 0.9, 0.25, 0.7)

_TABLE = (
    Scene("vertical", "slides up and down", _stroked(1, hz=1.1), _one(_sliding(100, (0, -110))), True),
    Scene("horizontal", "slides left and right", _stroked(2, hz=0.9), _one(_sliding(110, (130, 0)))),
    Scene("oblique", "slides up to the right", _stroked(3, hz=1.3), _one(_sliding(120, (95, -80))), True),
    Scene("zoom", "comes towards the camera", _stroked(4, hz=0.9), _one(_approaching(130))),
    Scene("swing", "swings about a hinge", swaying(5, 0.8), _one(_swinging(140))),
    Scene("bend", "a bar that bends sideways", swaying(6, 1.0), _one(_bending(150))),
    Scene("fast", "slides at 4 Hz", _stroked(7, hz=4.0), _one(_sliding(160, (0, -62))), True),
    Scene("slow", "slides at 0.2 Hz", _stroked(8, 40, hz=0.2), _one(_sliding(170, (0, -120))), True, 40.0),
    Scene("tiny", "slides by 4 px", _stroked(9, hz=1.2), _one(_sliding(180, (0, -4.2))), True),
    Scene(
        "pauses",
        "slides, and rests for seconds",
        _stroked(10, 26, hz=1.2, rests=_PAUSES),
        _one(_sliding(190, (0, -105))),
        True,
        26.0,
    ),
    Scene(
        "shake",
        "slides before a camera in the hand",
        _stroked(11, hz=1.1),
        _one(_sliding(200, (15, -100)), poses.handheld(200)),
        True,
    ),
    Scene(
        "pan",
        "slides while the camera pans and zooms slowly",
        _stroked(12, hz=1.0),
        _one(_sliding(210, (0, -100)), _SLOW_PAN),
        True,
    ),
    Scene(
        "distractors",
        "slides among fans and passers-by",
        _stroked(13, hz=1.4),
        _one(_distracted(220, 20)),
        True,
    ),
    Scene(
        "dark",
        "slides in the dark, with much noise",
        _stroked(14, hz=1.0),
        _one(_sliding(230, (0, -100))),
        True,
        rate_hz=25.0,
        light=Light(gain=0.22, noise=7.0),
    ),
    Scene(
        "flicker",
        "slides in light that flickers",
        _stroked(15, hz=1.2),
        _one(_sliding(240, (0, -100))),
        True,
        light=Light(gain=0.95, flicker=0.16),
    ),
    Scene(
        "cuts",
        "slides, seen in views that change, with an insert of something else",
        _stroked(16, hz=1.1),
        lambda: _cut(250),
        True,
        no_truth=((11.1, 13.6),),
    ),
    Scene(
        "hz60", "slides, at 60 Hz", _stroked(17, hz=1.5), _one(_sliding(260, (0, -100))), True, rate_hz=60.0
    ),
    Scene(
        "vfr",
        "slides, with frame times that vary",
        _stroked(18, hz=1.3),
        _one(_sliding(270, (0, -100))),
        True,
        times=lambda: _variable_times(270, 20),
    ),
    Scene("still", "nothing moves", held(), _one(_empty(280)), no_truth=((0.0, 20.0),)),
    Scene(
        "varying",
        "deep and shallow strokes, slow and fast",
        _stroked(19, 30, hz=_TEMPOS, depth=_DEPTHS),
        _one(_sliding(290, (0, -130))),
        True,
        30.0,
    ),
    Scene(
        "zoom_hard",
        "comes towards a camera in the hand, among passers-by and a fan",
        _stroked(20, hz=0.9),
        _one(_zoom_hard(300, 20), poses.handheld(300)),
    ),
    Scene("close_up", "slides and fills the picture", _stroked(21, hz=1.0), _one(_filling(310)), True),
    Scene(
        "asymmetric",
        "slides down fast and up slowly",
        _stroked(22, hz=0.9, rise=0.7),
        _one(_sliding(320, (0, -110))),
        True,
    ),
    Scene(
        "nothing",
        "people pass and the camera pans, but there is nothing to script",
        held(),
        lambda: (Shot(0.0, (_room(330), *_passers(330, 20, 4.0, (60, 150))), _SLOW_PAN),),
        no_truth=((0.0, 20.0),),
    ),
)

SCENES: dict[str, Scene] = {scene.name: scene for scene in _TABLE}
"""Every scene by its name."""
