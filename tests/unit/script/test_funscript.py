import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.errors import OutputNotWritable, ScriptInvalid
from funscribe.records import Chapter, Script
from funscribe.script import (
    check_script,
    encode_script,
    open_script,
    parse_script,
    read_script,
    script_metadata,
    write_script,
)

DATA = Path(__file__).parents[4] / "shared" / "data" / "funscripts"


def rules(data):
    return {repair.rule for repair in parse_script(data)[1]}


def actions(*pairs, **more):
    return json.dumps({"actions": [{"at": at, "pos": pos} for at, pos in pairs], **more}).encode()


def test_written_as_every_reader_likes_it():
    script = Script([0, 500], [0, 100], script_metadata("clip", 12.2, creator="me"), (Chapter("a", 0, 3.5),))
    data = encode_script(script)
    assert data == (
        b'{"version":"1.0","inverted":false,"range":100,"actions":[{"at":0,"pos":0},{"at":500,"pos":100}],'
        b'"metadata":{"creator":"me","title":"clip","duration":13,"type":"basic",'
        b'"chapters":[{"name":"a","startTime":"00:00:00.000","endTime":"00:00:03.500"}]}}\n'
    )
    assert rules(data) == set()


scripts = st.builds(
    lambda gaps, pos: Script(np.cumsum(gaps[: len(pos)]) - 1, pos[: len(gaps)], {"title": "t"}),
    st.lists(st.integers(1, 9999), max_size=30),
    st.lists(st.integers(0, 100), max_size=30),
)


@given(scripts)
def test_round_trip(script):
    again, repairs = parse_script(encode_script(script))
    assert again.at_ms.tolist() == script.at_ms.tolist()
    assert again.pos.tolist() == script.pos.tolist()
    assert again.metadata == script.metadata
    assert not any(r.severe for r in repairs)


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")
def test_the_schema_accepts_what_is_written():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((DATA / "funlib_funscript.schema.json").read_text(encoding="utf-8"))
    script = Script([0, 5], [3, 4], script_metadata("clip", 3700.5), (Chapter("a", 0, 3601.25),))
    for each in (script, Script([], [])):
        jsonschema.validate(json.loads(encode_script(each)), schema)


def test_metadata_that_json_cannot_hold():
    with pytest.raises(ScriptInvalid, match="metadata"):
        encode_script(Script([0], [1], {"x": object()}))


def test_write_and_read_a_file(tmp_path):
    file = tmp_path / "a.funscript"
    write_script(file, Script([0, 9], [1, 2], {"x": [1, {"y": None}]}))
    assert read_script(file).metadata == {"x": [1, {"y": None}]}
    with pytest.raises(OutputNotWritable, match="no such folder"):
        write_script(tmp_path / "none" / "a.funscript", Script([], []))


def test_plain_files_need_no_repair():
    assert parse_script(actions((0, 0), (10, 100), version="1.1", inverted=False, range=100))[1] == []


