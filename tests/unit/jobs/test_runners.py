"""Whether a runner still lives."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from funscribe.jobs.runners import Observer, process_start, this_machine, this_process


def _row(runner, beat=0):
    return {**msgspec.structs.asdict(runner), "beat": beat}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_this_process_is_alive():
    runner = this_process()
    assert runner.pid == os.getpid()
    assert runner.name.endswith(f":{os.getpid()}")
    assert runner.started == process_start(os.getpid()) > 0
    assert this_process().token != runner.token
    assert Observer().dead([_row(runner)]) == []


def test_a_process_that_ended_is_dead_at_once():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        runner = msgspec.structs.replace(this_process(), pid=child.pid, started=process_start(child.pid))
        observer = Observer()
        assert observer.dead([_row(runner, 7)]) == []
        child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 20
        while not observer.dead([_row(runner, 7)]):  # its parent has not asked for it: it is a zombie
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert observer.dead([_row(runner, 7)]) == [(runner.token, 7)]
    finally:
        child.kill()
        child.wait()
    assert process_start(child.pid) is None
    assert observer.dead([_row(runner, 7)]) == [(runner.token, 7)]


def test_another_process_of_the_same_number_is_not_the_runner():
    runner = this_process()
    other = msgspec.structs.replace(runner, started=runner.started + 500)
    assert Observer().dead([_row(other)]) == [(runner.token, 0)]


def test_a_process_of_another_machine_is_judged_by_its_beat_alone():
    clock = Clock()
    far = msgspec.structs.replace(this_process(), machine="elsewhere", pid=2**22 + 1)
    observer = Observer(30.0, clock)
    for beat in range(20):
        clock.now += 5
        assert observer.dead([_row(far, beat)]) == []
    waited = 0
    while not observer.dead([_row(far, 19)]):
        clock.now += 5
        waited += 5
    assert waited == 30
    assert observer.dead([_row(far, 20)]) == []


def test_a_pause_of_the_observer_is_not_taken_for_one_of_the_runner():
    clock = Clock()
    far = msgspec.structs.replace(this_process(), machine="elsewhere")
    observer = Observer(30.0, clock)
    assert observer.dead([_row(far)]) == []
    clock.now += 3600
    assert observer.dead([_row(far)]) == []
    clock.now += 0.1
    assert observer.dead([_row(far, 1)]) == []


def test_a_hung_process_of_this_machine_loses_its_claims():
    clock = Clock()
    runner = this_process()
    observer = Observer(3.0, clock)
    observer.dead([_row(runner)])
    for _ in range(3):
        clock.now += 1
        gone = observer.dead([_row(runner)])
    assert gone == [(runner.token, 0)]


@pytest.mark.parametrize("jump", [-1e9, -1.0, 1e9])
def test_the_wall_clock_ends_nobody(monkeypatch, jump):
    runner = this_process()
    observer = Observer()
    observer.dead([_row(runner)])
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    assert observer.dead([_row(runner)]) == []
    assert process_start(os.getpid()) == runner.started
    assert this_machine() == runner.machine


def test_what_is_forgotten_takes_no_room():
    observer = Observer()
    for _ in range(100):
        observer.dead([_row(this_process())])
    observer.dead([])
    assert observer._quiet == {}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_where_proc_is_missing_the_system_is_asked_otherwise(monkeypatch):
    monkeypatch.setattr("funscribe.jobs.runners._PROC", Path("/nowhere"))
    runner = this_process()
    assert runner.started > 1e9
    assert Observer().dead([_row(runner)]) == []
    assert Observer().dead([_row(msgspec.structs.replace(runner, pid=2**22 + 1))]) == [(runner.token, 0)]
    assert this_machine() == this_machine() != ""
