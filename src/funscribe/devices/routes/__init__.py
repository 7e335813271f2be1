"""The ways to a device: none at all (a simulator), T-code over a serial port, and Buttplug."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from funscribe.devices.routes.route import Route
    from funscribe.devices.table import Device


def open_route(device: Device, port: str | None = None, unanswered: bool = False) -> Route:
    """The way to a device; nothing is connected before `Route.open`.

    Args:
        device: The device.
        port: Its serial port, or the address of the Buttplug server.
        unanswered: Go on with a serial device that does not answer.

    Raises:
        DeviceMissing: If a port must be named, or the library is not installed.
    """
    if device.route == "tcode":
        from funscribe.devices.routes.tcode import TCodeRoute

        return TCodeRoute(port, device.axes, unanswered)
    if device.route == "buttplug":
        from funscribe.devices.routes.buttplug import ButtplugRoute

        return ButtplugRoute(port, device.axes)
    from funscribe.devices.routes.simulator import SimulatorRoute

    return SimulatorRoute(device.axes)
