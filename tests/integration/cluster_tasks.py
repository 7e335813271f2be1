"""Tasks of the tests of clusters, which the machines of a cluster find by the name of this module."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import ray

from funscribe.pipeline.segment import SegmentTask, watch_segment_apart


def watch_and_note(task: SegmentTask, report: Any) -> bytes:
    """Watch a segment and note it; the machine that is to be lost does one, and never ends its second."""
    notes = Path(task.store).parent / "notes"
    here = ray.get_runtime_context().get_node_id()
    lost = (notes.parent / "lost").read_text() == here
    if lost and any(notes.glob(f"{here}-*-done")):
        (notes / f"{here}-{task.segment.index}-begun").touch()
        time.sleep(300)
    data = watch_segment_apart(task, report)
    time.sleep(0.5)  # so that each machine has its part of the work
    (notes / f"{here}-{task.segment.index}-done").touch()
    return data
