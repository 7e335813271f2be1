import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from funscribe.jobs.stopping import Stop, stop_on_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_sets_the_flag_and_the_first_is_remembered(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with stop_on_signals() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(5)
        os.kill(os.getpid(), signal.SIGINT)  # impatience breaks nothing
        time.sleep(0.05)
        assert stop.signal == number
    assert signal.getsignal(number) is before


def test_handlers_come_back_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), stop_on_signals():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before


def test_the_flag_can_be_set_and_waited_for_like_any_other() -> None:
    stop = Stop()
    assert not stop.wait(0.01)
    threading.Timer(0.05, stop.set).start()
    assert stop.wait(10)
    assert (stop.is_set(), stop.signal) == (True, None)


def test_a_program_that_waits_ends_in_order() -> None:
    code = (
        "from funscribe.jobs.stopping import stop_on_signals\n"
        "with stop_on_signals() as stop:\n"
        "    print('here', flush=True)\n    stop.wait()\nprint('out', stop.signal)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "here\n"
        program.send_signal(signal.SIGTERM)
        assert program.stdout.read() == f"out {int(signal.SIGTERM)}\n"
