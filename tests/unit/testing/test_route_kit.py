import pytest

from funscribe.devices.routes.simulator import SimulatorRoute
from funscribe.errors import DeviceLost
from funscribe.testing.route_kit import check_route


class Told(SimulatorRoute):
    """A simulator that can be asked what it was told, and can be made wrong."""

    def __init__(self, wrong: str = "") -> None:
        super().__init__(("stroke",))
        self.wrong, self.stops, self.before = wrong, 0, (0, 0)

    def stop(self) -> None:
        if self.wrong == "stops when closed" and not self._open:
            return
        super().stop()
        self.stops += self.wrong != "deaf to stop"

    def send(self, commands) -> None:
        if self.wrong == "silent error" and not self._open:
            raise DeviceLost
        super().send([] if self.wrong == "sends nothing" else commands)
        if self.wrong == "any axis":
            self.commands += commands

    def heard(self) -> str:
        before, self.before = self.before, (len(self.commands), self.stops)
        return "something" if self.before != before else ""


def test_the_simulator_keeps_to_it() -> None:
    route = Told()
    check_route(lambda: route, route.heard)


@pytest.mark.parametrize(
    "wrong", ["stops when closed", "deaf to stop", "silent error", "sends nothing", "any axis"]
)
def test_what_is_wrong_is_found(wrong: str) -> None:
    route = Told(wrong)
    with pytest.raises(AssertionError):
        check_route(lambda: route, route.heard)
