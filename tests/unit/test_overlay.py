from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from funscribe.overlay import BAR_PX, STRIP_PX, Overlay, likeness
from funscribe.records import MotionSignal, Provenance, Trace, Tracks, VideoInfo

INFO = VideoInfo("clip.mp4", (64, 36), (64, 36), Fraction(1, 90_000), 0.0, 0, "h264", "yuv420p")


def clip(count: int = 120, moving: tuple[int, int] = (4, 7)) -> tuple[Trace, MotionSignal]:
    """A trace in which one cell alone moves as the signal does."""
    time_s = np.arange(count) / 30
    position = 0.5 - 0.5 * np.cos(2 * np.pi * time_s)
    field = np.zeros((count, 9, 16, 2), np.float16)
    field[:, moving[0], moving[1], 1] = -np.sin(2 * np.pi * time_s)
    field[:, 0, 0, 0] = 0.2 * np.sin(2 * np.pi * 3.1 * time_s)
    trace = Trace(time_s, field, np.zeros(count), INFO, Provenance("0", "0", "none"))
    return trace, MotionSignal(time_s, position, np.ones(count))


def test_the_cell_that_moves_as_the_script_does_is_the_most_alike():
    trace, signal = clip()
    found = likeness(trace, signal)
    assert found.shape == (120, 9, 16)
    assert np.all(found[:, 4, 7] == 1)
    assert found[60, 0, 0] < 0.2
    assert np.count_nonzero(found[60] > 0.25) == 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_shortest_clips_have_a_likeness(count):
    trace, signal = clip(count)
    assert np.all(np.isfinite(likeness(trace, signal)))


def test_the_picture_is_kept_and_the_region_is_tinted():
    trace, signal = clip()
    overlay = Overlay(trace, signal, (64, 36))
    grey = np.full((36, 64, 3), 128, np.uint8)
    canvas = overlay.draw(grey, 1.0)
    assert canvas.shape == (36 + STRIP_PX, 64 + BAR_PX, 3)
    assert overlay.canvas_wh == (64 + BAR_PX, 36 + STRIP_PX)
    assert np.all(grey == 128)
    cell = canvas[16:20, 28:32].reshape(-1, 3).astype(int)
    assert (cell[:, 1] > cell[:, 0] + 20).any()
    assert tuple(canvas[30, 60]) == (128, 128, 128)


def test_the_bar_stands_higher_when_the_position_is_higher():
    trace, signal = clip()
    overlay = Overlay(trace, signal, (64, 36))
    black = np.zeros((36, 64, 3), np.uint8)
    filled = [
        np.count_nonzero(overlay.draw(black, time_s)[:36, 64 + BAR_PX // 3, 0] > 200) for time_s in (0.0, 0.5)
    ]
    assert filled[0] < 8
    assert filled[1] > 25


def test_times_outside_the_clip_are_drawn_as_its_ends():
    trace, signal = clip()
    overlay = Overlay(trace, signal, (64, 36))
    black = np.zeros((36, 64, 3), np.uint8)
    assert np.array_equal(overlay.draw(black, 1e6)[:36], overlay.draw(black, float(trace.time_s[-1]))[:36])


def test_tracks_are_framed_in_a_colour_of_their_own():
    trace, signal = clip()
    boxes = np.tile([[4, 4, 20, 20], [np.nan, -9, 999, 8]], (120, 1))
    tracks = Tracks(
        np.arange(121) * 2,
        np.tile([1, 2], 120),
        boxes,
        np.ones(240),
        np.zeros(240),
        np.tile([True, False], 120),
    )
    grey = np.full((72, 128, 3), 90, np.uint8)
    plain = Overlay(trace, signal, (128, 72)).draw(grey, 1.0)[:72, :128].astype(int)
    framed = Overlay(trace, signal, (128, 72), tracks).draw(grey, 1.0)[:72, :128].astype(int)
    changed = np.abs(framed - plain).sum(2) > 0
    assert changed[8, 8:40].all()  # at twice the size
    assert changed[8:40, 8].all()
    assert not changed[18:38, 12:38].any()
    assert tuple(framed[20, 8]) != tuple(framed[0, 100])
