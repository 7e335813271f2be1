"""Options that suit a kind of machine, as TOML files in this folder: how a run is done, and its recipe."""

from __future__ import annotations

from funscribe.lazy import lazy
from funscribe.profiles.options import RunOptions

__all__ = ["Profile", "RunOptions", "own_path", "profile_names", "read_own", "read_profile", "write_own"]

__getattr__ = lazy(
    __name__,
    {
        "own": ("own_path", "read_own", "write_own"),
        "reading": ("Profile", "profile_names", "read_profile"),
    },
)
