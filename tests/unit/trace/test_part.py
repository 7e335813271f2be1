import io
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.errors import TraceCorrupted
from funscribe.records import DetectionRows, Provenance, Trace, VideoInfo
from funscribe.trace.part import Part, join_parts

INFO = VideoInfo("a.mp4", (16, 9), (16, 9), Fraction(1, 90_000), 0.0, 0, "h264", "yuv420p")
MADE_BY = Provenance("0", "0" * 16, "none")


def _part(times: list[float], first: float = 0.0, *, overlap: bool = False, damaged: int = 0) -> Part:
    count = len(times)
    field = np.full((count, 2, 3, 2), 1.0, np.float16) * np.arange(count)[:, None, None, None]
    if count:
        field[0] = first
    return Part(np.array(times), field, np.arange(count, dtype=np.float32) / 100, overlap, damaged)


def _join(*parts: Part) -> Trace:
    return join_parts(parts, INFO, MADE_BY)


@pytest.mark.parametrize("part", [_part([]), _part([0.5]), _part([0.0, 0.1, 0.3], overlap=True, damaged=3)])
def test_a_part_reads_back_as_it_was(part: Part) -> None:
    again = Part.decode(part.encode(), "x")
    assert np.array_equal(again.time_s, part.time_s)
    assert np.array_equal(again.field, part.field)
    assert np.array_equal(again.cut, part.cut)
    assert (again.overlap, again.damaged) == (part.overlap, part.damaged)
    assert (again.time_s.dtype, again.field.dtype, again.cut.dtype) == (np.float64, np.float16, np.float32)


def test_the_same_part_is_the_same_bytes_and_numpy_can_read_them() -> None:
    data = _part([0.0, 0.1]).encode()
    assert data == _part([0.0, 0.1]).encode()
    assert np.load(io.BytesIO(data))["time_s"].tolist() == [0.0, 0.1]


def test_every_single_flipped_byte_is_noticed() -> None:
    data = _part([0.0, 0.1]).encode()
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 0x41
        with pytest.raises(TraceCorrupted, match="segment 7 is damaged"):
            Part.decode(bytes(flipped), "segment 7")


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_garbage_and_halves_are_noticed(garbage: bytes, length: int) -> None:
    data = _part([0.0, 0.1]).encode()
    for wrong in (garbage, data[: min(length, len(data) - 1)], data + b"\0"):
        with pytest.raises(TraceCorrupted):
            Part.decode(wrong, "x")


def test_parts_that_overlap_join_without_a_seam() -> None:
    whole = _join(_part([0.0, 0.1, 0.2], overlap=True), _part([0.2, 0.3], overlap=False))
    assert whole.time_s.tolist() == [0.0, 0.1, 0.2, 0.3]
    # The row at the border is the one that saw the frame before it, not the zero row.
    assert whole.field[:, 0, 0, 0].tolist() == [0, 1, 2, 1]
    assert whole.cut.tolist() == pytest.approx([0, 0.01, 0.02, 0.01])


def test_a_part_without_overlap_keeps_the_zero_row_after_it() -> None:
    whole = _join(_part([0.0, 0.1]), _part([0.2, 0.3]))
    assert whole.field[:, 0, 0, 0].tolist() == [0, 1, 0, 1]


def test_a_border_frame_that_the_next_part_lost_does_not_shift_rows() -> None:
    whole = _join(_part([0.0, 0.1, 0.2], overlap=True), _part([0.3, 0.4]))
    assert whole.time_s.tolist() == [0.0, 0.1, 0.3, 0.4]
    assert whole.field[:, 0, 0, 0].tolist() == [0, 1, 0, 1]


def test_frames_seen_twice_count_once() -> None:
    whole = _join(_part([0.0, 0.1, 0.2]), _part([0.1, 0.2, 0.3]))
    assert whole.time_s.tolist() == [0.0, 0.1, 0.2, 0.3]


def test_empty_parts_are_legal() -> None:
    assert len(_join(_part([]))) == 0
    assert _join(_part([0.0]), _part([]), _part([0.1], damaged=2)).time_s.tolist() == [0.0, 0.1]
    assert _join(_part([]), _part([0.1]), _part([])).time_s.tolist() == [0.1]


def test_damage_adds_up() -> None:
    assert _join(_part([0.0], damaged=1), _part([0.1], damaged=4)).damaged == 5


def test_joining_leaves_the_parts_alone() -> None:
    first, second = _part([0.0, 0.1, 0.2], overlap=True), _part([0.2, 0.3])
    _join(first, second)
    assert second.field[0].max() == 0
    assert len(first.time_s) == 3


def _looked(times: list[float], found: list[int], *, overlap: bool = False, long: int = 2) -> Part:
    """Return a part in which the frames that are looked at hold so many boxes; -1 was not looked at."""
    counts = np.maximum(found, 0)
    rows = int(counts.sum())
    detections = DetectionRows(
        np.array(found) >= 0,
        np.concatenate([[0], np.cumsum(counts)]),
        np.arange(rows * 4).reshape(rows, 4),
        np.full(rows, 0.5),
        np.arange(rows),
        np.ones((rows, long if rows else 0)),
        ("ball", "person"),
        dropped=1,
    )
    seen_by = ("openvino 1", "cpu", "fp32")
    return replace(_part(times, overlap=overlap), detections=detections, seen_by=seen_by)


@pytest.mark.parametrize("found", [[], [0], [2, -1, 0, 1]])
def test_detections_read_back_as_they_were(found: list[int]) -> None:
    part = _looked([k / 10 for k in range(len(found))], found)
    again = Part.decode(part.encode(), "x")
    assert again.seen_by == part.seen_by
    assert again.detections is not None
    assert part.detections is not None
    for name in ("looked", "row_start", "xyxy", "score", "class_id", "embedding"):
        assert np.array_equal(getattr(again.detections, name), getattr(part.detections, name)), name
    assert (again.detections.classes, again.detections.dropped) == (("ball", "person"), 1)


def test_detections_join_without_those_of_the_border_frame() -> None:
    trace = _join(_looked([0.0, 0.1, 0.2], [1, -1, 2], overlap=True), _looked([0.2, 0.3], [1, 1]))
    rows = trace.detections
    assert rows is not None
    assert rows.looked.tolist() == [True, False, True, True]
    assert rows.row_start.tolist() == [0, 1, 1, 2, 3]
    assert rows.xyxy[:, 0].tolist() == [0, 0, 4]
    assert rows.dropped == 2
    assert (trace.made_by.engine, trace.made_by.device) == ("openvino 1", "cpu")


def test_parts_in_which_nothing_was_found_join_with_others() -> None:
    trace = _join(_looked([0.0], [0]), _looked([0.1], [2], long=3), _looked([0.2], [-1]))
    assert trace.detections is not None
    assert trace.detections.embedding is not None
    assert trace.detections.embedding.shape == (2, 3)


def test_detections_that_do_not_fit_their_frames_are_damage() -> None:
    part = replace(_looked([0.0, 0.1], [1, 1]), time_s=np.array([0.0]), field=np.zeros((1, 2, 3, 2)), cut=[0])
    with pytest.raises(TraceCorrupted, match="not of its frames"):
        Part.decode(part.encode(), "x")
