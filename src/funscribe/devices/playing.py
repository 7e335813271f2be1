"""What a player is asked for, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from funscribe.devices.motion import Command
from funscribe.errors import DevicesInvalid

SLOWEST, FASTEST = 0.1, 4.0

State = Literal["ramping", "playing", "paused", "lost", "connected", "stopped", "ended"]


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """How scripts are to be played.

    Attributes:
        start_s: Where in the first script to begin (s).
        speed: How much faster than the script, 0.1..4.
        loop: Begin again after the last one, until stopped.
        offset_ms: How much later than the script says (ms).
    """

    start_s: float = 0.0
    speed: float = 1.0
    loop: bool = False
    offset_ms: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < 1e7:
            raise DevicesInvalid(f"a script is played from 0 s or later, not from {self.start_s:g} s")
        if not SLOWEST <= self.speed <= FASTEST:
            raise DevicesInvalid(f"a speed must lie in {SLOWEST:g}..{FASTEST:g}, not {self.speed:g}")
        if not abs(self.offset_ms) <= 3_600_000:
            raise DevicesInvalid(f"an offset must lie within an hour, not {self.offset_ms:g} ms")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a player while it plays.

    Attributes:
        kind: "stop"; "pause" (or go on); "seek" to a time; "skip" ahead or, below 0, back; "speed".
        value: The time (s), or the speed.
    """

    kind: Literal["stop", "pause", "seek", "skip", "speed"]
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """What a player is doing.

    Attributes:
        state: In one word.
        at_ms: When, on the player's clock (ms).
        piece: Which of the scripts, from 0.
        script_s: Where in it (s).
        length_s: How long it is (s).
        positions: Where the device is on each axis, as far as that is known (units).
        commands: What it has just been told.
        note: What there is to say.
    """

    state: State
    at_ms: int
    piece: int
    script_s: float
    length_s: float
    positions: Mapping[str, float]
    commands: tuple[Command, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of it.

    Attributes:
        ending: "ended" or "stopped".
        commands: How many commands were given.
        late: How many were left out because their time was over.
        losses: How often the connection was lost.
        parked: Whether the device could be told to stop at the end.
    """

    ending: Literal["ended", "stopped"]
    commands: int
    late: int
    losses: int
    parked: bool
