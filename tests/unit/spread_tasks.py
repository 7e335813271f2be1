"""Tasks for workers, which find them by the name of this module."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


class Unsendable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def double(argument: int, report: Any) -> int:
    report(("seen", argument))
    time.sleep(0.02 * (argument % 3))
    return 2 * argument


def where(argument: int, report: Any) -> int:
    return os.getpid()


def fail(argument: str, report: Any) -> Any:
    if argument == "value":
        raise ValueError("what was given is wrong")
    if argument == "unsendable":
        raise Unsendable(1, 2)
    if argument == "result":
        return lambda: None
    if argument == "report":
        report(lambda: None)
    if argument == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if argument == "exit":
        os._exit(7)
    if argument == "sys.exit":
        sys.exit(3)
    return time.sleep(60)


def sleep_long(folder: str, report: Any) -> None:
    Path(folder, str(os.getpid())).touch()
    report("here")
    time.sleep(60)


def meet(argument: tuple[str, int], report: Any) -> int:
    """Tell who is here, and wait until as many have come as are wanted."""
    folder, wanted = Path(argument[0]), argument[1]
    (folder / str(os.getpid())).touch()
    report(os.getpid())
    until = time.monotonic() + 30
    while len(list(folder.iterdir())) < wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"{len(list(folder.iterdir()))} of {wanted} came")
        time.sleep(0.01)
    return os.getpid()
