import threading
from collections.abc import Iterator

import pytest

from funscribe.ahead import ahead


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "funscribe-ahead"]


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    yield
    assert _threads() == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_gives_everything_in_order(count: int) -> None:
    assert list(ahead(range(count))) == list(range(count))


def test_the_source_is_read_in_another_thread() -> None:
    def source() -> Iterator[int]:
        yield threading.get_ident()

    assert next(iter(ahead(source()))) != threading.get_ident()


@pytest.mark.parametrize("capacity", [1, 2, 5])
def test_what_is_made_ahead_is_bounded(capacity: int) -> None:
    made = 0
    ahead_enough = threading.Event()

    def source() -> Iterator[int]:
        nonlocal made
        for item in range(100):
            made += 1
            if made == capacity + 2:
                ahead_enough.set()
            yield item

    reading = ahead(source(), capacity)
    assert next(reading) == 0
    # One in hand, `capacity` waiting, one in the making; and given time, not one more.
    assert ahead_enough.wait(10)
    assert not threading.Event().wait(0.3)
    assert made == capacity + 2
    reading.close()
    assert made <= capacity + 3


def test_an_error_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("lost the file")

    reading = ahead(source())
    assert [next(reading), next(reading)] == [1, 2]
    with pytest.raises(OSError, match="lost the file"):
        next(reading)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
def test_any_kind_of_error_crosses(error: type[BaseException]) -> None:
    def source() -> Iterator[int]:
        raise error
        yield 1

    with pytest.raises(error):
        list(ahead(source()))


def test_leaving_the_loop_stops_the_source() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            closed.set()

    reading = ahead(source())
    for item in reading:
        if item == 5:
            break
    reading.close()
    assert _threads() == []
    assert closed.wait(10)


def test_an_error_of_the_reader_stops_the_source() -> None:
    reading = ahead(iter(range(10**9)))
    with pytest.raises(ZeroDivisionError):
        sum(1 // item for item in reading)
    reading.close()
    assert _threads() == []


def test_closing_waits_for_the_item_in_the_making() -> None:
    at_it, done = threading.Event(), threading.Event()

    def source() -> Iterator[int]:
        yield 0
        at_it.set()
        threading.Event().wait(0.2)
        done.set()
        yield 1

    reading = ahead(source())
    assert next(reading) == 0
    assert at_it.wait(10)
    reading.close()
    assert done.is_set(), "the file must not be closed under a thread that reads it"


def test_one_that_is_never_read_starts_no_thread() -> None:
    reading = ahead(range(10))
    assert _threads() == []
    reading.close()


@pytest.mark.parametrize("capacity", [0, -1])
def test_room_for_nothing_is_refused_at_once(capacity: int) -> None:
    with pytest.raises(ValueError, match="capacity must be at least 1"):
        ahead([], capacity)
