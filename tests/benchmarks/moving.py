"""Things that move as they are told, as a detector and the field show them; and how well one follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from funscribe.boxes import iou
from funscribe.records import Detections, TrackRows
from funscribe.track import Tracker

SIZE_WH = (640, 360)
RATE_HZ = 30.0
FRAMES = 200
GRID = (9, 16)
MISSED = 0.05  # part of the boxes that are not found
_NOISE_PX = 1.5  # standard deviation of each edge of a box that is found
_FIELD_NOISE = 0.01  # of each cell (picture heights/s)
_SHAKE_PX = 6.0
_SAME = 0.3  # overlap from which a track may be the thing
_JITTER_FRAMES = 15  # half a second
_LOOK = 16  # numbers that tell what a thing looks like
_Path = Callable[[np.ndarray, np.random.Generator, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Things that move, for a tracker.

    Attributes:
        time_s: When each frame is (T,) (s).
        truth: Where the things really are (T, K, 4) (px).
        found: What a detector found in each frame; None where it did not look.
        field: Mean velocity of each cell (T, GY, GX, 2) (picture heights/s).
        camera: What the camera did to pixels before each frame (T, 2, 3).
    """

    time_s: np.ndarray
    truth: np.ndarray
    found: tuple[Detections | None, ...]
    field: np.ndarray
    camera: np.ndarray

    def follow(self, tracker: Tracker, *, field: bool = False, camera: bool = False) -> list[TrackRows]:
        """Return what a tracker tells of each frame, shown what was found, and the field and the camera."""
        return [
            tracker.update(
                time_s,
                self.found[k],
                field=self.field[k] if field and k else None,
                camera=self.camera[k] if camera and k else None,
            )
            for k, time_s in enumerate(self.time_s.tolist())
        ]


@dataclass(frozen=True, slots=True)
class Followed:
    """How well things were followed.

    Attributes:
        tracks: Names that were given (count).
        switches: How often a thing went on under another name (count).
        continuity: Part of all frames of all things that carry the commonest name of that thing (0..1).
        error_px: Root mean square of the distance of the middles (px).
        jitter_px: Root mean square, of x and y, of the error less its mean over half a second (px).
    """

    tracks: int
    switches: int
    continuity: float
    error_px: float
    jitter_px: float


def crowd(count: int, motion: str, *, every: int = 1, shaken: bool = False, seed: int = 0) -> Crowd:
    """Return things on their ways; the same for the same words every time.

    Args:
        count: How many (count).
        motion: "linear", "circular" or "random".
        every: Look at every so many frames (count).
        shaken: Whether the camera shakes.
        seed: Chooses them.
    """
    rng = np.random.default_rng((seed, count))
    time_s = np.arange(FRAMES) / RATE_HZ
    middle = _PATHS[motion](time_s, rng, _places(count))
    size = rng.uniform(0.8, 1.2, (count, 1)) * ((36, 54) if count > 5 else (56, 84))
    still = np.concatenate([middle - size / 2, middle + size / 2], 2)
    shift = _shake(time_s, rng) if shaken else np.zeros((FRAMES, 2))
    truth = still + np.tile(shift, 2)[:, None]
    looks = rng.normal(size=(count, _LOOK))
    found = tuple(_found(rng, boxes, looks) if k % every == 0 else None for k, boxes in enumerate(truth))
    step = np.diff(shift, axis=0, prepend=shift[:1])
    camera = np.tile(np.eye(2, 3), (FRAMES, 1, 1))
    camera[:, :, 2] = step
    return Crowd(time_s, truth, found, _field(rng, truth, step), camera)


def judge(crowd: Crowd, told: list[TrackRows]) -> Followed:
    """Return how well the things of a crowd were followed."""
    frames, count = crowd.truth.shape[:2]
    name = np.zeros((frames, count), int)
    off = np.full((frames, count, 2), np.nan)
    for k, rows in enumerate(told):
        overlap = iou(crowd.truth[k], rows.xyxy)
        for thing, track in zip(*linear_sum_assignment(-overlap), strict=True):
            if overlap[thing, track] >= _SAME:
                name[k, thing] = rows.track_id[track]
                off[k, thing] = (rows.xyxy[track] - crowd.truth[k, thing]).reshape(2, 2).mean(0)
    given = [column[column > 0] for column in name.T]
    most = sum(np.bincount(column).max() for column in given if len(column))
    jitter = [_jitter(off[:, thing]) for thing in range(count)]
    return Followed(
        tracks=len({int(one) for rows in told for one in rows.track_id}),
        switches=sum(int(a != b) for column in given for a, b in pairwise(column.tolist())),
        continuity=float(most / name.size),
        error_px=float(np.sqrt(np.nanmean((off**2).sum(2)))),
        jitter_px=float(np.sqrt(np.mean(np.concatenate(jitter) ** 2))),
    )


