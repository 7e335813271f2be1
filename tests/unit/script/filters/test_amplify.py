from funscribe.records import Script
from funscribe.script.filters import parse


def test_it_goes_away_from_the_centre_and_is_cut():
    script = Script(range(4), [0, 40, 50, 80])
    assert parse("amplify(factor=1.5)")(script).pos.tolist() == [0, 35, 50, 95]
    assert parse("amplify(factor=2, centre=40)")(script).pos.tolist() == [0, 40, 60, 100]
    assert parse("amplify(factor=0, centre=40)")(script).pos.tolist() == [40] * 4
