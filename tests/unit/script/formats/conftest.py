import json

import pytest


def _actions(*pairs):
    return [{"at": at, "pos": pos} for at, pos in pairs]


ROLL = _actions((0, 50), (400, 60))
STROKE = _actions((0, 0), (500, 100), (1000, 5))
METADATA = {
    "creator": "someone",
    "title": "clip",
    "duration": 60,
    "tags": ["a", "b"],
    "performers": [],
    "audioSignature": {"samples": [1, 2.5]},
    "chapters": [{"name": "a", "startTime": "00:00:00.000", "endTime": "00:00:00.500", "colour": "red"}],
    "bookmarks": [{"name": "here", "time": "00:00:00.250"}],
}


@pytest.fixture
def said():
    """The text of a file with these keys."""
    return lambda **keys: json.dumps(keys).encode()


@pytest.fixture
def actions():
    """Actions of pairs of time and position, as a file has them."""
    return _actions


@pytest.fixture
def documents():
    """A file of each kind, by the kind."""
    common = {"version": "1.0", "inverted": False, "range": 100, "actions": STROKE}
    return {
        "1.0": {
            **common,
            "metadata": METADATA,
            "rawActions": ROLL,
            "bookmark": 100_000,
            "presets": [{"a": None}],
        },
        "1.1": {
            **common,
            "version": "1.1",
            "axes": [{"id": "R1", "actions": ROLL, "note": "x"}, {"id": "L1", "actions": []}],
            "metadata": METADATA,
        },
        "2.0": {
            "version": "2.0",
            "metadata": {**METADATA, "duration": 60.25, "durationTime": "00:01:00.250"},
            "actions": STROKE,
            "channels": {
                "stroke": {"actions": ROLL},
                "twist": {"actions": ROLL, "metadata": {"title": "t"}},
                "random_text": {"actions": ROLL},
            },
        },
        "listed": {
            **common,
            "axes": [{"axes": ["L1"], "name": "sway", "actions": _actions((0, 0), (400, 9999), (500, 5000))}],
        },
    }
