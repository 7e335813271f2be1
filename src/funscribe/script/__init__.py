"""A motion signal becomes a script: fewer points, the limits of a device, the file format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from funscribe.script.options import ScriptOptions

if TYPE_CHECKING:
    from funscribe.script.funscript import (
        check_script,
        encode_script,
        parse_script,
        read_script,
        script_metadata,
        write_script,
    )
    from funscribe.script.heatmap import write_heatmap
    from funscribe.script.make import make_script
    from funscribe.script.repair import Repair
    from funscribe.script.stats import ScriptStats, script_stats

__all__ = [
    "Repair",
    "ScriptOptions",
    "ScriptStats",
    "check_script",
    "encode_script",
    "make_script",
    "parse_script",
    "read_script",
    "script_metadata",
    "script_stats",
    "write_heatmap",
    "write_script",
]

_HOME = {
    "Repair": "repair",
    "ScriptStats": "stats",
    "check_script": "funscript",
    "encode_script": "funscript",
    "make_script": "make",
    "parse_script": "funscript",
    "read_script": "funscript",
    "script_metadata": "funscript",
    "script_stats": "stats",
    "write_heatmap": "heatmap",
    "write_script": "funscript",
}


def __getattr__(name: str) -> Any:
    # NumPy is loaded only when a script is really made or read.
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
