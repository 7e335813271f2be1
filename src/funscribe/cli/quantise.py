"""`funscribe models quantise`: a model becomes a faster one of 8-bit numbers, if it still finds the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.report import print_figures, print_json
from funscribe.cli.telling import Json, Model, stoppable

if TYPE_CHECKING:
    from funscribe.detect.models import ModelFile, ModelStore
    from funscribe.detect.quantise import Comparison

_LEAST_AGREEMENT = 0.97
_ENOUGH_BOXES = 50


def quantise(
    model: Model,
    frames: Annotated[
        list[Path] | None,
        typer.Option("--frames", metavar="VIDEO", help="Learn from this video or folder; may be repeated."),
    ] = None,
    count: Annotated[int, typer.Option(min=16, max=5000, help="Pictures to learn from.")] = 100,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.xml", help="Write it here, do not keep it.")
    ] = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Keep it under this name; the default adds -int8.")
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Keep it also if too few boxes agree, or if another model has the name."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Make a model faster with 8-bit arithmetic, learnt from pictures of your own videos.

    Two thirds of the pictures are learnt from. On the others both models are compared, in what they find and
    in speed; below 97 % of boxes that agree nothing is kept or replaced.
    """
    from funscribe.detect.models import ModelStore, find_model, name_for
    from funscribe.errors import CalibrationInvalid

    if output is not None and (name or output.suffix.lower() != ".xml"):
        raise typer.BadParameter(
            "is a file named .xml, and none is kept under a --name", param_hint="--output"
        )
    store, file = ModelStore(), find_model(model)
    kept_as = name or name_for(f"{file.name}-int8")
    if output is None and not force:
        _refuse_to_replace(store, kept_as, file.name)
    with stoppable("stopped; nothing was changed"), _workplace(output) as folder:
        small = folder / f"{kept_as}.xml"
        compared = _make_small(file, frames or [], count, small)
        good = compared.agreement.share >= _LEAST_AGREEMENT
        place = _keep(small, file, kept_as, output, store, compared) if good or force else None
    if json:
        print_json({**_compared(compared), "model": place})
    else:
        _print_comparison(compared)
    if place is None:
        share = compared.agreement.share
        raise CalibrationInvalid(
            f"{file.name}: {share:.1%} of the boxes agree and {_LEAST_AGREEMENT:.0%} are asked for: "
            "nothing is kept; give more videos with --frames or a larger --count, or use --force"
        )
    if not json:
        typer.echo(f"{place} is {'written' if output else 'kept'}")


def _refuse_to_replace(store: ModelStore, name: str, made_of: str) -> None:
    """Only a model that was made of the same one may be replaced without being asked for."""
    from funscribe.detect.models import check_name
    from funscribe.errors import ModelInvalid

    check_name(name)
    if name in store.names() and not store.model(name).remark.startswith(_remark(made_of)):
        raise ModelInvalid(f"another model is named {name!r}; use another --name, or --force to replace it")


def _remark(made_of: str) -> str:
    return f"INT8 of {made_of}: "


@contextmanager
def _workplace(output: Path | None) -> Iterator[Path]:
    """A folder for a model in the making, gone afterwards."""
    import tempfile

    from funscribe.errors import OutputNotWritable

    if output is not None and not output.absolute().parent.is_dir():
        raise OutputNotWritable(f"{output} cannot be written: there is no such folder; make it first")
    with tempfile.TemporaryDirectory(prefix="funscribe-") as folder:
        yield Path(folder)


def _make_small(file: ModelFile, videos: list[Path], count: int, small: Path) -> Comparison:
    from funscribe.cli.progress import share_line
    from funscribe.cli.targets import Target, find_targets
    from funscribe.pipeline.calibrating import quantise_with_videos

    found: list[Path] = []
    for target in find_targets(videos, None, recursive=False):
        if not isinstance(target, Target):
            raise target
        found.append(Path(target.video))
    with share_line(file.name) as tell:
        on_step = None if tell is None else lambda doing, share: tell(share, doing)
        return quantise_with_videos(file.path, found, small, count=count, on_step=on_step)


def _keep(
    small: Path, file: ModelFile, name: str, output: Path | None, store: ModelStore, compared: Comparison
) -> str:
    from funscribe.detect.models import copy_model

    if output is not None:
        copy_model(small, output)
        return str(output)
    figures = f"{compared.agreement.share:.1%} of boxes agree, {compared.faster:.2f} x as fast"
    remark = _remark(file.name) + figures
    kept = store.add(small, name, origin=str(file.path), classes=file.classes, remark=remark)
    return str(kept.name)


def _print_comparison(compared: Comparison) -> None:
    agreed = compared.agreement
    print_figures(
        (
            ("pictures", agreed.pictures, "{:d}", "that it has not learnt from"),
            ("boxes", agreed.ours, "{:d}", f"of score 0.25 or more; {agreed.theirs} of the new model"),
            ("agreement", agreed.share * 100, "{:.1f} %", "found by both at IoU 0.5, class alike"),
            ("both sure", agreed.strict * 100, "{:.1f} %", "the same, where both must reach 0.25"),
            ("before", compared.before_ms, "{:.1f} ms", "for one picture"),
            ("now", compared.after_ms, "{:.1f} ms", "for one picture"),
            ("faster", compared.faster, "{:.2f} x", ""),
        )
    )
    if agreed.ours < _ENOUGH_BOXES:
        typer.echo("these are few boxes to judge by; more videos with --frames tell more")


def _compared(compared: Comparison) -> dict[str, Any]:
    from dataclasses import asdict

    agreed = compared.agreement
    shares = {"share": agreed.share, "strict": agreed.strict}
    times = {"before_ms": compared.before_ms, "after_ms": compared.after_ms, "faster": compared.faster}
    return {"agreement": {**asdict(agreed), **shares}, **times}
