import dataclasses
import math

import pytest

from funscribe.jobs.limits import (
    ROOM_BYTES,
    Pulse,
    cores_within,
    missing_bytes,
    no_room,
    over_memory,
    stalled,
)
from funscribe.monitor import Progress

START = Pulse(0.0, 0.0)
WATCHING = Progress(0.1, 16, 30.0, 1.0, None, 80.0, 0, 4)
WATCHED = dataclasses.replace(WATCHING, segments_done=4)
UNBEGUN = dataclasses.replace(WATCHING, frames=0)


def test_frames_that_come_are_life() -> None:
    pulse = START.told(50.0, WATCHING)
    assert pulse.watching
    assert stalled(pulse, 170.0, 120.0) == ""
    assert "no frame came for 120 s" in stalled(pulse, 170.1, 120.0)


def test_a_busy_decoder_without_frames_is_hung() -> None:
    pulse = START.told(0.0, WATCHING).measured(119.0, 100.0)
    assert "no frame" in stalled(pulse, 121.0, 120.0)


@pytest.mark.parametrize("pulse", [START, START.told(0.0, UNBEGUN), START.told(0.0, WATCHED)])
def test_before_the_first_frame_and_after_the_last_work_is_life(pulse: Pulse) -> None:
    assert not pulse.watching
    busy = pulse.measured(100.0, 5.0)
    assert stalled(busy, 219.0, 120.0) == ""
    assert "did nothing for 120 s" in stalled(busy, 221.0, 120.0)


def test_work_without_end_is_no_life() -> None:
    pulse = START.turned(10.0)
    for second in range(10, 3700, 50):
        pulse = pulse.measured(float(second), 0.9 * second)
    assert stalled(pulse, 3609.0, 120.0) == ""
    assert "told nothing for 3600 s" in stalled(pulse, 3611.0, 120.0)


def test_composing_begins_anew() -> None:
    pulse = START.told(10.0, WATCHING).turned(100.0)
    assert not pulse.watching
    assert stalled(pulse, 200.0, 120.0) == ""


def test_a_process_that_only_waits_does_not_work() -> None:
    pulse = START
    for second in range(1, 130):
        pulse = pulse.measured(float(second), 0.0001)
    assert "did nothing" in stalled(pulse, 130.0, 120.0)


def test_slow_work_adds_up_and_a_process_less_is_a_sign() -> None:
    pulse = START.measured(1.0, 0.04).measured(2.0, 0.06)
    assert pulse.worked_s == 2.0
    assert pulse.measured(3.0, 0.0).worked_s == 3.0


def test_memory_has_a_bound() -> None:
    assert over_memory(10**12, None) == ""
    assert over_memory(2_000_000_000, 2_000_000_000) == ""
    said = over_memory(2_345_000_000, 2_000_000_000)
    assert said.startswith("it took 2.35 GB of memory, and 2.00 GB are allowed; ")
    assert "1 MB" in over_memory(1_000_001, 1_000_000)


@pytest.mark.parametrize(
    ("memory", "rss", "cores", "most"),
    [
        (None, 10**9, 1, None),
        (10**9, 0, 1, 1),
        (10**9, 200_000_000, 1, 4),
        (10**9, 800_000_000, 4, 4),
        (10**9, 2 * 10**9, 4, 1),
        (10**9, 10**6, 0, 900),
    ],
)
def test_cores_are_kept_within_memory(memory: int | None, rss: int, cores: int, most: int | None) -> None:
    assert cores_within(memory, rss, cores) == most


def test_room_is_missing_by_what_the_reserve_and_the_need_lack() -> None:
    assert missing_bytes(0, ROOM_BYTES) == 0
    assert missing_bytes(1, ROOM_BYTES) == 1
    assert missing_bytes(10**15, 0) == 10**15 + ROOM_BYTES
    assert "/data lacks 1.50 GB of free space" in no_room("/data", 1_500_000_000)
    assert not math.isnan(missing_bytes(0, 0))
