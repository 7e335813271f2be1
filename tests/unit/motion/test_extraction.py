from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.errors import ClassUnknown
from funscribe.field import fit_camera
from funscribe.motion import MotionOptions, extract
from funscribe.records import Provenance, Trace, Tracks, VideoInfo
from funscribe.similarity import similarity_basis

GRID = (9, 16)
RATE_HZ = 30.0


def make_trace(field, time_s=None, cut=None):
    field = np.asarray(field, np.float32)
    time_s = np.arange(len(field)) / RATE_HZ if time_s is None else time_s
    cut = np.zeros(len(field)) if cut is None else cut
    info = VideoInfo("made up", (256, 144), (256, 144), Fraction(1, 90000), 0.0, 0, "raw", "gray")
    return Trace(time_s, field.astype(np.float16), cut, info, Provenance("0", "0", "none"))


def solve(trace, options=None):
    return extract(trace, fit_camera(trace), options or MotionOptions())


def velocity(curve, time_s):
    return np.diff(curve, prepend=curve[0]) / np.diff(time_s, prepend=time_s[0] - (time_s[1] - time_s[0]))


def sliding(curve, time_s, direction=(0.0, -1.0), rows=slice(3, 6), columns=slice(6, 10)):
    """A field in which a patch of cells follows `curve` (picture heights), upwards, before a still world."""
    field = np.zeros((len(curve), *GRID, 2), np.float32)
    field[:, rows, columns] = velocity(curve, time_s)[:, None, None, None] * np.array(direction)
    return field


def noise(count, size=0.01, seed=0):
    return np.random.default_rng(seed).normal(0, size, (count, *GRID, 2))


def seconds(duration_s, rate_hz=RATE_HZ):
    return np.arange(round(duration_s * rate_hz)) / rate_hz


def r(signal, curve):
    return float(np.corrcoef(signal.position, curve)[0, 1])


@pytest.mark.parametrize("hz", [0.2, 0.7, 1.5, 4.0])
def test_a_slide_is_followed_and_up_is_up(hz):
    time_s = seconds(max(12, 8 / hz))
    height = -0.1 * np.cos(2 * np.pi * hz * time_s)
    signal = solve(make_trace(sliding(height, time_s) + noise(len(time_s))))
    assert r(signal, height) > 0.98
    assert signal.position.min() < 0.1
    assert signal.position.max() > 0.9


@pytest.mark.parametrize(("axis", "sign"), [(2, -1), (0, 1)])
def test_nearer_is_down_and_right_is_up(axis, sign):
    time_s = seconds(12)
    curve = 0.2 * np.sin(2 * np.pi * time_s)
    basis = similarity_basis(GRID)[axis].reshape(*GRID, 2).copy()
    basis[:, :4] = basis[:, 12:] = 0
    field = velocity(curve, time_s)[:, None, None, None] * basis
    assert sign * r(solve(make_trace(field + noise(len(time_s)))), curve) > 0.97


def test_a_swing_does_not_flip_its_sign():
    time_s = seconds(40)
    curve = 0.3 * np.sin(2 * np.pi * 0.8 * time_s)
    pattern = similarity_basis(GRID)[3].reshape(*GRID, 2).copy()
    pattern[:, :5] = pattern[:, 11:] = 0
    signal = solve(make_trace(velocity(curve, time_s)[:, None, None, None] * pattern + noise(len(time_s))))
    signs = [
        np.sign(np.corrcoef(signal.position[k : k + 150], curve[k : k + 150])[0, 1])
        for k in range(0, 1050, 150)
    ]
    assert len(set(signs)) == 1


def test_rest_holds_the_position_with_no_confidence():
    time_s = seconds(20)
    height = np.where((time_s > 8) & (time_s < 13), 0.1, 0.1 * np.cos(2 * np.pi * time_s))
    signal = solve(make_trace(sliding(height, time_s) + noise(len(time_s), 0.0005)))
    rest = (time_s > 8.6) & (time_s < 12.4)
    assert np.ptp(signal.position[rest]) < 0.01
    assert signal.confidence[rest].max() < 0.05
    assert signal.confidence[time_s < 7].mean() > 0.7


def test_a_still_picture_holds_its_position():
    signal = solve(make_trace(noise(300, 0.0005)))
    assert np.ptp(signal.position) == 0
    assert signal.confidence.max() == 0


def test_deeper_strokes_are_deeper():
    time_s = seconds(16)
    depth = np.where(time_s % 4 < 2, 1.0, 0.6)
    height = 0.1 * depth * np.sin(2 * np.pi * 1.0 * time_s)
    position = solve(make_trace(sliding(height, time_s))).position
    deep, shallow = position[(time_s % 4 < 2)], position[(time_s % 4 >= 2)]
    assert np.ptp(shallow) / np.ptp(deep) == pytest.approx(0.6, abs=0.12)


