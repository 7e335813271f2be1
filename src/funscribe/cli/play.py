"""`funscribe play`: play scripts on a device, or in the terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.telling import stoppable

if TYPE_CHECKING:
    from funscribe.devices.player import Player
    from funscribe.devices.playing import Moment, Played
    from funscribe.records import Script

SKIP_S = 10.0
FASTER = 1.1
BAR = 40


def _range(text: str) -> tuple[float, float]:
    import math

    low, dash, high = text.partition("-")
    try:
        found = float(low), float(high)
    except ValueError:
        dash = ""
    if not dash or not all(map(math.isfinite, found)) or not 0 <= found[0] < found[1] <= 100:
        raise typer.BadParameter(f"{text!r} is no range; write it as 10-90, within 0-100")
    return found


def _finite(text: str) -> float:
    import math

    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise typer.BadParameter(f"{text!r} is no number")
    return found


def _time(text: str) -> float:
    from funscribe.cli.script.arguments import time_s

    return time_s(text)


def play(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCRIPT...", help="Scripts, played one after the other; axes in files beside."
        ),
    ],
    device: Annotated[
        str, typer.Option("--device", metavar="NAME", help="simulator, handy, sr6, …: a row of the table.")
    ] = "simulator",
    port: Annotated[
        str | None,
        typer.Option(metavar="PATH|URL", help="Serial port, or address of Intiface: ws://HOST:PORT#DEVICE."),
    ] = None,
    start: Annotated[
        float, typer.Option("--from", parser=_time, metavar="[H:]MM:SS|S", help="Begin there.")
    ] = "0",  # type: ignore[assignment]
    speed: Annotated[
        float, typer.Option(parser=_finite, metavar="X", help="So much faster, 0.1 to 4.")
    ] = "1",  # type: ignore[assignment]
    loop: Annotated[bool, typer.Option("--loop", help="Again and again.")] = False,
    limit_speed: Annotated[
        float | None,
        typer.Option(parser=_finite, metavar="V", help="No faster than this, below the device's (units/s)."),
    ] = None,
    range_: Annotated[
        Any, typer.Option("--range", parser=_range, metavar="LOW-HIGH", help="Only there: 10-90.")
    ] = None,
    offset: Annotated[
        float, typer.Option(parser=_finite, metavar="MS", help="Later by so much; below 0, earlier (ms).")
    ] = "0",  # type: ignore[assignment]
    devices: Annotated[
        list[Path] | None,
        typer.Option("--devices", metavar="FILE", help="A table of devices of your own (TOML)."),
    ] = None,
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="Use a serial device that does not answer.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each command and event.")
    ] = False,
) -> None:
    """Play scripts on a device, or in the terminal.

    Keys: q stops, space pauses, left and right skip 10 s, + and - change the speed. Ctrl-C stops at once.
    The first movement is slow, and so is every other one to where playing goes on.
    """
    from funscribe.devices.player import Player
    from funscribe.devices.playing import PlayOptions
    from funscribe.devices.routes import open_route
    from funscribe.devices.table import device_named, limits_of, read_table, unknown_of

    table = read_table(*(devices or ()))
    row = device_named(table, device)
    limits = limits_of(row, table, range_, limit_speed)
    if unknown_of(row):
        typer.echo(
            f"{' and '.join(unknown_of(row))} of {device} are unknown: playing with at most "
            f"{limits.max_speed:g} units/s and {limits.min_interval_ms} ms",
            err=True,
        )
    options = PlayOptions(start, speed, loop, offset)
    names, scripts = _read(files)
    route = open_route(row, port, unanswered)
    with stoppable("stopped before anything moved, or at once"), _telling(names, json) as tell:
        player = Player(scripts, route, limits, options, _clock(), tell)
        with _listening(player, options.speed) as signals:
            played = player.run()
    _finish(played, json, signals)


def _clock() -> Any:
    from funscribe.devices.clock import WallClock

    return WallClock()


def _read(files: list[Path]) -> tuple[list[str], list[Script]]:
    """The scripts with all of their axes; a file that another one has brought along is no script more."""
    from funscribe.script.funscript import open_script

    names, scripts, seen = [], [], set()
    for file in files:
        if file.resolve() in seen:
            continue
        opened = open_script(file, whole_set=True)
        seen |= {path.resolve() for path in opened.paths}
        for repair in opened.repairs:
            if repair.severe:
                typer.echo(f"{file}: {repair}", err=True)
        names.append(file.name)
        scripts.append(opened.script)
    return names, scripts


@contextmanager
def _listening(player: Player, speed: float) -> Iterator[list[int]]:
    """Hand keys and signals to the player; yields the signals that came.

    The first one asks the player to stop, if it listens already. A second one ends it as Ctrl-C would, and
    the device is told to stop then too.
    """
    from funscribe.cli.keys import keys
    from funscribe.devices.playing import Request

    at = [speed]
    came: list[int] = []

    def key(pressed: str) -> None:
        if pressed in "+-":
            at[0] = min(4.0, max(0.1, at[0] * FASTER if pressed == "+" else at[0] / FASTER))
            player.request(Request("speed", at[0]))
        elif pressed in REQUESTS:
            player.request(Request(*REQUESTS[pressed]))  # type: ignore[arg-type]

    def signalled(number: int, frame: Any) -> None:
        came.append(number)
        if len(came) > 1 or not player.playing:
            raise KeyboardInterrupt
        player.request(Request("stop"))

    kinds = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {kind: signal.signal(kind, signalled) for kind in kinds}
    try:
        with keys(key):
            yield came
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


REQUESTS = {
    "q": ("stop",),
    "\x1b": ("stop",),
    " ": ("pause",),
    "left": ("skip", -SKIP_S),
    "right": ("skip", SKIP_S),
}


@contextmanager
def _telling(names: list[str], json: bool) -> Iterator[Callable[[Moment], None]]:
    """What the player tells of its moments: JSON, a bar that moves, or only what happens."""
    if json:
        yield _json_lines(names)
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.live import Live

        console = Console()
        with Live(console=console, refresh_per_second=20, transient=True) as live:
            events = _events(names, console.print)

            def tell(moment: Moment) -> None:
                events(moment)
                live.update(_bars(names, moment))

            yield tell
    else:
        yield _events(names, typer.echo)


def _json_lines(names: list[str]) -> Callable[[Moment], None]:
    from funscribe.cli.report import print_json

    last = [""]

    def tell(moment: Moment) -> None:
        if moment.note or moment.state != last[0]:
            last[0] = moment.state
            event = {"event": moment.state, "t_ms": moment.at_ms, "script": names[moment.piece]}
            print_json({**event, "script_s": round(moment.script_s, 3), "note": moment.note})
        for command in moment.commands:
            print_json(
                {
                    "t_ms": command.at_ms,
                    "axis": command.axis,
                    "position": command.position,
                    "duration_ms": command.duration_ms,
                }
            )
        sys.stdout.flush()

    return tell


def _events(names: list[str], say: Callable[[str], None]) -> Callable[[Moment], None]:
    """One line for what a person would want to know later."""
    last: list[Any] = [None, None]

    def tell(moment: Moment) -> None:
        if moment.piece != last[0]:
            say(f"playing {names[moment.piece]}, {moment.length_s:.1f} s")
        if moment.note or (moment.state != last[1] and moment.state == "paused"):
            say(f"{moment.state} at {moment.script_s:.1f} s" + (f": {moment.note}" if moment.note else ""))
        last[:] = moment.piece, moment.state

    return tell


def _bars(names: list[str], moment: Moment) -> Any:
    from rich.text import Text

    from funscribe.plots import clock

    lines = [f"{moment.state:<9}{clock(moment.script_s)} of {clock(moment.length_s)}  {names[moment.piece]}"]
    for axis, position in moment.positions.items():
        filled = round(position / 100 * BAR)
        lines.append(f"{axis:<9}{'█' * filled}{'·' * (BAR - filled)}{position:6.1f}")
    return Text("\n".join(lines))


def _finish(played: Played, json: bool, signals: list[int]) -> None:
    if not json:
        late = f", {played.late} left out because they were late" if played.late else ""
        typer.echo(f"{played.ending}: {played.commands} commands{late}")
    if not played.parked:
        typer.echo("funscribe: the device could not be told to stop; switch it off", err=True)
        raise typer.Exit(1)
    if signals:
        raise typer.Exit(128 + signals[0])  # as a shell tells of it
