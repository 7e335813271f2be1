import pytest

from funscribe.records import Bookmark, Chapter, Script
from funscribe.script.formats.metadata import read_metadata, write_metadata


def read(metadata, last_ms=0):
    repairs = []
    return read_metadata(metadata, last_ms, repairs), {repair.rule for repair in repairs}


@pytest.mark.parametrize(
    ("said", "last_ms", "seconds", "rules"),
    [
        # Seconds, as editors write them.
        ({"duration": 2610}, 1_727_469, 2610, set()),
        ({"duration": 180.017, "durationTime": "00:03:00.017"}, 180_000, 180.017, set()),
        ({"duration": 12}, 1300, 12, set()),
        # Milliseconds, as other programs do.
        ({"duration": 180_017}, 179_000, 180.017, {"duration-unit"}),
        ({"duration": 180_017, "durationTime": "00:03:00.017"}, 1000, 180.017, {"duration-unit"}),
        ({"duration": 7_000_000}, 0, 7000, {"duration-unit"}),
        # A short passage at the start of a long video: its end in milliseconds would lie before the actions.
        ({"duration": 120}, 10_000, 120, set()),
        ({"duration": 3600, "durationTime": "01:00:00"}, 10, 3600, set()),
        # Players stumble over actions after the end.
        ({"duration": 10}, 12_500, 13, {"duration"}),
        ({"duration": "180"}, 170_000, 180, {"duration"}),
    ],
)
def test_the_unit_of_a_duration_is_guessed_and_told(said, last_ms, seconds, rules):
    metadata, told = read(said, last_ms)
    assert (metadata["duration"], told) == (seconds, rules)


@pytest.mark.parametrize("duration", [-1, 0, "x", None, True, [], 1e300, "nan"])
def test_a_duration_that_says_nothing_is_left_out(duration):
    assert read({"duration": duration}, 5000) == (
        {},
        {"duration"} if duration in (-1, 0, 1e300) and (type(duration) is not bool) else {"metadata"},
    )


def test_a_guess_says_what_it_is():
    repairs = []
    read_metadata({"duration": 180_017}, 179_000, repairs)
    assert "taken for milliseconds" in str(repairs[0])
    assert "180.017 s" in str(repairs[0])


@pytest.mark.parametrize(
    ("said", "proper"),
    [
        ({"title": 5}, {"title": "5"}),
        ({"title": None}, {}),
        ({"creator": ["a"]}, {}),
        ({"tags": "a, b,"}, {"tags": ["a", "b"]}),
        ({"tags": ["a", 5, None, {}]}, {"tags": ["a", "5"]}),
        ({"performers": None}, {}),
        ({"durationTime": "soon"}, {}),
    ],
)
def test_fields_of_the_wrong_kind(said, proper):
    assert read(said) == (proper, {"metadata"})


def test_what_the_format_does_not_know_stays_as_it_is():
    said = {"audioSignature": {"a": [1, None]}, "generator": 5, "title": "t", "tags": []}
    assert read(said) == (said, set())


@pytest.mark.parametrize("key", ["chapters", "bookmarks"])
def test_lists_with_items_that_make_no_sense(key):
    good = {"name": "a", "startTime": "0", "endTime": "1", "time": "0", "colour": "red"}
    assert read({key: [good, {"name": "b"}, 5]}) == ({key: [good]}, {key})
    assert read({key: None}) == ({}, {key})


def test_chapters_keep_what_else_they_say():
    stood = [{"name": "a", "startTime": "1", "endTime": "2", "colour": "red"}]
    marks = [{"name": "m", "time": "1", "icon": 3}]
    script = Script(
        [], [], {"chapters": stood, "bookmarks": marks}, (Chapter("a", 1, 3),), (Bookmark("m", 2),)
    )
    assert write_metadata(script, 0, True) == {
        "chapters": [{"name": "a", "startTime": "00:00:01.000", "endTime": "00:00:03.000", "colour": "red"}],
        "bookmarks": [{"name": "m", "time": "00:00:02.000", "icon": 3}],
    }


def test_chapters_that_were_taken_away_are_not_written():
    stood = [{"name": "a", "startTime": "1", "endTime": "2"}]
    assert write_metadata(Script([], [], {"chapters": stood, "bookmarks": stood}), 0, True) == {
        "chapters": [],
        "bookmarks": [],
    }
    assert write_metadata(Script([], [], {"chapters": None}), 0, True) == {"chapters": []}
