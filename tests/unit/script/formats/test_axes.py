import pytest

from funscribe.script.formats.axes import axes_found


def names(root):
    repairs = []
    return [axis.name for axis in axes_found(root, repairs)], [repair.rule for repair in repairs]


@pytest.mark.parametrize(
    ("entry", "name", "rules"),
    [
        ({"id": "R1"}, "roll", []),
        ({"id": "yaw"}, "twist", []),
        ({"id": "L3"}, "suck", []),
        ({"id": "X7"}, "X7", []),
        ({"id": "R1", "name": "roll"}, "roll", []),
        # One program has the codes of surge and sway the other way round: names are the truth.
        ({"axes": ["L1"], "name": "sway"}, "sway", ["axis-form", "axis-code"]),
        ({"axes": ["L2"], "name": "surge"}, "surge", ["axis-form", "axis-code"]),
        ({"axes": ["R1"], "name": "roll"}, "roll", ["axis-form"]),
        ({"axes": ["R2"]}, "pitch", ["axis-form"]),
        ({"id": "R1", "name": "mine"}, "roll", []),
        ({"name": "mine"}, "mine", []),
    ],
)
def test_names_before_codes(entry, name, rules):
    assert names({"axes": [{**entry, "actions": []}]}) == ([name], rules)


@pytest.mark.parametrize(
    "entry",
    [None, 5, [], {}, {"id": ""}, {"id": 5, "actions": []}, {"id": "R1"}, {"id": "R1", "actions": {}}],
)
def test_an_axis_that_makes_no_sense_is_left_out(entry):
    assert names({"axes": [entry]}) == ([], ["axis"])


def test_an_axis_that_is_there_twice():
    root = {"axes": [{"id": "R1", "actions": []}], "channels": {"roll": {"actions": []}}}
    # Both spellings are kept, for each can be told from the other.
    assert names(root) == (["roll", "R1"], [])
    assert names({"axes": root["axes"] * 2}) == (["roll", "R1"], [])
    assert names({"axes": root["axes"] * 3}) == (["roll", "R1"], ["axis"])


@pytest.mark.parametrize("root", [{"axes": {}}, {"axes": "R1"}, {"channels": []}, {"channels": 5}])
def test_what_holds_no_axes(root):
    assert names(root) == ([], ["axis"])


def test_what_else_an_axis_holds_is_kept():
    entry = {"actions": [], "metadata": {"title": "t"}, "note": 5, "range": 90, "id": "x", "inverted": True}
    (axis,) = axes_found({"channels": {"roll": entry}}, [])
    assert (axis.extra, axis.metadata) == ({"note": 5}, {"title": "t"})
