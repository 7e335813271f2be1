"""Made-up scores, for the tests of what is made of them."""

from funscribe.bench import CountScore, Report, SceneScore, TrackScore
from funscribe.bench.scores import Window
from funscribe.evaluate import Fidelity

MADE_BY = {"funscribe": "1", "commit": "abc", "cpu": "Some CPU", "cores": 2, "python": "3", "recipe": "f00d"}


def fidelity(**changes):
    plain = {"lag_ms": 0.0, "sign": 1, "r": 0.99, "f1": 1.0, "t_ms": 10.0, "rest": None}
    counts = {"cycles_script": 4.0, "cycles_truth": 4.0, "matched": 8, "extra": 0, "missed": 0}
    return Fidelity(**{**plain, **counts, **changes})


def scene(name, sign_right=True, windows=(), depth_rank=0.9, **changes):
    return SceneScore(name, sign_right, fidelity(**changes), depth_rank, 0.9, 0.8, windows)


def count(name, found, true, group="quva", confidence=0.8):
    return CountScore(group, name, found, true, abs(found - true) / true, abs(found - true) <= 1, confidence)


def full_report():
    windows = tuple(Window(float(i), r, r) for i, r in enumerate((1.0, 0.5, 0.9)))
    still = {"r": None, "f1": None, "lag_ms": None, "sign": None, "rest": 2.5, "t_ms": None}
    return Report(
        made_by=MADE_BY,
        scenes=(
            scene("good", windows=windows),
            scene("bad", sign_right=False, r=0.5, f1=0.25, lag_ms=-30.0, depth_rank=0.1),
            scene("still", sign_right=None, depth_rank=None, **still),
        ),
        counts=(
            count("000_rope", 5.0, 5, confidence=0.9),
            count("028_bar_lift", 4.0, 8, confidence=0.2),
            count("j", 150.0, 200, "jumprope", confidence=0.5),
        ),
        tracks=(TrackScore("ball", 0.992, 0.995, fidelity(), 0.98, 0.9, ()),),
    )
