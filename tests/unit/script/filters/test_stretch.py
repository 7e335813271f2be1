from funscribe.records import Script
from funscribe.script.filters import parse


def test_time_is_stretched_about_a_moment():
    script = Script([0, 1000, 3000], [0, 10, 20])
    assert parse("stretch(factor=2)")(script).at_ms.tolist() == [0, 2000, 6000]
    assert parse("stretch(factor=2, about_s=1)")(script).at_ms.tolist() == [1000, 5000]
    assert parse("stretch(factor=0.5, about_s=1)")(script).at_ms.tolist() == [500, 1000, 2000]


def test_the_first_of_actions_that_fall_together_stands():
    got = parse("stretch(factor=0.1)")(Script([0, 1, 2, 30], [5, 6, 7, 8]))
    assert got.at_ms.tolist() == [0, 3]
    assert got.pos.tolist() == [5, 8]


def test_another_frame_rate():
    got = parse("stretch(factor=1.0427083)")(Script([23_976], [5]))
    assert got.at_ms.tolist() == [25_000]
