import os
import sys
import threading
import time

import pytest

from funscribe.devices.motion import Command
from funscribe.devices.routes import open_route
from funscribe.devices.routes.tcode import TCodeRoute
from funscribe.devices.table import read_table
from funscribe.errors import DeviceLost, DeviceMissing
from funscribe.testing.route_kit import check_route

pytest.importorskip("serial")
if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

AXES = ("stroke", "roll", "vib", "raw")


class Board:
    """The other end of a pseudo-terminal: answers to D1 as a device does, and keeps what it hears."""

    def __init__(self, answer: bytes = b"TCode v0.3\r\n") -> None:
        self.master, self.slave = os.openpty()
        self.port, self._answer = os.ttyname(self.slave), answer
        self._heard, self._lock = b"", threading.Lock()
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        import select

        while not self._over.is_set():
            if not select.select([self.master], [], [], 0.01)[0]:
                continue
            try:
                data = os.read(self.master, 4096)
            except OSError:
                return
            with self._lock:
                self._heard += data
            if b"D1" in data:
                os.write(self.master, self._answer)

    def heard(self, wait_s: float = 0.15) -> str:
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            time.sleep(0.01)
            with self._lock:
                if self._heard.endswith(b"\n"):
                    break
        with self._lock:
            told, self._heard = self._heard, b""
        return told.decode().strip()

    def unplug(self) -> None:
        self._over.set()
        self._reader.join()
        os.close(self.master)

    def close(self) -> None:
        if not self._over.is_set():
            self.unplug()
        os.close(self.slave)


def _go_on(route: TCodeRoute) -> None:
    for _ in range(10_000):
        route.send([Command("stroke", 0, 50, 500)])


@pytest.fixture
def board():
    board = Board()
    yield board
    board.close()


def test_it_is_a_route(board: Board) -> None:
    check_route(lambda: TCodeRoute(board.port, AXES), board.heard)


def test_axes_go_by_their_codes_in_one_line(board: Board) -> None:
    route = TCodeRoute(board.port, AXES)
    route.open()
    assert route.axes == ("stroke", "roll", "vib")
    assert route.name == f"{board.port} (TCode v0.3)"
    assert "DSTOP" in board.heard()
    route.send([Command("stroke", 0, 33.33, 250), Command("roll", 0, 100, 2000), Command("vib", 0, 0, 1)])
    assert board.heard() == "L03333I250 R19999I2000 V00000I1"
    route.stop()
    assert board.heard().split() == ["DSTOP", "V00"]
    route.close()


def test_a_device_that_does_not_answer_is_not_moved_unless_asked_for() -> None:
    board = Board(answer=b"ok\n")
    try:
        route = TCodeRoute(board.port, AXES, answer_s=0.2)
        with pytest.raises(DeviceMissing, match=r"no answer in 0\.2 s.*--unanswered"):
            route.open()
        assert "L0" not in board.heard()
        TCodeRoute(board.port, AXES, unanswered=True, answer_s=0.1).open()
    finally:
        board.close()


def test_a_port_is_used_by_one_player_at_a_time(board: Board) -> None:
    first, second = TCodeRoute(board.port, AXES), TCodeRoute(board.port, AXES)
    first.open()
    with pytest.raises(DeviceMissing, match="another program uses it"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_a_port_that_closes_in_the_middle_is_a_loss(board: Board) -> None:
    route = TCodeRoute(board.port, AXES)
    route.open()
    board.unplug()
    with pytest.raises(DeviceLost, match="is gone"):
        route.send([Command("stroke", 0, 50, 500)])
    with pytest.raises(DeviceLost):
        route.stop()
    route.close()
    with pytest.raises(DeviceMissing):
        route.open()


def test_a_reader_that_stands_still_is_a_loss_and_no_hang(board: Board) -> None:
    route = TCodeRoute(board.port, AXES)
    route.open()
    board._over.set()
    board._reader.join()
    board._over.clear()
    with pytest.raises(DeviceLost, match="takes nothing"):
        _go_on(route)
    route.stop()  # what was waiting is thrown away
    route.close()
    board._over.set()
    os.close(board.master)


@pytest.mark.parametrize("port", ["/dev/no-such-port", "/dev/null", "", "\x00", "/"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(DeviceMissing):
        TCodeRoute(port, AXES, answer_s=0.1).open()


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(DeviceMissing, match=r"funscribe\[devices\]"):
        open_route(read_table()["sr6"], "/dev/null")
