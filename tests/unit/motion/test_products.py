import numpy as np
import pytest

from funscribe.motion import products
from funscribe.motion.products import along, product


class Watched(np.ndarray):
    """A matrix that notes how many multiplications each product of it takes."""

    sizes: list

    def __matmul__(self, other):
        self.sizes.append(self.size * other.shape[1])
        return np.asarray(self) @ np.asarray(other)


def watched(rows):
    out = np.asarray(rows).view(Watched)
    out.sizes = []
    return out


@pytest.mark.parametrize("piece", [1, 7, 40, 10**6])
def test_pieces_make_up_the_product(monkeypatch, piece):
    monkeypatch.setattr(products, "_PIECE", piece)
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 5)), rng.normal(size=(5, 11))
    assert product(a, b) == pytest.approx(np.einsum("mk,kn->mn", a, b))


def test_no_piece_is_large():
    a = watched(np.ones((20, 300)))
    assert (product(a, np.ones((300, 100))) == 300).all()
    assert max(a.sizes) <= products._PIECE
    assert sum(a.sizes) == 20 * 300 * 100


def test_a_small_product_is_made_at_once():
    a = watched(np.ones((2, 3)))
    product(a, np.ones((3, 5)))
    assert a.sizes == [30]


@pytest.mark.parametrize("shape", [(0, 3, 5), (2, 0, 5), (2, 3, 0), (1, 1, 1)])
def test_empty_matrices_keep_their_shape(shape):
    m, k, n = shape
    out = product(np.ones((m, k)), np.ones((k, n)))
    assert out.shape == (m, n)
    assert (out == k).all()


def test_rows_along_a_vector():
    assert along(np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]), np.array([10.0, -1.0])).tolist() == [
        8,
        26,
        0,
    ]
    assert along(np.zeros((0, 2)), np.ones(2)).shape == (0,)
