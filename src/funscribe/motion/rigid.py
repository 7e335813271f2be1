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
_ROUNDS = 3
_SLOW_S = 8.0  # motion slower than this is drift
_LEAST = 0.12  # part of a cell below which it does not belong to the thing
_INNER = 4  # power of its part by which a cell counts: the flow of the rim is blurred with the still world
_MIDST = 75  # percentile of the parts of its inner cells that is all of a cell
_ROBUST, _FAR = 2, 2.0  # rounds, and mean squares at which a cell that moves otherwise loses half its say
_STIFF = 0.3  # cells' worth of a thing that neither grows nor turns: a thing of two cells can not tell
_CHUNK = 1024
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
        carried = np.cumsum(followed.camera[part, :2], axis=0) / RATE_HZ
        carried -= carried.mean(0)
        _fit_block(_seen(followed, part), _shape(followed, part, grid), carried, part, rigid)
    return rigid


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


def _fit_block(seen: Array, shape: Array, carried: Array, part: slice, into: Rigid) -> None:
    """Fit a block and write it into its part of the whole."""
    way = carried
    middle = _middle(shape)
    velocity = _fit(seen, shape, way, middle)[0]
    for _ in range(_ROUNDS):
        way = carried + _way(velocity[:, :2])
        shape = _learn(seen, velocity, way, middle, shape)
        middle = _middle(shape)
        velocity, noise, cells, radius = _fit(seen, shape, way, middle)
    into.velocity[part], into.noise[part] = velocity, noise
    into.cells[part], into.radius[part] = cells, radius


def _way(velocity: Array) -> Array:
    """Return where the thing is (n, 2), from where it usually is (picture heights)."""
    way = np.cumsum(velocity, axis=0) / RATE_HZ
    return np.asarray(way - gaussian_filter1d(way, _SLOW_S * RATE_HZ / 4, axis=0, mode="reflect"))


def _places(grid: tuple[int, int]) -> Array:
    """Return where the cells are (2, GY * GX), from the centre of the picture (picture heights)."""
    gy, gx = grid
    rows, columns = np.indices(grid)
    return np.stack([(columns + 0.5) / gy - gx / gy / 2, (rows + 0.5) / gy - 0.5]).reshape(2, -1)


def _middle(shape: Array) -> Array:
    """Return the middle of a shape (2,) (picture heights)."""
    weight = shape.ravel()
    return np.asarray(_places(shape.shape) @ weight / max(float(weight.sum()), 1e-9))


def _covered(shape: Array, way: Array) -> Array:
    """Return the part of each cell that a thing covers where it is (n, GY * GX), linear between cells."""
    gy, gx = shape.shape
    wide = np.pad(shape, 1)
    rows, columns = np.indices((gy, gx)).reshape(2, -1)
    # Where each cell lies on the shape that has gone its way; outside of it there is nothing.
    across = (columns - way[:, :1] * gy + 1).clip(0, gx + 0.999)
    down = (rows - way[:, 1:] * gy + 1).clip(0, gy + 0.999)
    x, y = across.astype(np.int64), down.astype(np.int64)
    fx, fy = across - x, down - y
    index = y * (gx + 2) + x
    flat = wide.ravel()
    top = flat[index] * (1 - fx) + flat[index + 1] * fx
    bottom = flat[index + gx + 2] * (1 - fx) + flat[index + gx + 3] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)


def _learn(seen: Array, velocity: Array, way: Array, middle: Array, shape: Array) -> Array:
    """Return the part of each cell of the thing (GY, GX), in coordinates that go with it.

    Each cell is spread back to where it lies on the thing; the part is the regression of what is seen there
    on what the thing does there.
    """
    gy, gx = shape.shape
    places = _places(shape.shape)
    both, own = np.zeros(gy * gx), np.zeros(gy * gx)
    rows, columns = np.indices((gy, gx)).reshape(2, -1)
    for start in range(0, len(seen), _CHUNK):
        part = slice(start, start + _CHUNK)
        model = _field(velocity[part], places, way[part], middle)
        hit, size = (seen[part] * model).sum(2), (model * model).sum(2)
        x = np.rint(columns - way[part, :1] * gy).astype(np.int64)
        y = np.rint(rows - way[part, 1:] * gy).astype(np.int64)
        inside = (x >= 0) & (x < gx) & (y >= 0) & (y < gy)
        index = (y * gx + x)[inside]
        both += np.bincount(index, hit[inside], gy * gx)
        own += np.bincount(index, size[inside], gy * gx)
    learnt = (both / np.maximum(own, 1e-12)).clip(0, 2).reshape(gy, gx)
    learnt[own.reshape(gy, gx) < 1e-3 * own.max()] = 0
    # A thing twice as fast of which half were there would look the same: in its midst all of it is there.
    midst = learnt[learnt > 0.5 * learnt.max()]
    if not len(midst) or midst.max() < 1e-6:
        return shape
    learnt = (learnt / np.percentile(midst, _MIDST)).clip(0, 1)
    return np.asarray(np.where(learnt < _LEAST, 0, learnt))


