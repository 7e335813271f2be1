"""How the thing that moves as the stroke moves as a whole: along, across, nearer, and round.

In each frame a similarity is fitted to the cells that the thing covers. Which these are changes, since it
moves; so the part of each cell that belongs to it is learnt in coordinates that go with the thing, by
turns: how it moves says where it is, and what moves with it there is the thing (the alternation of layered
motion models, Wang and Adelson, "Representing moving images with layers", 1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.motion.extraction import Followed
from funscribe.records import Array

_BLOCK_S = 24.0  # time over which the shape of the thing is taken to be the same
_ROUNDS = 2
_SLOW_S = 8.0  # motion slower than this is drift
_LEAST = 0.12  # part of a cell below which it does not belong to the thing
_MIDST = 75  # percentile of the parts of its inner cells that is all of a cell
_ROBUST, _FAR = 2, 2.0  # rounds, and mean squares at which a cell that moves otherwise loses half its say
_STIFF = 0.3  # cells' worth of a thing that neither grows nor turns: a thing of two cells can not tell
_SMALL = 0.007  # square of a distance (picture heights) that cells have from the middle at least
_SPARE = 2  # cells around what moves as the stroke
_CHUNK = 512
_NOISE = 0.004  # picture heights per second: noise of the cells at least


@dataclass(frozen=True, slots=True, eq=False)
class Rigid:
    """How a thing moves as a whole, at even times.

    Attributes:
        velocity: Rows (N, 4): to the right and down (picture heights/s), growth and clockwise turn (1/s),
            about the middle of the thing.
        noise: Standard deviation of each that the rest of the field alone would give (N, 4).
        cells: Number of cells that the thing covers (N,).
        radius: Root mean square distance of its inner cells from its middle (N,) (picture heights).
    """

    velocity: Array
    noise: Array
    cells: Array
    radius: Array


def fit_rigid(followed: Followed, grid: tuple[int, int]) -> Rigid:
    """Return how the thing that was followed through a shot moves.

    Args:
        followed: The shot.
        grid: Number of cells (GY, GX).
    """
    count = len(followed.even_s)
    rigid = Rigid(np.zeros((count, 4)), np.zeros((count, 4)), np.zeros(count), np.zeros(count))
    number = max(1, round(count / (_BLOCK_S * RATE_HZ)))
    edges = [round(k * count / number) for k in range(number + 1)]
    for start, stop in pairwise(edges):
        part = slice(start, stop)
        carried = np.cumsum(followed.camera[part, :2], axis=0, dtype=np.float64) / RATE_HZ
        carried -= carried.mean(0)
        _fit_block(*_around(_seen(followed, part), _shape(followed, part, grid), carried), part, rigid)
    return rigid


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The cells around a thing.

    Attributes:
        seen: Their velocities (n, C, 2).
        places: Where they are (2, C) (picture heights).
        grid: How many they are, down and across.
        fine: Cells to a picture height.
    """

    seen: Array
    places: Array
    grid: tuple[int, int]
    fine: int


def _seen(followed: Followed, part: slice) -> Array:
    """Return the velocities (n, GY * GX, 2), with the camera where the mode was drawn from it too."""
    rows = followed.still[part]
    middle = (part.start + part.stop) / 2
    nearest = min(followed.course.path, key=lambda chosen: abs(chosen.middle - middle))
    if nearest.raw:
        rows = rows + followed.moved[part] @ followed.basis
    return rows.reshape(len(rows), -1, 2)


def _shape(followed: Followed, part: slice, grid: tuple[int, int]) -> Array:
    """Return how far each cell (GY, GX) moves as the stroke, 0..1."""
    total = np.zeros(grid)
    for chosen in followed.course.path:
        inside = min(chosen.stop, part.stop) - max(chosen.start, part.start)
        if inside > 0:
            cells = np.asarray(chosen.pattern, np.float64).reshape(*grid, 2)
            total += inside * chosen.energy * (cells**2).sum(2)
    size = np.sqrt(total)
    return np.asarray((size / max(float(np.percentile(size, 95)), 1e-12)).clip(0, 1))


