import pytest

from funscribe import monitor
from funscribe.monitor import Monitor, Progress, memory_mb


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(monitor.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(monitor, "memory_mb", lambda: 50.0)
    return now


def test_speed_share_and_time_left(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(60.0, told.append, done_s=20.0)
    clock[0] += 2.0
    watching.add(300, 10.0)
    assert len(told) == 1
    last = told[-1]
    assert last.fraction == pytest.approx(0.5)
    assert last.frames == 300
    assert last.frames_per_s == pytest.approx(150)
    assert last.times_real_time == pytest.approx(5)
    assert last.eta_s == pytest.approx(6)
    assert last.rss_mb == 50.0


def test_it_tells_at_most_four_times_a_second(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(60.0, told.append)
    for _ in range(100):
        clock[0] += 0.01
        watching.add(1, 0.03)
    assert 3 <= len(told) <= 5
    assert watching.frames == 100


@pytest.mark.parametrize("duration_s", [None, 0.0])
def test_an_unknown_length_has_no_time_left(clock: list[float], duration_s: float | None) -> None:
    told: list[Progress] = []
    Monitor(duration_s, told.append).add(30, 1.0)
    assert told[-1].eta_s is None
    assert told[-1].fraction == 0


def test_a_header_that_promised_too_little_stays_in_bounds(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(1.0, told.append)
    clock[0] += 1
    watching.add(90, 3.0)
    assert (told[-1].fraction, told[-1].eta_s) == (1.0, 0.0)


def test_nothing_watched_yet(clock: list[float]) -> None:
    told: list[Progress] = []
    Monitor(10.0, told.append).sample()
    assert told[-1] == Progress(0.0, 0, 0.0, 0.0, None, 50.0)


def test_the_peak_is_kept_without_anyone_listening(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = Monitor(10.0)
    for rss_mb in (10.0, 70.0, 30.0):
        monkeypatch.setattr(monitor, "memory_mb", lambda rss_mb=rss_mb: rss_mb)
        watching.sample()
    assert watching.peak_rss_mb == 70.0


def test_memory_is_that_of_this_process() -> None:
    import psutil

    own = psutil.Process().memory_info().rss / 1e6
    assert 0.5 * own < memory_mb()
