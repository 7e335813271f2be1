from funscribe.records import Chapter, Script
from funscribe.script.filters import parse


def test_all_comes_later_to_the_millisecond():
    got = parse("offset(by_s=1.2345)")(Script([0, 100], [0, 30]))
    assert got.at_ms.tolist() == [1234, 1334]
    assert got.pos.tolist() == [0, 30]


def test_what_would_come_before_zero_is_left_out():
    got = parse("offset(by_s=-0.1)")(Script([0, 99, 100, 300], [0, 10, 20, 30]))
    assert got.at_ms.tolist() == [0, 200]
    assert got.pos.tolist() == [20, 30]


def test_chapters_are_about_the_video_and_stay():
    chapters = (Chapter("one", 0, 5),)
    assert parse("offset(by_s=3)")(Script([0], [0], chapters=chapters)).chapters == chapters
