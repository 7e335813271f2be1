import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funscribe.errors import ScriptInvalid
from funscribe.records import Bookmark, Chapter, Script
from funscribe.script.axes import AXES
from funscribe.script.formats.reading import parse_funscript
from funscribe.script.formats.writing import encode_script

SCHEMA = Path(__file__).parents[5] / "shared" / "data" / "funscripts" / "funlib_funscript.schema.json"

text = st.text(st.characters(codec="utf-8"), max_size=8)
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | floats | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
keys = st.text(st.characters(codec="utf-8"), max_size=6).map(lambda text: f"x{text}")
names = st.text(st.characters(codec="utf-8"), max_size=6)
ms = st.integers(0, 10_000_000)


def _tracks(longest=20):
    return st.builds(
        lambda gaps, pos: (np.cumsum(gaps[: len(pos)]) - 1, pos[: len(gaps)]),
        st.lists(st.integers(1, 9999), max_size=longest),
        st.lists(st.integers(0, 100), max_size=longest),
    )


chapters = st.builds(lambda n, s, d: Chapter(n, s / 1000, (s + d) / 1000), names, ms, st.integers(1, 10**6))
metadata = st.dictionaries(keys, json_values, max_size=3)
axes = st.dictionaries(
    st.sampled_from([axis.name for axis in AXES[1:]]),
    st.builds(lambda track, about, extra: Script(*track, about, extra=extra), _tracks(6), metadata, metadata),
    max_size=4,
)


@st.composite
def scripts(draw, with_axes=True):
    track = draw(_tracks())
    return Script(
        *track,
        {**draw(metadata), "duration": draw(st.integers(10_000, 10_500)), "title": draw(names)},
        tuple(draw(st.lists(chapters, max_size=3))),
        tuple(draw(st.lists(st.builds(lambda n, t: Bookmark(n, t / 1000), names, ms), max_size=3))),
        draw(axes) if with_axes else {},
        draw(metadata),
    )


def _known(script):
    # Chapters and bookmarks stand among the metadata of a file; the time says what a duration means.
    about = {k: v for k, v in script.metadata.items() if k not in ("chapters", "bookmarks", "durationTime")}
    axes = {name: _known(axis) for name, axis in script.axes.items()}
    return (script.actions, about, script.chapters, script.bookmarks, axes, dict(script.extra))


@pytest.mark.parametrize(("form", "with_axes"), [("1.0", False), ("1.1", True), ("2.0", True)])
def test_nothing_is_lost(form, with_axes):
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(scripts(with_axes))
    def lossless(script):
        parsed = parse_funscript(encode_script(script, form))
        assert _known(parsed.script) == _known(script)
        assert [repair for repair in parsed.repairs if repair.severe] == []
        assert parsed.form == (form if script.axes or form == "2.0" else "1.0")
        # What was read is written to the byte as it was.
        assert encode_script(parsed.script, form) == encode_script(script, form)

    lossless()


@pytest.mark.skipif(not SCHEMA.is_file(), reason="no shared data")
@pytest.mark.parametrize("form", ["1.1", "2.0"])
def test_the_schema_accepts_what_is_written(form):
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(scripts())
    def valid(script):
        check.validate(json.loads(encode_script(script, form)))

    valid()


def test_keys_stand_in_the_order_that_every_reader_takes():
    script = Script([0], [1], {"title": "t"}, axes={"roll": Script([0], [1])}, extra={"rawActions": []})
    order = ["version", "inverted", "range", "actions", "axes", "metadata", "rawActions"]
    assert list(json.loads(encode_script(script, "1.1"))) == order
    assert list(json.loads(encode_script(script, "2.0"))) == [k.replace("axes", "channels") for k in order]


def test_the_first_form_that_holds_all_is_taken():
    roll = Script([0], [1])
    assert json.loads(encode_script(Script([], [])))["version"] == "1.0"
    assert json.loads(encode_script(Script([], [], axes={"roll": roll})))["axes"][0]["id"] == "R1"
    assert json.loads(encode_script(Script([], [], axes={"my own": roll})))["channels"]["my own"]


@pytest.mark.parametrize(
    ("form", "axes", "said"),
    [
        ("1.0", {"roll": Script([], [])}, "1.0 has no place for the axes roll"),
        ("1.1", {"my own": Script([], [])}, "no code for the axis 'my own'"),
        ("3.0", {}, "no funscript 3.0"),
    ],
)
def test_a_form_without_a_place_for_an_axis(form, axes, said):
    with pytest.raises(ScriptInvalid, match=said):
        encode_script(Script([], [], axes=axes), form)


@pytest.mark.parametrize("extra", [{"actions": []}, {"metadata": {}}, {"version": "1.0"}])
def test_extras_do_not_stand_for_the_script(extra):
    with pytest.raises(ScriptInvalid, match="twice"):
        encode_script(Script([], [], extra=extra))


@pytest.mark.parametrize(("form", "written"), [("1.0", 61), ("1.1", 61), ("2.0", 60.25)])
def test_the_duration_is_in_whole_seconds_where_readers_want_that(form, written):
    script = Script([0, 500], [0, 1], {"duration": 60.25})
    assert json.loads(encode_script(script, form))["metadata"]["duration"] == written


@pytest.mark.parametrize("form", ["1.1", "2.0"])
def test_no_action_of_any_axis_lies_after_the_duration(form):
    script = Script([0, 500], [0, 1], {"duration": 5}, axes={"roll": Script([0, 7200], [0, 1])})
    assert json.loads(encode_script(script, form))["metadata"]["duration"] >= 7.2


def test_a_duration_that_looks_like_milliseconds_says_what_it_is():
    data = encode_script(Script([0, 10], [0, 1], {"duration": 3600}))
    assert json.loads(data)["metadata"] == {"duration": 3600, "durationTime": "01:00:00.000"}
    assert parse_funscript(data).script.metadata["duration"] == 3600
    usual = encode_script(Script([0, 1000], [0, 1], {"duration": 10}))
    assert json.loads(usual)["metadata"] == {"duration": 10}


def test_positions_and_times_are_plain_numbers():
    data = encode_script(Script(np.array([0.0, 5.0]), np.array([1.0, 100.0])))
    assert b'"actions":[{"at":0,"pos":1},{"at":5,"pos":100}]' in data
    assert not data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"title": None}, "title is null, not a string"),
        ({"tags": "a,b"}, "tags is a string, not a list of strings"),
        ({"tags": [1]}, "tags is a list"),
        ({"duration": "12"}, "duration is '12'"),
        ({"duration": True}, "duration is True"),
        ({"duration": -1}, "duration is -1"),
        ({"duration": float("nan")}, "duration is nan"),
        ({"durationTime": 5}, "durationTime"),
        ({"note": object()}, "cannot be written as JSON"),
        ({"note": "\ud800"}, "cannot be written as JSON"),
    ],
)
def test_metadata_that_break_the_schema_are_not_written(metadata, said):
    with pytest.raises(ScriptInvalid, match=said):
        encode_script(Script([], [], metadata))
