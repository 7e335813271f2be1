"""The motion of the camera: a similarity fitted robustly to each frame's field, and the field without it.

The rows of a camera (vx, vy, zoom, turn) are explained in `funscribe.similarity`.

The fit is iteratively reweighted least squares with Cauchy weights (Holland and Welsch, "Robust regression
using iteratively reweighted least-squares", 1977): cells that move on their own lose their say.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array, Trace
from funscribe.similarity import similarity_basis

_CHUNK = 2048  # frames at once: the working arrays stay in the processor's cache
_ROUNDS = 4
_NOISE = 0.004  # picture heights per second: cells that agree better than this are equally good


def fit_camera(trace: Trace, say: Array | None = None) -> Array:
    """Return the camera's motion (T, 4) float32: vx, vy (picture heights/s), zoom rate and turn rate (1/s).

    Args:
        trace: The trace whose field is explained.
        say: How much each cell may say (GY, GX), at least 0; all alike by default.
    """
    _, gy, gx, _ = trace.field.shape
    weight = np.ones(gy * gx, np.float32) if say is None else np.asarray(say, np.float32).ravel()
    pool = _blocks(gy, gx, weight)
    basis = similarity_basis((gy, gx)).reshape(4, -1, 2)
    coarse = np.stack([basis[..., 0] @ pool, basis[..., 1] @ pool], axis=-1).reshape(4, -1)
    block_say = np.asarray(weight @ (pool > 0), np.float32)
    camera = np.zeros((len(trace), 4), np.float32)
    for start in range(0, len(trace), _CHUNK):
        field = trace.field[start : start + _CHUNK].astype(np.float32).reshape(-1, gy * gx, 2)
        blocks = np.stack([field[..., 0] @ pool, field[..., 1] @ pool], axis=-1)
        camera[start : start + _CHUNK] = _fit(blocks.reshape(len(field), -1), coarse, block_say)
    return camera


def _blocks(gy: int, gx: int, say: Array) -> Array:
    """Return the matrix (GY * GX, B) that takes the mean of blocks of two by two cells by their say."""
    rows, columns = np.indices((gy, gx)) // 2
    which = (rows * ((gx + 1) // 2) + columns).ravel()
    pool = np.zeros((gy * gx, int(which.max()) + 1), np.float32)
    pool[np.arange(gy * gx), which] = say
    return np.asarray(pool / np.maximum(pool.sum(0), 1e-9))


def camera_field(camera: Array, grid: tuple[int, int]) -> Array:
    """Return what the camera rows (T, 4) look like on a grid (GY, GX): (T, GY, GX, 2) float32."""
    return (np.asarray(camera, np.float32) @ similarity_basis(grid)).reshape(len(camera), *grid, 2)


def without_camera(trace: Trace, camera: Array) -> Array:
    """Return the field with the camera's motion taken out, (T, GY, GX, 2) float32."""
    grid = (trace.field.shape[1], trace.field.shape[2])
    return np.asarray(trace.field.astype(np.float32) - camera_field(camera, grid))


def _fit(field: Array, basis: Array, say: Array) -> Array:
    """Fit rows of cells (n, C * 2) and return (n, 4)."""
    camera = np.zeros((len(field), 4), np.float32)
    # The first weights are those of a camera that stands still: of a body and a world about as large, the
    # one that does not move is the world.
    weight = _weights(field, np.broadcast_to(say, (len(field), len(say))), say)
    for _ in range(_ROUNDS):
        camera = _weighted(field, weight, basis)
        weight = _weights(field - camera @ basis, weight, say)
    return camera


def _weights(rest: Array, weight: Array, say: Array) -> Array:
    """Return Cauchy weights (n, C) for what is not explained (n, C * 2), given the weights before."""
    square = rest * rest
    far = square[:, 0::2] + square[:, 1::2]
    usual = (far * weight).sum(1) / np.maximum(weight.sum(1), 1e-9)
    return np.asarray(say / (1 + far / (usual + np.float32(_NOISE**2))[:, None]))


def _weighted(field: Array, weight: Array, basis: Array) -> Array:
    """Return the weighted least squares similarity of each row; flat rows give zeros."""
    x, y = basis[2, 0::2], basis[2, 1::2]
    ones = np.ones_like(x)
    total, wx, wy, wr = (weight @ np.stack([ones, x, y, x * x + y * y], axis=1)).T
    u, v = field[:, 0::2] * weight, field[:, 1::2] * weight
    u_sum, ux, uy = (u @ np.stack([ones, x, y], axis=1)).T
    v_sum, vx, vy = (v @ np.stack([ones, x, y], axis=1)).T
    # With the weighted centre of the cells as the origin the four unknowns come apart.
    total = np.maximum(total, 1e-9)
    cx, cy = wx / total, wy / total
    spread = np.maximum(wr - cx * wx - cy * wy, 1e-6)
    zoom = (ux + vy - cx * u_sum - cy * v_sum) / spread
    turn = (vx - uy - cx * v_sum + cy * u_sum) / spread
    pan_x = u_sum / total - zoom * cx + turn * cy
    pan_y = v_sum / total - zoom * cy - turn * cx
    return np.stack([pan_x, pan_y, zoom, turn], axis=1).astype(np.float32)
