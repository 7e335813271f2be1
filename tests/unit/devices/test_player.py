import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.devices.motion import RAMP_SPEED, Command, Limits
from funscribe.devices.player import RETRIES_MS, Player
from funscribe.devices.playing import PlayOptions, Request
from funscribe.errors import DeviceLost, DeviceMissing, DevicesInvalid, ScriptInvalid
from funscribe.records import Script
from funscribe.testing.virtual_clock import VirtualClock

LIMITS = Limits(400.0, 60)


class Recorder:
    """A route that writes down what it is told, and moves as a device would, from nobody knows where."""

    name = "recorder"

    def __init__(
        self, clock: VirtualClock, axes: tuple[str, ...] = ("stroke",), at: float = 0.0, step: float = 0.01
    ) -> None:
        self.clock, self.axes, self.step = clock, axes, step
        self.told: list[tuple[int, str, object]] = []
        self.positions = dict.fromkeys(axes, at)
        self.courses: dict[str, tuple[float, Command]] = {}
        self.speeds: list[float] = []
        self.lost_after: list[int] = []
        self.missing = 0
        self.is_open = False

    def open(self) -> None:
        if self.missing:
            self.missing -= 1
            raise DeviceMissing("not there")
        self.is_open = True
        self.told.append((self.clock.now_ms(), "open", None))

    def send(self, commands: Sequence[Command]) -> None:
        assert self.is_open
        if self.lost_after and len(self.sent) >= self.lost_after[0]:
            self.lost_after.pop(0)
            raise DeviceLost("the cable is gone")
        for command in commands:
            here = self.here(command.axis)
            self.speeds.append(abs(command.position - here) / command.duration_ms * 1000)
            self.courses[command.axis] = (here, command)
            self.told.append((self.clock.now_ms(), "send", command))

    def stop(self) -> None:
        if not self.is_open:
            raise DeviceLost("not open")
        for axis in self.axes:
            self.positions[axis] = self.here(axis)
        self.courses.clear()
        self.told.append((self.clock.now_ms(), "stop", None))

    def close(self) -> None:
        self.is_open = False
        self.told.append((self.clock.now_ms(), "close", None))

    def here(self, axis: str) -> float:
        if axis not in self.courses:
            return self.positions[axis]
        begin, command = self.courses[axis]
        share = min(1.0, (self.clock.now_ms() - command.at_ms) / command.duration_ms)
        return begin + share * (command.position - begin)

    @property
    def sent(self) -> list[Command]:
        return [what for _, kind, what in self.told if isinstance(what, Command)]

    @property
    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.told]


def script(*points: tuple[int, int], **axes: Script) -> Script:
    return Script(np.array([t for t, _ in points]), np.array([p for _, p in points]), axes=axes)


STROKES = script(*((300 * i, 80 * (i % 2)) for i in range(20)))


def played(scripts, options=None, limits=LIMITS, clock=None, act=None, **route):
    clock = clock or VirtualClock()
    recorder = Recorder(clock, **route)
    moments = []
    player = Player(scripts, recorder, limits, options, clock, moments.append)
    if act is not None:
        act(clock, player, recorder)
    return player.run(), recorder, moments


def test_a_script_is_ramped_followed_and_parked() -> None:
    done, route, _ = played([STROKES])
    assert done.ending == "ended"
    assert done.parked
    assert done.late == 0
    assert route.kinds[0] == "open"
    assert route.kinds[-2:] == ["stop", "close"]
    assert route.sent[0] == Command("stroke", 0, 0.0, 2000)
    assert route.sent[1] == Command("stroke", 2000, 80.0, 300)
    assert [command.at_ms for command in route.sent[1:]] == [2000 + 300 * i for i in range(19)]
    assert route.told[-1][0] == 2000 + 300 * 19


def test_speed_and_offset_and_start() -> None:
    _, route, _ = played([STROKES], PlayOptions(start_s=0.9, speed=0.5, offset_ms=300))
    assert route.sent[0].position == 0.0
    assert route.sent[1] == Command("stroke", 2000, 40.0, 300)  # long ways are cut
    assert route.told[-1][0] == 2000 + (5700 + 300 - 900) * 2


def test_a_script_of_hours_ends_when_it_should() -> None:
    times = np.arange(0, 7_200_000, 5000)
    done, route, _ = played([Script(times, np.arange(len(times)) % 2 * 100)])
    assert route.told[-1][0] == 2000 + times[-1]
    assert done.late == 0


