"""An order is delivered: everything of one video, from making the folder to the last script in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from funscribe.errors import OutputNotWritable
from funscribe.files import exclusive, not_writable
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order
from funscribe.records import Script
from funscribe.script.formats.sets import parts_of_set
from funscribe.script.funscript import write_script
from funscribe.script.variants import find_variants, make_variant
from funscribe.spread import Spread, Workers

if TYPE_CHECKING:
    from funscribe.pipeline.generating import Generated
    from funscribe.pipeline.need import Need


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an order.

    Attributes:
        paths: Files of the order, the script first; those that were there already are among them.
        kept: True when all scripts were there already and none was written.
        actions: Actions of the script.
        frames: Frames of the video.
        duration_s: Time of the last frame (s).
        elapsed_s: How long the run took (s), without the writing of scripts.
        frames_per_s: Frames of the video by the time of the run (1/s).
        peak_rss_mb: Largest memory of this process and its workers that was seen (MB).
        cached: True when nothing had to be watched in this run.
        warnings: What the user should know.
        made: The script and everything on the way to it; None where it was not made.
    """

    paths: tuple[str, ...]
    kept: bool
    actions: int = 0
    frames: int = 0
    duration_s: float = 0.0
    elapsed_s: float = 0.0
    frames_per_s: float = 0.0
    peak_rss_mb: float = 0.0
    cached: bool = False
    warnings: tuple[str, ...] = ()
    made: Generated | None = field(default=None, repr=False, compare=False)


def deliver(
    order: Order,
    *,
    workers: Workers = 0,
    threads: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    spread_over: Spread | None = None,
    on_need: Callable[[int], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_made: Callable[[Generated], None] | None = None,
) -> Delivered:
    """Do everything of one order.

    A run that is killed at any moment leaves no half file, and not the script before all that goes with it:
    the script is written last, so that the next run sees what is missing. What a run writes depends on the
    video and the recipe alone.

    Args:
        order: What is wanted.
        workers: Processes that watch segments side by side; 0 takes one a core. A callable tells the cores
            that are granted now; see `watch_with_store`.
        threads: Decoder threads of each process; 0 takes what fills the cores. What is made does not depend
            on it.
        on_progress: Told how far the watching is, at most four times a second.
        spread_over: What carries out the tasks of the segments; None for processes of this machine.
        on_need: Told how many bytes the order will add to the disk, once that is known.
        on_stage: Told what begins: "watching", "composing", "writing".
        on_made: Given what was made, before any script is written. With it the order is worked through even
            where all scripts are there and are kept.

    Raises:
        VideoError: The video cannot be used.
        OutputNotWritable: A script or the trace cannot be written.
        ScriptBusy: Another run is writing the script.
        FilterInvalid: There is no variant of a name.
    """
    from funscribe.pipeline.generating import generate  # what is kept needs nothing of that

    kept = is_kept(order)
    if kept and on_made is None:
        note = f"{order.script} exists and is kept; --overwrite replaces it"
        return Delivered(tuple(str(path) for path in _scripts_of(order)), True, warnings=(note,))

    def need(run: Need) -> None:
        if on_need is not None:
            files = len(_scripts_of(order)) * max(1, len(order.recipe.motion.axes))
            on_need(run.trace + files * run.script)

    make_home(Path(order.script))
    with exclusive(order.script):
        made = generate(
            order.video,
            order.recipe,
            workers=workers,
            threads=threads,
            on_progress=on_progress,
            spread_over=spread_over,
            on_need=need,
            on_stage=on_stage,
        )
        if on_made is not None:
            on_made(made)
        if on_stage is not None:
            on_stage("writing")
        paths = _scripts_of(order) if kept else _write(order, made.script)
    return Delivered(
        paths=tuple(str(path) for path in paths),
        kept=kept,
        actions=len(made.script),
        frames=len(made.trace),
        duration_s=float(made.trace.time_s[-1]),
        elapsed_s=made.elapsed_s,
        frames_per_s=made.frames_per_s,
        peak_rss_mb=made.peak_rss_mb,
        cached=made.cached,
        warnings=made.warnings,
        made=made,
    )


def is_kept(order: Order) -> bool:
    """Tell whether all scripts of an order are there already, and are to stay as they are.

    Raises:
        FilterInvalid: There is no variant of a name.
    """
    paths = _scripts_of(order)
    there = "://" in order.video or Path(order.video).is_file()
    return not order.overwrite and there and all(path.exists() for path in paths)


def make_home(script: Path) -> None:
    """Make the folder of a script, and find out before the work whether it can be written.

    Raises:
        OutputNotWritable: It cannot.
    """
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(script.parent, error) from error
    if not os.access(script.parent, os.W_OK):
        raise OutputNotWritable(f"{script.parent} is not writable; choose another folder with -o")


def _scripts_of(order: Order) -> list[Path]:
    """Return the script and those of the variants; what other axes add is beside each."""
    script = Path(order.script)
    return [script, *(_variant_path(script, one.name) for one in find_variants(order.variants))]


def _write(order: Order, script: Script) -> list[Path]:
    """Write what is missing, or all of it, and return every file of the order."""
    main = Path(order.script)
    scripts = dict(parts_of_set(script, main))
    for variant in find_variants(order.variants):
        scripts |= parts_of_set(make_variant(script, variant), _variant_path(main, variant.name))
    # From the last to the first: whether an order is done is told by the first file of each set, and by that
    # of the script after all others.
    for path in reversed(scripts):
        if order.overwrite or not path.exists():
            write_script(path, scripts[path])
    return list(scripts)


def _variant_path(script: Path, name: str) -> Path:
    return script.with_name(f"{script.stem}.{name}.funscript")
