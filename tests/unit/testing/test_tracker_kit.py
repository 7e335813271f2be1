"""The check of trackers lets every registered one pass, and catches those that do wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from funscribe.plugins import load, names
from funscribe.records import Detections, TrackRows
from funscribe.testing.tracker_kit import check_tracker
from funscribe.track.bytetrack import ByteTrack
from funscribe.track.options import TrackOptions

TRACKERS = names("funscribe.trackers")


def test_ours_are_registered() -> None:
    assert {"bytetrack", "botsort", "hybrid"} <= set(TRACKERS)


@pytest.mark.parametrize("name", TRACKERS)
def test_every_registered_tracker_conforms(name: str) -> None:
    check_tracker(load("funscribe.trackers", name))


class _Wrong:
    """A tracker that does all right; those below spoil one thing."""

    def __init__(self) -> None:
        self.inner = ByteTrack()
        self.count = 0

    @classmethod
    def from_options(cls, options: TrackOptions, size_wh: tuple[int, int]) -> _Wrong:
        return cls()

    @property
    def dropped(self) -> int:
        return self.inner.dropped

    def update(self, time_s: float, found: Detections | None, **more: Any) -> TrackRows:
        self.count += 1
        return self.spoil(self.inner.update(time_s, found), found)

    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return rows


class _Twice(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, track_id=np.ones(len(rows)))


class _New(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, track_id=rows.track_id + 10 * self.count)


class _Endless(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, xyxy=rows.xyxy * np.inf)


class _Blind(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, seen=np.zeros(len(rows)))


class _Sure(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, seen=np.ones(len(rows)))


class _Away(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, xyxy=rows.xyxy + 30)


class _Ordered(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        first = found.xyxy[0, 0] if found is not None and len(found) else 0
        return replace(rows, xyxy=rows.xyxy + first / 1e4)


class _Moody(_Wrong):
    made = 0

    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        _Moody.made += 1
        return replace(rows, score=rows.score * 0 + _Moody.made % 7 / 7)


class _Classless(_Wrong):
    def spoil(self, rows: TrackRows, found: Detections | None) -> TrackRows:
        return replace(rows, class_id=np.zeros(len(rows)))


class _Forgetful(_Wrong):
    dropped = 0  # type: ignore[assignment]


class _Timeless(_Wrong):
    def update(self, time_s: float, found: Detections | None, **more: Any) -> TrackRows:
        try:
            return super().update(time_s, found)
        except ValueError:
            return TrackRows([], [], [], [], [])


def test_one_that_spoils_nothing_passes() -> None:
    check_tracker(_Wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (_Twice, "came twice"),
        (_New, "the tracks change"),
        (_Endless, "finite"),
        (_Blind, "not told as seen"),
        (_Sure, "nothing looked"),
        (_Away, "from its thing"),
        (_Ordered, "order of the detections"),
        (_Moody, "another score"),
        (_Classless, "class of its detections"),
        (_Forgetful, "told as dropped"),
        (_Timeless, "refused"),
    ],
)
def test_one_that_does_wrong_is_caught(wrong: type[_Wrong], said: str) -> None:
    with pytest.raises(AssertionError, match=said), np.errstate(invalid="ignore"):
        check_tracker(wrong)
