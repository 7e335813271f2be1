from funscribe.records import Script
from funscribe.script.filters import parse


def test_it_is_upside_down_and_twice_is_as_before():
    script = Script([0, 100, 250], [0, 30, 100])
    once = parse("invert")(script)
    assert once.pos.tolist() == [100, 70, 0]
    assert once.at_ms.tolist() == [0, 100, 250]
    assert parse("invert")(once).pos.tolist() == script.pos.tolist()
