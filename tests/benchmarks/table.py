"""The page of the results, as `funscribe bench report` writes it."""

from __future__ import annotations

from pathlib import Path

from funscribe.bench.report import write_report


def write(path: Path) -> None:
    """Write the page and the pictures of a file of results beside it.

    Raises:
        RunInvalid: The results are damaged.
        OutputNotWritable: The page cannot be written.
    """
    write_report(path, path.parent)
