from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from funscribe.errors import PluginNotFound
from funscribe.records import DetectionRows, Provenance, Trace, VideoInfo
from funscribe.similarity import affine
from funscribe.track import TrackOptions, open_tracker, track_trace

SIZE = (640, 360)
INFO = VideoInfo("a.mp4", SIZE, SIZE, Fraction(1, 90_000), 0.0, 0, "h264", "yuv420p")
COUNT = 90


def _trace(every: int = 3) -> Trace:
    """Two things that go up and down; every third frame is looked at."""
    time_s = np.arange(COUNT) / 30
    y = 180 + 30 * np.sin(2 * np.pi * 0.4 * time_s)
    looked = np.arange(COUNT) % every == 0
    boxes = [[[100, v - 30, 160, v + 30], [400, 300 - v, 480, 380 - v]] for v in y[looked]]
    counts = np.where(looked, 2, 0)
    rows = int(counts.sum())
    detections = DetectionRows(
        looked,
        np.concatenate([[0], np.cumsum(counts)]),
        np.reshape(boxes, (rows, 4)),
        np.full(rows, 0.9),
        np.tile([0, 1], rows // 2),
        classes=("ball", "person"),
    )
    field = np.random.default_rng(1).normal(0, 0.01, (COUNT, 9, 16, 2))
    made_by = Provenance("0", "0", "none")
    return Trace(time_s, field, np.zeros(COUNT), INFO, made_by, detections=detections)


@pytest.mark.parametrize("tracker", ["bytetrack", "botsort", "hybrid"])
def test_the_answer_is_that_of_frame_by_frame(tracker: str) -> None:
    trace = _trace()
    camera = np.random.default_rng(2).normal(0, 0.01, (COUNT, 4))
    options = TrackOptions(tracker=tracker)
    tracks = track_trace(trace, camera, options)
    live = open_tracker(options, SIZE)
    assert trace.detections is not None
    for k, time_s in enumerate(trace.time_s):
        moved = affine(camera[k], 1 / 30, SIZE) if k else None
        field = trace.field[k] if k else None
        rows = live.update(float(time_s), trace.detections.at(k), field=field, camera=moved)
        stored = tracks.at(k)
        assert np.array_equal(rows.track_id, stored.track_id)
        assert np.allclose(rows.xyxy, stored.xyxy, atol=1e-3)
        assert np.array_equal(rows.seen, stored.seen)
    assert set(tracks.track_id.tolist()) == {1, 2}
    assert tracks.classes == ("ball", "person")


def test_a_trace_without_detections_has_no_tracks() -> None:
    plain = replace(_trace(), detections=None)
    assert len(track_trace(plain, None, TrackOptions())) == COUNT
    none = DetectionRows(np.ones(COUNT), np.zeros(COUNT + 1), [], [], [], classes=("x",))
    tracks = track_trace(replace(plain, detections=none), None, TrackOptions())
    assert len(tracks.track_id) == 0
    assert tracks.classes == ("x",)


def test_an_empty_trace() -> None:
    nothing = Trace([], np.zeros((0, 9, 16, 2)), [], INFO, Provenance("0", "0", "none"))
    assert len(track_trace(nothing, np.zeros((0, 4)), TrackOptions())) == 0


def test_an_unknown_tracker() -> None:
    with pytest.raises(PluginNotFound, match="sorcery"):
        track_trace(_trace(), None, TrackOptions(tracker="sorcery"))
