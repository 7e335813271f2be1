import threading

from funscribe.devices.clock import WallClock


def test_it_runs_forward_and_waits_until_a_time() -> None:
    clock = WallClock()
    begun = clock.now_ms()
    while clock.now_ms() < begun + 70:
        clock.wait(begun + 70)
    assert clock.now_ms() >= begun + 70
    clock.wait(begun)  # is over


def test_a_wake_ends_a_wait_and_one_before_is_not_lost() -> None:
    clock = WallClock()
    clock.wake()
    clock.wait(None)
    other = threading.Timer(0.01, clock.wake)
    other.start()
    clock.wait(None)
    other.join()
