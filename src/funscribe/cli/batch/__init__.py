"""`funscribe batch`: whole libraries, in a queue that outlives a crash."""

import typer

from funscribe.cli.batch.adding import add
from funscribe.cli.batch.chosen import NUMBERS
from funscribe.cli.batch.control import cancel, clear, pause, remove, restore, resume, retry
from funscribe.cli.batch.listing import list_jobs, show
from funscribe.cli.batch.running import run
from funscribe.cli.batch.watching import watch

app = typer.Typer(
    no_args_is_help=True,
    help="Whole libraries: a queue of videos that is never lost, and its runs.",
)
app.command()(add)
app.command()(run)
app.command()(watch)
app.command("list")(list_jobs)
app.command(context_settings=NUMBERS)(show)
app.command(context_settings=NUMBERS)(cancel)
app.command(context_settings=NUMBERS)(retry)
app.command(context_settings=NUMBERS)(remove)
app.command()(pause)
app.command()(resume)
app.command()(clear)
app.command()(restore)
