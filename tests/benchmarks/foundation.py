"""Measures what Funscribe promises: speed, memory, start-up and fidelity, each with its target.

    python tests/benchmarks/foundation.py                         all of it, about half an hour on two cores
    python tests/benchmarks/foundation.py --rows scenes,counts    some of it; the other results stay
    python tests/benchmarks/foundation.py --quick                 the least of it, to see that it works
    python tests/benchmarks/foundation.py --table                 only writes the page anew

Results go to docs/benchmarks.json as soon as each is there; docs/benchmarks.md, as `funscribe bench report`
writes it, and docs/scaling.md are made of it. A row that fails says why there, unless it holds older results.
A quick run writes to the work folder instead: its figures mean nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import scaling_page
from measure import ROOT, made_by
from results import Group, merge, miss, read
from setting import Setting
from table import write

# Where each row is measured; a module is loaded only for its rows, for some need libraries of their own.
ROWS = {
    "whole": "speed:whole_run",
    "memory": "memory:memory",
    "compose": "speed:compose_hour",
    "start": "speed:start_up",
    "scenes": "following:scenes",
    "counts": "following:counts",
    "mot": "mot:mot17",
    "reference": "mot:reference",
    "trackers": "mot:speed",
    "sparse": "hybrid:sparse",
    "occlusion": "hybrid:occlusion",
    "engine": "engines:against_peer",
    "boxes": "engines:boxes",
    "int8": "quantising:int8",
    "model": "speed:with_model",
    "distractors": "attending:distractors",
    "axes": "axes:axes",
    "filters": "filtering:filters",
    "formats": "workshop:formats",
    "queue": "queueing:queue",
    "scaling": "scaling:scaling",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen benchmarks; the exit status is 1 if one could not be run, missed targets are none."""
    given = _parser().parse_args(arguments)
    unknown = [key for key in given.rows if key not in ROWS]
    if unknown:
        print(f"no row named {', '.join(unknown)}; there are {', '.join(ROWS)}", file=sys.stderr)
        return 2
    path = (given.work / "quick.json") if given.quick else ROOT / "docs" / "benchmarks.json"
    given.work.mkdir(parents=True, exist_ok=True)
    setting = Setting(given.work, given.data, given.quick, given.clip)
    failed = 0
    for key in () if given.table else given.rows:
        failed += not _run(key, setting, path)
    write(path)
    found = read(path).get("scaling")
    growing = scaling_page.to_markdown(found if found and not found.get("why_not") else None)
    path.with_name("scaling.md").write_text(growing, encoding="utf-8")
    return min(failed, 1)


def _run(key: str, setting: Setting, path: Path) -> bool:
    """Run one benchmark and keep what it found; return whether that went well."""
    module, _, name = ROWS[key].partition(":")
    try:
        measure: Callable[[Setting], Group] = getattr(import_module(module), name)
        print(f"{key}: {(measure.__doc__ or '').strip()}", flush=True)
        group = measure(setting)
    except (ImportError, OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"{key} could not be measured: {error}", file=sys.stderr)
        miss(path, key, _command(key), made_by(), _shown(error))
        return False
    for line in group.lines:
        print(f"  {line.what}: {line.reached} (asked {line.asked}){'  MISSED' if line.met is False else ''}")
    merge(path, key, _command(key), made_by(), group)
    return True


def _shown(error: Exception) -> str:
    """The first line of an error, without the place of this checkout."""
    return str(error).replace(f"{ROOT.parent}{os.sep}", "").partition("\n")[0] or type(error).__name__


def _command(key: str) -> str:
    return f"python tests/benchmarks/foundation.py --rows {key}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows", type=lambda text: text.split(","), default=list(ROWS), help=f"of {','.join(ROWS)}"
    )
    parser.add_argument("--quick", action="store_true", help="do the least, to see that it works")
    parser.add_argument("--table", action="store_true", help="measure nothing, write the page anew")
    parser.add_argument("--data", type=_folder, default=ROOT.parent / "shared" / "data", help="real clips")
    parser.add_argument("--work", type=_folder, default=ROOT / "build" / "benchmarks", help="kept clips")
    parser.add_argument("--clip", type=_folder, help="the 1080p clip, instead of one that is made")
    return parser


def _folder(text: str) -> Path:
    return Path(text).resolve()


if __name__ == "__main__":
    sys.exit(main())
