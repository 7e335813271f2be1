"""What holds for every filter that is installed, with any options that it takes."""

import contextlib
import functools
import re

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from funscribe.errors import FilterInvalid
from funscribe.records import Bookmark, Chapter, Script
from funscribe.script.filters import Step, filter_names, load_filter, parse

NAMES = filter_names()
IDEMPOTENT = [name for name in NAMES if load_filter(name).idempotent]
BESIDE = {
    "metadata": {"title": "x"},
    "chapters": (Chapter("one", 0, 5),),
    "bookmarks": (Bookmark("here", 1),),
    "axes": {"roll": Script([0, 10], [50, 60])},
    "extra": {"other": 1},
}


@st.composite
def scripts(draw):
    """Scripts of all kinds: dense and sparse, flat and steep, empty too."""
    drawn = np.frombuffer(draw(st.binary(max_size=80)), np.uint8).astype(np.int64)
    count = len(drawn) // 2
    scale = draw(st.sampled_from([0, 1, 20]))
    kind = draw(st.sampled_from(["any", "ends", "zigzag", "flat"]))
    gaps, pos = 1 + drawn[:count] * scale, drawn[count : 2 * count] % 101
    if kind == "ends":
        pos = np.where(pos < 50, 0, 100)
    elif kind == "zigzag":
        pos = np.where(np.arange(count) % 2, pos // 3, 100 - pos // 3)
    elif kind == "flat":
        pos //= 10
    return Script(draw(st.sampled_from([0, 700])) + np.cumsum(gaps), pos, **BESIDE)


def _numbers(kind, whole):
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    edges = st.sampled_from([low, high])
    return edges | (st.integers(low, high) if whole else st.floats(low, high))


def _values(kind):
    """Values that one option takes."""
    if isinstance(kind, msgspec.inspect.Metadata):
        return _values(kind.type)
    if isinstance(kind, msgspec.inspect.IntType):
        return _numbers(kind, True)
    if isinstance(kind, msgspec.inspect.FloatType):
        return _numbers(kind, False)
    if isinstance(kind, msgspec.inspect.BoolType):
        return st.booleans()
    if isinstance(kind, msgspec.inspect.LiteralType):
        return st.sampled_from(kind.values)
    assert isinstance(kind, msgspec.inspect.VarTupleType)
    if isinstance(kind.item_type, msgspec.inspect.FloatType):
        return st.lists(st.floats(0, 60), max_size=50).map(tuple)
    step = st.tuples(st.integers(1, 500), st.integers(0, 100))
    return st.lists(step, max_size=20).map(
        lambda steps: tuple((sum(gap for gap, _ in steps[: i + 1]), pos) for i, (_, pos) in enumerate(steps))
    )


@functools.cache
def _drawn_options(kind):
    """Some options of one kind by name; made once, since making strategies takes longer than drawing."""
    fields = msgspec.inspect.type_info(kind).fields
    return st.fixed_dictionaries({}, optional={field.name: _values(field.type) for field in fields})


@st.composite
def options(draw, kind):
    """Options of one kind, most of them as by default."""
    given_values = draw(_drawn_options(kind))
    try:
        return msgspec.convert(given_values, kind)
    except msgspec.ValidationError:
        assume(False)


def run(name, script, chosen):
    with contextlib.suppress(FilterInvalid):
        return load_filter(name).run(script, chosen)
    # Only patterns that would have too many actions are refused.
    assume(name not in ("paste", "repeat"))
    raise AssertionError(f"{name} refused {chosen}")


def same(one, other):
    return np.array_equal(one.at_ms, other.at_ms) and np.array_equal(one.pos, other.pos)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(st.data())
def test_a_script_comes_out_that_holds_to_the_rules(name, data):
    found = load_filter(name)
    script, chosen = data.draw(scripts()), data.draw(options(found.options))
    times, positions = script.at_ms.copy(), script.pos.copy()
    got = run(name, script, chosen)
    # Sorted, unique, not before 0, in 0..100: a Script checks that when it is made.
    assert isinstance(got, Script)
    assert np.array_equal(script.at_ms, times)
    assert np.array_equal(script.pos, positions)
    assert {key: getattr(got, key) for key in BESIDE} == {key: getattr(script, key) for key in BESIDE}
    if found.keeps_span and len(got):
        assert script.at_ms[0] <= got.at_ms[0]
        assert got.at_ms[-1] <= script.at_ms[-1]


@pytest.mark.parametrize("name", IDEMPOTENT)
@settings(max_examples=20)
@given(st.data())
def test_a_second_run_changes_nothing_where_that_is_claimed(name, data):
    script, chosen = data.draw(scripts()), data.draw(options(load_filter(name).options))
    once = run(name, script, chosen)
    assert same(run(name, once, chosen), once)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("actions", [[], [(0, 0)], [(500, 100)], [(0, 50), (1, 50)]])
def test_almost_nothing_stays_almost_nothing(name, actions):
    script = Script([at for at, _ in actions], [pos for _, pos in actions])
    got = parse(name)(script)
    assert len(got) <= len(script)
    assert set(got.at_ms.tolist()) <= set(script.at_ms.tolist())


@pytest.fixture(scope="module")
def hour():
    """An hour of 20,000 actions: strokes with trembling and rests, as dense in places as frames are."""
    rng = np.random.default_rng(7)
    at = np.sort(rng.choice(3_600_000, 20_000, replace=False))
    curve = 50 + 45 * np.sin(2 * np.pi * np.cumsum(rng.uniform(0.05, 0.3, 20_000))) + rng.normal(0, 3, 20_000)
    pos = np.where(at % 60_000 < 10_000, 50, curve)
    return Script(at, np.clip(np.rint(pos), 0, 100))


@pytest.mark.parametrize("name", NAMES)
def test_an_hour_of_many_actions(name, hour):
    got = parse(name)(hour)
    assert len(got) > 1000


@pytest.mark.parametrize("name", NAMES)
def test_its_options_are_bounded_and_told_with_their_units(name):
    found = load_filter(name)
    assert found.summary.endswith((".", ":", ","))
    for field in msgspec.inspect.type_info(found.options).fields:
        description = field.type.extra_json_schema["description"]
        assert re.search(r"\([^()]+\)$", description), f"{name}.{field.name}"
        kind = field.type.type
        if isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType):
            assert kind.ge is not None, f"{name}.{field.name}"
            assert kind.le is not None, f"{name}.{field.name}"


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=5)
@given(st.data())
def test_a_step_is_read_from_the_text_it_is_written_as(name, data):
    step = Step(name, data.draw(options(load_filter(name).options)))
    assert parse(str(step)) == step
