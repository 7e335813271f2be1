import pytest

from funscribe.testing.virtual_clock import VirtualClock


def test_time_passes_to_what_is_waited_for_or_happens_before() -> None:
    clock, seen = VirtualClock(), []
    clock.later(500, lambda: seen.append(clock.now_ms()))
    clock.wait(1000)
    assert (clock.now_ms(), seen) == (500, [500])
    clock.wait(1000)
    assert clock.now_ms() == 1000
    with pytest.raises(RuntimeError):
        clock.wait(None)
    clock.wake()
    clock.wait(2000)
    assert clock.now_ms() == 1000


def test_waits_can_end_late_and_time_never_runs_back() -> None:
    clock = VirtualClock(lambda wait: 7)
    clock.wait(10)
    clock.wait(5)
    assert clock.now_ms() == 24
