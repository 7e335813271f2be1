import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.generated_axes import add_generated, generate_axis, is_generated
from funscribe.script.options import AxisRule

AT = np.arange(0, 20_001, 100)
STROKE = Script(AT, np.rint(50 - 45 * np.cos(2 * np.pi * AT / 2000)).astype(int))


def at(script, times):
    return np.interp(times, script.at_ms, script.pos)


def test_an_axis_is_a_quarter_cycle_late_and_smaller():
    roll = generate_axis(STROKE, "roll")
    inner = np.arange(1500, 18_000, 10)
    truth = 50 - 18 * np.cos(2 * np.pi * (inner - 500) / 2000)
    assert at(roll, inner) == pytest.approx(truth, abs=1.5)


def test_the_delay_goes_with_the_tempo():
    at_ms = np.concatenate([np.arange(0, 10_000, 1000), np.arange(10_000, 15_000, 250)])
    pos = np.where(np.arange(len(at_ms)) % 2, 100, 0)
    made = generate_axis(Script(at_ms, pos), "pitch")
    assert (made.at_ms[2:10] - at_ms[2:10] == 500).all()
    assert (made.at_ms[12:-2] - at_ms[12:-2] == 125).all()


def test_the_rule_is_obeyed():
    rule = AxisRule(delay=0, share=1, invert=True)
    assert generate_axis(STROKE, "sway", rule).pos.tolist() == (100 - STROKE.pos).tolist()
    assert set(generate_axis(STROKE, "sway", AxisRule(share=0)).pos.tolist()) == {50}


def test_what_is_made_up_is_marked_and_what_was_measured_stays():
    measured = Script([0, 1000], [50, 60])
    script = Script(STROKE.at_ms, STROKE.pos, {"title": "x"}, axes={"roll": measured})
    made = add_generated(script, ("roll", "twist"), AxisRule(delay=0.1))
    assert made.axes["roll"] is measured
    assert not is_generated(made.axes["roll"])
    assert not is_generated(made)
    assert is_generated(made.axes["twist"])
    assert made.axes["twist"].metadata["generated"] == {
        "axis": "twist",
        "from": "stroke",
        "rule": {"delay": 0.1, "share": 0.4, "invert": False},
    }
    assert made.metadata == {"title": "x"}
    assert made.pos.tolist() == STROKE.pos.tolist()


def test_a_rest_stays_a_rest():
    script = Script([0, 500, 1000, 1500, 9000, 9500, 10_000], [0, 100, 0, 80, 80, 0, 100])
    made = generate_axis(script, "roll")
    rest = at(made, np.arange(1800, 9000, 50))
    assert np.ptp(rest) == 0


@pytest.mark.parametrize("axis", ["stroke", "rol", "", "R1"])
def test_axes_that_can_not_be_made(axis):
    with pytest.raises(ValueError, match="there are surge, sway, twist, roll, pitch"):
        generate_axis(STROKE, axis)


def test_a_rule_within_bounds():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"delay": 2}, AxisRule)


@given(
    times=st.lists(st.integers(0, 100_000), max_size=40, unique=True),
    delay=st.floats(0, 0.5),
    share=st.floats(0, 1),
    seed=st.integers(0, 999),
)
def test_any_script_gives_an_axis_within_its_time(times, delay, share, seed):
    pos = np.random.default_rng(seed).integers(0, 101, len(times))
    script = Script(sorted(times), pos)
    made = generate_axis(script, "surge", AxisRule(delay=delay, share=share))
    assert len(made) <= len(script)
    assert bool(len(made)) == bool(len(script))
    if len(made):
        assert made.at_ms[0] >= script.at_ms[0]
        assert made.at_ms[-1] <= script.at_ms[-1]
        assert np.abs(made.pos - 50).max() <= np.ceil(50 * share)
