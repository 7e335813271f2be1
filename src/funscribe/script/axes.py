"""The axes of devices: their names, their T-codes, and what else files call them.

Names are the truth: programs agree on them, while some have the codes of surge and sway the other way
round (L1 is surge and L2 is sway here, as the players have it). Codes are those of T-code 0.3.
"""

from __future__ import annotations

from typing import NamedTuple

STROKE = "stroke"


class Axis(NamedTuple):
    """One axis of a device.

    Attributes:
        name: What it is called here and in the names of files.
        code: Its T-code.
        aliases: What else it is called, in lower case; its code is always known too.
    """

    name: str
    code: str
    aliases: tuple[str, ...] = ()


AXES = (
    Axis(STROKE, "L0", ("up",)),
    Axis("surge", "L1", ("forward",)),
    Axis("sway", "L2", ("left",)),
    Axis("twist", "R0", ("yaw",)),
    Axis("roll", "R1"),
    Axis("pitch", "R2"),
    Axis("vib", "V0", ("vibe", "vibrate")),
    Axis("pump", "V1"),
    Axis("valve", "A0"),
    # T-code 0.2 had suction at L3.
    Axis("suck", "A1", ("suction", "l3")),
    Axis("lube", "A2"),
)
# A recording of the stroke as it came; some programs keep it beside the script.
RAW = "raw"

_NAMES = {alias: axis.name for axis in AXES for alias in (axis.name, axis.code.lower(), *axis.aliases)}
_CODES = {axis.name: axis.code for axis in AXES}


def axis_named(text: str) -> str | None:
    """Name of the axis that `text` stands for (a name, a T-code or an alias, in any case); None if none."""
    return _NAMES.get(text.strip().lower())


def axis_code(name: str) -> str | None:
    """T-code of the axis of that name; None where it has none."""
    return _CODES.get(name)


def axis_suffixes(name: str) -> tuple[str, ...]:
    """What the names of an axis's files may end with before ".funscript", the usual one first."""
    if name == RAW:
        return (RAW,)
    return tuple(alias for alias, of in _NAMES.items() if of == name)
