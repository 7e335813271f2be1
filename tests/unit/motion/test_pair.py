from fractions import Fraction

import numpy as np
import pytest

from funscribe.motion.pair import measure_pairs
from funscribe.motion.roles import Strand
from funscribe.records import Provenance, Trace, VideoInfo

SIZE = (640, 360)
COUNT = 300
TIME_S = np.arange(COUNT) / 30
STROKE = np.sin(2 * np.pi * TIME_S)


def trace_of(count=COUNT):
    info = VideoInfo("made up", SIZE, SIZE, Fraction(1, 90000), 0.0, 0, "raw", "gray")
    field = np.zeros((count, 9, 16, 2), np.float16)
    return Trace(np.arange(count) / 30, field, np.zeros(count), info, Provenance("0", "0", "none"))


def strand(x, y, width, height, track_id=1, seen=None, frame=None):
    """A track whose boxes have their middles at (x, y)."""
    frame = np.arange(COUNT) if frame is None else frame
    x, y, width, height = (
        np.broadcast_to(np.asarray(v, float), (COUNT,))[frame] for v in (x, y, width, height)
    )
    xyxy = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 1)
    seen = np.ones(len(frame), bool) if seen is None else seen[frame]
    return Strand(track_id, 0, frame, xyxy, seen, 0.9)


def pairs(anchors, contacts):
    return measure_pairs(trace_of(), slice(0, COUNT), anchors, contacts)


def test_the_place_is_counted_in_lengths_of_the_anchor_and_up_is_more():
    along, _ = pairs([strand(300, 180, 50, 200)], [strand(300, 180 - 60 * STROKE, 80, 60)])
    assert along.direction == (0.0, -1.0)
    assert along.place == pytest.approx(0.3 * STROKE, abs=1e-6)
    assert along.say.min() == 1
    assert along.time_s == pytest.approx(TIME_S)


def test_the_longer_side_of_the_anchor_is_the_axis_and_right_is_more():
    along, _ = pairs([strand(300, 180, 200, 50)], [strand(300 + 60 * STROKE, 100 + 50 * STROKE, 60, 60)])
    assert along.direction == (1.0, 0.0)
    assert along.place == pytest.approx(0.3 * STROKE, abs=1e-6)


def test_a_square_anchor_leaves_the_axis_to_what_moves():
    along, _ = pairs([strand(300, 180, 100, 105)], [strand(300 + 60 * STROKE, 180 + 5 * STROKE, 60, 60)])
    assert along.direction == (1.0, 0.0)


def test_a_camera_that_moves_and_zooms_cancels_out():
    zoom = 1 + 0.3 * TIME_S / TIME_S[-1]
    x, y = 320 + 40 * np.sin(3 * TIME_S), 180 + 20 * np.cos(5 * TIME_S)
    anchor = strand(x, y, 50 * zoom, 160 * zoom)
    along, _ = pairs([anchor], [strand(x, y - 30 * zoom * STROKE, 80 * zoom, 50 * zoom)])
    assert along.place == pytest.approx(30 / 160 * STROKE, abs=0.01)


def test_what_comes_nearer_goes_down_in_depth():
    size = np.exp(-0.2 * STROKE)
    _, deep = pairs([strand(300, 180, 50, 200)], [strand(300, 180, 100 * size, 80 * size)])
    assert deep.direction == (0.0, 0.0)
    assert np.ptp(deep.place - 0.2 * STROKE) < 1e-6


def test_a_box_that_the_border_cuts_is_told_from_its_other_edge():
    y = 60 + 40 * STROKE
    contact = strand(300, y, 80, 90)
    contact.xyxy[:, 1] = contact.xyxy[:, 1].clip(0)
    along, deep = pairs([strand(300, 180, 50, 200)], [contact])
    assert along.place == pytest.approx((180 - y) / 200, abs=1e-6)
    assert set(deep.say) == {0.0, 1.0} or deep.say.min() == 1


def test_only_what_was_measured_counts_and_an_anchor_that_is_gone_says_less():
    seen = np.arange(COUNT) % 3 == 0
    anchor = strand(300, 180, 50, 200, frame=np.r_[0:100, 200:COUNT], seen=np.arange(COUNT) % 2 == 0)
    along, _ = pairs([anchor], [strand(300, 180 - 60 * STROKE, 80, 60, seen=seen)])
    frame = np.round(along.time_s * 30).astype(int)
    assert np.all(frame % 3 == 0)
    assert not np.any((frame > 120) & (frame < 180))
    assert along.say[frame == 0] == 1
    assert along.say[frame == 3] == 0.5


def test_of_several_contacts_the_one_that_moves_counts():
    still, moves = strand(300, 100, 80, 60, 1), strand(300, 180 - 60 * STROKE, 80, 60, 2)
    for order in ([still, moves], [moves, still]):
        along, _ = pairs([strand(300, 180, 50, 200)], order)
        assert along.place == pytest.approx(0.3 * STROKE, abs=1e-6)


def test_tracks_that_follow_each_other_are_one_thing():
    y = 180 - 60 * STROKE
    first, second = (
        strand(300, y, 80, 60, k, frame=f) for k, f in ((1, np.r_[0:140]), (2, np.r_[150:COUNT]))
    )
    along, _ = pairs([strand(300, 180, 50, 200)], [first, second])
    assert len(along.place) == COUNT - 10
    assert np.all(np.diff(along.time_s) > 0)


@pytest.mark.parametrize("missing", ["anchor", "contact", "both"])
def test_one_alone_is_no_pair(missing):
    anchor, contact = [strand(300, 180, 50, 200)], [strand(300, 100, 80, 60)]
    assert pairs([] if missing != "contact" else anchor, [] if missing != "anchor" else contact) == ()


def test_they_must_be_there_at_the_same_time():
    anchor = strand(300, 180, 50, 200, frame=np.r_[0:100])
    contact = strand(300, 100, 80, 60, frame=np.r_[200:COUNT])
    found = pairs([anchor], [contact])
    assert all(pair.direction == (0.0, 0.0) for pair in found)
