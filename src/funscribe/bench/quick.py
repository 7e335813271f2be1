"""The cases of `funscribe bench run`: what there is to measure on a machine, and in which groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from funscribe.bench.sitting import Settings

Figure = Literal["rate", "time"]


@dataclass(frozen=True, slots=True)
class Case:
    """One row that is to be measured.

    Attributes:
        name: What it is called by.
        what: What is measured, in words.
        work: Name of the function of `probe`.
        settings: Its arguments.
        shown: What of them the row tells.
        figure: `rate` is work a second; `time` is seconds for one piece of it.
        unit: Unit of the figure.
        scale: What the figure is multiplied by for that unit.
        crew: Processes that do it side by side.
    """

    name: str
    what: str
    work: str
    settings: Settings
    shown: Settings
    figure: Figure
    unit: str
    scale: float = 1.0
    crew: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are measured in turns, so that they can be compared.

    Attributes:
        name: What the group is called.
        clip: Name of the clip that they need; empty for none.
        make: Makes the cases, given the path of the clip.
        why_not: Why it is not measured; empty where it is.
    """

    name: str
    clip: str
    make: Callable[[str], list[Case]]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to measure.

    Attributes:
        quick: Do less, in about 30 s on two cores and not two minutes.
        cores: Of the machine.
        most_crew: Processes side by side at most, as the memory allows.
        model: Path of the model; empty for none.
        no_model: Why there is none.
        large: Name of the clip in the place of that of 1080p.
        too_long: Whether the user's clip takes too long to be made into a script again and again.
    """

    quick: bool
    cores: int
    most_crew: int = 32
    model: str = ""
    no_model: str = ""
    large: str = "1080p"
    too_long: bool = False


NO_MODEL = "no model is installed; bring one in with `funscribe models add PATH|URL`"
LONGEST_S = 120.0
"""Length of a user's clip up to which the whole run is measured."""

TOO_LONG = f"the clip is longer than {LONGEST_S:.0f} s; give a piece of it"
FAST_ENOUGH = 100.0
"""Frames/s of 1080p from which 4K is worth drawing and measuring."""


def groups(extent: Extent) -> list[Group]:
    """Return what is to be measured, in order; the group of 4K is not among it (see `group_4k`)."""
    large = extent.large
    return [
        Group("decode/480p", "480p", lambda clip: decoding("480p", clip, extent)),
        Group(f"decode/{large}", large, lambda clip: decoding(large, clip, extent)),
        Group(f"watch/{large}", large, lambda clip: watching(large, clip, extent)),
        Group("field", "480p", _field),
        Group("compose", "", lambda clip: _compose(extent)),
        Group("track", "", lambda clip: _track()),
        Group("start", "", lambda clip: _start()),
        Group(f"whole/{large}", large, lambda clip: _whole(large, clip), TOO_LONG if extent.too_long else ""),
        Group(
            "infer",
            "480p",
            lambda clip: inferring(clip, extent),
            "" if extent.model else extent.no_model or NO_MODEL,
        ),
    ]


def group_4k(extent: Extent, rate: float | None) -> Group:
    """Return the group of 4K, which is not measured where it would take too long.

    Args:
        extent: How much there is to measure.
        rate: Best frames/s of 1080p; None where that is not known.
    """
    why = ""
    if extent.quick:
        why = "a quick run leaves 4K out"
    elif rate is None:
        why = "1080p was not measured, so it is not known whether this machine is fast enough"
    elif rate < FAST_ENOUGH:
        why = f"1080p decodes at {rate:.0f} frames/s; 4K is measured from {FAST_ENOUGH:.0f}"
    return Group("decode/4k", "4k", lambda clip: decoding("4k", clip, extent), why)


