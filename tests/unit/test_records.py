from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from funscribe.records import (
    Action,
    Chapter,
    DetectionRows,
    Detections,
    MotionSignal,
    Provenance,
    Script,
    Trace,
    Tracks,
    VideoInfo,
)

INFO = VideoInfo("a.mp4", (16, 9), (16, 9), Fraction(1, 90_000), 0.0, 0, "h264", "yuv420p")
MADE_BY = Provenance("0", "0" * 16, "none")


def _trace(**changes: Any) -> Trace:
    values: dict[str, Any] = {
        "time_s": [0.0, 0.1, 0.2],
        "field": np.ones((3, 9, 16, 2)),
        "cut": np.zeros(3),
        "info": INFO,
        "made_by": MADE_BY,
    }
    return Trace(**{**values, **changes})


def test_a_trace_has_one_dtype_each_and_is_read_only() -> None:
    trace = _trace()
    assert len(trace) == 3
    assert (trace.time_s.dtype, trace.field.dtype, trace.cut.dtype) == (np.float64, np.float16, np.float32)
    for array in (trace.time_s, trace.field, trace.cut):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        trace.damaged = 3  # type: ignore[misc]


def test_the_callers_array_stays_writable() -> None:
    time_s = np.array([0.0, 0.1, 0.2])
    _trace(time_s=time_s)
    time_s[0] = -1.0
    assert time_s[0] == -1


def test_nothing_seen_is_legal() -> None:
    trace = _trace(time_s=[], field=np.zeros((0, 9, 16, 2)), cut=[])
    assert len(trace) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_s": [0.0, 0.1, 0.1]}, "strictly increasing"),
        ({"time_s": [0.0, 0.2, 0.1]}, "strictly increasing"),
        ({"time_s": [0.0, 0.1, float("nan")]}, "finite"),
        ({"time_s": [0.0, 0.1, float("inf")]}, "finite"),
        ({"time_s": [0.0, 0.1]}, "field must have the shape"),
        ({"time_s": [[0.0, 0.1, 0.2]]}, "time_s must have the shape"),
        ({"field": np.zeros((3, 9, 16))}, "field must have the shape"),
        ({"field": np.zeros((3, 9, 16, 3))}, "field must have the shape"),
        ({"cut": np.zeros(4)}, "cut must have the shape"),
        ({"time_s": ["a", "b", "c"]}, "could not convert"),
    ],
)
def test_a_trace_that_does_not_fit_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _trace(**changes)


def test_repr_shows_shapes_not_numbers() -> None:
    shown = repr(_trace(field=np.zeros((3, 9, 16, 2))))
    assert "field=float16[3, 9, 16, 2]" in shown
    assert len(shown) < 500
    assert "..." in repr(VideoInfo("x" * 500, (2, 2), (2, 2), Fraction(1), 0.0, 0, "", ""))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("position", [0.0, 1.1], r"position must lie in 0\.\.1"),
        ("position", [0.0, float("nan")], r"position must lie in 0\.\.1"),
        ("confidence", [-0.1, 0.0], r"confidence must lie in 0\.\.1"),
        ("confidence", [0.0], "confidence must have the shape"),
    ],
)
def test_a_signal_out_of_bounds_is_refused(name: str, values: list[float], said: str) -> None:
    fitting = {"time_s": [0.0, 1.0], "position": [0.0, 1.0], "confidence": [1.0, 1.0]}
    assert len(MotionSignal(**fitting)) == 2  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=said):
        MotionSignal(**{**fitting, name: values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at_ms", "pos", "said"),
    [
        ([-1, 5], [0, 1], "at least 0"),
        ([5, 5], [0, 1], "strictly increasing"),
        ([0, 5], [0, 101], r"0\.\.100"),
        ([0, 5], [-1, 100], r"0\.\.100"),
        ([0, 5], [1], "pos must have the shape"),
    ],
)
def test_a_script_that_breaks_the_rules_is_refused(at_ms: list[int], pos: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Script(np.array(at_ms), np.array(pos))


def test_a_script_gives_its_actions() -> None:
    script = Script(np.array([0, 40]), np.array([0, 100]))
    assert script.actions == (Action(0, 0), Action(40, 100))
    assert Script(np.array([]), np.array([])).actions == ()


@pytest.mark.parametrize(("start_s", "end_s"), [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_a_chapter_must_begin_before_it_ends(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="must start before it ends"):
        Chapter("a", start_s, end_s)


@pytest.mark.parametrize(
    "changes", [{"size_wh": (0, 9)}, {"coded_size_wh": (16, -1)}, {"rotation": 45}, {"rotation": -90}]
)
def test_a_video_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {name: getattr(INFO, name) for name in INFO.__slots__}
    with pytest.raises(ValueError, match="must be"):
        VideoInfo(**{**values, **changes})


def test_detections_may_be_none_and_their_columns_must_fit() -> None:
    none = Detections([], [], [])
    assert len(none) == 0
    assert none.xyxy.shape == (0, 4)
    with pytest.raises(ValueError, match="score"):
        Detections(np.zeros((2, 4)), [0.5], [0, 0])
    with pytest.raises(ValueError, match="xyxy"):
        Detections(np.zeros((2, 5)), [0.5, 0.5], [0, 0])


def test_rows_give_back_each_frame() -> None:
    boxes = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows = DetectionRows([True, False, True], [0, 2, 2, 3], boxes, [0.1, 0.2, 0.3], [0, 1, 2])
    assert rows.at(1) is None
    first, last = rows.at(0), rows.at(2)
    assert first is not None
    assert last is not None
    assert first.class_id.tolist() == [0, 1]
    assert last.xyxy.tolist() == [[8, 9, 10, 11]]
    with pytest.raises(ValueError, match="row_start"):
        DetectionRows([True], [0, 2], boxes, [0.1, 0.2, 0.3], [0, 1, 2])
    tracks = Tracks([0, 1, 3], [7, 7, 8], boxes, [0.1, 0.2, 0.3], [0, 0, 1], [True, True, False])
    assert tracks.at(1).track_id.tolist() == [7, 8]
    assert len(tracks) == 2
