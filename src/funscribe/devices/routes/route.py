"""What a way to a device must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from funscribe.devices.motion import Command


class Route(Protocol):
    """A way to a device; `funscribe.testing.route_kit` checks that one keeps to this.

    Attributes:
        name: What is at the other end, for people.
        axes: Names of the axes that can be moved; known once it is open.
        step: Least difference of positions that can be told (units); known once it is open.
    """

    @property
    def name(self) -> str:
        """What is at the other end, for people."""
        ...

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes that can be moved; known once it is open."""
        ...

    @property
    def step(self) -> float:
        """Least difference of positions that can be told (units); known once it is open."""
        ...

    def open(self) -> None:
        """Connect, and tell the device to stand still; it may be opened again after `close`.

        Raises:
            DeviceMissing: If there is no such device or no library for it.
        """
        ...

    def send(self, commands: Sequence[Command]) -> None:
        """Give commands, one an axis, now; what cannot be given at once is dropped and never kept for later.

        Raises:
            DeviceLost: If the device can no longer be reached.
        """
        ...

    def stop(self) -> None:
        """Make the device stand still at once, in less than 100 ms; twice is no harm.

        Raises:
            DeviceLost: If the device cannot be told.
        """
        ...

    def close(self) -> None:
        """Let go of the device; twice is no harm, and what goes wrong is of no interest any more."""
        ...