def test_a_shaking_camera_is_not_the_motion():
    time_s = seconds(20)
    rng = np.random.default_rng(3)
    shake = np.stack(
        [np.convolve(rng.normal(0, 0.2, len(time_s) + 8), np.ones(9) / 9, "valid") for _ in range(4)], 1
    )
    height = 0.1 * np.sin(2 * np.pi * 1.1 * time_s)
    field = sliding(height, time_s) + (shake @ similarity_basis(GRID)).reshape(-1, *GRID, 2)
    assert r(solve(make_trace(field)), height) > 0.95


def test_a_passer_by_is_not_the_motion():
    time_s = seconds(20)
    height = 0.08 * np.sin(2 * np.pi * 1.3 * time_s)
    field = sliding(height, time_s)
    for start in range(30, 540, 150):
        for k in range(60):
            column = k * 16 // 60
            field[start + k, 2:8, max(0, column - 1) : column + 1, 0] = 0.45
    assert r(solve(make_trace(field)), height) > 0.95


def test_shots_are_solved_on_their_own():
    time_s = seconds(24)
    height = 0.1 * np.sin(2 * np.pi * 1.0 * time_s)
    field = sliding(height, time_s)
    field[360:] = sliding(height, time_s, rows=slice(1, 8), columns=slice(2, 6))[360:]
    field[360] = 5.0  # what the flow makes of a cut
    cut = np.zeros(len(time_s))
    cut[360] = 0.9
    signal = solve(make_trace(field, cut=cut))
    assert np.corrcoef(signal.position[:360], height[:360])[0, 1] > 0.97
    assert np.corrcoef(signal.position[360:], height[360:])[0, 1] > 0.97


def test_a_flash_is_bridged():
    time_s = seconds(12)
    height = 0.1 * np.sin(2 * np.pi * 1.0 * time_s)
    field = sliding(height, time_s)
    field[180:182] = 8.0
    cut = np.zeros(len(time_s))
    cut[180:182] = 0.8
    assert r(solve(make_trace(field, cut=cut)), height) > 0.97


def test_frame_times_may_vary():
    rng = np.random.default_rng(5)
    time_s = np.cumsum(rng.uniform(0.015, 0.06, 400))
    height = 0.1 * np.sin(2 * np.pi * 1.2 * time_s)
    signal = solve(make_trace(sliding(height, time_s), time_s))
    assert r(signal, height) > 0.98
    assert (signal.time_s == time_s).all()


def test_the_same_trace_gives_the_same_signal():
    trace = make_trace(noise(400, 0.1))
    first, second = solve(trace), solve(trace)
    assert first.position.tobytes() == second.position.tobytes()
    assert first.confidence.tobytes() == second.confidence.tobytes()


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 20, 40, 299, 301])
def test_short_clips_give_a_signal_of_the_same_length(count):
    signal = solve(make_trace(noise(count, 0.1, count)))
    assert len(signal) == count
    assert np.isfinite(signal.position).all()


def test_a_clip_without_frames():
    assert len(solve(make_trace(np.zeros((0, *GRID, 2))))) == 0


@pytest.mark.parametrize("value", [0.0, 1.0, -3e4, np.inf, np.nan])
def test_constant_and_broken_fields_give_finite_positions(value):
    field = np.full((200, *GRID, 2), value, np.float32)
    trace = make_trace(field)
    signal = extract(trace, np.zeros((200, 4), np.float32), MotionOptions())
    assert np.isfinite(signal.position).all()
    assert np.isfinite(signal.confidence).all()


@settings(max_examples=25)
@given(
    count=st.integers(1, 160),
    size=st.sampled_from([0.0, 1e-4, 0.1, 50.0, 6e4]),
    seed=st.integers(0, 99),
    window_s=st.floats(2, 60),
    grid=st.sampled_from([(9, 16), (16, 9), (2, 16), (4, 4)]),
)
def test_any_field_gives_positions_between_0_and_1(count, size, seed, window_s, grid):
    rng = np.random.default_rng(seed)
    field = rng.uniform(-size, size, (count, *grid, 2))
    cut = (rng.random(count) < 0.03).astype(float)
    time_s = np.cumsum(rng.choice([0.001, 0.033, 0.5], count))
    signal = solve(make_trace(field, time_s, cut), MotionOptions(window_s=window_s))
    assert ((signal.position >= 0) & (signal.position <= 1)).all()
    assert ((signal.confidence >= 0) & (signal.confidence <= 1)).all()


CLASSES = ("contact", "anchor", "other")
NO_TRACKS = Tracks(np.zeros(601), [], [], [], [], [], CLASSES)


def two_movers(contact_hz=0.8, other_hz=1.7):
    """A weak motion at the left, a stronger one at the right, and boxes of what moves (px of 256 x 144)."""
    time_s = seconds(20)
    weak, strong = (
        0.08 * np.sin(2 * np.pi * contact_hz * time_s),
        0.2 * np.sin(2 * np.pi * other_hz * time_s),
    )
    field = sliding(weak, time_s, columns=slice(2, 5)) + sliding(strong, time_s, columns=slice(10, 14))
    boxes = [
        (np.array([32, 48, 80, 96]) - np.array([[0, 144, 0, 144]]) * weak[:, None], 0),
        (np.tile([48, 20, 64, 124], (len(time_s), 1)), 1),
        (np.array([160, 48, 224, 96]) - np.array([[0, 144, 0, 144]]) * strong[:, None], 2),
    ]
    return make_trace(field + noise(len(time_s))), weak, strong, boxes


