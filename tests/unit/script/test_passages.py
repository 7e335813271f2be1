import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.records import Bookmark, Chapter, Script
from funscribe.script.passages import (
    RETURN_SPEED,
    cut_at,
    passage_speed,
    silence_passage,
)

STROKES = Script(np.arange(0, 10_000, 500), [0, 100] * 10)
scripts = st.builds(
    lambda gaps, pos: Script(np.cumsum(gaps[: len(pos)]) - 1, pos[: len(gaps)]),
    st.lists(st.integers(1, 2000), max_size=30),
    st.lists(st.integers(0, 100), max_size=30),
)
times = st.floats(0, 40)


def test_silence_holds_and_comes_back_in_time():
    quiet = silence_passage(STROKES, 2.25, 6.45)
    at = quiet.at_ms.tolist()
    held = at.index(2250)
    assert quiet.pos[held] == quiet.pos[held + 1] == 50  # halfway up when the silence began
    assert at[held : held + 3] == [2250, 6333, 6500]  # not as long as it might, so as not to rush
    speed = np.abs(np.diff(quiet.pos)) / np.diff(quiet.at_ms) * 1000
    assert speed[held + 1] <= RETURN_SPEED
    outside = (STROKES.at_ms < 2250) | (STROKES.at_ms > 6450)
    assert set(STROKES.at_ms[outside].tolist()) <= set(at)


def test_silence_to_the_end_and_beside_the_script():
    assert silence_passage(STROKES, 9.0, 60).at_ms.tolist()[-2:] == [9000, 9500]
    assert silence_passage(STROKES, 20, 60) is STROKES
    assert len(silence_passage(Script([], []), 0, 5)) == 0


@given(scripts, times, times)
def test_changed_scripts_stay_scripts(script, a, b):
    start, end = min(a, b), max(a, b)
    changed = silence_passage(script, start, end)
    assert np.all(np.diff(changed.at_ms) > 0)
    if len(script):
        assert changed.at_ms[-1] <= script.at_ms[-1]


def test_nothing_stands_after_the_end_of_the_video():
    script = Script(
        [0, 1000, 3000],
        [0, 100, 0],
        {"duration": 9, "durationTime": "00:00:09"},
        (Chapter("a", 1, 3), Chapter("b", 2.6, 3)),
        (Bookmark("in", 2), Bookmark("out", 2.9)),
        {"roll": Script([0, 2000, 5000], [0, 50, 80])},
    )
    cut = cut_at(script, 2.5)
    assert cut.at_ms.tolist() == [0, 1000, 2500]
    assert cut.pos.tolist() == [0, 100, 25]
    assert cut.axes["roll"].at_ms.tolist() == [0, 2000, 2500]
    assert cut.metadata == {"duration": 3}
    assert (cut.chapters, cut.bookmarks) == ((Chapter("a", 1, 2.5),), (Bookmark("in", 2),))
    assert cut_at(script, 60).at_ms.tolist() == [0, 1000, 3000]
    for end_s in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="ends after"):
            cut_at(script, end_s)


@given(scripts, st.floats(0.001, 70))
def test_cutting_twice_is_cutting_once(script, end_s):
    once = cut_at(script, end_s)
    assert not len(once) or once.at_ms[-1] <= end_s * 1000
    assert cut_at(once, end_s).actions == once.actions


def test_mean_speed_of_a_passage():
    assert passage_speed(STROKES, 2.0, 4.0) == pytest.approx(200)
    assert passage_speed(STROKES, 2.1, 2.2) == pytest.approx(200)
    assert passage_speed(STROKES, 9.0, 10.0) == pytest.approx(100)  # it ends at 9.5 s
    assert passage_speed(STROKES, 5, 5) == 0
    assert passage_speed(Script([], []), 0, 5) == 0