def decoding(name: str, clip: str, extent: Extent) -> list[Case]:
    """Decoding on one thread and on as many as there are cores."""
    frames = {"480p": 100, "4k": 20}.get(name, 60)
    return [
        Case(
            f"decode/{name}/{threads}",
            f"decoding {name} on {_count(threads, 'thread')}",
            "decode",
            {"clip": clip, "threads": threads, "frames": frames},
            {"threads": threads},
            "rate",
            "frames/s",
        )
        for threads in sorted({1, extent.cores})
    ]


def watching(name: str, clip: str, extent: Extent) -> list[Case]:
    """Decoding and the field: workers by decoder threads, and what the deblocking filter costs."""
    cores, crew = extent.cores, min(extent.cores, extent.most_crew)
    chosen = {(1, 1), (1, cores), (crew, 1)}
    if not extent.quick:
        chosen |= {(crew, 2), (max(1, crew // 2), 2)}
    default = (crew, max(1, cores // crew))
    cases = [
        Case(
            f"watch/{name}/{workers}x{threads}",
            f"watching {name} with {_count(workers, 'worker')} of {_count(threads, 'decoder thread')}",
            "watch",
            {"clip": clip, "threads": threads, "frames": 60},
            {"workers": workers, "threads": threads},
            "rate",
            "frames/s",
            crew=workers,
        )
        for workers, threads in sorted({*chosen, default}, key=lambda pair: (pair != default, pair))
    ]
    filtered = Case(
        f"watch/{name}/deblocked",
        f"watching {name} with one worker of one thread and the deblocking filter",
        "watch",
        {"clip": clip, "threads": 1, "frames": 60, "deblock": 1},
        {"workers": 1, "threads": 1, "skip_loop_filter": "no"},
        "rate",
        "frames/s",
    )
    return [*cases, filtered]


def inferring(clip: str, extent: Extent) -> list[Case]:
    """The model by engine, precision and batch; what an engine cannot do says so when it is tried."""
    tried: list[tuple[str, str, int]] = [("auto", "auto", 0)]
    engines = ("openvino", "onnxruntime")
    tried += [(engine, "auto", 1) for engine in engines]
    if not extent.quick:
        tried += [(engine, "auto", batch) for engine in engines for batch in (4, 8)]
        tried += [(engine, kind, 1) for engine in engines for kind in ("fp32", "bf16", "fp16", "int8")]
    return [
        Case(
            f"infer/{engine}/{precision}/{batch or 'auto'}",
            f"looking at pictures: engine {engine}, precision {precision}, batch {batch or 'auto'}",
            "infer",
            {"clip": clip, "model": extent.model, "engine": engine, "precision": precision, "batch": batch},
            {"engine": engine, "precision": precision, "batch": batch},
            "time",
            "ms",
            1000.0,
        )
        for engine, precision, batch in tried
    ]


def _field(clip: str) -> list[Case]:
    settings: Settings = {"clip": clip, "frames": 60}
    return [
        Case("field/480p", "the motion field of 480p in memory", "field", settings, {}, "rate", "frames/s")
    ]


def _compose(extent: Extent) -> list[Case]:
    settings = {"frames": 5_400 if extent.quick else 54_000}
    what = "a script of an hour of trace, told from " + ("3 min" if extent.quick else "half of it")
    return [Case("compose/hour", what, "compose", settings, {}, "time", "s")]


def _track() -> list[Case]:
    return [
        Case(
            f"track/{name}/10",
            f"following 10 things with {name}",
            "track",
            {"tracker": name, "objects": 10, "frames": 400},
            {"tracker": name},
            "rate",
            "frames/s",
        )
        for name in ("bytetrack", "hybrid")
    ]


def _start() -> list[Case]:
    return [Case("start/help", "`funscribe --help`, a whole process", "start", {}, {}, "time", "ms", 1000.0)]


def _whole(name: str, clip: str) -> list[Case]:
    what = f"`funscribe generate` of the {name} clip, a whole process"
    return [Case(f"whole/{name}", what, "whole", {"clip": clip}, {}, "time", "s")]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