def test_several_scripts_and_loops_go_on_until_stopped() -> None:
    def stop(clock, player, route):
        clock.later(60_000, lambda: player.request(Request("stop")))

    done, route, moments = played([STROKES, script((0, 100), (500, 0))], PlayOptions(loop=True), act=stop)
    assert done.ending == "stopped"
    assert {moment.piece for moment in moments} == {0, 1}
    assert route.told[-2][:2] == (60_000, "stop")
    assert max(route.speeds) <= 400


def test_an_empty_round_in_a_loop_does_not_spin() -> None:
    def stop(clock, player, route):
        clock.later(10_000, lambda: player.request(Request("stop")))

    _, _, moments = played([script((0, 50))], PlayOptions(loop=True), act=stop)
    assert len(moments) < 300


def test_a_stop_is_told_at_once_even_in_the_ramp_and_when_paused() -> None:
    for at_ms in (0, 50, 1000, 2500, 4321):

        def act(clock, player, route, at_ms=at_ms):
            clock.later(min(at_ms, 40), lambda: player.request(Request("pause")))
            clock.later(at_ms, lambda: player.request(Request("stop")))
            clock.later(at_ms + 5000, lambda: pytest.fail("goes on"))

        _, route, _ = played([STROKES], act=act)
        assert route.told[-2][:2] == (at_ms, "stop")


def test_after_a_pause_it_is_ramped_as_if_nobody_knew_where_it_is() -> None:
    def act(clock, player, route):
        clock.later(3100, lambda: player.request(Request("pause")))
        clock.later(9000, lambda: player.request(Request("pause")))

    _, route, moments = played([STROKES], act=act)
    assert (3100, "stop", None) in route.told
    between = [command for command in route.sent if command.at_ms > 3100]
    assert between[0].at_ms == 9000
    assert between[0].duration_ms == 2000
    assert between[1].at_ms >= 11_000
    assert "paused" in {moment.state for moment in moments}


def test_seeks_ramp_to_where_the_script_goes_on() -> None:
    def act(clock, player, route):
        clock.later(2500, lambda: player.request(Request("seek", 3.0)))
        clock.later(4500, lambda: player.request(Request("skip", -1e9)))
        clock.later(6500, lambda: player.request(Request("skip", 1e9)))

    done, route, moments = played([STROKES], act=act)
    assert done.ending == "ended"
    assert max(route.speeds) <= 400
    assert max(moment.script_s for moment in moments) == 5.7


def test_what_is_late_is_left_out_and_what_follows_is_slower() -> None:
    clock = VirtualClock(lambda wait: 700 if wait == 5 else 0)
    done, route, _ = played([STROKES], clock=clock)
    assert done.late > 0
    assert max(route.speeds) <= 400 + 1e-6
    assert route.told[-1][0] == 2000 + 300 * 19  # and it has caught up


def test_a_lost_connection_is_taken_up_again_with_a_ramp() -> None:
    def act(clock, player, route):
        route.lost_after = [5]
        route.missing = 0
        real_close = route.close

        def close():
            real_close()
            route.missing = 2

        route.close = close

    done, route, moments = played([STROKES], act=act)
    assert done.losses == 1
    assert done.ending == "ended"
    states = [moment.state for moment in moments]
    assert states.index("lost") < states.index("connected")
    again = next(i for i, kind in enumerate(route.kinds) if kind == "open" and i > 0)
    first = next(what for _, kind, what in route.told[again:] if kind == "send")
    assert first.duration_ms == 2000
    assert "the cable is gone" in next(moment.note for moment in moments if moment.state == "lost")


def test_a_connection_that_stays_lost_is_given_up() -> None:
    def act(clock, player, route):
        route.lost_after = [3]
        opened = route.open

        def once():
            route.open = lambda: (_ for _ in ()).throw(DeviceMissing("not there"))
            opened()

        route.open = once

    with pytest.raises(DeviceLost, match=f"{len(RETRIES_MS)} attempts"):
        played([STROKES], act=act)


def test_a_stop_ends_the_attempts_to_connect_again() -> None:
    def act(clock, player, route):
        route.lost_after = [3]
        opened = route.open

        def once():
            route.open = lambda: (_ for _ in ()).throw(DeviceMissing("not there"))
            opened()

        route.open = once
        clock.later(3000, lambda: player.request(Request("stop")))

    done, route, _ = played([STROKES], act=act)
    assert done.ending == "stopped"
    assert not done.parked
    assert route.told[-1][0] == 3000


