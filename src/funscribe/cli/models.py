"""`funscribe models`: the models that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.inspect import inspect
from funscribe.cli.quantise import quantise
from funscribe.cli.report import print_json
from funscribe.cli.telling import MB, Json, described, stoppable

if TYPE_CHECKING:
    from funscribe.detect.models import ModelFile

app = typer.Typer(
    no_args_is_help=True,
    help="Keep the models that find things in pictures: add, look at, make faster, remove.",
)

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Its name; the default is the file's.")]


@app.command()
def add(
    source: Annotated[
        str, typer.Argument(metavar="PATH|URL", help="An .onnx file, or an OpenVINO .xml with its .bin.")
    ],
    sha256: Annotated[
        str, typer.Option(metavar="HEX", help="Refuse anything but the file with this SHA-256.")
    ] = "",
    name: Name = "",
    json: Json = False,
) -> None:
    """Keep a model under a name, from a file or from the network.

    It is loaded once before it is kept; what cannot run is refused.

    A download that was cut or stopped goes on where it ended when the same command is given again.
    """
    from funscribe.cli.progress import share_line
    from funscribe.detect.adding import add_model
    from funscribe.detect.models import ModelStore

    with stoppable("stopped; the same command goes on from here"), share_line(source) as tell:
        on_bytes = (
            None
            if tell is None
            else lambda done, total: tell(done / total if total else None, _mb(done, total))
        )
        file, new = add_model(source, ModelStore(), name=name, sha256=sha256, on_bytes=on_bytes)
    if json:
        print_json({**described(file), "new": new})
    else:
        _tell(file, new)


@app.command("list")
def list_models(json: Json = False) -> None:
    """Print the models that are kept, and where."""
    from funscribe.detect.models import ModelStore
    from funscribe.errors import ModelInvalid

    store = ModelStore()
    found: list[ModelFile] = []
    broken: dict[str, str] = {}
    for name in store.names():
        try:
            found.append(store.model(name))
        except ModelInvalid as error:
            broken[name] = str(error)
    if json:
        print_json(
            {"folder": str(store.root), "models": [described(file) for file in found], "broken": broken}
        )
        return
    typer.echo(f"{store.root}: {len(found)} models, {sum(file.size for file in found) / MB:.1f} MB")
    width = max((len(file.name) for file in found), default=0)
    for file in found:
        notes = [f"{len(file.classes)} classes"] if file.classes else []
        notes += [file.remark] if file.remark else []
        typer.echo(f"{file.size / MB:9.1f} MB  {file.name:<{width}}  {'; '.join(notes)}".rstrip())
    for reason in broken.values():
        typer.echo(f"  damaged: {reason}")
    if not found and not broken:
        typer.echo("`funscribe models add PATH|URL` brings one in")


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Models that were added.")],
) -> None:
    """Forget models; scripts and videos stay."""
    from funscribe.detect.models import ModelStore

    store = ModelStore()
    for name in names:
        typer.echo(f"{name} is removed, {store.remove(name) / MB:.1f} MB freed")


@app.command()
def export(
    weights: Annotated[
        Path, typer.Argument(metavar="WEIGHTS.pt", help="Weights of Ultralytics that you trust.")
    ],
    size: Annotated[
        int, typer.Option(min=0, max=8192, help="Side of the input (px); 0 is that of the training.")
    ] = 0,
    name: Name = "",
    json: Json = False,
) -> None:
    """Turn weights of Ultralytics (.pt) into a model and keep it.

    Needs the extra `ultralytics`. A .pt file can run code when it is read: only use those you trust.
    """
    import tempfile

    from funscribe.cli.progress import share_line
    from funscribe.detect.adding import add_model
    from funscribe.detect.export import export as export_weights
    from funscribe.detect.models import ModelStore, name_for

    with stoppable("stopped; nothing was kept"), tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{name_for(weights.stem)}.onnx"
        with share_line(weights.name) as tell:
            if tell is not None:
                tell(None, "exporting")
            export_weights(weights, target, size=size)
        file, new = add_model(str(target), ModelStore(), name=name, origin=str(weights.resolve()))
    if json:
        print_json({**described(file), "new": new})
    else:
        _tell(file, new)


def _tell(file: ModelFile, new: bool) -> None:
    what = "kept" if new else "there already"
    typer.echo(f"{file.name} is {what}: {file.size / MB:.1f} MB, SHA-256 {file.sha256}")
    if new and file.remark:
        typer.echo(f"{file.remark}; `funscribe models inspect {file.name}` says why")
    elif new:
        typer.echo(f"`funscribe generate VIDEO --model {file.name}` uses it")


def _mb(done: int, total: int | None) -> str:
    return f"{done / MB:.1f}{f' of {total / MB:.1f}' if total else ''} MB"


app.command()(inspect)
app.command()(quantise)
