import json
from pathlib import Path

import pytest

from funscribe.errors import ScriptInvalid
from funscribe.script.formats.reading import last_action_ms, parse_funscript
from funscribe.script.formats.writing import encode_script

DATA = Path(__file__).parents[5] / "shared" / "data" / "funscripts"


def read(data):
    parsed = parse_funscript(data)
    return parsed.script, {repair.rule for repair in parsed.repairs}


def test_each_form_is_read_whole(documents):
    forms = {kind: parse_funscript(json.dumps(document).encode()) for kind, document in documents.items()}
    assert {kind: parsed.form for kind, parsed in forms.items()} == {
        "1.0": "1.0", "1.1": "1.1", "2.0": "2.0", "listed": "1.1"
    }  # fmt: skip
    assert {kind: list(parsed.script.axes) for kind, parsed in forms.items()} == {
        "1.0": [], "1.1": ["roll", "surge"], "2.0": ["stroke", "twist", "random_text"], "listed": ["sway"]
    }  # fmt: skip
    first = forms["1.0"].script
    assert sorted(first.extra) == ["bookmark", "presets", "rawActions"]
    assert (first.chapters[0].name, first.bookmarks[0].time_s) == ("a", 0.25)
    assert forms["1.1"].script.axes["roll"].extra == {"note": "x"}
    assert forms["2.0"].script.axes["twist"].metadata == {"title": "t"}


def test_positions_of_four_digits(documents):
    script, rules = read(json.dumps(documents["listed"]).encode())
    assert script.axes["sway"].pos.tolist() == [0, 100, 50]
    assert rules == {"axis-form", "axis-code", "scale"}


def test_the_stroke_may_be_a_channel_alone(said, actions):
    script, _ = read(said(channels={"stroke": {"actions": actions((0, 1), (5, 2)), "x": 1}}, y=2))
    assert (script.pos.tolist(), dict(script.axes), script.extra) == ([1, 2], {}, {"x": 1, "y": 2})
    # An empty list beside it is no other stroke.
    script, _ = read(said(actions=[], channels={"L0": {"actions": actions((0, 1), (5, 2))}}))
    assert (script.pos.tolist(), dict(script.axes)) == ([1, 2], {})


def test_another_stroke_for_devices_with_more_axes(said, actions):
    one, other = actions((0, 1), (5, 2)), actions((0, 9), (5, 8))
    script, _ = read(said(actions=one, channels={"stroke": {"actions": other}}))
    assert (script.pos.tolist(), script.axes["stroke"].pos.tolist()) == ([1, 2], [9, 8])
    script, _ = read(said(actions=one, channels={"stroke": {"actions": one}}))
    assert dict(script.axes) == {}


def test_other_axes_without_a_stroke(said, actions):
    script, rules = read(said(channels={"roll": {"actions": actions((0, 1), (5, 2))}}))
    assert (len(script), list(script.axes), rules) == (0, ["roll"], {"few-actions"})
    assert last_action_ms(script) == 5


def test_faults_of_an_axis_are_told_with_its_name(said, actions):
    entry = {"id": "R1", "actions": actions((5, 1.5), (0, 200)), "inverted": True, "range": 1000}
    parsed = parse_funscript(said(actions=actions((0, 0), (9, 9)), axes=[entry]))
    assert parsed.script.axes["roll"].pos.tolist() == [80, 100]
    assert all(str(repair).startswith("roll: ") for repair in parsed.repairs)
    assert {repair.rule for repair in parsed.repairs} == {"unsorted", "fraction", "range", "inverted"}


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"version": "1.2"}, "version"),
        ({"version": "\ud800"[:0] + "9" * 500}, "version"),
        ({"axes": 5}, "axis"),
        ({"channels": [1]}, "axis"),
        ({"channels": {"roll": 5}}, "axis"),
        ({"channels": {"": {"actions": []}}}, "axis"),
        ({"range": "90"}, "range"),
        ({"range": 5e-324}, "range"),
        ({"inverted": 1}, "inverted"),
    ],
)
def test_oddities(said, actions, keys, rule):
    script, rules = read(said(**keys, actions=actions((0, 10), (5, 20))))
    assert len(script) == 2
    assert rule in rules


def test_metadata_before_the_actions_are_noted(said, actions):
    assert read(said(metadata={}, actions=actions((0, 1), (5, 2))))[1] == {"key-order"}


def test_a_huge_gap_is_noted_and_kept(said, actions):
    script, rules = read(said(actions=actions((0, 0), (3_600_000, 100))))
    assert (script.at_ms.tolist(), rules) == ([0, 3_600_000], {"gap"})
    assert read(said(actions=actions((0, 0), (599_999, 100))))[1] == set()


def test_a_single_range_of_90_is_meant_only_if_nothing_goes_beyond(said, actions):
    assert read(said(actions=actions((0, 0), (5, 90)), range=90))[0].pos.tolist() == [0, 100]
    assert read(said(actions=actions((0, 0), (5, 95)), range=90))[0].pos.tolist() == [0, 95]


@pytest.mark.parametrize(
    "keys", [{"channels": {}}, {"axes": []}, {"channels": {"roll": {}}}, {"actions": None}]
)
def test_nothing_to_play_is_refused(said, keys):
    with pytest.raises(ScriptInvalid, match="actions"):
        parse_funscript(said(**keys))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"actions":[{"at":0,', "ends in the middle; copy or download it again"),
        (b"nope", "is no JSON"),
        (b"null", "holds null where an object with actions belongs"),
        (b"{}", 'has no actions; a funscript has {"actions"'),
        (b'{"actions":"abc"}', "holds a string where the list of actions belongs; a funscript has"),
        (b'{"actions":[{"at":0,"pos":NaN}]}', "is no JSON"),
        (b'{"actions":[{"at":0,"pos":1},]}', "trailing comma"),
    ],
)
def test_what_is_no_script_is_told_why(data, said):
    with pytest.raises(ScriptInvalid) as caught:
        parse_funscript(data)
    assert said in str(caught.value)


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")
def test_real_files_of_each_version_say_the_same():
    old, listed, named = (read((DATA / f"funlib_merge_{k}.funscript").read_bytes())[0] for k in (5, 4, 3))
    assert old.actions == listed.actions == named.actions
    assert dict(old.axes) == {}
    for name in ("roll", "pitch"):
        assert listed.axes[name].actions == named.axes[name].actions


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")
def test_a_real_file_full_of_extras_keeps_them():
    file = DATA / "jfs_joyfunscripter.funscript"
    script, rules = read(file.read_bytes())
    assert {"bookmark", "simulatorPresets", "speedRatio", "rawActions"} & set(script.extra)
    assert "duration" in rules  # -1
    root, again = json.loads(file.read_text()), json.loads(encode_script(script))
    known = {"version", "inverted", "range", "actions", "metadata"}
    assert {k: v for k, v in root.items() if k not in known} == {
        k: v for k, v in again.items() if k not in known
    }
    assert again["metadata"] == {k: v for k, v in root["metadata"].items() if k != "duration"}
