"""The way to no device at all."""

from __future__ import annotations

from collections.abc import Sequence

from funscribe.devices.motion import Command
from funscribe.errors import DeviceLost

KEPT = 1000


class SimulatorRoute:
    """Takes commands as a device would, and moves nothing.

    Attributes:
        name: What it is called.
        axes: Names of the axes that it takes commands for.
        step: Least difference of positions (units).
        commands: The last commands that it was given.
    """

    name = "simulator"
    step = 0.01

    def __init__(self, axes: tuple[str, ...]) -> None:
        self.axes = axes
        self.commands: list[Command] = []
        self._open = False

    def open(self) -> None:
        """Begin to take commands."""
        self._open = True

    def send(self, commands: Sequence[Command]) -> None:
        """Take commands.

        Raises:
            DeviceLost: If it is not open.
        """
        if not self._open:
            raise DeviceLost("the simulator is not open; open it first")
        self.commands += [command for command in commands if command.axis in self.axes]
        del self.commands[:-KEPT]

    def stop(self) -> None:
        """Do nothing, since nothing moves."""
        if not self._open:
            raise DeviceLost("the simulator is not open; open it first")

    def close(self) -> None:
        """Take no more commands."""
        self._open = False
