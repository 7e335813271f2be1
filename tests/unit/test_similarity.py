import numpy as np
import pytest

from funscribe.similarity import affine, similarity_basis

GRID = (2, 4)  # cells at y = -0.25, 0.25 and x = -0.75, -0.25, 0.25, 0.75 picture heights


def field(grid, camera):
    return (np.asarray(camera, float) @ similarity_basis(grid)).reshape(*grid, 2)


@pytest.mark.parametrize(("camera", "velocity"), [((1, 0, 0, 0), (1, 0)), ((0, 1, 0, 0), (0, 1))])
def test_a_pan_moves_all_cells_alike(camera, velocity):
    assert (field(GRID, camera) == velocity).all()


def test_a_zoom_leaves_the_centre():
    zoom = field(GRID, (0, 0, 1, 0))
    assert zoom[0, 0] == pytest.approx((-0.75, -0.25))
    assert zoom[1, 2] == pytest.approx((0.25, 0.25))


def test_a_turn_takes_right_to_down():
    turn = field(GRID, (0, 0, 0, 1))
    assert turn[0, 3] == pytest.approx((0.25, 0.75))
    assert turn[1, 0] == pytest.approx((-0.25, -0.75))


def test_motions_add_up_as_the_module_says():
    vx, vy, zoom, turn = 0.3, -0.2, 0.5, -0.7
    x, y = 0.25, -0.25
    want = (vx + zoom * x - turn * y, vy + zoom * y + turn * x)
    assert field(GRID, (vx, vy, zoom, turn))[0, 2] == pytest.approx(want)


@pytest.mark.parametrize("grid", [(9, 16), (16, 9), (5, 5), (1, 3), (3, 1)])
def test_the_four_motions_are_perpendicular(grid):
    basis = similarity_basis(grid)
    assert basis.shape == (4, grid[0] * grid[1] * 2)
    assert basis.dtype == np.float32
    products = basis @ basis.T
    assert products - np.diag(np.diag(products)) == pytest.approx(0, abs=1e-4)


def test_the_only_cell_stands_in_the_centre():
    assert similarity_basis((1, 1)).tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_affine_moves_pixels_as_the_camera_row_says() -> None:
    move = affine(np.array([0.5, 0.0, 0.2, 0.0]), 0.1, (200, 100))
    assert np.allclose(move @ [100, 50, 1], [105, 50])  # the middle only pans: 0.05 heights of 100 px
    assert np.allclose(move @ [150, 50, 1], [156, 50])  # and what is right of it moves away by 2 %