def _field(velocity: Array, places: Array, way: Array, middle: Array) -> Array:
    """Return what a thing that covers all would look like (n, GY * GX, 2)."""
    x = places[0] - middle[0] - way[:, :1]
    y = places[1] - middle[1] - way[:, 1:]
    vx, vy, grow, turn = (velocity[:, k : k + 1] for k in range(4))
    return np.stack([vx + grow * x - turn * y, vy + grow * y + turn * x], axis=2)


def _fit(seen: Array, shape: Array, way: Array, middle: Array) -> tuple[Array, Array, Array, Array]:
    """Return velocity (n, 4), its noise (n, 4), cells (n,) and radius (n,) of a thing of a known shape."""
    count = len(seen)
    velocity, noise = np.zeros((count, 4)), np.zeros((count, 4))
    cells, radius = np.zeros(count), np.zeros(count)
    places = _places(shape.shape)
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        covered = _covered(shape, way[part])
        x = places[0] - middle[0] - way[part, :1]
        y = places[1] - middle[1] - way[part, 1:]
        say = covered**_INNER
        for _ in range(_ROBUST):
            fitted, inverse, far, total, spread = _solve(seen[part], covered, x, y, say)
            usual = (say * far).sum(1) / np.maximum(say.sum(1), 1e-9) + _NOISE**2
            say = covered**_INNER / (1 + far / (_FAR * usual[:, None]))
        velocity[part] = fitted
        noise[part] = np.sqrt(np.einsum("nii->ni", inverse).clip(0) * usual[:, None] / 2)
        cells[part], radius[part] = covered.sum(1), np.sqrt(spread / np.maximum(total, 1e-9))
    return velocity, noise, cells, radius


def _solve(
    seen: Array, covered: Array, x: Array, y: Array, say: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return the similarity of each row (n, 4), and what comes with it.

    That is the inverse of its normal matrix (n, 4, 4), the squares it leaves (n, C), the sum of the cells
    (n,) and that of their squared distances from the middle (n,).
    """
    square = say * covered * covered
    total, spread = square.sum(1), (square * (x * x + y * y)).sum(1)
    a, b = (square * x).sum(1), (square * y).sum(1)
    cu, cv = (say * covered * seen[..., k] for k in (0, 1))
    goal = np.stack([cu.sum(1), cv.sum(1), (cu * x + cv * y).sum(1), (cv * x - cu * y).sum(1)], 1)
    matrix = np.zeros((len(seen), 4, 4))
    matrix[:, 0, 0] = matrix[:, 1, 1] = total + 1e-6
    least = 1 / (seen.shape[1] + 1)
    matrix[:, 2, 2] = matrix[:, 3, 3] = spread + _STIFF * np.maximum(spread / np.maximum(total, 1e-9), least)
    matrix[:, 0, 2] = matrix[:, 2, 0] = matrix[:, 1, 3] = matrix[:, 3, 1] = a
    matrix[:, 1, 2] = matrix[:, 2, 1] = b
    matrix[:, 0, 3] = matrix[:, 3, 0] = -b
    inverse = np.linalg.inv(matrix)
    fitted = np.einsum("nij,nj->ni", inverse, goal)
    vx, vy, grow, turn = (fitted[:, k : k + 1] for k in range(4))
    far = (seen[..., 0] - covered * (vx + grow * x - turn * y)) ** 2
    far += (seen[..., 1] - covered * (vy + grow * y + turn * x)) ** 2
    return fitted, inverse, far, total, spread