def _around(seen: Array, shape: Array, carried: Array) -> tuple[_Scene, Array, Array]:
    """Return the cells in which a thing may be, its shape on them, and where the camera carries it (n, 2)."""
    gy, gx = shape.shape
    grown = np.abs(carried).max(0)[::-1] * gy + _SPARE
    bounds = []
    for axis, count in enumerate(shape.shape):
        there = np.flatnonzero(shape.max(1 - axis) > _LEAST)
        low, high = (int(there[0]), int(there[-1])) if len(there) else (0, count)
        bounds.append(slice(max(0, int(low - grown[axis])), min(count, int(high + grown[axis]) + 1)))
    rows, columns = bounds
    part = np.ascontiguousarray(seen.reshape(-1, gy, gx, 2)[:, rows, columns], dtype=np.float32)
    shape = shape[rows, columns]
    down, across = (np.indices(shape.shape) + 0.5) / gy
    scene = _Scene(part.reshape(len(seen), -1, 2), np.stack([across, down]).reshape(2, -1), shape.shape, gy)
    return scene, shape, carried


def _fit_block(scene: _Scene, shape: Array, carried: Array, part: slice, into: Rigid) -> None:
    """Fit a block and write it into its part of the whole."""
    middle = _middle(scene, shape)
    velocity, noise, cells, radius = _fit(scene, shape, carried, middle)
    for _ in range(_ROUNDS):
        way = carried + _way(velocity[:, :2])
        shape = _learn(scene, velocity, way, middle, shape)
        middle = _middle(scene, shape)
        velocity, noise, cells, radius = _fit(scene, shape, way, middle)
    into.velocity[part], into.noise[part] = velocity, noise
    into.cells[part], into.radius[part] = cells, radius


def _way(velocity: Array) -> Array:
    """Return where the thing is (n, 2), from where it usually is (picture heights)."""
    way = np.cumsum(velocity, axis=0) / RATE_HZ
    return np.asarray(way - gaussian_filter1d(way, _SLOW_S * RATE_HZ / 4, axis=0, mode="reflect"))


def _middle(scene: _Scene, shape: Array) -> Array:
    """Return the middle of a shape (2,) (picture heights)."""
    weight = shape.ravel()
    return np.asarray(scene.places @ weight / max(float(weight.sum()), 1e-9))


def _covered(scene: _Scene, shape: Array, way: Array) -> Array:
    """Return the part of each cell that a thing covers where it is (n, C), linear between cells."""
    gy, gx = scene.grid
    flat = np.pad(shape, 1).astype(np.float32).ravel()
    rows, columns = np.indices(scene.grid).reshape(2, -1).astype(np.float32)
    way = (way * scene.fine).astype(np.float32)
    # Where each cell lies on the shape that has gone its way; outside of it there is nothing.
    across = (columns - way[:, :1] + 1).clip(0, gx + np.float32(0.999))
    down = (rows - way[:, 1:] + 1).clip(0, gy + np.float32(0.999))
    x, y = across.astype(np.int32), down.astype(np.int32)
    across -= x
    down -= y
    index = y * (gx + 2) + x
    top = flat[index] * (1 - across) + flat[index + 1] * across
    bottom = flat[index + (gx + 2)] * (1 - across) + flat[index + (gx + 3)] * across
    return np.asarray(top * (1 - down) + bottom * down)


def _learn(scene: _Scene, velocity: Array, way: Array, middle: Array, shape: Array) -> Array:
    """Return the part of each cell of the thing (as `shape`), in coordinates that go with it.

    Each cell is spread back to where it lies on the thing; the part is the regression of what is seen there
    on what the thing does there.
    """
    gy, gx = scene.grid
    both, own = np.zeros(gy * gx), np.zeros(gy * gx)
    rows, columns = np.indices(scene.grid).reshape(2, -1)
    for start in range(0, len(way), _CHUNK):
        part = slice(start, start + _CHUNK)
        u, v = _told(scene, velocity[part], way[part], middle)
        hit = scene.seen[part, :, 0] * u + scene.seen[part, :, 1] * v
        step = np.rint(way[part] * scene.fine).astype(np.int64)
        x, y = columns - step[:, :1], rows - step[:, 1:]
        inside = (x >= 0) & (x < gx) & (y >= 0) & (y < gy)
        index = (y * gx + x)[inside]
        both += np.bincount(index, hit[inside], gy * gx)
        own += np.bincount(index, (u * u + v * v)[inside], gy * gx)
    learnt = (both / np.maximum(own, 1e-12)).clip(0, 2)
    learnt[own < 1e-3 * own.max()] = 0
    # A thing twice as fast of which half were there would look the same: in its midst all of it is there.
    midst = learnt[learnt > 0.5 * learnt.max()]
    if not len(midst) or midst.max() < 1e-6:
        return shape
    learnt = (learnt / np.percentile(midst, _MIDST)).clip(0, 1)
    return np.asarray(np.where(learnt < _LEAST, 0, learnt).reshape(gy, gx))


