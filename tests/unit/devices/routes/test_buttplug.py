import asyncio
import json
import sys
import threading
import time

import pytest

from funscribe.devices.motion import Command
from funscribe.devices.routes import open_route
from funscribe.devices.routes.buttplug import MOST_UNANSWERED, ButtplugRoute
from funscribe.devices.table import read_table
from funscribe.errors import DeviceLost, DeviceMissing
from funscribe.testing.route_kit import check_route

pytest.importorskip("buttplug")

LINEAR = {"HwPositionWithDuration": {"Value": [0, 100], "Duration": [0, 100000]}}
VIBRATING = {"Vibrate": {"Value": [0, 20]}}
AXES = ("stroke", "vib")


def device(name="Stroker", *outputs, index=0):
    features = {
        str(place): {"FeatureIndex": place, "FeatureDescription": "", "Output": output}
        for place, output in enumerate(outputs or (LINEAR,))
    }
    return {
        "DeviceName": name, "DeviceIndex": index, "DeviceMessageTimingGap": 0, "DeviceFeatures": features,
    }  # fmt: skip


class Server:
    """Speaks enough of the Buttplug protocol (version 4) to be taken for Intiface."""

    def __init__(self, *devices) -> None:
        self.devices, self.mute, self.refuses = list(devices), False, False
        self._heard, self._lock = [], threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        from websockets.asyncio.server import serve

        self._over = asyncio.Event()
        async with serve(self._talk, "127.0.0.1", 0, close_timeout=0.1) as server:
            self.address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()
            await self._over.wait()

    async def _talk(self, line) -> None:
        async for text in line:
            for message in json.loads(text):
                ((kind, said),) = message.items()
                with self._lock:
                    self._heard.append((kind, said))
                answer = self._answer(kind, said["Id"])
                if answer is not None:
                    await line.send(json.dumps([answer]))

    def _answer(self, kind, number):
        if kind == "RequestServerInfo":
            info = {"ServerName": "Fake", "MaxPingTime": 0, "ProtocolVersionMajor": 4}
            return {"ServerInfo": {"Id": number, "ProtocolVersionMinor": 0, **info}}
        if kind == "RequestDeviceList":
            return {"DeviceList": {"Id": number, "Devices": {str(d["DeviceIndex"]): d for d in self.devices}}}
        if self.mute and kind in ("OutputCmd", "StopCmd"):
            return None
        if self.refuses and kind == "OutputCmd":
            return {"Error": {"Id": number, "ErrorMessage": "device gone", "ErrorCode": 4}}
        return {"Ok": {"Id": number}}

    def heard(self, wait_s=0.3):
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            time.sleep(0.01)
            with self._lock:
                if self._heard:
                    break
        time.sleep(0.02)
        with self._lock:
            told, self._heard = self._heard, []
        return told

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()


def _go_on(route) -> None:
    for _ in range(100):
        route.send([Command("stroke", 0, 50.0, 250)])
        time.sleep(0.02)


@pytest.fixture
def served():
    servers = []

    def serve_devices(*devices):
        servers.append(Server(*devices))
        return servers[-1]

    yield serve_devices
    for server in servers:
        server.close()


def test_it_is_a_route(served) -> None:
    server = served(device("Stroker", LINEAR, VIBRATING))
    check_route(lambda: ButtplugRoute(server.address, AXES), lambda: str(server.heard() or ""))


def test_positions_go_with_their_time(served) -> None:
    server = served(device("Stroker", LINEAR, VIBRATING))
    route = ButtplugRoute(server.address, AXES)
    route.open()
    assert (route.name, route.axes, route.step) == ("Stroker", AXES, 1.0)
    assert "StopCmd" in [kind for kind, _ in server.heard()]
    route.send([Command("stroke", 0, 33.0, 250), Command("vib", 0, 50.0, 250)])
    told = [said["Command"] for kind, said in server.heard() if kind == "OutputCmd"]
    assert told == [{"HwPositionWithDuration": {"Value": 33, "Duration": 250}}, {"Vibrate": {"Value": 10}}]
    route.close()


def test_no_server_is_told_with_the_remedy() -> None:
    for address in ("ws://127.0.0.1:1", "http://x", "ws://", "ws://[", "\x00"):
        with pytest.raises(DeviceMissing, match=r"Intiface|address"):
            ButtplugRoute(address, AXES).open()


def test_devices_that_cannot_be_limited_are_not_used(served, monkeypatch) -> None:
    monkeypatch.setattr("funscribe.devices.routes.buttplug.SCAN_S", 0.2)
    bare = device("Bare", {"Position": {"Value": [0, 100]}})
    hasty = device("Hasty", {"HwPositionWithDuration": {"Value": [0, 100], "Duration": [0, 500]}})
    for which, says in ((bare, "no device"), (hasty, "cannot move slowly")):
        server = served(which)
        with pytest.raises(DeviceMissing, match=says):
            ButtplugRoute(server.address, AXES).open()


def test_one_of_several_devices_is_chosen_by_its_name(served) -> None:
    server = served(device("First", index=0), device("Second", index=1))
    with pytest.raises(DeviceMissing, match="First, Second; choose one"):
        ButtplugRoute(server.address, AXES).open()
    route = ButtplugRoute(f"{server.address}#second", AXES)
    route.open()
    assert route.name == "Second"
    route.close()


def test_a_server_that_ends_is_a_loss(served) -> None:
    server = served(device())
    route = ButtplugRoute(server.address, AXES)
    route.open()
    server.close()
    with pytest.raises(DeviceLost, match="is gone"):
        _go_on(route)
    with pytest.raises(DeviceLost):
        route.stop()
    route.close()


def test_a_device_that_refuses_is_a_loss(served) -> None:
    server = served(device())
    server.refuses = True
    route = ButtplugRoute(server.address, AXES)
    route.open()
    with pytest.raises(DeviceLost, match="device gone"):
        _go_on(route)
    route.stop()  # is tried all the same
    assert server.heard()[-1][0] == "StopCmd"
    route.close()


def test_a_server_that_does_not_answer_is_not_flooded_and_a_stop_still_goes_out(served) -> None:
    server = served(device())
    route = ButtplugRoute(server.address, AXES)
    route.open()
    server.heard()
    server.mute = True
    for _ in range(3 * MOST_UNANSWERED):
        route.send([Command("stroke", 0, 50.0, 250)])
    assert len([kind for kind, _ in server.heard() if kind == "OutputCmd"]) == MOST_UNANSWERED
    route.stop()
    assert [kind for kind, _ in server.heard()] == ["StopCmd"]
    route.close()


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "buttplug", None)
    with pytest.raises(DeviceMissing, match=r"funscribe\[devices\]"):
        open_route(read_table()["handy"])
