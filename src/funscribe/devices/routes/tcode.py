"""The way to a device that understands T-code 0.3, over a serial port. The only door to pyserial.

A line is commands with a space between them: `L05000I250 R12500I250` means up-down to 0.5000 and roll to
0.2500 of the way, both in 250 ms. `D1` asks for the version of the protocol, `DSTOP` stops all
(github.com/multiaxis/TCode-Specification).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

from funscribe.devices.motion import Command
from funscribe.errors import DeviceLost, DeviceMissing
from funscribe.script.axes import axis_code

BAUD = 115_200
# Opening the port restarts many boards, and what they are told in the meantime is lost.
ANSWER_S = 4.0
ASK_AGAIN_S = 0.5
# A line is 20 bytes an axis, that is 2 ms: a port that takes longer takes nothing.
WRITE_S = 0.08
LONGEST_INTERVAL_MS = 9_999_999
# What these give is a strength and no position: at a stop it is to be none.
STRENGTHS = ("V", "A")
# What goes wrong at a port; SerialException is an OSError, and the terminal's own error is none.
FAULTS: tuple[type[Exception], ...] = (OSError, ValueError)
with contextlib.suppress(ImportError):
    import termios

    FAULTS += (termios.error,)


class TCodeRoute:
    """A device at a serial port.

    Args:
        port: Name of the port ("/dev/ttyUSB0", "COM3").
        axes: Names of the axes to send.
        unanswered: Go on with a device that does not answer to `D1`.
        answer_s: How long to wait for that answer (s).

    Raises:
        DeviceMissing: If no port is named or pyserial is not installed.
    """

    step = 0.01

    def __init__(
        self, port: str | None, axes: tuple[str, ...], unanswered: bool = False, answer_s: float = ANSWER_S
    ) -> None:
        self._serial = _library()
        if not port:
            raise DeviceMissing(f"name the serial port of the device with --port; {_ports()}")
        self._port, self._unanswered, self._answer_s = port, unanswered, answer_s
        self._codes = {axis: code for axis in axes if (code := axis_code(axis))}
        self._strengths: set[str] = set()
        self._line: Any = None
        self._version = ""

    @property
    def name(self) -> str:
        """The port, and what the device calls itself."""
        return f"{self._port} ({self._version})" if self._version else self._port

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes that have a T-code."""
        return tuple(self._codes)

    def open(self) -> None:
        """Connect; wait until the device answers, and stop it.

        Raises:
            DeviceMissing: If there is no such port, another program has it, or nobody answers.
        """
        self.close()
        try:
            self._line = self._serial.Serial(
                self._port, BAUD, timeout=0.05, write_timeout=WRITE_S, exclusive=True
            )
        except FAULTS as error:
            said = str(error)
            if "exclusively lock" in said or "busy" in said.lower() or "denied" in said.lower():
                said = "another program uses it, or you may not"
            else:
                said = "no such port" if getattr(error, "errno", None) == 2 else said
            raise DeviceMissing(f"{self._port}: {said}; {_ports()}") from error
        try:
            self._await_answer()
            self.stop()
        except DeviceLost as error:
            self.close()
            raise DeviceMissing(f"{error}; is it a serial port?") from error
        except BaseException:
            self.close()
            raise

    def send(self, commands: Sequence[Command]) -> None:
        """Write one line with the commands for axes that it has.

        Raises:
            DeviceLost: If the port is gone, or takes nothing.
        """
        words = [
            f"{self._codes[command.axis]}{_magnitude(command.position)}"
            f"I{min(max(1, command.duration_ms), LONGEST_INTERVAL_MS)}"
            for command in commands
            if command.axis in self._codes
        ]
        told = (self._codes[command.axis] for command in commands if command.axis in self._codes)
        self._strengths.update(code for code in told if code.startswith(STRENGTHS))
        if words:
            self._write((" ".join(words) + "\n").encode())

    def stop(self) -> None:
        """Throw away what has not been sent, and write DSTOP.

        Raises:
            DeviceLost: If the port is gone, or takes nothing.
        """
        with contextlib.suppress(*FAULTS, AttributeError):
            self._line.reset_output_buffer()
        # What was thrown away may have been the end of a line, so a new one is begun.
        quiet = [f"{code}0" for code in sorted(self._strengths)]
        self._write(("\nDSTOP\n" + "".join(f"{word}\n" for word in quiet)).encode())

    def close(self) -> None:
        """Let go of the port."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(*FAULTS):
                line.close()

    def _write(self, data: bytes) -> None:
        if self._line is None:
            raise DeviceLost(f"{self._port} is not open; open it first")
        try:
            # What the device says is of no interest, but it must not fill up the port.
            self._line.reset_input_buffer()
            self._line.write(data)
        except self._serial.SerialTimeoutException as error:
            raise DeviceLost(f"{self._port} takes nothing any more; switch the device off and on") from error
        except FAULTS as error:
            raise DeviceLost(f"{self._port} is gone ({_reason(error)}); look at the cable") from error

    def _await_answer(self) -> None:
        """Ask until the device tells the version of its protocol."""
        asked_s = -ASK_AGAIN_S
        begun_s, heard = time.monotonic(), b""
        while (waited_s := time.monotonic() - begun_s) < self._answer_s:
            if waited_s - asked_s >= ASK_AGAIN_S:
                self._write(b"\nD1\n")
                asked_s = waited_s
            try:
                heard = (heard + self._line.read(64))[-256:]
            except FAULTS as error:
                raise DeviceLost(f"{self._port} is gone ({_reason(error)}); look at the cable") from error
            lines = [line for line in heard.split(b"\n")[:-1] if b"tcode" in line.lower()]
            if lines:
                self._version = lines[-1].decode("ascii", "replace").strip()
                return
        if not self._unanswered:
            raise DeviceMissing(
                f"{self._port}: no answer in {self._answer_s:g} s, so it may be no T-code device; "
                "if you know that it is one, add --unanswered"
            )


def _magnitude(position: float) -> str:
    """The digits after "0." of a position (units), at most 0.9999."""
    return f"{min(9999, max(0, round(position * 100))):04}"


def _reason(error: Exception) -> str:
    """What an error says, without its number."""
    return str(error.args[-1]) if error.args else type(error).__name__


def _library() -> Any:
    try:
        import serial
    except ImportError as error:
        raise DeviceMissing(
            "playing over a serial port needs pyserial; install it with: pip install 'funscribe[devices]'"
        ) from error
    return serial


def _ports() -> str:
    from serial.tools import list_ports

    found = [port.device for port in list_ports.comports()]
    return f"there is: {', '.join(found)}" if found else "no serial port is there; plug the device in"
