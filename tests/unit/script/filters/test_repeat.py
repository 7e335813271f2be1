import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def test_a_passage_comes_again_until_the_end_asked_for():
    script = Script([0, 1000, 1500, 2000, 2600, 9000], [7, 0, 100, 0, 33, 44])
    got = parse("repeat(start_s=1, end_s=2, until_s=3.6)")(script)
    assert got.at_ms.tolist() == [0, 1000, 1500, 2000, 2500, 3000, 3500, 9000]
    assert got.pos.tolist() == [7, 0, 100, 0, 100, 0, 100, 44]


def test_nothing_to_repeat_changes_nothing():
    script = Script([0, 5000], [7, 0])
    assert len(parse("repeat(start_s=1, end_s=2, until_s=9)")(script)) == 2
    assert len(parse("repeat(start_s=0, end_s=9, until_s=5)")(script)) == 2


@pytest.mark.parametrize("text", ["repeat(start_s=5, end_s=2)", "repeat(start_s=1, end_s=1.05)"])
def test_no_passage_is_refused(text):
    with pytest.raises(FilterInvalid, match=r"must last at least 0\.1 s"):
        parse(text)


def test_too_many_actions_are_refused():
    script = Script(range(0, 1000), [0, 100] * 500)
    with pytest.raises(FilterInvalid, match="at most 1000000"):
        parse("repeat(start_s=0, end_s=1, until_s=5000)")(script)
