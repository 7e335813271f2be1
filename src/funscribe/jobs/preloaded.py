"""What every job needs, loaded once by the process that all jobs are forked from.

To be imported there and nowhere else: a runner that did would no longer be small.
"""

from __future__ import annotations

import psutil

import funscribe.pipeline.composing
import funscribe.pipeline.delivering
import funscribe.pipeline.generating
from funscribe.errors import PluginNotFound
from funscribe.jobs import worker
from funscribe.plugins import load
from funscribe.video.options import VideoOptions

__all__ = ["funscribe", "psutil", "worker"]


def warm_up() -> None:
    """Look up what reads videos, which every job would do anew."""
    try:
        load("funscribe.sources", VideoOptions().source)
    except PluginNotFound:
        return  # the job itself says so, to whom it concerns


warm_up()
