import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.errors import ClassUnknown, RecipeInvalid
from funscribe.field import fit_camera
from funscribe.motion import MotionOptions, extract
from funscribe.motion.axes import extract_axes
from funscribe.motion.options import AXES
from funscribe.recipe import Recipe, change
from funscribe.records import Tracks
from funscribe.testing.fields import GRID, moving, seconds, trace_of, wave

TIME_S = seconds(24)
STROKE = 0.13 * wave(1.1, TIME_S)
ROLL, SWAY, SURGE = 0.3 * wave(0.71, TIME_S), 0.09 * wave(0.47, TIME_S), -0.2 * wave(0.33, TIME_S)
ALL = MotionOptions(axes=AXES)


def axes_of(trace, options=ALL, tracks=None):
    return {s.axis: s for s in extract_axes(trace, fit_camera(trace), options, tracks)}


def r(signal, curve):
    return float(np.corrcoef(signal.position, curve)[0, 1])


def quiet(signal):
    return np.ptp(signal.position) == 0 and signal.confidence.max() == 0


def test_each_axis_is_found_where_it_is_and_the_others_are_quiet():
    told = {"roll": {"turn": ROLL}, "sway": {"x": SWAY}, "surge": {"size": -SURGE}}
    truth = {"roll": ROLL, "sway": SWAY, "surge": SURGE}
    for axis, how in told.items():
        found = axes_of(trace_of(moving(TIME_S, y=-STROKE, **how)))
        assert r(found["stroke"], STROKE) > 0.97
        assert r(found[axis], truth[axis]) > 0.93
        assert found[axis].confidence.mean() > 0.5
        assert all(quiet(found[other]) for other in set(AXES) - {"stroke", axis})


def test_all_at_once():
    found = axes_of(trace_of(moving(TIME_S, x=SWAY, y=-STROKE, turn=ROLL)))
    assert r(found["roll"], ROLL) > 0.93
    assert r(found["sway"], SWAY) > 0.97


def test_the_stroke_is_that_of_extract():
    trace = trace_of(moving(TIME_S, x=SWAY, y=-STROKE))
    alone = extract(trace, fit_camera(trace), ALL)
    for options in (ALL, MotionOptions()):
        stroke = axes_of(trace, options)["stroke"]
        assert stroke.position.tobytes() == alone.position.tobytes()
        assert stroke.confidence.tobytes() == alone.confidence.tobytes()


def test_only_the_axes_asked_for_come_in_their_order():
    trace = trace_of(moving(TIME_S, y=-STROKE))
    assert list(axes_of(trace, MotionOptions(axes=("sway", "stroke")))) == ["sway", "stroke"]
    assert list(axes_of(trace, MotionOptions())) == ["stroke"]


def test_where_nothing_moves_all_is_quiet():
    found = axes_of(trace_of(moving(TIME_S)))
    assert all(quiet(signal) for signal in found.values())


def test_a_swing_has_one_axis():
    angle = 0.35 * wave(0.8, TIME_S)
    found = axes_of(trace_of(moving(TIME_S, x=-0.4 * np.sin(angle), y=0.4 * np.cos(angle) - 0.4, turn=angle)))
    assert all(np.ptp(found[axis].position) < 0.1 for axis in AXES[1:])


def test_what_only_turns_is_a_roll():
    found = axes_of(trace_of(moving(TIME_S, turn=0.35 * wave(0.8, TIME_S))))
    assert r(found["roll"], wave(0.8, TIME_S)) > 0.97
    assert quiet(found["sway"])
    assert quiet(found["surge"])


def test_where_the_stroke_lies_across_sway_goes_up():
    found = axes_of(trace_of(moving(TIME_S, x=STROKE, y=-SWAY)))
    assert r(found["sway"], SWAY) > 0.97


def test_where_the_stroke_is_in_depth_there_is_sway_but_no_surge():
    found = axes_of(trace_of(moving(TIME_S, x=SWAY / 2, size=0.3 * wave(1.1, TIME_S))))
    assert r(found["sway"], SWAY) > 0.95
    assert quiet(found["surge"])


def test_at_rest_axes_rest():
    gone = np.where((TIME_S > 10) & (TIME_S < 16), 10, TIME_S)
    found = axes_of(
        trace_of(moving(TIME_S, y=-0.13 * wave(1.0, gone), turn=0.3 * wave(0.7, gone), noise=5e-4))
    )
    rest = (TIME_S > 10.7) & (TIME_S < 15.4)
    assert np.ptp(found["roll"].position[rest]) < 0.01
    assert found["roll"].confidence[rest].max() < 0.05
    assert np.ptp(found["roll"].position[~rest]) > 0.3


def test_tracks_of_another_clip_or_without_the_class_are_refused():
    trace = trace_of(moving(TIME_S, y=-STROKE))
    with pytest.raises(ValueError, match="not 720"):
        axes_of(trace, tracks=Tracks(np.zeros(5), [], [], [], [], []))
    none = Tracks(np.zeros(721), [], [], [], [], [], ("ball",))
    with pytest.raises(ClassUnknown):
        axes_of(trace, MotionOptions(axes=("stroke", "roll"), anchor="bat"), none)


@pytest.mark.parametrize("text", ["roll", "stroke,rol", "stroke,roll,roll", ""])
def test_axes_that_make_no_sense_are_refused(text):
    with pytest.raises(RecipeInvalid, match=r"motion"):
        change(Recipe(), [f"motion.axes={text}"])


def test_axes_are_read_from_text():
    assert change(Recipe(), ["motion.axes=stroke, roll"]).motion.axes == ("stroke", "roll")


@settings(max_examples=20, deadline=None)
@given(
    count=st.integers(0, 400),
    size=st.sampled_from([0.0, 1e-4, 0.1, 50.0, 6e4]),
    seed=st.integers(0, 99),
    grid=st.sampled_from([GRID, (16, 9), (2, 16), (4, 4), (1, 3)]),
)
def test_any_field_gives_positions_between_0_and_1(count, size, seed, grid):
    rng = np.random.default_rng(seed)
    field = rng.uniform(-size, size, (count, *grid, 2))
    cut = (rng.random(count) < 0.005).astype(float)
    time_s = np.cumsum(rng.choice([0.001, 0.033, 0.5], count))
    trace = trace_of(field, time_s, cut)
    for signal in axes_of(trace).values():
        assert len(signal) == count


@pytest.mark.parametrize("value", [np.inf, np.nan, -3e4])
def test_broken_fields_give_finite_positions(value):
    field = moving(TIME_S, y=-STROKE)
    field[100:130, 2:5] = value
    trace = trace_of(field)
    found = extract_axes(trace, np.zeros((len(trace), 4), np.float32), ALL)
    assert all(np.isfinite(signal.position).all() for signal in found)
