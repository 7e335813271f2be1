"""`funscribe recipe`: the options of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.arguments import ProfileName, RecipeFile, Settings, chosen_recipe

if TYPE_CHECKING:
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
