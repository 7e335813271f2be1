import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.script.simplify import simplify


@st.composite
def curves(draw):
    gaps = draw(st.lists(st.integers(1, 200), min_size=1, max_size=80))
    # Small spans make long lines possible, on which the bound is tight.
    span = draw(st.sampled_from([3.0, 10.0, 100.0]))
    values = draw(st.lists(st.floats(0, span), min_size=len(gaps), max_size=len(gaps)))
    keep = draw(st.lists(st.booleans(), min_size=len(gaps), max_size=len(gaps)))
    return np.cumsum(gaps), np.array(values), np.array(keep)


@given(curves(), st.floats(0.5, 20))
def test_every_sample_is_within_the_tolerance(curve, tolerance):
    at, values, keep = curve
    chosen = simplify(at, values, keep, tolerance)
    drawn = np.interp(at, at[chosen], np.rint(values[chosen]))
    assert np.abs(drawn - values).max() <= tolerance + 1e-9


@given(curves(), st.floats(0.5, 20))
def test_keeps_the_ends_and_what_it_must(curve, tolerance):
    at, values, keep = curve
    chosen = simplify(at, values, keep, tolerance).tolist()
    assert chosen == sorted(set(chosen))
    assert {0, len(at) - 1} | set(np.flatnonzero(keep)) <= set(chosen)


def none(count):
    return np.zeros(count, bool)


def test_a_line_needs_its_two_ends_alone():
    at = np.arange(0, 10_000, 33)
    assert len(simplify(at, np.linspace(10, 90, len(at)), none(len(at)), 1)) == 2


def test_a_circle_is_cheap():
    at = np.arange(0, 1000, 10)
    chosen = simplify(at, 50 + 45 * np.sin(2 * np.pi * at / 1000), none(100), 2)
    assert len(chosen) <= 14


def test_the_bound_is_used_up_but_not_exceeded():
    rng = np.random.default_rng(3)
    at = np.cumsum(rng.integers(10, 60, 5000))
    values = np.clip(50 + np.cumsum(rng.normal(0, 0.8, 5000)), 0, 100)
    chosen = simplify(at, values, none(5000), 3)
    worst = np.abs(np.interp(at, at[chosen], np.rint(values[chosen])) - values).max()
    assert 2.9 < worst <= 3 + 1e-9
    assert len(chosen) < 600


def test_long_noise_about_a_level_is_one_line_or_few():
    at = np.arange(100_000) * 33
    values = 50 + np.random.default_rng(1).uniform(-1.4, 1.4, len(at))
    assert len(simplify(at, values, none(len(at)), 2)) < 50


@pytest.mark.parametrize("count", [0, 1, 2])
def test_almost_nothing(count):
    assert simplify(np.arange(count), np.zeros(count), none(count), 2).tolist() == list(range(count))


def test_a_tolerance_below_the_rounding_is_refused():
    with pytest.raises(ValueError, match=r"at least 0\.5"):
        simplify(np.arange(3), np.zeros(3), none(3), 0.4)
