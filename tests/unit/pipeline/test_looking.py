from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.detect.options import DetectOptions
from funscribe.errors import ModelNotFound
from funscribe.pipeline import looking
from funscribe.pipeline.looking import Lookout, Model, model_of, seen_with
from funscribe.recipe import Recipe, change
from funscribe.records import Detections, VideoInfo


class _Sought:
    def __init__(self, found: list[Detections]) -> None:
        self._found = found

    def result(self) -> list[Detections]:
        return self._found


class _Detector:
    """Finds one box in each picture, as large as its first pixel says."""

    classes = ("thing",)
    engine, device, precision = "fake", "cpu", "fp32"

    def __init__(self, batch: int = 2) -> None:
        self.batch = batch
        self.dropped = 0
        self.batches: list[int] = []
        self.shapes: set[tuple[int, ...]] = set()

    def wanted_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        return size_wh[0] // 2, size_wh[1] // 2

    def start(self, pictures: Sequence[Any], size_wh: tuple[int, int] | None = None) -> _Sought:
        self.batches.append(len(pictures))
        self.shapes |= {picture.shape for picture in pictures}
        self.dropped += 1
        found = [Detections([[0, 0, p[0, 0, 0], 5]], [0.5], [0]) for p in pictures]
        return _Sought(
            [Detections([], [], []) if p[0, 0, 0] == 0 else f for p, f in zip(pictures, found, strict=True)]
        )

    def detect(self, pictures: Sequence[Any], size_wh: tuple[int, int] | None = None) -> list[Detections]:
        return self.start(pictures, size_wh).result()

    def close(self) -> None:
        pass


class _Frame:
    def __init__(self, time_s: float, value: int = 7) -> None:
        self.time_s = time_s
        self._value = value

    def rgb(self, size_wh: tuple[int, int]) -> Any:
        return np.full((size_wh[1], size_wh[0], 3), self._value, np.uint8)


def _info(rotation: int = 0) -> VideoInfo:
    return VideoInfo("a.mp4", (64, 36), (64, 36), Fraction(1, 90_000), 0.0, rotation, "h264", "yuv420p")


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> _Detector:
    made = _Detector()
    monkeypatch.setattr(looking, "_detector", lambda model: made)
    return made


def _watch(frames: list[_Frame], rotation: int = 0, **options: Any) -> looking.Looked:
    lookout = Lookout(Model("m.onnx", "0", DetectOptions(model="m", **options)), _info(rotation))
    for frame in frames:
        lookout.see(frame)
    return lookout.finish()


def test_frames_are_looked_at_ten_times_a_second(detector: _Detector) -> None:
    looked = _watch([_Frame(k / 30) for k in range(30)])
    assert looked.rows.looked.tolist() == [k % 3 == 0 for k in range(30)]
    assert looked.rows.row_start[-1] == 10
    assert looked.seen_by == ("fake", "cpu", "fp32")
    assert detector.batches == [2] * 5


def test_a_slow_or_uneven_video_is_looked_at_whenever_it_is_due(detector: _Detector) -> None:
    times = [0.0, 0.02, 0.5, 0.51, 0.61, 0.69, 0.71]
    looked = _watch([_Frame(t) for t in times])
    assert looked.rows.looked.tolist() == [True, False, True, False, True, False, True]


def test_every_frame_when_it_is_wished(detector: _Detector) -> None:
    assert _watch([_Frame(k / 30) for k in range(7)], every_frame=True).rows.looked.all()
    assert detector.batches == [2, 2, 2, 1]


def test_nothing_found_and_nothing_seen_are_legal(detector: _Detector) -> None:
    looked = _watch([_Frame(k / 10, 0) for k in range(4)])
    assert looked.rows.looked.all()
    assert len(looked.rows.xyxy) == 0
    assert len(_watch([]).rows) == 0


def test_only_boxes_dropped_in_this_segment_are_counted(detector: _Detector) -> None:
    detector.dropped = 40
    assert _watch([_Frame(k / 10) for k in range(4)]).rows.dropped == 2


@pytest.mark.parametrize(("rotation", "shape"), [(0, (18, 32, 3)), (90, (18, 32, 3)), (180, (18, 32, 3))])
def test_pictures_are_handed_over_upright(
    detector: _Detector, rotation: int, shape: tuple[int, int, int]
) -> None:
    _watch([_Frame(0.0)], rotation)
    assert detector.shapes == {shape}


def test_boxes_stay_with_their_frames(detector: _Detector) -> None:
    looked = _watch([_Frame(0.0, 3), _Frame(0.1, 0), _Frame(0.2, 9)])
    assert looked.rows.row_start.tolist() == [0, 1, 1, 2]
    assert looked.rows.xyxy[:, 2].tolist() == [3, 9]


@pytest.mark.parametrize(("wished", "opened"), [("auto", "least"), ("full", "full"), ("least", "least")])
def test_grey_is_left_out_of_videos_unless_it_is_wished(
    monkeypatch: pytest.MonkeyPatch, wished: Any, opened: str
) -> None:
    models: list[Model] = []

    def made(model: Model) -> _Detector:
        models.append(model)
        return _Detector()

    monkeypatch.setattr(looking, "_detector", made)
    _watch([_Frame(0.0)], padding=wished)
    assert [model.options.padding for model in models] == [opened]


def test_what_is_seen_depends_on_the_grey() -> None:
    told = [Model("m.onnx", "0", DetectOptions(padding=padding)) for padding in ("auto", "full")]
    assert seen_with(told[0]) != seen_with(told[1])


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelNotFound, match="no_such_model"):
        model_of(change(Recipe(), ["detect.model=no_such_model.onnx"]))


def test_what_is_seen_depends_on_the_content_of_the_model_and_not_on_its_name(tmp_path: Path) -> None:
    options = DetectOptions(model="a")
    same = Model("b.onnx", "1", DetectOptions(model="b", batch=4, streams=2), threads=3)
    assert seen_with(Model("a.onnx", "1", options)) == seen_with(same)
    assert seen_with(Model("a.onnx", "2", options)) != seen_with(same)
    assert seen_with(Model("a.onnx", "1", DetectOptions(model="a", score=0.5))) != seen_with(same)


class _Embedder:
    """Says of each box where its left edge is in the picture, and how wide that is."""

    def embed(self, picture: Any, xyxy: Any) -> Any:
        return np.stack([xyxy[:, 2], np.full(len(xyxy), picture.shape[1])], axis=1)


def test_what_boxes_look_like_is_told_from_a_larger_picture(
    detector: _Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_embedder", lambda model: _Embedder())
    lookout = Lookout(Model("m.onnx", "0", DetectOptions(model="m"), embedder="e.onnx"), _info())
    for k, value in enumerate([6, 0, 8]):
        lookout.see(_Frame(k / 10, value))
    assert lookout.finish().rows.embedding.tolist() == [[6, 64], [8, 64]]
