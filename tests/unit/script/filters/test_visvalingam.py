import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse


def test_small_triangles_go_and_large_ones_stay():
    # Triangles of 2 units x 0.2 s / 2 and of 50 units x 0.4 s / 2.
    script = Script([0, 100, 200, 400, 600, 800], [0, 2, 0, 50, 0, 0])
    got = parse("visvalingam(area=0.3, keep_turns=no)")(script)
    assert got.at_ms.tolist() == [0, 200, 400, 600, 800]
    assert len(parse("visvalingam(area=1000, keep_turns=no)")(script)) == 2
    assert len(parse("visvalingam(area=0, keep_turns=no)")(script)) == 6


def test_it_is_what_eliminating_one_by_one_gives():
    rng = np.random.default_rng(3)
    at, pos = np.cumsum(rng.integers(5, 200, 150)), rng.integers(0, 101, 150)
    left = list(range(150))
    while True:
        areas = [
            abs((at[b] - at[a]) * (pos[c] - pos[a]) - (at[c] - at[a]) * (pos[b] - pos[a])) / 2000
            for a, b, c in zip(left, left[1:], left[2:], strict=False)
        ]
        if min(areas) >= 3:
            break
        del left[int(np.argmin(areas)) + 1]
    assert parse("visvalingam(area=3, keep_turns=no)")(Script(at, pos)).at_ms.tolist() == at[left].tolist()


def test_turning_points_and_ends_of_rests_are_kept():
    script = Script([0, 10, 20, 1000, 2000], [0, 10, 0, 0, 60])
    assert parse("visvalingam(area=1000)")(script).at_ms.tolist() == script.at_ms.tolist()