def test_whatever_goes_wrong_the_device_is_stopped() -> None:
    clock = VirtualClock()
    route = Recorder(clock)

    def fail(moment):
        if moment.at_ms > 3000:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Player([STROKES], route, LIMITS, None, clock, fail).run()
    assert route.kinds[-2:] == ["stop", "close"]


def test_nothing_to_play_is_refused_before_anything_is_connected() -> None:
    for scripts, options, says in (
        ([script()], None, "nothing to play"),
        ([STROKES], PlayOptions(start_s=6), "ends at 5.7 s"),
    ):
        clock = VirtualClock()
        route = Recorder(clock)
        with pytest.raises(ScriptInvalid, match=says):
            Player(scripts, route, LIMITS, options, clock).run()
        assert route.told == []


def test_a_script_for_other_axes_is_refused_and_axes_that_are_missing_are_told() -> None:
    with pytest.raises(ScriptInvalid, match="none of the axes of the script \\(stroke\\)"):
        played([STROKES], axes=("roll",))
    _, _, moments = played([script((0, 0), (500, 50), roll=STROKES)])
    assert "roll cannot be played" in moments[0].note


@pytest.mark.parametrize(
    "options",
    [{"start_s": -1}, {"start_s": math.nan}, {"speed": 0}, {"speed": math.inf}, {"offset_ms": math.nan}],
)
def test_options_that_make_no_sense_are_refused(options) -> None:
    with pytest.raises(DevicesInvalid):
        PlayOptions(**options)


times = st.lists(st.integers(1, 3000), min_size=1, max_size=25).map(lambda steps: np.cumsum(steps))
scripts = times.flatmap(
    lambda at: st.lists(st.integers(0, 100), min_size=len(at), max_size=len(at)).map(
        lambda pos: Script(at, np.array(pos))
    )
)
requests = st.one_of(
    st.builds(Request, st.just("pause")),
    st.builds(Request, st.just("seek"), st.floats(0, 60)),
    st.builds(Request, st.just("skip"), st.floats(-20, 20)),
    st.builds(Request, st.just("speed"), st.floats(0.1, 4)),
)


@settings(max_examples=100)
@given(
    pieces=st.lists(scripts, min_size=1, max_size=2),
    roll=scripts,
    speed=st.floats(0.1, 4),
    offset=st.integers(-500, 500),
    max_speed=st.floats(10, 1000),
    interval=st.integers(1, 300),
    low=st.floats(0, 45),
    high=st.floats(55, 100),
    at=st.sampled_from([0.0, 50.0, 100.0]),
    asked=st.lists(st.tuples(st.integers(0, 10_000), requests), max_size=6),
    late=st.lists(st.integers(0, 400), min_size=1, max_size=7),
    step=st.sampled_from([0.01, 1.0, 5.0]),
)
def test_no_limit_is_ever_exceeded(
    pieces, roll, speed, offset, max_speed, interval, low, high, at, asked, late, step
) -> None:
    limits = Limits(max_speed, interval, low, high)
    pieces[0] = Script(pieces[0].at_ms, pieces[0].pos, axes={"roll": roll})
    clock = VirtualClock(lambda wait: late[wait % len(late)] if wait % 3 == 0 else 0)
    route = Recorder(clock, ("stroke", "roll"), at, step)
    player = Player(pieces, route, limits, PlayOptions(0, speed, True, offset), clock)
    for when, request in asked:
        clock.later(when, lambda request=request: player.request(request))
    clock.later(12_000, lambda: player.request(Request("stop")))
    assert player.run().ending == "stopped"

    assert max(route.speeds, default=0) <= max_speed * (1 + 1e-9) + 1e-6
    assert all(low <= command.position <= high for command in route.sent)
    assert route.kinds[-2:] == ["stop", "close"]
    last: dict[str, int] = {}
    ready = 0
    for when, kind, command in route.told:
        if kind == "stop":
            last.clear()
        if not isinstance(command, Command):
            continue
        if command.axis in last:
            assert when - last[command.axis] >= interval
            assert when >= ready
        else:  # nobody knows where it is: a ramp, that nothing interrupts
            assert command.duration_ms >= 100_000 / min(RAMP_SPEED, max_speed) - 1
            ready = max(ready, when + command.duration_ms)
        last[command.axis] = when
