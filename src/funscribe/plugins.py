"""Entry point -> factory, with an honest error when there is none."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from funscribe.errors import PluginNotFound


def names(group: str) -> tuple[str, ...]:
    """Return the names registered in an entry-point group, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


@cache
def load(group: str, name: str) -> Any:
    """Return what is registered in `group` under `name`; our own stand in the same table.

    Raises:
        PluginNotFound: Nothing has that name, or what has it cannot be imported.
    """
    found = [point for point in entry_points(group=group) if point.name == name]
    if not found:
        known = ", ".join(names(group)) or "none: install funscribe again"
        raise PluginNotFound(f"{name!r} is not installed in {group}; there is: {known}")
    try:
        return found[0].load()
    except (ImportError, AttributeError) as error:
        raise PluginNotFound(
            f"{name!r} in {group} cannot be loaded ({error}); install {found[0].value.split(':')[0]} again"
        ) from error
