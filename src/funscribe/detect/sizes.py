"""The engines of a model: one for its own size, and one for each smaller size that pictures fit into."""

from __future__ import annotations

from collections.abc import Callable

from funscribe.detect.engine import Engine, Shrinking

Size = tuple[int, int]

_MOST = 4  # smaller sizes that are held ready


class Sizes:
    """Hands out the engine for a size of input.

    Args:
        engine: The model at its own size; it is closed with the others.
        fits: Whether the engine of a smaller size is read as that of the own size is.
    """

    def __init__(self, engine: Engine, fits: Callable[[Engine], bool]) -> None:
        self.own = engine
        self._fits = fits
        self._smaller: dict[Size, Engine | None] = {}

    def at(self, size_wh: Size) -> Engine | None:
        """Return the engine for an input smaller than the model's own (px), None where there is none."""
        if size_wh not in self._smaller:
            self._smaller[size_wh] = self._make(size_wh)
            if len(self._smaller) > _MOST:
                _close(self._smaller.pop(next(iter(self._smaller))))
        return self._smaller[size_wh]

    def close(self) -> None:
        """Release all of them."""
        for engine in (self.own, *self._smaller.values()):
            _close(engine)
        self._smaller.clear()

    def _make(self, size_wh: Size) -> Engine | None:
        engine = self.own.at_size(size_wh) if isinstance(self.own, Shrinking) else None
        if engine is None or self._fits(engine):
            return engine
        engine.close()
        return None


def _close(engine: Engine | None) -> None:
    if engine is not None:
        engine.close()
