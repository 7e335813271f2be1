"""The protocol of an engine: a batch of tensors in, raw tensors out, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from funscribe.records import Array


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model: its name, shape (None is any length) and NumPy type name."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"


class Pending(Protocol):
    """Outputs that are still being computed."""

    def result(self) -> tuple[Array, ...]:
        """Wait for them and return them; they belong to the caller."""


class Engine(Protocol):
    """A loaded model.

    A plug-in of the group `funscribe.engines` is called with the path of a model, `DetectOptions` and
    `threads=` (0 leaves it to the library).
    """

    name: str  # of the engine
    device: str  # that really runs it: "cpu", "cuda:0"
    precision: str  # that it really runs in
    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    metadata: Mapping[str, str]  # what the model says of itself
    at_once: int  # batches that are worth having under way together

    def run(self, batch: Array) -> tuple[Array, ...]:
        """Return the outputs for one batch of the first input."""

    def start(self, batch: Array) -> Pending:
        """Begin with a batch and return at once, unless `at_once` batches are under way already."""

    def close(self) -> None:
        """Release the model; what is under way is waited for."""
