"""What every way to a device must do: a public check, also for routes of others.

    from funscribe.testing.route_kit import check_route
    check_route(lambda: MyRoute("/dev/ttyUSB0"), heard)

`heard` gives what has arrived at the other end since it was last asked, as text, and waits for it a moment
if it has to. A check that fails is an AssertionError that says what was wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from funscribe.devices.motion import Command
from funscribe.devices.routes.route import Route
from funscribe.errors import DeviceLost

# A route has this long to stop (s); the check leaves room for a busy machine.
STOP_S = 0.1
BUSY = 5
UNKNOWN_AXIS = "no such axis"


def check_route(opener: Callable[[], Route], heard: Callable[[], str]) -> None:
    """Check a route.

    Args:
        opener: Makes a route to a device that is there; called once.
        heard: What arrived at the device since the last call.

    Raises:
        AssertionError: It does not do what a route must.
    """
    route = opener()
    route.close()  # before it was opened is no harm
    _check_closed(route)
    route.open()
    try:
        _check_told(route)
        heard()
        _check_sending(route, heard)
        _check_stopping(route, heard)
    finally:
        route.close()
    route.close()  # twice is no harm
    _check_closed(route)
    route.open()  # again after it was closed
    try:
        heard()
        route.send([_command(route)])
        assert heard(), "nothing arrives once it has been opened again"
        route.stop()
    finally:
        route.close()


def _command(route: Route, position: float = 50.0, at_ms: int = 0) -> Command:
    return Command(route.axes[0], at_ms, position, 500)


def _check_told(route: Route) -> None:
    assert route.name, "a route has a name"
    assert route.axes, "an open route tells its axes"
    assert 0 < route.step <= 10, f"a step of {route.step} units is none"


def _check_closed(route: Route) -> None:
    command = Command(route.axes[0] if route.axes else "stroke", 0, 50.0, 500)
    acts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("send", lambda: route.send([command])),
        ("stop", route.stop),
    )
    for name, act in acts:
        said = ""
        try:
            act()
        except DeviceLost as error:
            said = str(error)
        assert said, f"{name} worked although the route is not open, or said nothing about it"


def _check_sending(route: Route, heard: Callable[[], str]) -> None:
    route.send([])
    route.send([Command(UNKNOWN_AXIS, 0, 50.0, 500)])
    assert not heard(), "something was sent for no command, or for an axis that the device does not have"
    route.send([_command(route)])
    assert heard(), "a command did not arrive"
    for position in (0.0, 100.0):
        route.send([_command(route, position)])
    assert heard(), "commands to the ends did not arrive"
    route.send([Command(axis, 0, 50.0, 500) for axis in route.axes])
    assert heard(), "commands for all axes at once did not arrive"


def _check_stopping(route: Route, heard: Callable[[], str]) -> None:
    begun = time.monotonic()
    route.stop()
    took_s = time.monotonic() - begun
    assert took_s < BUSY * STOP_S, f"it took {took_s:.2f} s to stop"
    assert heard(), "a stop did not arrive"
    route.stop()