def _jitter(off: np.ndarray) -> np.ndarray:
    """Return the errors (T, 2) (px) less their mean over half a second, where there is a whole one."""
    known = off[np.isfinite(off[:, 0])]
    window = np.ones(_JITTER_FRAMES) / _JITTER_FRAMES
    mean = np.stack([np.convolve(axis, window, "valid") for axis in known.T], 1)
    half = _JITTER_FRAMES // 2
    return np.asarray(known[half : len(known) - half] - mean)


def _places(count: int) -> np.ndarray:
    """Return places spread over the picture (K, 2) (px)."""
    columns = min(count, 5)
    lines = -(-count // columns)
    k = np.arange(count)
    x = (k % columns + 0.5) / columns * SIZE_WH[0]
    return np.stack([x, (k // columns + 0.5) / lines * SIZE_WH[1]], 1)


def _linear(time_s: np.ndarray, rng: np.random.Generator, places: np.ndarray) -> np.ndarray:
    """Straight ways at 40 to 90 px/s that turn back at the border."""
    angle, speed = rng.uniform(0, 2 * np.pi, len(places)), rng.uniform(40, 90, len(places))
    velocity = speed[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    border, room = 45.0, np.array(SIZE_WH) - 90.0
    gone = (places - border + time_s[:, None, None] * velocity) % (2 * room)
    return np.asarray(border + np.minimum(gone, 2 * room - gone))


def _circular(time_s: np.ndarray, rng: np.random.Generator, places: np.ndarray) -> np.ndarray:
    """Circles of 18 to 34 px, a turn in 1.2 to 3 s."""
    radius, phase = rng.uniform(18, 34, len(places)), rng.uniform(0, 2 * np.pi, len(places))
    turn = 2 * np.pi * time_s[:, None] / rng.uniform(1.2, 3, len(places)) + phase
    return np.asarray(places + radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], 2))


def _random(time_s: np.ndarray, rng: np.random.Generator, places: np.ndarray) -> np.ndarray:
    """Wanderings: three waves of up to 1.2 Hz along each axis, together of 16 px."""
    shape = (3, 1, len(places), 2)
    hz, phase = rng.uniform(0.15, 1.2, shape), rng.uniform(0, 2 * np.pi, shape)
    waves = np.sin(2 * np.pi * hz * time_s[:, None, None] + phase).sum(0)
    return np.asarray(places + 13 * waves)


_PATHS: dict[str, _Path] = {"linear": _linear, "circular": _circular, "random": _random}
MOTIONS = tuple(_PATHS)


def _shake(time_s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    phase = rng.uniform(0, 2 * np.pi, (2, 2))
    waves = [np.sin(2 * np.pi * hz * time_s[:, None] + p) for hz, p in zip((1.7, 3.1), phase, strict=True)]
    return np.asarray(_SHAKE_PX * (waves[0] + 0.5 * waves[1]))


def _found(rng: np.random.Generator, boxes: np.ndarray, looks: np.ndarray) -> Detections:
    kept = rng.uniform(size=len(boxes)) >= MISSED
    noisy = boxes[kept] + rng.normal(0, _NOISE_PX, (int(kept.sum()), 4))
    seen = looks[kept] + rng.normal(0, 0.2, (len(noisy), _LOOK))
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    return Detections(noisy, rng.uniform(0.7, 0.95, len(noisy)), np.zeros(len(noisy)), seen)


def _field(rng: np.random.Generator, truth: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Return the field: that of the camera, and over it the things, as far as each covers a cell."""
    scale = RATE_HZ / SIZE_WH[1]
    middle = (truth[..., :2] + truth[..., 2:]) / 2
    pace = np.diff(middle, axis=0, prepend=middle[:1]) * scale
    field = np.tile((step * scale)[:, None, None], (1, *GRID, 1))
    across, down = (_shared(truth[..., [k, k + 2]], GRID[1 - k], SIZE_WH[k]) for k in (0, 1))
    for thing in range(truth.shape[1]):
        covered = (down[:, thing, :, None] * across[:, thing, None, :])[..., None]
        field = field * (1 - covered) + covered * pace[:, thing, None, None]
    return np.asarray(field + rng.normal(0, _FIELD_NOISE, field.shape), np.float16)


def _shared(spans: np.ndarray, cells: int, length: int) -> np.ndarray:
    """Return which part of each cell (..., C) spans (..., 2) cover along one axis (px)."""
    edge = np.arange(cells) * length / cells
    low, high = spans[..., :1], spans[..., 1:]
    return np.asarray(np.clip(np.minimum(high, edge + length / cells) - np.maximum(low, edge), 0, None)) / (
        length / cells
    )