@pytest.mark.parametrize(
    ("data", "at", "pos", "rule"),
    [
        (actions((0, 1.4), (10.5, 2.5)), [0, 11], [1, 3], "fraction"),
        (actions((0, "7"), ("10", "2.5e1")), [0, 10], [7, 25], "string"),
        (actions((9, 1), (0, 2)), [0, 9], [2, 1], "unsorted"),
        (actions((0, 1), (5, 2), (5, 3)), [0, 5], [1, 3], "duplicate"),
        (actions((-5, 1), (0, 2), (5, 3)), [0, 5], [2, 3], "negative"),
        (actions((0, -5), (5, 150)), [0, 5], [0, 100], "out-of-range"),
        (actions((0, 10), (5, 100), inverted=True), [0, 5], [90, 0], "inverted"),
        (actions((0, 10), (5, 100), inverted="true"), [0, 5], [90, 0], "inverted"),
        (actions((0, 10), (5, 100), inverted="false"), [0, 5], [10, 100], "inverted"),
        (actions((0, 0), (5, 90), range=90), [0, 5], [0, 100], "range"),
        (actions((0, 0), (5, 100), range=90), [0, 5], [0, 100], "range"),
        (actions((0, 0), (5, 90), range=0), [0, 5], [0, 90], "range"),
        (actions((0, 0), (5, 90), range="x"), [0, 5], [0, 90], "range"),
        (actions((0, 0), (5, 90), version=1), [0, 5], [0, 90], "version"),
        (actions((0, 0), (5, 90), metadata=[]), [0, 5], [0, 90], "metadata"),
        (b"\xef\xbb\xbf" + actions((0, 0), (5, 90)), [0, 5], [0, 90], "byte-order-mark"),
        (actions((0, True), (3, None), (4, "x"), (5, 90), (6, 1)), [5, 6], [90, 1], "unusable"),
        (actions((1e30, 1), (10**400, 2), (5, 90), (6, 1)), [5, 6], [90, 1], "unusable"),
        (actions((5, 10**400), (6, 90), (7, 1)), [6, 7], [90, 1], "unusable"),
        (actions((5, "1e999"), (6, "nan"), (7, "1_0"), (8, 2), (9, 1)), [8, 9], [2, 1], "unusable"),
        (b'{"actions":[{"at":0},3,null,[],{"at":1,"pos":2},{"at":2,"pos":2}]}', [1, 2], [2, 2], "unusable"),
        (b'{"channels":{"stroke":{"actions":[{"at":1,"pos":2}]}}}', [1], [2], "few-actions"),
        (b'{"actions":[]}', [], [], "few-actions"),
    ],
)
def test_repairs(data, at, pos, rule):
    script, repairs = parse_script(data)
    assert script.at_ms.tolist() == at
    assert script.pos.tolist() == pos
    assert rule in {r.rule for r in repairs}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[1,2]",
        b"null",
        b'"x"',
        b"{}",
        b'{"actions":null}',
        b'{"actions":{"at":1}}',
        b'{"actions":"x"}',
        b'{"actions":[{"at":0,"pos":NaN}]}',
        b'{"actions":[{"at":Infinity,"pos":1}]}',
        b'{"actions":[{"at":0,"pos":1},]}',
        b'{"actions":[{"at":0,"pos":1}',
        b'{"actions":[]} trailing',
        b'{"actions":"\xff\xfe"}',
        b'{"channels":{"stroke":[]}}',
        b'{"channels":[]}',
        b"[" * 100_000,
        b'{"actions":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 50_000,
        '{"actions":[]}'.encode("utf-16"),
    ],
)
def test_anything_else_is_refused_in_one_line(data):
    with pytest.raises(ScriptInvalid) as caught:
        parse_script(data)
    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "7", "x", "true", "1e9", "-0.5", "00:01"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["at", "pos", "name", "startTime", "stroke", "actions", "chapters"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["actions", "version", "inverted", "range", "metadata", "channels"]), json_values
    )
)
def test_any_json_is_read_or_refused(root):
    try:
        script, _ = parse_script(json.dumps(root).encode())
    except ScriptInvalid:
        return
    assert parse_script(encode_script(script))[0].pos.tolist() == script.pos.tolist()


@given(st.data())
def test_any_damage_is_read_or_refused(data):
    damaged = bytearray(actions((0, 5), (10, 90), (20, 5), metadata={"chapters": [], "title": "é"}, range=90))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ScriptInvalid):
        parse_script(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


def test_chapters():
    said = [
        {"name": "a", "startTime": "00:00:01.500", "endTime": "00:01:00"},
        {"name": "b", "startTime": "90", "endTime": "1:40.25"},
        {"name": "c", "startTime": "5", "endTime": "5"},
        {"name": 3, "startTime": "1", "endTime": "2"},
        "d",
    ]
    script, repairs = parse_script(actions((0, 0), (1, 1), metadata={"chapters": said}))
    assert script.chapters == (Chapter("a", 1.5, 60), Chapter("b", 90, 100.25))
    assert [(r.rule, r.count) for r in repairs] == [("chapters", 3)]
    # Chapters that nobody changed are written as they were read, and no others.
    assert json.loads(encode_script(script))["metadata"]["chapters"] == said[:2]
    assert rules(actions((0, 0), (1, 1), metadata={"chapters": "x"})) == {"chapters"}


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ScriptInvalid, match="cannot be read"):
        read_script(tmp_path / "none.funscript")
    with pytest.raises(ScriptInvalid, match="cannot be read"):
        read_script(tmp_path)
    with pytest.raises(ScriptInvalid, match="cannot be read"):
        read_script("a\0b")


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")
@pytest.mark.parametrize("file", sorted(DATA.glob("*.funscript")), ids=lambda file: file.stem)
def test_real_files(file):
    refused = {"rs_actions_null", "rs_array_root", "rs_not_json"}
    if file.stem in refused:
        with pytest.raises(ScriptInvalid, match=file.stem):
            check_script(file)
        return
    script, _ = check_script(file)
    again, repairs = parse_script(encode_script(script))
    assert again.at_ms.tolist() == script.at_ms.tolist()
    assert not any(r.severe for r in repairs)


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")
def test_the_messiest_real_file():
    script, repairs = check_script(DATA / "rs_messy_string_numbers.funscript")
    assert script.at_ms.tolist() == [0, 500, 750, 1200, 1300]
    assert script.pos.tolist() == [0, 50, 26, 100, 0]
    assert {r.rule: r.count for r in repairs} == {
        "string": 1,
        "unusable": 2,
        "fraction": 2,
        "unsorted": 1,
        "duplicate": 1,
        "out-of-range": 2,
    }


