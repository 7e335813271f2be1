import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from funscribe.jobs.arrivals import Arrivals, Mark, mark_of

ONE, TWO = Mark(1, 1), Mark(2, 1)


def test_a_file_is_due_when_it_has_stayed_the_same() -> None:
    arrivals = Arrivals(5.0)
    assert not arrivals.see("a", ONE, 0.0)
    assert list(arrivals.due(4.9)) == []
    assert arrivals.see("a", ONE, 4.9)
    assert list(arrivals.due(5.0)) == ["a"]
    assert not arrivals.see("a", TWO, 5.0)
    assert list(arrivals.due(9.9)) == []
    assert list(arrivals.due(10.0)) == ["a"]
    assert not arrivals.see("a", Mark(2, 2), 11.0), "written again with the same size"
    assert list(arrivals.due(12.0)) == []


def test_one_that_vanishes_is_forgotten() -> None:
    arrivals = Arrivals(5.0)
    arrivals.see("a", ONE, 0.0)
    assert not arrivals.see("a", None, 1.0)
    assert not arrivals.see("b", None, 1.0)
    assert len(arrivals) == 0
    arrivals.see("a", ONE, 4.0)
    assert list(arrivals.due(5.0)) == []


def test_waiting_once_more_and_no_longer() -> None:
    arrivals = Arrivals(5.0)
    arrivals.see("a", ONE, 0.0)
    arrivals.again("a", 5.0)
    arrivals.again("b", 5.0)
    assert list(arrivals.due(9.0)) == []
    assert list(arrivals.due(10.0)) == ["a"]
    arrivals.drop("a")
    arrivals.drop("a")
    assert list(arrivals.due(99.0)) == []


def test_without_settling_all_are_due_at_once() -> None:
    arrivals = Arrivals(0.0)
    arrivals.see("a", ONE, 7.0)
    assert list(arrivals.due(7.0)) == ["a"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.floats(0, 3)), max_size=40))
def test_what_is_due_has_stayed_the_same_for_long_enough(looks: list[tuple[str, int, float]]) -> None:
    arrivals, now_s = Arrivals(2.0), 0.0
    last: dict[str, tuple[int, float]] = {}
    for name, size, passed_s in looks:
        now_s += passed_s
        arrivals.see(name, Mark(size, 0), now_s)
        if name not in last or last[name][0] != size:
            last[name] = (size, now_s)
        expected = {other for other, (_, since_s) in last.items() if now_s - since_s >= 2.0}
        assert set(arrivals.due(now_s)) == expected


def test_marks_are_of_plain_files(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    mark = mark_of(str(file))
    assert mark is not None
    assert mark.size == 3
    os.utime(file, ns=(5, 5))
    assert mark_of(str(file)) == Mark(3, 5)
    (tmp_path / "link").symlink_to(file)
    assert mark_of(str(tmp_path / "link")) == Mark(3, 5)
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe")
    others = (tmp_path, tmp_path / "none", tmp_path / "circle", tmp_path / "pipe", "a\0b", "x" * 999)
    for other in others:
        assert mark_of(str(other)) is None
