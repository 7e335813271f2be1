"""The protocol of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from funscribe.records import Array, Detections


class Sought(Protocol):
    """Detections that are still being sought."""

    def result(self) -> list[Detections]:
        """Wait for them; one record for each picture, in their order."""


class Detector(Protocol):
    """Something that finds boxes in pictures.

    A plug-in of the group `funscribe.detectors` is called with the path of a model, `DetectOptions` and
    `threads=` (0 leaves it to the engine).
    """

    classes: tuple[str, ...]
    engine: str
    device: str
    precision: str
    batch: int  # pictures that are best handed over at once
    dropped: int  # invalid boxes left out so far

    def wanted_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Return the size (px) at which a picture of `size_wh` is best handed over."""

    def start(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> Sought:
        """Begin to look at RGB pictures (H, W, 3), uint8, all of one size; see `detect`."""

    def detect(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> list[Detections]:
        """Return what is in each picture, as boxes in a picture of `size_wh` (px); None is its own size."""

    def close(self) -> None:
        """Release the model."""
