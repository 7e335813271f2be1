"""The only place where the stages meet: watch, compose, generate."""

from __future__ import annotations

from funscribe.pipeline.composing import Composition, compose
from funscribe.pipeline.generating import Generated, generate
from funscribe.pipeline.watching import Watched, watch, watch_with_store

__all__ = ["Composition", "Generated", "Watched", "compose", "generate", "watch", "watch_with_store"]
