"""Plays scripts on a device: the loop that keeps the time, and what may be asked of it meanwhile.

What is sent and how fast is decided in `motion`; this decides when. Every beginning (the first one, after a
seek, a pause, a loss, another speed, the next script, the next round) is the same: stop following, ramp to
where the script is to go on, follow it from there.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from funscribe.devices import motion
from funscribe.devices.clock import Clock, WallClock
from funscribe.devices.motion import Command, Curve, Limits, Motion, Waypoint, axes_of
from funscribe.devices.playing import FASTEST, SLOWEST, Moment, Played, PlayOptions, Request, State
from funscribe.devices.routes.route import Route
from funscribe.errors import DeviceLost, DeviceMissing, DevicesInvalid, ScriptInvalid
from funscribe.records import Script

# Waits before each attempt to connect again (ms).
RETRIES_MS = (250, 500, 1000, 2000, 4000)
# A script takes at least this long, so that an empty round in a loop does not spin.
SHORTEST_ROUND_MS = 200


class Player:
    """Plays scripts one after the other, once.

    Args:
        scripts: What to play.
        route: The way to the device; it is opened and closed here.
        limits: What the device must not be asked to exceed.
        options: How to play.
        clock: What tells the time.
        tell: Is told what goes on, at least every 50 ms or so; must not take long.
    """

    def __init__(
        self,
        scripts: Sequence[Script],
        route: Route,
        limits: Limits,
        options: PlayOptions | None = None,
        clock: Clock | None = None,
        tell: Callable[[Moment], None] = lambda moment: None,
    ) -> None:
        self._scripts, self._route, self._limits = tuple(scripts), route, limits
        self._options = options or PlayOptions()
        self._clock, self._tell = clock or WallClock(), tell
        self._speed = self._options.speed
        self._requests: deque[Request] = deque()
        self._motion = Motion(limits, {})
        self._piece = 0
        self._curves: tuple[Curve, ...] = ()
        self._unplayed: tuple[str, ...] = ()
        self._points: Iterator[Waypoint] = iter(())
        self._next: Waypoint | None = None
        self._until_ms = 0
        self._origin = (0.0, 0)
        self._pending: float | None = None
        self._paused = False
        self._commands = self._late = self._losses = 0
        self._playing = False

    @property
    def playing(self) -> bool:
        """Whether it has connected and looks at requests."""
        return self._playing

    def request(self, request: Request) -> None:
        """Ask for something; may be called by any thread, and by a signal handler."""
        self._requests.append(request)
        self._clock.wake()

    def run(self) -> Played:
        """Play until the end or a stop. However this ends, the device is told to stop first.

        Raises:
            ScriptInvalid: If there is nothing to play, or not as late as playing is to begin.
            DeviceMissing: If the device is not there.
            DeviceLost: If it was lost and could not be reached again.
            DevicesInvalid: If the device cannot be told positions as fine as the range needs.
        """
        self._check()
        parked = False
        try:
            self._connect()
            self._fit()
            self._check_axes()
            self._say_unplayed()
            self._pending = self._options.start_s * 1000
            self._playing = True
            ending = self._play()
        finally:
            with contextlib.suppress(DeviceLost):
                self._route.stop()
                parked = True
            self._motion = self._motion.stopped()
            self._route.close()
        self._say(ending, note="" if parked else "the device could not be told to stop")
        return Played(ending, self._commands, self._late, self._losses, parked)

    def _check(self) -> None:
        if not any(axes_of(script) for script in self._scripts):
            raise ScriptInvalid("there is nothing to play: the script has no actions")
        last_ms = max((int(axis.at_ms[-1]) for axis in axes_of(self._scripts[0]).values()), default=0)
        if self._options.start_s * 1000 > max(0, last_ms + self._options.offset_ms):
            raise ScriptInvalid(
                f"the script ends at {last_ms / 1000:g} s; play from an earlier time than "
                f"{self._options.start_s:g} s"
            )

    def _check_axes(self) -> None:
        if not self._curves and len(self._scripts) == 1:
            held = ", ".join(axes_of(self._scripts[0]))
            raise ScriptInvalid(
                f"{self._route.name} has none of the axes of the script ({held}); "
                f"it has: {', '.join(self._route.axes) or 'none'}"
            )

    def _say_unplayed(self) -> None:
        if self._unplayed:
            self._say("ramping", note=f"{', '.join(self._unplayed)} cannot be played: no such axis there")

    def _connect(self) -> None:
        self._route.open()
        try:
            self._motion = Motion(self._limits.in_steps(self._route.step), {})
        except ValueError as error:
            raise DevicesInvalid(
                f"{error}; the device moves in steps of {self._route.step:g} units"
            ) from error

    def _fit(self) -> None:
        """Make the curves of the script that is played now."""
        script = self._scripts[self._piece]
        curves = motion.fit(script, self._motion.limits, self._speed, self._options.offset_ms)
        self._curves = tuple(curve for curve in curves if curve.axis in self._route.axes)
        self._unplayed = tuple(curve.axis for curve in curves if curve.axis not in self._route.axes)

    def _play(self) -> Literal["ended", "stopped"]:
        while True:
            if self._requests:
                request = self._requests.popleft()
                if request.kind == "stop":
                    return "stopped"
                self._guarded(partial(self._obey, request))
            elif self._paused:
                self._say("paused")
                self._clock.wait(None)
            elif not self._guarded(self._step):
                return "ended"

    def _guarded(self, act: Callable[[], bool]) -> bool:
        """Act, and connect again if the device is lost meanwhile; whether to go on."""
        try:
            return act()
        except DeviceLost as error:
            return self._recover(error)

    def _step(self) -> bool:
        """Do what is next, or wait for it; False at the end."""
        now_ms = self._clock.now_ms()
        if self._pending is not None:
            due_ms = max((self._motion.next_ms(curve.axis) for curve in self._curves), default=now_ms)
            if now_ms >= due_ms:
                self._begin(self._pending, now_ms)
                return True
        elif self._next is None:
            due_ms = self._until_ms
            if now_ms >= due_ms:
                return self._turn_over()
        else:
            due_ms = max(self._next.send_ms, self._motion.next_ms(self._next.axis))
            if now_ms >= due_ms or due_ms >= self._next.arrive_ms:
                self._give(now_ms)
                return True
        self._say("ramping" if now_ms < self._motion.ready_ms else "playing")
        self._clock.wait(due_ms)
        return True

    def _begin(self, script_ms: float, now_ms: int) -> None:
        """Ramp to where the script is at a time, and follow it from there on."""
        script_ms = min(max(0.0, script_ms), motion.end_of(self._curves))
        goals = {curve.axis: curve.at(script_ms) for curve in self._curves}
        commands, moving = motion.ramp(self._motion, goals, now_ms)
        self._send(commands, moving)
        start_ms = moving.ready_ms
        self._pending, self._origin = None, (script_ms, start_ms)
        self._until_ms = max(start_ms, now_ms + SHORTEST_ROUND_MS)
        self._points = motion.waypoints(
            self._curves, script_ms, start_ms, self._speed, moving.limits.longest_ms
        )
        self._ahead()

    def _give(self, now_ms: int) -> None:
        """Send all that is due; what is too late is left out."""
        commands: list[Command] = []
        moving = self._motion
        while (point := self._next) is not None:
            due_ms = max(point.send_ms, moving.next_ms(point.axis))
            if due_ms > now_ms and due_ms < point.arrive_ms:
                break
            command = motion.follow(moving, point, now_ms)
            if command is not None:
                commands.append(command)
                moving = moving.after((command,))
            elif 2 * (point.arrive_ms - now_ms) < point.arrive_ms - point.send_ms:
                self._late += 1
            self._ahead()
        self._send(tuple(commands), moving)

    def _ahead(self) -> None:
        self._next = next(self._points, None)
        if self._next is not None:
            self._until_ms = max(self._until_ms, self._next.arrive_ms)

    def _send(self, commands: tuple[Command, ...], moving: Motion) -> None:
        if commands:
            self._route.send(commands)
            self._commands += len(commands)
        self._motion = moving
        if commands:
            self._say("ramping" if commands[0].at_ms < moving.ready_ms else "playing", commands)

    def _turn_over(self) -> bool:
        """Go to the next script, or to the first one in a loop; False if there is none."""
        if self._piece + 1 < len(self._scripts):
            self._piece += 1
        elif self._options.loop:
            self._piece = 0
        else:
            return False
        self._fit()
        self._say_unplayed()
        self._pending = 0.0
        return True

    def _obey(self, request: Request) -> bool:
        here_ms = self._script_ms()
        if request.kind == "pause":
            self._paused = not self._paused
            self._pending = here_ms
            if self._paused:
                self._motion = self._motion.stopped()
                self._route.stop()
        elif request.kind == "speed":
            self._speed = min(max(request.value, SLOWEST), FASTEST)
            self._fit()
            self._pending = here_ms
        else:
            to_ms = 1000 * request.value + (here_ms if request.kind == "skip" else 0.0)
            self._pending = min(max(0.0, to_ms), motion.end_of(self._curves))
        return True

    def _recover(self, error: DeviceLost) -> bool:
        """Let go of the device, and try to reach it again a few times; True unless that fails."""
        self._losses += 1
        self._pending = self._script_ms()
        self._motion = self._motion.stopped()
        with contextlib.suppress(DeviceLost):  # it may have lost one direction only
            self._route.stop()
        self._route.close()
        self._say("lost", note=str(error))
        for wait_ms in RETRIES_MS:
            until_ms = self._clock.now_ms() + wait_ms
            while self._clock.now_ms() < until_ms:
                if any(request.kind == "stop" for request in self._requests):
                    return True
                self._clock.wait(until_ms)
            try:
                self._connect()
            except (DeviceMissing, DeviceLost):
                continue
            self._fit()
            self._say("connected", note=self._route.name)
            return True
        raise DeviceLost(f"{error}; {len(RETRIES_MS)} attempts to reach it again failed") from error

    def _script_ms(self) -> float:
        """Where in the script playing is now (ms)."""
        if self._pending is not None:
            return self._pending
        script_ms, start_ms = self._origin
        gone_ms = max(0, self._clock.now_ms() - start_ms) * self._speed
        return min(script_ms + gone_ms, motion.end_of(self._curves))

    def _say(self, state: State, commands: tuple[Command, ...] = (), note: str = "") -> None:
        now_ms = self._clock.now_ms()
        length_s = motion.end_of(self._curves) / 1000
        positions = self._motion.at(now_ms)
        self._tell(
            Moment(state, now_ms, self._piece, self._script_ms() / 1000, length_s, positions, commands, note)
        )