def _from_middle(scene: _Scene, way: Array, middle: Array) -> tuple[Array, Array]:
    """Return where the cells lie from the middle of the thing, across and down (n, C each)."""
    at = (middle + way).astype(np.float32)
    return tuple(scene.places[k].astype(np.float32) - at[:, k : k + 1] for k in (0, 1))


def _told(scene: _Scene, velocity: Array, way: Array, middle: Array) -> tuple[Array, Array]:
    """Return what a thing that covers all would look like, across and down (n, C each)."""
    x, y = _from_middle(scene, way, middle)
    vx, vy, grow, turn = (velocity[:, k : k + 1].astype(np.float32) for k in range(4))
    return vx + grow * x - turn * y, vy + grow * y + turn * x


def _fit(scene: _Scene, shape: Array, way: Array, middle: Array) -> tuple[Array, Array, Array, Array]:
    """Return velocity (n, 4), its noise (n, 4), cells (n,) and radius (n,) of a thing of a known shape."""
    count = len(way)
    velocity, noise = np.zeros((count, 4)), np.zeros((count, 4))
    cells, radius = np.zeros(count), np.zeros(count)
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        seen, covered = scene.seen[part], _covered(scene, shape, way[part])
        x, y = _from_middle(scene, way[part], middle)
        # The flow of the rim is blurred with that of the still world.
        inner = (covered * covered) ** 2
        say = inner
        for _ in range(_ROBUST):
            fitted, inverse, total, spread = _solve(seen, say * covered, covered, x, y)
            u, v = _told(scene, fitted, way[part], middle)
            far = (seen[..., 0] - covered * u) ** 2 + (seen[..., 1] - covered * v) ** 2
            usual = (say * far).sum(1) / np.maximum(say.sum(1), 1e-9) + _NOISE**2
            say = inner / (1 + far / (_FAR * usual[:, None]))
        velocity[part] = fitted
        noise[part] = np.sqrt(np.einsum("nii->ni", inverse).clip(0) * usual[:, None] / 2)
        cells[part], radius[part] = covered.sum(1), np.sqrt(spread / np.maximum(total, 1e-9))
    return velocity, noise, cells, radius


def _solve(seen: Array, say: Array, covered: Array, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """Return the similarity of each row (n, 4), and what comes with it.

    That is the inverse of its normal matrix (n, 4, 4), the sum of the cells (n,) and that of their squared
    distances from the middle (n,).
    """
    square = say * covered
    total, a, b = (part.sum(1, dtype=np.float64) for part in (square, square * x, square * y))
    spread = (square * (x * x + y * y)).sum(1, dtype=np.float64)
    cu, cv = say * seen[..., 0], say * seen[..., 1]
    goal = np.stack([cu.sum(1), cv.sum(1), (cu * x + cv * y).sum(1), (cv * x - cu * y).sum(1)], 1)
    matrix = np.zeros((len(seen), 4, 4))
    matrix[:, 0, 0] = matrix[:, 1, 1] = total + 1e-6
    stiff = _STIFF * np.maximum(spread / np.maximum(total, 1e-9), _SMALL)
    matrix[:, 2, 2] = matrix[:, 3, 3] = spread + stiff
    matrix[:, 0, 2] = matrix[:, 2, 0] = matrix[:, 1, 3] = matrix[:, 3, 1] = a
    matrix[:, 1, 2] = matrix[:, 2, 1] = b
    matrix[:, 0, 3] = matrix[:, 3, 0] = -b
    inverse = np.linalg.inv(matrix)
    return np.einsum("nij,nj->ni", inverse, goal), inverse, total, spread
