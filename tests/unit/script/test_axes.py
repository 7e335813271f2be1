import pytest

from funscribe.script.axes import AXES, axis_code, axis_named, axis_suffixes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # As the players have them: L1 is surge and L2 sway, though some programs swap the two.
        ("L0", "stroke"), ("up", "stroke"), ("L1", "surge"), ("forward", "surge"), ("L2", "sway"),
        ("left", "sway"), ("R0", "twist"), ("yaw", "twist"), ("R1", "roll"), ("R2", "pitch"), ("V0", "vib"),
        ("vibe", "vib"), ("V1", "pump"), ("A0", "valve"), ("A1", "suck"), ("L3", "suck"), ("A2", "lube"),
        (" Roll ", "roll"), ("r1", "roll"),
    ],
)  # fmt: skip
def test_names_codes_and_aliases(text, name):
    assert axis_named(text) == name


@pytest.mark.parametrize("text", ["", "soft", "L9", "rolls", "raw", "stroke2"])
def test_what_names_no_axis(text):
    assert axis_named(text) is None


def test_codes_are_those_of_the_schema_and_lead_back():
    for axis in AXES:
        assert axis_named(axis_code(axis.name)) == axis.name
        assert axis_code(axis.name) in {f"{kind}{number}" for kind in "LRAV" for number in "012"}
    assert axis_code("random_text") is None


def test_files_are_named_the_usual_way_first():
    assert axis_suffixes("twist") == ("twist", "r0", "yaw")
    assert axis_suffixes("raw") == ("raw",)
