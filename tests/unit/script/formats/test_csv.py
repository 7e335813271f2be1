import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.formats.csv import encode_csv, parse_csv


@given(st.dictionaries(st.integers(0, 10**7), st.integers(0, 100), max_size=30))
def test_round_trip(points):
    script = Script(sorted(points), [points[at] for at in sorted(points)])
    again = parse_csv(encode_csv(script))
    assert again.script.actions == script.actions
    assert not any(repair.severe for repair in again.repairs)


@pytest.mark.parametrize(
    ("text", "at", "pos", "rules"),
    [
        ("t_ms,pos\n0,1\n5,2\n", [0, 5], [1, 2], set()),
        ("0,1\n5,2", [0, 5], [1, 2], set()),
        ("0;1\r\n\r\n5;2\r\n", [0, 5], [1, 2], set()),
        ('"pos","at"\n1,0\n2,5\n', [0, 5], [1, 2], set()),
        ("frame,t_ms,pos\n7,0,1\n8,5,2\n", [0, 5], [1, 2], set()),
        ("\ufefft_ms,pos\n0,1\n5,2\n", [0, 5], [1, 2], {"byte-order-mark"}),
        ("t_ms,pos\n5,2\n0,1\n", [0, 5], [1, 2], {"unsorted"}),
        ("t_ms,pos\n0,1.4\n5,200\n", [0, 5], [1, 100], {"fraction", "out-of-range"}),
        ("t_ms,pos\n0,1\n3,\n4\n5,2\n", [0, 5], [1, 2], {"unusable"}),
        ("a,b\n0,1\n5,2\n", [0, 5], [1, 2], {"unusable"}),
        ("t_ms,pos\n", [], [], {"few-actions"}),
    ],
)
def test_what_others_write(text, at, pos, rules):
    parsed = parse_csv(text.encode())
    assert parsed.script.at_ms.tolist() == at
    assert parsed.script.pos.tolist() == pos
    assert {repair.rule for repair in parsed.repairs} == rules
    assert parsed.form == "csv"


@pytest.mark.parametrize(
    "data", [b"", b"not a script", b'{"actions":[]}', b"\xff\xfe0\x00", b"t_ms,pos\nx,y\n"]
)
def test_what_is_no_script_is_refused(data):
    with pytest.raises(ScriptInvalid):
        parse_csv(data)


def test_other_axes_have_no_place():
    with pytest.raises(ScriptInvalid, match="roll"):
        encode_csv(Script([], [], axes={"roll": Script([], [])}))
