"""The cases that two sides are compared in."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from funscribe.bench.drawn import drawn_clip
from funscribe.bench.pairing import PairedCase

QUICK = ("start", "decode/480p", "field/480p", "compose", "track/bytetrack")
"""Those that are compared where none are named: one of every stage, each a tenth of a second a unit."""

# The units of a case alternate in two processes that stay, for what differs is the work and not the start;
# where the start belongs to the work, as in `start` and `whole`, each unit is a process of its own and two
# are enough.
_TABLE: dict[str, tuple[str, str, str, dict[str, str | int | float], int]] = {
    "start": ("`funscribe --help`, a whole process", "start", "", {}, 4),
    "decode/480p": ("decoding on one thread", "decode", "480p", {"threads": 1, "frames": 60}, 4),
    "decode/1080p": ("decoding on one thread", "decode", "1080p", {"threads": 1, "frames": 30}, 4),
    "watch/1080p": (
        "decoding and the field, in one process",
        "watch",
        "1080p",
        {"threads": 1, "frames": 30},
        6,
    ),
    "field/480p": ("the field of pictures in memory", "field", "480p", {"frames": 50}, 4),
    "compose": ("a trace of 90 s becomes a script", "compose", "", {"frames": 2700}, 4),
    "track/bytetrack": ("ByteTrack, 10 objects, 400 frames", "track", "", {"tracker": "bytetrack"}, 4),
    "track/hybrid": ("the hybrid tracker, 10 objects, 400 frames", "track", "", {"tracker": "hybrid"}, 4),
    "whole/480p": ("`funscribe generate`, a whole process", "whole", "480p", {}, 2),
    "whole/1080p": ("`funscribe generate`, a whole process", "whole", "1080p", {}, 2),
}
NAMES = tuple(_TABLE)


def paired_cases(
    names: Sequence[str] = (), work: Path | None = None, tell: Callable[[str], None] | None = None
) -> list[PairedCase]:
    """Return the cases of some names, or the quick ones; the clips that they need are drawn.

    Args:
        names: Of `NAMES`; `all` is all of them, none the quick ones.
        work: Folder for clips; None for the user's cache.
        tell: Called before one is drawn.

    Raises:
        ValueError: There is no case of a name.
        OutputNotWritable: The folder cannot be written.
    """
    wanted = NAMES if "all" in names else tuple(dict.fromkeys(names)) or QUICK
    for name in wanted:
        if name not in _TABLE:
            near = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"no case is called {name!r}; {hint}there are: {', '.join(NAMES)}")
    return [_case(name, work, tell) for name in wanted]


def _case(name: str, work: Path | None, tell: Callable[[str], None] | None) -> PairedCase:
    what, probe, clip, settings, units = _TABLE[name]
    shown = {"clip": str(drawn_clip(clip, work, tell))} if clip else {}
    return PairedCase(name, what, probe, {**shown, **settings}, units)