def tracks_of(boxes, frames=600, every=3):
    """Exact tracks, measured at every third frame."""
    xyxy = np.stack([box for box, _ in boxes], 1).reshape(-1, 4)
    kinds = np.tile([kind for _, kind in boxes], frames)
    seen = np.repeat(np.arange(frames) % every == 0, len(boxes))
    start = np.arange(frames + 1) * len(boxes)
    return Tracks(start, kinds + 1, xyxy, np.full(len(xyxy), 0.9), kinds, seen, CLASSES)


def test_without_tracks_nothing_changes():
    trace, _, _, boxes = two_movers()
    camera = fit_camera(trace)
    plain = extract(trace, camera, MotionOptions())
    named = MotionOptions(anchor="anchor", contacts=("contact",))
    for options, tracks in (
        (MotionOptions(), None),
        (MotionOptions(), NO_TRACKS),
        (named, None),
        (named, NO_TRACKS),
        (named, tracks_of(boxes[2:])),
        (MotionOptions(attention=0.3, pairing=0.2), None),
    ):
        signal = extract(trace, camera, options, tracks)
        assert signal.position.tobytes() == plain.position.tobytes()
        assert signal.confidence.tobytes() == plain.confidence.tobytes()


def test_a_class_or_a_region_says_which_of_two_is_meant():
    trace, weak, strong, boxes = two_movers()
    camera, tracks = fit_camera(trace), tracks_of(boxes)
    assert r(extract(trace, camera, MotionOptions(), None), strong) > 0.9
    assert r(extract(trace, camera, MotionOptions(contacts=("contact",)), tracks), weak) > 0.97
    assert r(extract(trace, camera, MotionOptions(contacts=("other",)), tracks), strong) > 0.97
    assert r(extract(trace, camera, MotionOptions(roi=(0.0, 0.0, 0.5, 1.0))), weak) > 0.97


def test_without_roles_the_tracks_that_move_periodically_decide():
    trace, weak, _, boxes = two_movers()
    signal = extract(trace, fit_camera(trace), MotionOptions(), tracks_of(boxes[:2]))
    assert r(signal, weak) > 0.97


def test_contact_and_anchor_give_a_place_without_drift():
    trace, weak, _, boxes = two_movers()
    slow = 0.06 * np.sin(2 * np.pi * 0.05 * trace.time_s)
    boxes[0] = (boxes[0][0] - np.array([[0, 144, 0, 144]]) * slow[:, None], 0)
    options = MotionOptions(anchor="anchor", contacts=("contact",))
    signal = extract(trace, fit_camera(trace), options, tracks_of(boxes))
    assert r(signal, weak + slow) > 0.99
    field_alone = extract(
        trace, fit_camera(trace), MotionOptions(pairing=0.0, **roles(options)), tracks_of(boxes)
    )
    assert r(field_alone, weak + slow) < 0.95


def roles(options):
    return {"anchor": options.anchor, "contacts": options.contacts}


def test_a_class_that_is_not_there_is_refused():
    trace, _, _, boxes = two_movers()
    with pytest.raises(ClassUnknown, match="anchor"):
        extract(trace, fit_camera(trace), MotionOptions(anchor="ancor"), tracks_of(boxes))


def test_tracks_of_another_clip_are_refused():
    trace = make_trace(noise(30))
    with pytest.raises(ValueError, match="600 frames, not 30"):
        extract(trace, fit_camera(trace), MotionOptions(), NO_TRACKS)


@settings(max_examples=20)
@given(
    count=st.integers(1, 120),
    boxes=st.integers(0, 6),
    seed=st.integers(0, 99),
    size=st.sampled_from([1.0, 60.0, 1e5, np.nan]),
    roi=st.sampled_from([None, (0.2, 0.3, 0.5, 0.1)]),
    named=st.booleans(),
)
def test_any_tracks_give_positions_between_0_and_1(count, boxes, seed, size, roi, named):
    rng = np.random.default_rng(seed)
    rows = count * boxes
    xyxy = rng.uniform(-size, size, (rows, 4)) if np.isfinite(size) else np.full((rows, 4), np.nan)
    columns = (
        rng.integers(0, 9, rows),
        xyxy,
        rng.random(rows),
        rng.integers(0, 3, rows),
        rng.random(rows) < 0.5,
    )
    tracks = Tracks(np.arange(count + 1) * boxes, *columns, CLASSES)
    trace = make_trace(rng.normal(0, 0.1, (count, *GRID, 2)), cut=(rng.random(count) < 0.03).astype(float))
    how = {"anchor": "anchor", "contacts": ("contact",)} if named else {}
    signal = extract(trace, fit_camera(trace), MotionOptions(roi=roi, **how), tracks)
    assert ((signal.position >= 0) & (signal.position <= 1)).all()
    assert ((signal.confidence >= 0) & (signal.confidence <= 1)).all()
