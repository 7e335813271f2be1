from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.motion import MotionOptions
from funscribe.motion.attention import background, cover, region, weigh
from funscribe.motion.roles import Strand
from funscribe.records import Provenance, Trace, Tracks, VideoInfo

GRID = (9, 16)
SIZE = (640, 360)
CELL = 40.0


def trace_of(count):
    info = VideoInfo("made up", SIZE, SIZE, Fraction(1, 90000), 0.0, 0, "raw", "gray")
    field = np.zeros((count, *GRID, 2), np.float16)
    return Trace(np.arange(count) / 30, field, np.zeros(count), info, Provenance("0", "0", "none"))


def strand_of(boxes, track_id=1, class_id=0):
    boxes = np.asarray(boxes, np.float64)
    return Strand(track_id, class_id, np.arange(len(boxes)), boxes, np.ones(len(boxes), bool), 0.9)


def weights(strands, still=None, count=300, **options):
    trace = trace_of(count)
    still = np.zeros((count, 288), np.float32) if still is None else still
    found = weigh(trace, slice(0, count), trace.time_s, still, strands, MotionOptions(**options))
    return None if found is None else found.reshape(-1, *GRID)


def test_a_box_covers_cells_by_the_part_it_overlaps():
    covered = cover(np.array([[40, 80, 100, 120]]), SIZE, GRID, 0.0).reshape(GRID)
    assert covered[2, 1] == 1
    assert covered[2, 2] == pytest.approx(0.5)
    assert covered.sum() == pytest.approx(1.5)


def test_a_soft_border_reaches_out():
    covered = cover(np.array([[40, 80, 80, 120]]), SIZE, GRID).reshape(GRID)
    assert covered[2, 1] == 1
    assert covered[2, 0] == pytest.approx(0.5)
    assert covered[1, 2] == pytest.approx(0.25)


@settings(max_examples=40)
@given(st.lists(st.floats(-1e4, 1e4), min_size=4, max_size=4))
def test_any_box_covers_between_nothing_and_all(box):
    covered = cover(np.array([box]), SIZE, GRID)
    assert covered.shape == (1, 144)
    assert ((covered >= 0) & (covered <= 1)).all()


def test_the_region_of_the_user_is_in_parts_of_the_picture():
    assert region(MotionOptions(), GRID) is None
    half = region(MotionOptions(roi=(0.5, 0.0, 0.5, 1.0)), GRID).reshape(GRID)
    assert half[:, 8:].min() == 1
    assert half[:, :8].max() == 0


def test_with_nothing_to_attend_to_all_cells_count_alike():
    assert weights([]) is None
    assert weights([], contacts=("ball",)) is None


def test_a_contact_is_attended_where_it_is_and_a_little_before_and_after():
    left, right = (0, 80, 40, 120), (600, 240, 640, 280)
    found = weights([strand_of([left] * 150 + [right] * 150)], contacts=("ball",), attention=0.9)
    assert found[20, 2, 0] == pytest.approx(1)
    assert found[20, 6, 15] == pytest.approx(0.1)
    assert found[280, 6, 15] == pytest.approx(1)
    assert found[280, 2, 0] == pytest.approx(0.1)
    assert found[155, 2, 0] > 0.5
    assert found.min() == pytest.approx(0.1)


def test_a_region_alone_weights_and_a_region_limits_the_contacts():
    drawn = weights([], roi=(0.0, 0.0, 0.25, 1.0), attention=1.0)
    assert drawn[:, :, :4].min() == 1
    assert drawn[:, :, 4:].max() == 0
    two = [strand_of([(0, 80, 40, 120)] * 300), strand_of([(600, 80, 640, 120)] * 300, 2)]
    both = weights(two, contacts=("ball",), roi=(0.0, 0.0, 0.25, 1.0), attention=1.0)
    assert both[100, 2, 0] == 1
    assert both[100, 2, 15] == 0


def periodic_field(count=300):
    """Cells at the left go up and down, faster ones at the right wander without a period."""
    rng = np.random.default_rng(1)
    still = np.zeros((count, *GRID, 2), np.float32)
    still[:, 2:5, 1:4, 1] = np.sin(2 * np.pi * np.arange(count) / 30)[:, None, None]
    still[:, 2:5, 11:14, 1] = np.cumsum(rng.normal(0, 0.3, count))[:, None, None]
    return still.reshape(count, -1)


def test_without_roles_the_periodic_track_decides():
    moves, wanders = strand_of([(40, 80, 160, 200)] * 300), strand_of([(440, 80, 560, 200)] * 300, 2)
    found = weights([moves, wanders], periodic_field(), attention=0.9)
    assert found[150, 3, 2] == pytest.approx(1)
    assert found[150, 3, 12] == pytest.approx(0.1)


def test_without_roles_and_without_anything_periodic_all_cells_count_alike():
    still = np.random.default_rng(0).normal(0, 1, (300, 288)).astype(np.float32)
    still = np.cumsum(still, axis=0).astype(np.float32)
    found = weights([strand_of([(40, 80, 160, 200)] * 300)], np.zeros((300, 288), np.float32))
    assert found is None
    short = weights([strand_of([(40, 80, 160, 200)] * 5)], still)
    assert short is None


def test_where_no_track_decides_for_a_while_all_cells_do():
    moves = strand_of([(40, 80, 160, 200)] * 280)
    found = weights([moves], np.vstack([periodic_field(), np.zeros((300, 288), np.float32)]), count=600)
    assert found[150, 3, 12] < 0.1
    assert found[500].min() == pytest.approx(1)


def tracks_at(boxes, count, classes=("ball", "bat")):
    rows = len(boxes)
    start = np.concatenate([np.arange(rows + 1), np.full(count - rows, rows)])
    return Tracks(start, np.ones(rows), boxes, np.ones(rows), np.zeros(rows), np.ones(rows), classes)


def test_the_background_is_where_nothing_is_tracked():
    trace = trace_of(40)
    say = background(trace, tracks_at([(0, 0, 320, 360)] * 40, 40), MotionOptions())
    assert say.shape == GRID
    assert say[:, :8].max() == pytest.approx(0.1)
    assert say[:, 8:].min() == 1
    half = background(trace, tracks_at([(0, 0, 320, 360)] * 20, 40), MotionOptions())
    assert half[4, 4] == pytest.approx(0.55)


def test_all_is_background_without_tracks_or_with_none_of_a_role():
    trace = trace_of(40)
    assert background(trace, None, MotionOptions()) is None
    assert background(trace, tracks_at(np.zeros((0, 4)), 40), MotionOptions()) is None
    other = tracks_at([(0, 0, 320, 360)] * 40, 40)
    assert background(trace, other, MotionOptions(contacts=("bat",))) is None
    nan = tracks_at([(np.nan, 0, 320, 360)] * 40, 40)
    assert background(trace, nan, MotionOptions()) is None
