import numpy as np

from funscribe.detect.crops import cut_out


def _picture() -> np.ndarray:
    """A picture whose red is the column, and whose green is the row."""
    y, x = np.mgrid[:40, :60]
    return np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.uint8)


def test_a_cut_holds_what_is_in_the_box() -> None:
    cut = cut_out(_picture(), np.array([[10, 20, 30, 40]], np.float32), (20, 20))[0]
    assert cut.shape == (20, 20, 3)
    assert (cut[0, 0, 0], cut[0, 0, 1]) == (10, 20)
    assert (cut[-1, -1, 0], cut[-1, -1, 1]) == (29, 39)


def test_boxes_outside_and_without_size_give_cuts_all_the_same() -> None:
    boxes = np.array(
        [[-50, -50, -10, -10], [500, 500, 600, 600], [7, 7, 7, 7], [-5, -5, 500, 500]], np.float32
    )
    cuts = cut_out(_picture(), boxes, (4, 8))
    assert cuts.shape == (4, 8, 4, 3)
    assert np.all(cuts[0] == 0)
    assert np.all(cuts[1][..., 0] == 59)


def test_no_boxes_give_no_cuts() -> None:
    assert cut_out(_picture(), np.zeros((0, 4), np.float32), (4, 8)).shape == (0, 8, 4, 3)
