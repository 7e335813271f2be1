"""`funscribe cache`: the traces that are kept."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look at the stored traces, or clear them.")

_MB = 1e6


@app.command()
def show(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print where the traces are, how large they are, and of which videos."""
    from dataclasses import asdict

    from funscribe.trace import TraceStore

    store = TraceStore()
    traces = store.traces()
    total = sum(stored.size for stored in traces)
    if json:
        from funscribe.cli.report import print_json

        rows = [asdict(stored) for stored in traces]
        print_json({"folder": str(store.root), "bytes": total, "max_bytes": store.max_bytes, "traces": rows})
        return
    typer.echo(f"{store.root}: {len(traces)} traces, {total / _MB:.1f} MB of {store.max_bytes / _MB:.0f} MB")
    for stored in traces:
        typer.echo(f"{stored.size / _MB:9.1f} MB  {stored.key[:8]}  {stored.video}")


@app.command()
def clear() -> None:
    """Forget all stored traces that no run uses; scripts stay."""
    from funscribe.trace import TraceStore

    store = TraceStore()
    gone = store.clear()
    kept = len(store.traces())
    note = f"; {kept} in use {'are' if kept > 1 else 'is'} kept" if kept else ""
    typer.echo(f"{len(gone)} traces removed, {sum(one.size for one in gone) / _MB:.1f} MB freed{note}")
