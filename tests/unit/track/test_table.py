"""The table of tracks: rows come, move, are measured and go."""

import numpy as np

from funscribe.track.kalman import BoxFilter
from funscribe.track.table import HELD, NEW, TrackTable

BOXES = np.array([[0.0, 0, 10, 20], [50, 50, 80, 90], [200, 10, 220, 40]])


def _table() -> TrackTable:
    table = TrackTable(BoxFilter("size"), room=2)
    table.add(BOXES, np.array([0.9, 0.8, 0.7]), np.array([0, 1, 0]), 1.0)
    return table


def test_new_tracks_have_rising_ids_and_stand_where_they_were_found() -> None:
    table = _table()
    assert len(table) == 3
    assert table.track_id.tolist() == [1, 2, 3]
    assert table.phase.tolist() == [NEW] * 3
    assert table.class_id.tolist() == [0, 1, 0]
    np.testing.assert_allclose(table.xyxy(), BOXES)
    assert not table.velocity.any()


def test_an_id_is_never_given_twice() -> None:
    table = _table()
    table.keep(np.zeros(3, bool))
    assert len(table) == 0
    table.add(BOXES[:1], np.ones(1), np.zeros(1), 2.0)
    assert table.track_id.tolist() == [4]


def test_rows_that_are_kept_keep_all_their_columns() -> None:
    table = _table()
    table.describe(slice(0, 3), np.eye(3), 0.9)
    table.keep(np.array([False, True, True]))
    assert table.track_id.tolist() == [2, 3]
    np.testing.assert_allclose(table.xyxy(), BOXES[1:])
    np.testing.assert_allclose(table.score, [0.8, 0.7], rtol=1e-6)
    np.testing.assert_array_equal(table.look, np.eye(3)[1:])
    table.add(BOXES[:1], np.ones(1), np.zeros(1), 2.0)
    assert not table.look[2].any()


def test_a_measurement_enters_only_the_rows_that_were_measured() -> None:
    table = _table()
    table.predict(0.1)
    table.update(np.array([2, 0]), table.kalman.measure(BOXES[[2, 0]] + 4))
    table.see(np.array([2, 0]), np.array([0.5, 0.6]), 1.1)
    moved = table.xyxy() - BOXES
    assert (moved[[0, 2]] > 1).all()
    np.testing.assert_allclose(moved[1], 0, atol=1e-9)
    assert table.phase.tolist() == [HELD, NEW, HELD]
    assert table.seen_s.tolist() == [1.1, 1.0, 1.1]
    np.testing.assert_allclose(table.score, [0.6, 0.8, 0.5], rtol=1e-6)


def test_a_camera_moves_every_row() -> None:
    table = _table()
    table.move(np.array([[1, 0, 5], [0, 1, -2]]))
    np.testing.assert_allclose(table.xyxy(), BOXES + np.array([5, -2, 5, -2]))


def test_an_empty_table_takes_every_step() -> None:
    table = TrackTable(BoxFilter())
    table.predict(0.1)
    table.move(np.eye(2, 3))
    table.update(np.zeros(0, int), np.zeros((0, 4)))
    table.keep(np.zeros(0, bool))
    assert table.xyxy().shape == (0, 4)


def test_looks_are_blended_and_stay_unit_vectors() -> None:
    table = _table()
    table.describe(slice(0, 3), np.eye(3), 0.5)
    table.describe(np.array([0]), np.array([[0.0, 1, 0]]), 0.5)
    np.testing.assert_allclose(table.look[0], [np.sqrt(0.5), np.sqrt(0.5), 0])
    np.testing.assert_allclose(np.linalg.norm(table.look, axis=1), 1)


def test_thousands_of_rows_find_room() -> None:
    table = _table()
    many = np.tile(BOXES, (2000, 1))
    rows = table.add(many, np.ones(6000), np.zeros(6000), 2.0)
    assert rows == slice(3, 6003)
    np.testing.assert_allclose(table.xyxy(), np.vstack([BOXES, many]))
    assert len(set(table.track_id.tolist())) == 6003
