"""Funscribe turns any video into a motion script (funscript)."""

__version__ = "0.1.0"
