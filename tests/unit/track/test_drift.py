"""The drift of boxes, measured in fields that are known."""

import numpy as np
import pytest

from funscribe.track.drift import Drift, measure_drift, without_camera

SIZE = (640, 360)
GRID = (9, 16)
SIDE = 40.0
BOX = np.array([[200.0, 100, 360, 260]])


def _covered(box: np.ndarray) -> np.ndarray:
    """Return which part of each cell a box covers (GY, GX)."""
    low, high = box[:2] / SIDE, box[2:] / SIDE
    x, y = (
        np.clip(np.minimum(high[k], np.arange(n) + 1) - np.maximum(low[k], np.arange(n)), 0, 1)
        for k, n in ((0, GRID[1]), (1, GRID[0]))
    )
    return np.multiply.outer(y, x)


def _field(box: np.ndarray, velocity: tuple[float, float], growth: float = 0.0) -> np.ndarray:
    """Return the field (GY, GX, 2) of a box that moves (px/s) and grows (1/s) before a wall at rest."""
    y, x = ((np.arange(n) + 0.5) * SIDE for n in GRID)
    arm = np.stack(np.meshgrid(x, y), -1) - (box[:2] + box[2:]) / 2
    return np.asarray(_covered(box)[..., None] * (np.array(velocity) + growth * arm) / SIZE[1])


def _drift(field: np.ndarray, box: np.ndarray = BOX, expected: tuple[float, float] = (0, 0)) -> Drift:
    given = np.tile(np.array(expected, float), (len(box), 1))
    return measure_drift(field, box, SIZE, given, np.full(len(box), 100.0))


@pytest.mark.parametrize("shift", [0.0, 7.0, 19.5])
def test_the_velocity_of_a_box_is_not_pulled_towards_the_wall(shift: float) -> None:
    box = BOX + shift
    drift = _drift(_field(box[0], (60.0, -25.0)), box)
    assert drift.velocity[0] == pytest.approx([60, -25], rel=0.02)
    assert drift.support[0] > 0.9


def test_stored_fields_are_float16() -> None:
    field = _field(BOX[0], (60.0, -25.0))
    half = _drift(field.astype(np.float16))
    assert half.velocity == pytest.approx(_drift(field).velocity, abs=0.1)
    assert half.velocity.dtype == np.float64


def test_growth() -> None:
    drift = _drift(_field(BOX[0], (0.0, 0.0), growth=0.3))
    assert drift.growth[0] == pytest.approx(0.3, rel=0.15)
    assert _drift(_field(BOX[0], (0.0, 0.0), growth=-0.3)).growth[0] < -0.2
    assert _drift(_field(BOX[0], (80.0, 40.0))).growth[0] == pytest.approx(0, abs=0.05)


def test_some_cells_that_move_otherwise_count_little() -> None:
    field = _field(BOX[0], (50.0, 0.0))
    field[5] = 900 / SIZE[1]  # a row of cells within the box
    drift = _drift(field, expected=(50, 0))
    assert drift.velocity[0, 0] == pytest.approx(50, abs=8)
    assert drift.support[0] < _drift(_field(BOX[0], (50.0, 0.0)), expected=(50, 0)).support[0] - 0.1
    assert drift.spread[0] > 30


def test_a_field_without_motion() -> None:
    drift = _drift(np.zeros((*GRID, 2)))
    assert not drift.velocity.any()
    assert drift.growth[0] == 0
    assert drift.spread[0] == 0
    assert drift.support[0] == pytest.approx(1)


def test_what_is_not_finite_is_left_out() -> None:
    field = _field(BOX[0], (60.0, -25.0))
    field[4, 6] = np.nan
    field[3, 7, 1] = -np.inf
    assert _drift(field).velocity[0] == pytest.approx([60, -25], rel=0.05)
    nothing = _drift(np.full((*GRID, 2), np.nan))
    assert np.isfinite(nothing.velocity).all()
    assert nothing.support[0] == 0


def test_boxes_outside_the_picture_and_tiny_ones() -> None:
    field = _field(BOX[0], (60.0, -25.0))
    boxes = np.array([[-900.0, -900, -800, -800], [5000, 10, 5100, 90], [300, 180, 300.01, 180.01]])
    drift = _drift(field, boxes)
    assert all(np.isfinite(column).all() for column in drift)
    assert drift.support[:2].tolist() == [0, 0]
    assert np.abs(drift.velocity).max() < 500


def test_many_boxes_at_once_are_as_each_alone() -> None:
    rng = np.random.default_rng(1)
    low = rng.uniform(-50, [600, 330], (5_000, 2))
    boxes = np.hstack([low, low + rng.uniform(5, 200, (5_000, 2))])
    field = rng.normal(0, 0.1, (*GRID, 2))
    drift = _drift(field, boxes)
    for k in (0, 1_234, 4_999):
        alone = _drift(field, boxes[k : k + 1])
        for name in Drift._fields:
            assert getattr(drift, name)[k] == pytest.approx(getattr(alone, name)[0], abs=1e-6)


def test_a_field_of_one_cell() -> None:
    drift = _drift(np.full((1, 1, 2), 0.1), np.array([[0.0, 0, 640, 360]]))
    assert drift.velocity[0] == pytest.approx([36, 36], rel=0.01)


def test_the_field_is_left_as_it_is() -> None:
    field = np.full((*GRID, 2), np.nan)
    field.setflags(write=False)
    _drift(field)
    without_camera(field, np.eye(2, 3), 0.1, SIZE)


def test_what_the_camera_did_is_taken_out() -> None:
    turn, shift, zoom, elapsed = 0.01, np.array([6.0, -3.0]), 1.02, 1 / 30
    affine = np.column_stack([zoom * np.array([[1, -turn], [turn, 1]]), shift])
    y, x = ((np.arange(n) + 0.5) * SIDE for n in GRID)
    before = np.stack(np.meshgrid(x, y), -1)
    seen = (before @ affine[:, :2].T + affine[:, 2] - before) / (elapsed * SIZE[1])
    assert without_camera(seen, affine, elapsed, SIZE) == pytest.approx(0, abs=1e-9)
    own = _field(BOX[0], (60.0, -25.0))
    assert without_camera(seen + own, affine, elapsed, SIZE) == pytest.approx(own, abs=1e-9)
