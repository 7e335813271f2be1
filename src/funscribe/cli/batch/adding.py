"""`funscribe batch add`: videos are put into the queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli import arguments as given
from funscribe.cli.batch.figures import listed, numbered
from funscribe.cli.report import complain, print_json
from funscribe.cli.targets import find_targets
from funscribe.errors import FunscribeError, OutputNotWritable
from funscribe.urls import shown

if TYPE_CHECKING:
    from funscribe.jobs.store import Added, JobStore
    from funscribe.pipeline.order import Order


def add(
    videos: given.Videos,
    output: given.Output = None,
    recursive: given.Recursive = False,
    priority: Annotated[
        int | None, typer.Option(metavar="N", help="Larger ones are begun first; it may be below 0.")
    ] = None,
    overwrite: given.Overwrite = False,
    invert: given.Invert = False,
    invert_passage: given.InvertPassage = None,
    settings: given.Settings = None,
    recipe: given.RecipeFile = None,
    profile: given.ProfileName = None,
    model: given.Model = None,
    anchor: given.Anchor = None,
    contact: given.Contact = None,
    roi: given.Region = None,
    every_frame: given.EveryFrame = False,
    head: given.Head = None,
    classes: given.Classes = None,
    device: given.Device = None,
    axes: given.Axes = None,
    chapters: given.Chapters = False,
    variants: given.Variants = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a video on stdout.")] = False,
) -> None:
    """Put videos into the queue, each with these options.

    A video that is queued or running already is not added again, and one that has its script is left out
    unless --overwrite is given. A funscribe.toml in a folder that is named is the recipe for the videos in
    it and below, and its batch table may say more; what is given here goes before it.

    Exit status: 0 all good, 1 something cannot be added (the others are), 2 wrong usage.
    """
    from funscribe.cli.batch.ruled import Wishes, orders_of
    from funscribe.jobs.rules import Asked
    from funscribe.jobs.store import JobStore
    from funscribe.pipeline.order import placed

    shortcuts = given.Shortcuts(
        invert=invert,
        invert_passage=invert_passage,
        model=model,
        anchor=anchor,
        contact=contact,
        roi=roi,
        axes=axes,
        chapters=chapters,
        head=head,
        classes=classes,
        device=device,
        every_frame=every_frame,
    )
    suited = given.suited_profile(profile, recipe)
    changes = (*(settings or []), *shortcuts.settings())
    chosen = given.chosen_recipe(recipe, list(changes), suited)
    asked = Asked(output, priority, _known(variants), overwrite or None)
    wishes = Wishes(placed(chosen), asked, changes, by_folder=recipe is None and profile is None)
    outcome = _Outcome(json)
    found = orders_of(find_targets(videos, output, recursive), wishes)
    orders = list(outcome.sorted_out(found))
    if orders:
        with JobStore() as store:
            for each, group in wishes.by_priority(orders):
                outcome.take(group, store.add(group, priority=each), store)
    outcome.tell()
    if outcome.failed:
        raise typer.Exit(1)


def _known(variants: str | None) -> tuple[str, ...] | None:
    """Return the names of variants; one that is none is refused before anything is queued."""
    if variants is None:
        return None
    from funscribe.script.variants import find_variants

    names = given.words(variants)
    find_variants(names)
    return names


@dataclass(slots=True)
class _Outcome:
    """What became of each video of a command line, and how it is said."""

    json: bool
    added: list[int] = field(default_factory=list)
    queued: list[int] = field(default_factory=list)
    otherwise: list[int] = field(default_factory=list)
    kept: int = 0
    failed: int = 0
    _taken: dict[str, str] = field(default_factory=dict)

    def sorted_out(self, found: Iterable[Order | FunscribeError]) -> Iterator[Order]:
        """Yield the orders that are to be queued; the others are told."""
        for order in found:
            if isinstance(order, FunscribeError):
                self._fail("", order)
            elif self._taken.get(order.script) == order.video:
                continue  # named twice
            elif order.script in self._taken:
                self._fail(order.video, _twins(order, shown(self._taken[order.script])))
            elif _is_kept(order):
                self.kept += 1
                self._print(order.video, order.script, "kept", None)
            else:
                self._taken[order.script] = order.video
                yield order

    def take(self, orders: list[Order], added: list[Added], store: JobStore) -> None:
        """Take down what the queue made of the orders."""
        for order, (number, new) in zip(orders, added, strict=True):
            if new:
                self.added.append(number)
                self._print(order.video, order.script, "added", number)
                continue
            there = store.get(number).order
            if there.video != order.video:
                self._fail(order.video, _twins(order, f"{shown(there.video)} (job {number})"))
                continue
            (self.queued if there == order else self.otherwise).append(number)
            self._print(order.video, order.script, "queued", number)

    def tell(self) -> None:
        """Say it in as few lines as there are things to say."""
        if self.json:
            return
        parts = [f"{numbered(len(self.added), 'video')} added{_span(self.added)}"]
        if self.queued:
            parts.append(f"{len(self.queued)} queued already")
        if self.kept:
            parts.append(f"{self.kept} with a script that is kept (--overwrite replaces it)")
        if self.failed:
            parts.append(f"{self.failed} not added")
        typer.echo("; ".join(parts))
        if self.otherwise:
            typer.echo(
                f"{numbered(len(self.otherwise), 'video')} queued already with other options: "
                f"`funscribe batch remove {_arguments(self.otherwise)}` first to change them"
            )
        if self.added:
            typer.echo("`funscribe batch run` makes the scripts")

    def _fail(self, video: str, error: Exception) -> None:
        self.failed += 1
        complain(error)
        if self.json:
            print_json(
                {"video": shown(video), "script": None, "status": "error", "id": None, "error": str(error)}
            )

    def _print(self, video: str, script: str, status: str, number: int | None) -> None:
        if self.json:
            values: dict[str, Any] = {"video": shown(video), "script": script, "status": status, "id": number}
            print_json(values)


def _is_kept(order: Order) -> bool:
    """Whether there is nothing to do; more than the script is looked for only where that is there."""
    if order.overwrite or not Path(order.script).exists():
        return False
    from funscribe.pipeline.delivering import is_kept

    return is_kept(order)


def _twins(order: Order, twin: str) -> OutputNotWritable:
    return OutputNotWritable(
        f"{shown(order.video)}: {order.script} is already the script of {twin}; use -o for one of them"
    )


def _span(ids: list[int]) -> str:
    if not ids:
        return ""
    if ids[-1] - ids[0] == len(ids) - 1:
        return f" (job {ids[0]})" if len(ids) == 1 else f" (jobs {ids[0]} to {ids[-1]})"
    return f" (jobs {listed(ids)})"


def _arguments(ids: list[int]) -> str:
    return " ".join(map(str, ids[:3])) + (" ..." if len(ids) > 3 else "")
