"""Devices that play scripts: what each can do, whether a script asks too much, and playing it.

    from funscribe.devices import Player, device_named, limits_of, open_route, read_table
    table = read_table()
    device = device_named(table, "sr6")
    Player([script], open_route(device, "/dev/ttyUSB0"), limits_of(device, table)).run()

Whatever way a device is reached by, `motion` alone turns a script into commands and keeps the limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.devices.demand import Demand, demand_of
    from funscribe.devices.motion import Command, Limits
    from funscribe.devices.player import Player
    from funscribe.devices.playing import Moment, Played, PlayOptions, Request
    from funscribe.devices.routes import open_route
    from funscribe.devices.routes.route import Route
    from funscribe.devices.table import Device, device_named, limits_of, read_table

__all__ = [
    "Command",
    "Demand",
    "Device",
    "Limits",
    "Moment",
    "PlayOptions",
    "Played",
    "Player",
    "Request",
    "Route",
    "demand_of",
    "device_named",
    "limits_of",
    "open_route",
    "read_table",
]

__getattr__ = lazy(
    __name__,
    {
        "demand": ("Demand", "demand_of"),
        "motion": ("Command", "Limits"),
        "player": ("Player",),
        "playing": ("Moment", "PlayOptions", "Played", "Request"),
        "routes": ("open_route",),
        "routes.route": ("Route",),
        "table": ("Device", "device_named", "limits_of", "read_table"),
    },
)
