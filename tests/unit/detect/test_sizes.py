"""One engine for each size, made once, and none where there can be none."""

from __future__ import annotations

from typing import Any

from funscribe.detect.sizes import Sizes


class Rigid:
    """An engine that runs a model at its own size only."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Elastic(Rigid):
    def __init__(self) -> None:
        self.made: dict[tuple[int, int], Rigid] = {}
        self.asked = 0

    def at_size(self, size_wh: tuple[int, int]) -> Any:
        self.asked += 1
        if size_wh[0] < 32:
            return None
        self.made[size_wh] = Rigid()
        return self.made[size_wh]


def sizes(engine: Any, fits: bool = True) -> Sizes:
    return Sizes(engine, lambda smaller: fits)


def test_a_size_is_made_once() -> None:
    engine = Elastic()
    held = sizes(engine)
    assert held.at((64, 32)) is held.at((64, 32)) is engine.made[64, 32]
    assert held.at((16, 16)) is None
    assert held.at((16, 16)) is None
    assert engine.asked == 2
    held.close()
    assert engine.closed
    assert engine.made[64, 32].closed


def test_an_engine_of_one_size_has_no_other() -> None:
    held = sizes(Rigid())
    assert held.at((64, 32)) is None


def test_what_would_be_read_otherwise_is_let_go() -> None:
    engine = Elastic()
    assert sizes(engine, fits=False).at((64, 32)) is None
    assert engine.made[64, 32].closed


def test_the_oldest_goes_when_there_are_many() -> None:
    engine = Elastic()
    held = sizes(engine)
    for side in range(32, 192, 32):
        assert held.at((side, 32)) is not None
    assert [made.closed for made in engine.made.values()] == [True, False, False, False, False]
    assert not engine.closed
