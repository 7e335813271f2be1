"""What boxes look like: an embedding of each, by any model that takes a picture and gives a vector."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from funscribe.detect.crops import cut_out
from funscribe.detect.engine import Engine, open_engine
from funscribe.detect.options import DetectOptions
from funscribe.errors import HeadUnknown
from funscribe.records import Array

# Mean and deviation of the channels in ImageNet, which models for re-identification are trained with.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32) * 255


class Embedder:
    """A model that tells what boxes look like.

    Args:
        path: The model: one input (1 or N, 3, H, W) of RGB as ImageNet has it, one output (1 or N, D).
        options: Engine, device and precision; the rest is not used.
        threads: Threads of the engine; 0 leaves it to the engine.

    Raises:
        ModelError: It cannot be loaded.
        HeadUnknown: It has another input or output.
    """

    def __init__(self, path: str | Path, options: DetectOptions, *, threads: int = 0) -> None:
        plain = msgspec.structs.replace(options, batch=0, streams=0)
        self._engine: Engine = open_engine(path, plain, threads=threads)
        self._size_wh, self._batch = _input(self._engine, path)

    def embed(self, picture: Array, xyxy: Array) -> Array:
        """Return the embeddings of boxes (N, 4) of an RGB picture (H, W, 3): (N, D) float32 of length one.

        A box for which the model gives no finite vector has zeros.
        """
        cuts = cut_out(picture, xyxy, self._size_wh)
        planes = ((cuts - _MEAN) / _DEVIATION).transpose(0, 3, 1, 2).astype(np.float32)
        step = self._batch or max(1, len(planes))
        parts = [self._run(planes[at : at + step]) for at in range(0, len(planes), step)]
        vectors = np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
        vectors = np.where(np.isfinite(vectors).all(1, keepdims=True), vectors, 0)
        return np.asarray(
            vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32
        )

    def close(self) -> None:
        """Release the model."""
        self._engine.close()

    def _run(self, planes: Array) -> Array:
        """Run one batch; a short one is filled up where the model takes only full ones."""
        spare = (self._batch or len(planes)) - len(planes)
        full = np.pad(planes, ((0, spare), (0, 0), (0, 0), (0, 0)))
        found = self._engine.run(np.ascontiguousarray(full))[0]
        return np.asarray(found[: len(planes)], np.float32).reshape(len(planes), -1)


def _input(engine: Engine, path: str | Path) -> tuple[tuple[int, int], int]:
    """Return the size of a cut (w, h) and the size of a batch, 0 for any."""
    shapes = [spec.shape for spec in engine.inputs], [spec.shape for spec in engine.outputs]
    if len(shapes[0]) == 1 and len(shapes[1]) == 1 and len(shapes[0][0]) == 4 and len(shapes[1][0]) == 2:
        batch, channels, height, width = shapes[0][0]
        if channels == 3 and height and width:
            return (width, height), batch or 0
    engine.close()
    raise HeadUnknown(
        f"{path} has inputs {shapes[0]} and outputs {shapes[1]}; a model that tells what boxes look like "
        "takes (N, 3, H, W) and gives (N, D)"
    )
