"""`funscribe recipe`: the options of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from funscribe.profiles import Profile
    from funscribe.recipe import Option, Recipe

app = typer.Typer(no_args_is_help=True, help="Look at the options of a run.")

RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", metavar="FILE.toml", help="Start from this file, not the defaults.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="STAGE.OPTION=VALUE", help="Change an option.")
]


ProfileName = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Options that suit a machine: desktop or pi.")
]


def chosen_recipe(file: Path | None, settings: list[str] | None, profile: Profile | None = None) -> Recipe:
    """Return the recipe of a file or a profile, or the default one, with settings applied."""
    from funscribe.recipe import Recipe, change, read_recipe

    if file is not None and profile is not None:
        raise typer.BadParameter(
            f"is not for a run with a profile; `funscribe recipe show --profile {profile.name} --toml` "
            "prints the options of that one for a file of yours",
            param_hint="--recipe",
        )
    if profile is not None:
        return change(profile.recipe, settings or [])
    return change(read_recipe(file) if file else Recipe(), settings or [])


@app.command()
def show(
    recipe: RecipeFile = None,
    settings: Settings = None,
    profile: ProfileName = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print a file that --recipe reads.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print every option with its value, default, range, unit and meaning."""
    from funscribe.profiles import read_profile
    from funscribe.recipe import options, to_toml

    chosen = chosen_recipe(recipe, settings, read_profile(profile) if profile is not None else None)
    if toml:
        typer.echo(to_toml(chosen), nl=False)
    elif json:
        import msgspec

        from funscribe.cli.report import print_json

        print_json({option.path: msgspec.to_builtins(option) for option in options(chosen)})
    else:
        _print_table(list(options(chosen)))


def _print_table(rows: list[Option]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("option", "value", "default", "range", "meaning", box=None, pad_edge=False)
    for row in rows:
        value = f"[bold]{row.value}[/bold]" if row.value != row.default else str(row.value)
        table.add_row(row.path, value, str(row.default), row.bounds, row.meaning)
    Console().print(table)