WHOLE = Script(
    [0, 500],
    [0, 100],
    {"title": "t", "duration": 9},
    (Chapter("a", 0, 0.5),),
    axes={"roll": Script([0], [7]), "vib": Script([5], [9], {"title": "own"}, extra={"x": 1})},
    extra={"rawActions": []},
)


@pytest.mark.parametrize(
    ("form", "files"),
    [
        (None, ["s.funscript", "s.roll.funscript", "s.vib.funscript"]),
        ("set", ["s.funscript", "s.roll.funscript", "s.vib.funscript"]),
        ("set-of-codes", ["s.funscript", "s.R1.funscript", "s.V0.funscript"]),
        ("1.1", ["s.funscript"]),
        ("2.0", ["s.funscript"]),
    ],
)
def test_every_form_brings_all_axes_back(tmp_path, form, files):
    written = write_script(tmp_path / "s.funscript", WHOLE, form)
    assert [path.name for path in written] == files
    opened = open_script(tmp_path / files[-1], whole_set=True)
    assert [path.name for path in opened.paths] == files
    again = opened.script
    assert not any(repair.severe for repair in opened.repairs)
    assert (again.actions, again.chapters, again.extra) == (WHOLE.actions, WHOLE.chapters, WHOLE.extra)
    assert again.metadata["title"] == "t"
    assert {name: axis.actions for name, axis in again.axes.items()} == {
        name: axis.actions for name, axis in WHOLE.axes.items()
    }
    assert again.axes["vib"].metadata["title"] == "own"
    assert again.axes["vib"].extra == {"x": 1}


def test_a_set_as_csv(tmp_path):
    assert len(write_script(tmp_path / "s.csv", WHOLE)) == 3
    opened = open_script(tmp_path / "s.csv", whole_set=True)
    assert (opened.form, list(opened.script.axes)) == ("csv", ["roll", "vib"])
    assert read_script(tmp_path / "s.csv").actions == WHOLE.actions


def test_nothing_is_written_if_a_part_cannot_be(tmp_path):
    bad = Script([0], [1], axes={"roll": Script([0], [1], {"title": 5})})
    with pytest.raises(ScriptInvalid, match="title"):
        write_script(tmp_path / "s.funscript", bad)
    with pytest.raises(ScriptInvalid, match="my own"):
        write_script(tmp_path / "s.funscript", Script([0], [1], axes={"my own": Script([], [])}))
    with pytest.raises(ScriptInvalid, match="CSV"):
        write_script(tmp_path / "s.funscript", WHOLE, "csv")
    assert list(tmp_path.iterdir()) == []


def test_a_set_without_a_stroke(tmp_path):
    for axis in ("roll", "yaw", "twist"):
        write_script(tmp_path / f"s.{axis}.funscript", Script([0, 9], [1, 2]))
    opened = open_script(tmp_path / "s.roll.funscript", whole_set=True)
    assert (len(opened.script), list(opened.script.axes)) == (0, ["twist", "roll"])
    assert [repair.rule for repair in opened.repairs] == ["axis"]
    # A file of its own is the axis alone.
    assert len(open_script(tmp_path / "s.roll.funscript").script) == 2


def test_faults_in_a_set_are_told_with_their_axis(tmp_path):
    (tmp_path / "s.funscript").write_bytes(actions((0, 1), (5, 2)))
    (tmp_path / "s.roll.funscript").write_bytes(actions((5, 1), (0, 2)))
    opened = open_script(tmp_path / "s.funscript", whole_set=True)
    assert [str(repair) for repair in opened.repairs] == ["roll: actions are out of order and sorted"]
    (tmp_path / "s.roll.funscript").write_bytes(b"nope")
    with pytest.raises(ScriptInvalid, match=r"roll\.funscript"):
        open_script(tmp_path / "s.funscript", whole_set=True)


def test_what_never_ends_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "x.funscript"
    file.write_bytes(actions((0, 0), (5, 5)))
    assert len(read_script(file)) == 2
    monkeypatch.setattr("funscribe.script.funscript.LARGEST_BYTES", 20)
    with pytest.raises(ScriptInvalid, match=r"x\.funscript: is larger than"):
        read_script(file)
