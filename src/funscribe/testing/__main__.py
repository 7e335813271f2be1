"""Renders scenes to a folder: `python -m funscribe.testing DIR [NAME ...]`, or `--list` to name them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from funscribe.errors import FunscribeError, OutputNotWritable
from funscribe.testing import SCENES, render


def main(arguments: list[str] | None = None) -> int:
    """Render the named scenes, or all of them; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m funscribe.testing", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where to write; made if missing")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenes to render; all of them if none")
    parser.add_argument("--list", action="store_true", help="name the scenes and say what each shows")
    given = parser.parse_args(arguments)
    if given.list:
        for scene in SCENES.values():
            print(f"{scene.name:16} {scene.duration_s:3.0f} s  {scene.says}")
        return 0
    unknown = [name for name in given.names if name not in SCENES]
    if given.folder is None or unknown:
        parser.error(
            f"no scene named {', '.join(unknown)}; see --list" if unknown else "which folder? give DIR"
        )
    try:
        _make_folder(given.folder)
        for name in given.names or SCENES:
            print(render(SCENES[name], given.folder / f"{name}.mp4"))
    except FunscribeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(f"cannot make the folder {folder}: {error.strerror}; name another") from error


if __name__ == "__main__":
    sys.exit(main())
