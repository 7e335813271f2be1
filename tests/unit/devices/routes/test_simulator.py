import pytest

from funscribe.devices.motion import Command
from funscribe.devices.routes import open_route
from funscribe.devices.routes.simulator import KEPT, SimulatorRoute
from funscribe.devices.table import read_table
from funscribe.errors import DeviceLost


def test_it_takes_commands_for_its_axes_only_while_it_is_open() -> None:
    route = SimulatorRoute(("stroke",))
    with pytest.raises(DeviceLost):
        route.send([])
    route.open()
    route.send([Command("stroke", 0, 1, 10), Command("roll", 0, 1, 10)])
    assert route.commands == [Command("stroke", 0, 1, 10)]
    route.send([Command("stroke", 0, 1, 10)] * (2 * KEPT))
    assert len(route.commands) == KEPT
    route.close()
    with pytest.raises(DeviceLost):
        route.stop()


def test_the_table_names_it() -> None:
    assert open_route(read_table()["simulator"]).name == "simulator"
