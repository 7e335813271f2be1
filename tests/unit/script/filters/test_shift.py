from funscribe.records import Script
from funscribe.script.filters import parse


def test_positions_move_and_are_cut():
    script = Script([0, 1, 2], [0, 50, 95])
    assert parse("shift(by=10)")(script).pos.tolist() == [10, 60, 100]
    assert parse("shift(by=-60)")(script).pos.tolist() == [0, 0, 35]
