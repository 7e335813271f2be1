"""Public synthetic scenes with exactly known motion, to test any motion extractor with.

`SCENES` holds them by name, `render` writes one as a video with its truth beside it:

    from funscribe.testing import SCENES, render
    render(SCENES["vertical"], "vertical.mp4")       # and vertical.csv: t_ms,pos

Positions are 0..100: 100 is up in the picture; for motion in depth, away from the camera (towards it, where
the subject is largest, is 0); for sideways motion, swinging and bending, to the right in the picture.

`CROWDS` holds scenes in which other things move more than what is meant. `Scene.boxes` says where everything
is; `find` makes of it what a detector would find, with its faults.
"""

from funscribe.testing.crowds import CROWDS
from funscribe.testing.finding import Faults, Found, find, true_tracks
from funscribe.testing.render import render, write_truth
from funscribe.testing.scene import Boxes, Light, Scene, Shot
from funscribe.testing.scenes import SCENES

__all__ = [
    "CROWDS",
    "SCENES",
    "Boxes",
    "Faults",
    "Found",
    "Light",
    "Scene",
    "Shot",
    "find",
    "render",
    "true_tracks",
    "write_truth",
]
