"""Public synthetic scenes with exactly known motion, to test any motion extractor with.

`SCENES` holds them by name, `render` writes one as a video with its truth beside it:

    from funscribe.testing import SCENES, render
    render(SCENES["vertical"], "vertical.mp4")       # and vertical.csv: t_ms,pos

Positions are 0..100: 100 is up in the picture; for motion in depth, away from the camera (towards it, where
the subject is largest, is 0); for sideways motion, swinging and bending, to the right in the picture.
"""

from funscribe.testing.render import render, write_truth
from funscribe.testing.scene import Light, Scene, Shot
from funscribe.testing.scenes import SCENES

__all__ = ["SCENES", "Light", "Scene", "Shot", "render", "write_truth"]
