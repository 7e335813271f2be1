"""A motion signal becomes a script: fewer points, the limits of a device, the file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy
from funscribe.script.options import ScriptOptions

if TYPE_CHECKING:
    from funscribe.script.funscript import (
        ReadScript,
        check_script,
        encode_script,
        open_script,
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
    "ReadScript",
    "Repair",
    "ScriptOptions",
    "ScriptStats",
    "check_script",
    "encode_script",
    "make_script",
    "open_script",
    "parse_script",
    "read_script",
    "script_metadata",
    "script_stats",
    "write_heatmap",
    "write_script",
]

__getattr__ = lazy(
    __name__,
    {
        "funscript": (
            "ReadScript",
            "check_script",
            "encode_script",
            "open_script",
            "parse_script",
            "read_script",
            "script_metadata",
            "write_script",
        ),
        "heatmap": ("write_heatmap",),
        "make": ("make_script",),
        "repair": ("Repair",),
        "stats": (
            "ScriptStats",
            "script_stats",
        ),
    },
)
