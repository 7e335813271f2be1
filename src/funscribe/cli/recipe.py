"""`funscribe recipe`: the options of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.arguments import ProfileName, RecipeFile, Settings, chosen_recipe, suited_profile

if TYPE_CHECKING:
    from funscribe.bench.history import Run
    from funscribe.profiles import Profile
    from funscribe.recipe import Option

app = typer.Typer(no_args_is_help=True, help="Look at the options of a run.")


@app.command()
def show(
    recipe: RecipeFile = None,
    settings: Settings = None,
    profile: ProfileName = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print a file that --recipe reads.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print every option with its value, default, range, unit and meaning."""
    from funscribe.recipe import options, to_toml

    suited = suited_profile(profile, recipe)
    chosen = chosen_recipe(recipe, settings, suited)
    if suited is not None and profile is None:
        _tell_own(suited)
    if toml:
        typer.echo(to_toml(chosen), nl=False)
    elif json:
        import msgspec

        from funscribe.cli.report import print_json

        print_json({option.path: msgspec.to_builtins(option) for option in options(chosen)})
    else:
        _print_table(list(options(chosen)))


@app.command()
def tune(
    apply: Annotated[
        bool, typer.Option("--apply", help="Write them as your default recipe; the one before is replaced.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print the settings that suit this machine, by its last `funscribe bench run`; change nothing.

    With --apply they become your default recipe: `generate` and `batch add` start from it unless they are
    given --recipe or --profile. Other options that you have written into it stay.

    Exit status: 0 told, 1 nothing was measured on this machine.
    """
    from funscribe.bench.machine import this_machine
    from funscribe.bench.tuned import last_tuned, tuned_profile
    from funscribe.cli.bench.run import print_suits
    from funscribe.profiles import own_path, read_own, write_own

    done = last_tuned(this_machine().key)
    made = tuned_profile(done, read_own())
    path = write_own(made, _head(done)) if apply else None
    if json:
        import msgspec

        from funscribe.cli.report import print_json

        told = msgspec.to_builtins(done.suits)
        print_json({"run": done.id, "suits": told, "applied": str(path) if path else None})
        return
    print_suits(done)
    typer.echo(f"by the run {done.id}" + (", a quick one: its figures are rough" if done.quick else ""))
    if path is None:
        typer.echo(f"`funscribe recipe tune --apply` writes them to {own_path()}")
    else:
        typer.echo(f"written to {path}; remove that file, and runs are as they were before")


def _head(done: Run) -> str:
    return (
        f"Your default recipe, by `funscribe recipe tune --apply` and the run {done.id}.\n"
        "`funscribe generate` and `batch add` start from it; remove this file to be rid of it."
    )


def _tell_own(own: Profile) -> None:
    from funscribe.profiles import own_path

    set_to = {"workers": own.run.workers, "threads": own.run.threads}
    spread = "".join(f"; {name} = {count}" for name, count in set_to.items() if count)
    typer.echo(
        f"note: your default recipe is in force: {own_path()}{spread}; remove it to be rid of it", err=True
    )


def _print_table(rows: list[Option]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("option", "value", "default", "range", "meaning", box=None, pad_edge=False)
    for row in rows:
        value = f"[bold]{row.value}[/bold]" if row.value != row.default else str(row.value)
        table.add_row(row.path, value, str(row.default), row.bounds, row.meaning)
    Console().print(table)
