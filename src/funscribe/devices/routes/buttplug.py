"""The way to a device behind a Buttplug server, such as Intiface Central. The only door to `buttplug`.

The library is asynchronous: it lives in a loop of its own thread, so that a server that answers late never
keeps the player waiting. Only outputs that take a position and a time are used for movement: with a bare
position a device would go as fast as it can, and no limit would hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from funscribe.devices.motion import RAMP_SPEED, Command
from funscribe.errors import DeviceLost, DeviceMissing
from funscribe.script.axes import STROKE

ADDRESS = "ws://127.0.0.1:12345"
VIBRATION = "vib"
CONNECT_S = 5.0
SCAN_S = 8.0
LOOK_S = 0.1
STOP_S = 0.08
CLOSE_S = 0.5
# A server that has not answered so many commands is not given any more: they would come late, and at once.
MOST_UNANSWERED = 8
# Unanswered for so long, it is lost.
DEAF_S = 5.0


class ButtplugRoute:
    """A device behind a Buttplug server.

    Args:
        address: Where the server listens; after a `#` the name of the device, or a part of it.
        axes: Names of the axes to send: the stroke and vibration can be.

    Raises:
        DeviceMissing: If `buttplug` is not installed.
    """

    def __init__(self, address: str | None, axes: tuple[str, ...]) -> None:
        self._library = _library()
        self._address, _, self._wanted = (address or ADDRESS).partition("#")
        self._asked = axes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._device: Any = None
        self._outputs: dict[str, Any] = {}
        self._begun: list[Future[Any]] = []
        self._deaf_since: float | None = None
        self._lost = ""
        self._range = (0, 100)

    @property
    def name(self) -> str:
        """What the server calls the device."""
        return str(self._device.name) if self._device is not None else self._address

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes that the device has."""
        return tuple(self._outputs)

    @property
    def step(self) -> float:
        """Least difference of positions that the device knows (units)."""
        return 100 / max(10, self._range[1] - self._range[0])

    def open(self) -> None:
        """Connect to the server, look for a device, and stop it.

        Raises:
            DeviceMissing: If there is no server, or it has no device that can be used.
        """
        self.close()
        if not self._address.startswith(("ws://", "wss://")):
            raise DeviceMissing(f"{self._address!r} is no address; write it as {ADDRESS}")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="buttplug", daemon=True)
        self._thread.start()
        try:
            self._device = self._wait(self._find(), CONNECT_S + SCAN_S + 1)
            self._choose_outputs()
            self.stop()
        except BaseException:
            self.close()
            raise

    def send(self, commands: Sequence[Command]) -> None:
        """Hand commands to the server; its answers are looked at with the next ones.

        Raises:
            DeviceLost: If the server or the device is gone.
        """
        self._check()
        for command in commands:
            output = self._outputs.get(command.axis)
            if output is not None and len(self._begun) < MOST_UNANSWERED:
                self._begun.append(self._start(output.run_output(self._told(command))))

    def stop(self) -> None:
        """Send the device's stop command, and wait a moment for it to go out.

        Raises:
            DeviceLost: If the server or the device is gone.
        """
        self._begun.clear()
        self._deaf_since = None
        if self._device is None or self._loop is None:
            raise DeviceLost(f"{self._address} is not open; open it first")
        try:
            self._start(self._device.stop()).result(STOP_S)
        except TimeoutError:
            pass  # it has been sent; the answer is what takes longer
        except self._library.ButtplugError as error:
            raise DeviceLost(f"{self.name} cannot be told to stop ({error}); switch it off") from error

    def close(self) -> None:
        """Let go of the server; it does not stop the device, so `stop` comes before."""
        loop, thread, client = self._loop, self._thread, self._client
        self._loop = self._thread = self._client = self._device = None
        self._outputs, self._lost = {}, ""
        self._begun.clear()
        if loop is None or thread is None:
            return
        if client is not None:
            with contextlib.suppress(Exception):  # whatever the server thinks of it, it is over
                asyncio.run_coroutine_threadsafe(client.disconnect(), loop).result(CLOSE_S)
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop)
        thread.join(CLOSE_S)
        if not thread.is_alive():
            loop.close()

    async def _find(self) -> Any:
        """Connect, and wait for the device."""
        self._client = self._library.ButtplugClient("Funscribe")
        self._client.on_server_disconnect = self._note_loss
        self._client.on_device_removed = self._note_removal
        async with asyncio.timeout(CONNECT_S):
            await self._client.connect(self._address)
        found = self._usable()
        if found is None:
            await self._client.start_scanning()
            for _ in range(round(SCAN_S / LOOK_S)):
                await asyncio.sleep(LOOK_S)
                if (found := self._usable()) is not None:
                    break
            await self._client.stop_scanning()
        return found

    def _usable(self) -> Any:
        """The only device that can be used; None if there is none yet."""
        known = [d for d in self._client.devices.values() if self._wanted.lower() in d.name.lower()]
        usable = [device for device in known if self._positions(device) or self._vibrations(device)]
        if len(usable) > 1:
            names = ", ".join(device.name for device in usable)
            raise DeviceMissing(
                f"{self._address} has several devices: {names}; choose one: --port '{self._address}#NAME'"
            )
        return usable[0] if usable else None

    def _positions(self, device: Any) -> list[Any]:
        kind = self._library.OutputType.POSITION_WITH_DURATION
        return list(device.get_features_with_output(kind)) if STROKE in self._asked else []

    def _vibrations(self, device: Any) -> list[Any]:
        kind = self._library.OutputType.VIBRATE
        return list(device.get_features_with_output(kind)) if VIBRATION in self._asked else []

    def _choose_outputs(self) -> None:
        if self._device is None:
            named = f"called {self._wanted!r} " if self._wanted else ""
            raise DeviceMissing(
                f"{self._address}: no device {named}that takes positions with a time or vibrates; "
                "switch it on and look whether the server lists it"
            )
        outputs = {STROKE: self._positions(self._device), VIBRATION: self._vibrations(self._device)}
        self._outputs = {axis: features[0] for axis, features in outputs.items() if features}
        if STROKE in self._outputs:
            kind = self._library.OutputType.POSITION_WITH_DURATION
            self._range = self._outputs[STROKE].step_range(kind)
            longest = self._outputs[STROKE].duration_range(kind)
            # The library would shorten a longer time, and the device be faster than it was told to be.
            if longest is not None and longest[1] < 100_000 / RAMP_SPEED:
                raise DeviceMissing(f"{self.name} cannot move slowly: at most {longest[1]} ms a movement")

    def _told(self, command: Command) -> Any:
        kinds = self._library.OutputType
        if command.axis == VIBRATION:
            return self._library.DeviceOutputCommand(kinds.VIBRATE, command.position / 100)
        low, high = self._range
        step = low + round(command.position / 100 * (high - low))
        return self._library.DeviceOutputCommand(kinds.POSITION_WITH_DURATION, step, command.duration_ms)

    def _check(self) -> None:
        """See what became of the commands before, and whether the device is still there."""
        waiting = []
        for begun in self._begun:
            if not begun.done():
                waiting.append(begun)
            elif (error := begun.exception()) is not None:
                self._lost = self._lost or str(error) or type(error).__name__
        self._begun = waiting
        if len(waiting) >= MOST_UNANSWERED and self._loop is not None:
            self._deaf_since = self._deaf_since or self._loop.time()
            if self._loop.time() - self._deaf_since > DEAF_S:
                self._lost = self._lost or "it no longer answers"
        else:
            self._deaf_since = None
        if self._device is None or self._loop is None:
            raise DeviceLost(f"{self._address} is not open; open it first")
        if self._lost:
            raise DeviceLost(f"{self.name} is gone ({self._lost}); look at the device and its server")

    def _note_loss(self) -> None:
        self._lost = "the server has ended"

    def _note_removal(self, device: Any) -> None:
        if self._device is not None and device.index == self._device.index:
            self._lost = "the server has lost it"

    def _start(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, Any], longest_s: float) -> Any:
        try:
            return self._start(work).result(longest_s)
        except (self._library.ButtplugError, TimeoutError, OSError, ValueError) as error:
            said = str(error) or "no answer"
            raise DeviceMissing(
                f"{self._address}: {said}; start Intiface Central there, and its server"
            ) from error


async def _cancel_all() -> None:
    loop = asyncio.get_running_loop()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop.stop()


def _library() -> Any:
    try:
        import buttplug
    except ImportError as error:
        raise DeviceMissing(
            "playing through Intiface needs buttplug; install it with: pip install 'funscribe[devices]'"
        ) from error
    return buttplug
