"""What enters a tracker: time that goes on, and boxes that are boxes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np

from funscribe import boxes
from funscribe.errors import RecipeInvalid
from funscribe.records import Array, Detections

# No picture is as large (px); beyond it arithmetic in float32 may overflow.
FARTHEST = 1e7

# The reductions behind `min` and `max`, which take longer to get there than the work itself.
_least, _most = np.minimum.reduce, np.maximum.reduce

Options = TypeVar("Options", bound=msgspec.Struct)


class Found(NamedTuple):
    """Valid detections.

    Attributes:
        xyxy: Boxes (N, 4), float64, finite and of positive size.
        score: How sure each is (N,), float64, 0..1.
        class_id: Class of each (N,), int32.
        embedding: What each looks like (N, D), float32, unit vectors; D is 0 where that is not known.
    """

    xyxy: Array
    score: Array
    class_id: Array
    embedding: Array


class Clock:
    """The times at which a tracker is told something; each is later than the one before."""

    def __init__(self) -> None:
        self._now: float | None = None

    def step(self, time_s: float) -> float:
        """Go to a time and return how long the step was (s), 0 for the first.

        Raises:
            ValueError: The time is not finite, or not later than the one before.
        """
        before, now = self._now, float(time_s)
        if not math.isfinite(now):
            raise ValueError(f"time_s must be finite, not {time_s}")
        if before is not None and now <= before:
            raise ValueError(
                f"time_s must rise from update to update, but {now:g} s follows {before:g} s; "
                "a clip needs a tracker of its own"
            )
        self._now = now
        return 0.0 if before is None else now - before


def sift(detections: Detections) -> tuple[Found, int]:
    """Return the valid detections and how many were left out.

    Left out are boxes that are not finite, absurdly far away or without a positive size, scores that are no
    numbers, and embeddings that are not finite. Scores are cut to 0..1.
    """
    xyxy = detections.xyxy.astype(np.float64)
    score = detections.score.astype(np.float64)
    looks = detections.embedding
    assert looks is not None
    if not len(xyxy):
        return Found(xyxy, score, detections.class_id, looks), 0
    # What is not a number compares as False, so that this holds for good input only; it is one pass a line.
    flat = xyxy.ravel()
    fine = (
        np.count_nonzero(xyxy[:, 2:] > xyxy[:, :2]) == 2 * len(xyxy)
        and flat @ flat < FARTHEST**2
        and _least(score) >= 0
        and _most(score) <= 1
        and (not looks.size or np.isfinite(looks).all())
    )
    if fine:
        return Found(xyxy, score, detections.class_id, _units(looks)), 0
    good = boxes.sensible(xyxy) & ~np.isnan(score) & np.isfinite(looks).all(-1)
    with np.errstate(invalid="ignore"):
        good &= (np.abs(xyxy) < FARTHEST).all(-1)
    kept = Found(xyxy[good], np.clip(score[good], 0, 1), detections.class_id[good], _units(looks[good]))
    return kept, int(len(good) - np.count_nonzero(good))


def _units(looks: Array) -> Array:
    if not looks.size:
        return looks
    return np.asarray(looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-12))


def affine_of(camera: Array) -> Array:
    """Return what a camera did to pixels as a float64 affine (2, 3).

    Raises:
        ValueError: It has another shape, or is not finite.
    """
    affine = np.asarray(camera, np.float64)
    if affine.shape != (2, 3) or not np.isfinite(affine).all():
        raise ValueError(f"camera must be a finite affine (2, 3), not {affine.tolist()}"[:200])
    return affine


def options_of(kind: type[Options], given: dict[str, Any]) -> Options:
    """Return an options record of what was given by keyword.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of its range.
    """
    for name, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise RecipeInvalid(f"{kind.__name__} {name}: expected a number, not {value}")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__)
        raise RecipeInvalid(f"{kind.__name__}: {error}; there are: {known}") from error
