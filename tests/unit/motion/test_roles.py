import numpy as np
import pytest

from funscribe.errors import ClassUnknown
from funscribe.motion import MotionOptions
from funscribe.motion.roles import cast_of, check_classes, measured, strands, unheeded
from funscribe.records import DetectionRows, Tracks

CLASSES = ("person", "ball", "bat")
SIZE = (640, 360)


def tracks_of(rows, frames, classes=CLASSES):
    """Tracks of rows (frame, track_id, class_id, xyxy, seen)."""
    rows = sorted(rows, key=lambda row: row[0])
    frame = np.array([row[0] for row in rows], np.int64)
    start = np.searchsorted(frame, np.arange(frames + 1))
    columns = [np.array([row[k] for row in rows]) for k in (1, 3, 2, 4)]
    track_id, xyxy, class_id, seen = columns
    return Tracks(start, track_id, xyxy, np.full(len(rows), 0.9), class_id, seen, classes)


def steady(track_id, class_id, box, frames, seen_every=1):
    return [(f, track_id, class_id, box, f % seen_every == 0) for f in frames]


def test_classes_that_a_model_has_are_accepted():
    check_classes(MotionOptions(anchor="ball", contacts=("bat", "person")), CLASSES)
    check_classes(MotionOptions(), ())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (MotionOptions(anchor="bal"), "motion.anchor.*'bal'.*ball"),
        (MotionOptions(contacts=("bat", "Persn")), "motion.contacts.*'Persn'.*person"),
        (MotionOptions(anchor="zeppelin"), "it has person, ball, bat"),
    ],
)
def test_a_class_that_is_not_there_is_refused_and_the_nearest_told(options, words):
    with pytest.raises(ClassUnknown, match=words):
        check_classes(options, CLASSES)


def test_strands_are_the_tracks_of_a_shot_by_their_number():
    rows = steady(7, 1, (10, 10, 30, 30), range(2, 40)) + steady(3, 0, (50, 50, 90, 90), range(20, 60), 5)
    first, second = strands(tracks_of(rows, 60), slice(10, 50), SIZE)
    assert (first.track_id, second.track_id) == (3, 7)
    assert second.frame.tolist() == list(range(30))
    assert first.frame.tolist() == list(range(10, 40))
    assert first.seen.sum() == 6


def test_what_was_hardly_measured_or_has_no_sense_is_no_strand():
    bad = (np.nan, 0, 10, 10)
    rows = steady(1, 1, (10, 10, 30, 30), range(2)) + steady(2, 1, bad, range(20))
    rows += steady(3, 1, (30, 30, 10, 10), range(20)) + steady(4, 1, (700, 10, 800, 90), range(20))
    assert strands(tracks_of(rows, 30), slice(0, 30), SIZE) == []


def test_the_cast_follows_the_names():
    rows = steady(1, 0, (0, 0, 50, 90), range(30)) + steady(2, 1, (60, 0, 80, 20), range(30))
    rows += steady(3, 2, (100, 0, 120, 90), range(30))
    tracks = tracks_of(rows, 30)

    def ids(options):
        cast = cast_of(tracks, slice(0, 30), SIZE, options)
        return [[s.track_id for s in part] for part in (cast.anchors, cast.contacts, cast.heeded)]

    assert ids(MotionOptions()) == [[], [], [1, 2, 3]]
    assert ids(MotionOptions(contacts=("ball",))) == [[], [2], [2]]
    assert ids(MotionOptions(anchor="bat", contacts=("ball",))) == [[3], [2], [2]]
    assert ids(MotionOptions(anchor="bat")) == [[3], [1, 2], [3]]


def test_without_tracks_nobody_plays_a_part():
    cast = cast_of(None, slice(0, 30), SIZE, MotionOptions(anchor="ball"))
    assert cast.anchors == cast.contacts == cast.heeded == ()
    assert cast_of(tracks_of([], 30), slice(0, 30), SIZE, MotionOptions()).heeded == ()


def test_measurements_are_the_detections_and_not_the_boxes_of_the_tracker():
    rows = steady(1, 1, (100, 100, 150, 150), range(30), 3)
    (strand,) = strands(tracks_of(rows, 30), slice(0, 30), SIZE)
    looked = np.arange(30) % 3 == 0
    each = [(300, 100, 350, 150), (104, 100, 154, 150), (100, 100, 150, 150)]
    kinds = [1, 1, 2]  # far away; the one that was taken; of another class
    start = np.concatenate([[0], np.cumsum(looked * 3)])
    found = DetectionRows(looked, start, each * 10, np.ones(30), kinds * 10, classes=CLASSES)
    frame, xyxy = measured(strand, slice(0, 30), found)
    assert frame.tolist() == list(range(0, 30, 3))
    assert xyxy.tolist() == [[104, 100, 154, 150]] * 10


def test_without_detections_the_boxes_of_the_tracker_are_what_was_measured():
    (strand,) = strands(tracks_of(steady(1, 1, (1, 2, 30, 40), range(9), 2), 9), slice(0, 9), SIZE)
    frame, xyxy = measured(strand, slice(0, 9), None)
    assert frame.tolist() == [0, 2, 4, 6, 8]
    assert xyxy.tolist() == [[1, 2, 30, 40]] * 5


def test_a_track_that_no_detection_fits_was_not_measured():
    (strand,) = strands(tracks_of(steady(1, 1, (1, 2, 30, 40), range(9)), 9), slice(0, 9), SIZE)
    none = DetectionRows(np.ones(9, bool), np.zeros(10), [], [], [], classes=CLASSES)
    frame, xyxy = measured(strand, slice(0, 9), none)
    assert len(frame) == 0
    assert xyxy.shape == (0, 4)


def test_what_tracks_could_not_be_used_for_is_said():
    nothing, ball = tracks_of([], 9), tracks_of(steady(1, 1, (1, 2, 30, 40), range(9)), 9)
    assert unheeded(None, MotionOptions()) == ""
    assert unheeded(ball, MotionOptions()) == ""
    assert unheeded(ball, MotionOptions(contacts=("ball", "bat"))) == ""
    assert unheeded(ball, MotionOptions(anchor="ball")) == ""
    assert "nothing was tracked" in unheeded(nothing, MotionOptions(contacts=("ball",)))
    assert "no bat or person was tracked" in unheeded(ball, MotionOptions(contacts=("bat", "person")))
    assert "no bat was tracked" in unheeded(ball, MotionOptions(anchor="bat", contacts=("ball",)))
    assert "no bat was tracked" in unheeded(None, MotionOptions(anchor="bat"))
    assert "region" in unheeded(nothing, MotionOptions(roi=(0, 0, 0.5, 0.5)))
