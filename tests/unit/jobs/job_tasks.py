"""What jobs of tests do; the process of a job finds it by the name of this module.

The name of the video says what happens; the script is a file to which each attempt adds a line.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from funscribe.errors import ScriptInvalid, WorkerDied
from funscribe.jobs.messages import Advance, Done, Need, Said, Stage, Task
from funscribe.jobs.worker import Link, NoRoom
from funscribe.monitor import Progress

_CHILD = "import time; time.sleep(60)"


def act(task: Task, link: Link) -> Said:
    what, _, more = Path(task.order.video).stem.partition("-")
    with Path(task.order.script).open("a") as file:
        file.write(f"{os.getpid()}\n")
    return globals()[f"_{what}"](task, link, more)  # type: ignore[no-any-return]


def advance(frames: int, segments_done: int = 0, segments: int = 4) -> Advance:
    return Advance(Progress(frames / 100, frames, 50.0, 2.0, 1.0, 30.0, segments_done, segments))


def _done(task: Task, link: Link, more: str) -> Said:
    link.tell(Need(1000))
    link.tell(Stage("watching"))
    link.tell(advance(10))
    return Done(actions=int(more or 1), warnings=("look there",))


def _slow(task: Task, link: Link, more: str) -> Said:
    time.sleep(float(more))
    return Done(actions=1)


def _steady(task: Task, link: Link, more: str) -> Said:
    for k in range(1, int(more)):
        link.tell(advance(k))
        time.sleep(0.1)
    return Done(actions=1)


def _cores(task: Task, link: Link, more: str) -> Said:
    """Wait until so many cores are granted; say how many there were at first."""
    first = link.cores()
    link.tell(advance(1))
    until = time.monotonic() + 20
    while link.cores() != int(more) and time.monotonic() < until:
        time.sleep(0.01)
    return Done(actions=10 * first + link.cores())


def _refused(task: Task, link: Link, more: str) -> Said:
    raise ScriptInvalid("it is not as it should be; change it")


def _broken(task: Task, link: Link, more: str) -> Said:
    raise WorkerDied("a process of it died")


def _odd(task: Task, link: Link, more: str) -> Said:
    raise ZeroDivisionError("nobody expected that")


def _mute(task: Task, link: Link, more: str) -> Said:
    return "no message"  # type: ignore[return-value]


def _babble(task: Task, link: Link, more: str) -> Said:
    link._connection.send_bytes(b"\xc1 what is this")
    time.sleep(60)
    raise AssertionError


def _full(task: Task, link: Link, more: str) -> Said:
    """Find no room, unless a file was put beside the script."""
    if Path(task.order.script).with_suffix(".room").exists():
        return Done(actions=1)
    raise NoRoom("the disk lacks space", str(Path(task.order.script).parent), int(more or 10**18))


def _dies(task: Task, link: Link, more: str) -> Said:
    os.kill(os.getpid(), getattr(signal, more or "SIGKILL"))
    time.sleep(60)
    raise AssertionError


def _exits(task: Task, link: Link, more: str) -> Said:
    os._exit(int(more))


def _hangs(task: Task, link: Link, more: str) -> Said:
    """Have a child of its own; heed nobody."""
    child = subprocess.Popen([sys.executable, "-c", _CHILD])
    Path(task.order.script).with_suffix(".pids").write_text(f"{os.getpid()} {child.pid}")
    if more == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    link.tell(advance(1))
    time.sleep(60)
    raise AssertionError


def _spins(task: Task, link: Link, more: str) -> Said:
    """Keep a processor busy, with frames that stop coming, or while something else is done."""
    if more == "watching":
        link.tell(advance(1))
    else:
        link.tell(advance(1))
        link.tell(Stage("composing"))
    until = time.monotonic() + (60 if more == "watching" else 2.0)
    while time.monotonic() < until:
        sum(range(1000))
    return Done(actions=1)


def _eats(task: Task, link: Link, more: str) -> Said:
    eaten = bytearray(int(more) * 1_000_000)
    eaten[::4096] = b"x" * len(eaten[::4096])
    time.sleep(60)
    raise AssertionError


def _says(task: Task, link: Link, more: str) -> Said:
    return Done(warnings=(os.environ[more],))


def _modules(task: Task, link: Link, more: str) -> Said:
    return Done(warnings=tuple({"numpy", "cv2", "av", "scipy"} & set(sys.modules)))
