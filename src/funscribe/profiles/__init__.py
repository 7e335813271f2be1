"""Options that suit a kind of machine, as TOML files in this folder: how a run is done, and its recipe."""

from __future__ import annotations

from funscribe.lazy import lazy
from funscribe.profiles.options import RunOptions

__all__ = ["Profile", "RunOptions", "profile_names", "read_profile"]

__getattr__ = lazy(__name__, {"reading": ("Profile", "profile_names", "read_profile")})
