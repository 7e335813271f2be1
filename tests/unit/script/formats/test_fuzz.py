"""Files damaged in every way: each is read or refused, and what is read can be written and read again."""

import json
import math
import random

import pytest

from funscribe.errors import ScriptInvalid
from funscribe.script.formats.csv import encode_csv, parse_csv
from funscribe.script.formats.reading import parse_funscript
from funscribe.script.formats.writing import encode_script

FILES = 20_000
CSV = b"t_ms,pos\n0,0\n500,100\n1000,5\n1500;7\n2000\t80\n"
NASTY = [
    b"-1", b"1e308", b"1e999", b"-0", b"1.5", b'"7"', b'"x"', b"null", b"true", b"[]", b"{}", b"NaN", b'""',
    b"9" * 400, b"-9223372036854775809", b'"\\ud800"', b'"\xff"', b"\x00", b"[" * 2000, b'{"actions":[]}',
    b'{"at":0,"pos":0}', b'"00:00:01"', b'"1e400"', b"604800001", b"\xef\xbb\xbf", b",", b"\n", b" ",
]  # fmt: skip


def _damaged(data, others, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        place, kind = chance.randrange(len(data) + 1), chance.choice((0, 1, 2, 3, 4, 5, 5, 5, 5, 6))
        end = min(len(data), place + chance.choice((1, 1, 2, 8, 60)))
        if kind == 0:
            data[place:end] = bytes([chance.randrange(256)])
        elif kind == 1:
            del data[place:end]
        elif kind == 2:
            data[place:place] = data[place:end]
        elif kind == 3:
            data[place:place] = chance.choice(NASTY)
        elif kind == 4:
            other = chance.choice(others)
            start = chance.randrange(len(other))
            data[place:end] = other[start : start + chance.choice((5, 40, 200))]
        elif kind == 5:
            _replace_value(data, chance)
        else:
            del data[place if chance.random() < 0.2 else len(data) :]
    return bytes(data)


def _replace_value(data, chance):
    """Put something nasty in the place of a value, so that the file stays JSON more often than not."""
    places = [k for k, byte in enumerate(data) if byte in b":,["]
    if places:
        start = chance.choice(places) + 1
        end = start
        while end < len(data) and data[end] not in b",]}":
            end += 1
        data[start:end] = chance.choice(NASTY)


def test_no_damage_does_harm(documents):
    files = [json.dumps(document).encode() for document in documents.values()]
    chance = random.Random(20_000)
    read = 0
    for number in range(FILES):
        if number % 8 == 7:
            read += _survives(_damaged(CSV, files, chance), parse_csv, encode_csv)
        else:
            read += _survives(_damaged(chance.choice(files), files, chance), parse_funscript, encode_script)
    # Damage that always made the file unreadable would test nothing but the JSON decoder.
    assert 0.2 * FILES < read < 0.9 * FILES


def _survives(data, parse, encode):
    try:
        parsed = parse(data)
    except ScriptInvalid:
        return False
    again = parse(encode(parsed.script))
    assert again.script.actions == parsed.script.actions
    assert {name: axis.actions for name, axis in again.script.axes.items()} == {
        name: axis.actions for name, axis in parsed.script.axes.items()
    }
    assert [repair for repair in again.repairs if repair.severe] == []
    first, second = dict(parsed.script.metadata), dict(again.script.metadata)
    # Only 2.0 has durations with fractions.
    assert math.ceil(first.pop("duration", 0)) == math.ceil(second.pop("duration", 0))
    if "durationTime" not in first:
        second.pop("durationTime", None)
    assert first == second
    assert (again.script.chapters, again.script.bookmarks) == (
        parsed.script.chapters,
        parsed.script.bookmarks,
    )
    assert again.script.extra == parsed.script.extra
    return True


@pytest.mark.parametrize("data", [b"", b"\x00" * 10_000, b"[" * 100_000, b"{" * 100_000, b'"' * 100_000])
def test_nothing_is_no_script(data):
    for parse in (parse_funscript, parse_csv):
        with pytest.raises(ScriptInvalid):
            parse(data)
