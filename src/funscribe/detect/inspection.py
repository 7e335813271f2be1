"""What a model is, and how fast it runs here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from funscribe.detect.classes import class_names
from funscribe.detect.engine import Engine, TensorSpec, open_engine
from funscribe.detect.heads import find_head
from funscribe.detect.options import DetectOptions
from funscribe.errors import HeadUnknown

_SIDE = 640  # of an input whose model does not fix it (px)
_RUNS_S = 1.0  # time that the dry run takes at least
_RUNS = 5  # and runs


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model ran on this machine, one batch after the other.

    Attributes:
        batch_shape: What it was given.
        ms: Time for one batch (ms, median).
        pictures_per_s: Pictures (1/s).
        engine: What ran it.
        device: Where.
        precision: In what numbers.
    """

    batch_shape: tuple[int, ...]
    ms: float
    pictures_per_s: float
    engine: str
    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a model says of itself and what can be told of it.

    Attributes:
        inputs: What it takes.
        outputs: What it gives.
        head: What the boxes in its outputs look like; empty where it finds no boxes that are known.
        why: Why the head cannot be told; empty where it can.
        classes: The names of what it finds; empty where it does not say.
        licence: What it says of its licence; empty where it says nothing.
        metadata: All that it says of itself.
        speed: How a dry run went.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    head: str
    why: str
    classes: tuple[str, ...]
    licence: str
    metadata: dict[str, str]
    speed: Speed


def inspect(
    path: Path, options: DetectOptions, on_share: Callable[[float], None] | None = None
) -> Inspection:
    """Load a model, look at it and let it run for a second.

    Args:
        path: Its file.
        options: Engine, device and precision to run it with, and the head if it cannot be told.
        on_share: Told how far it is (0..1).

    Raises:
        ModelInvalid: It is not a model that can be run.
        DeviceMissing: What was asked for is not there.
    """
    engine = open_engine(path, options)
    try:
        head, why, count = _head(engine, options)
        return Inspection(
            tuple(engine.inputs),
            tuple(engine.outputs),
            head,
            why,
            class_names(engine.metadata, options.classes, count) if head else (),
            _licence(engine),
            dict(engine.metadata),
            _dry_run(engine, on_share),
        )
    finally:
        engine.close()


def _head(engine: Engine, options: DetectOptions) -> tuple[str, str, int]:
    try:
        head = find_head(engine.inputs, engine.outputs, engine.metadata, options.head)
    except HeadUnknown as error:
        return "", str(error), 0
    return head.kind, "", head.class_count


def _licence(engine: Engine) -> str:
    said = {name.lower(): value for name, value in engine.metadata.items()}
    return said.get("license") or said.get("licence") or ""


def _dry_run(engine: Engine, on_share: Callable[[float], None] | None) -> Speed:
    shape = _shape(engine.inputs[0])
    batch = np.full(shape, 0.5, engine.inputs[0].dtype)
    engine.run(batch)  # the first run also prepares
    took: list[float] = []
    while len(took) < _RUNS or sum(took) < _RUNS_S:
        began = time.perf_counter()
        engine.run(batch)
        took.append(time.perf_counter() - began)
        if on_share is not None:
            on_share(min(1.0, len(took) / _RUNS, sum(took) / _RUNS_S))
    middle = median(took)
    return Speed(shape, middle * 1000, shape[0] / middle, engine.name, engine.device, engine.precision)


def _shape(spec: TensorSpec) -> tuple[int, ...]:
    """A shape that the input takes: one picture, and the usual size where none is fixed."""
    usual = (1, 3, _SIDE, _SIDE)
    if len(spec.shape) != len(usual):
        return tuple(side or 1 for side in spec.shape)
    return tuple(side or usual[at] for at, side in enumerate(spec.shape))
