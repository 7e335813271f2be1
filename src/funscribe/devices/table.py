"""The table of devices: what each can do, and where that is known from."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from funscribe.devices.motion import Limits
from funscribe.errors import DevicesInvalid, DeviceUnknown
from funscribe.script.axes import axis_named

CAUTIOUS = "generic"
FILE_NAME = "devices.toml"
CONFIG_VARIABLE = "FUNSCRIBE_CONFIG_DIR"
# No table of a sane size is larger; a wrong file is not read into memory.
LARGEST_TABLE = 1_000_000

RouteName = Literal["simulator", "tcode", "buttplug"]
Position = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device can do; what nobody knows is None.

    Attributes:
        summary: What it is.
        route: How it is reached.
        source: Where the figures come from.
        max_speed: Fastest that it can follow (units/s).
        min_interval_ms: Least time between two commands (ms).
        range: Lowest and highest position that it is sent to (units).
        axes: Names of the axes that it has.
    """

    summary: Annotated[str, msgspec.Meta(min_length=1)]
    route: RouteName
    source: Annotated[str, msgspec.Meta(min_length=1)]
    max_speed: Annotated[float, msgspec.Meta(ge=10, le=10_000)] | None = None
    min_interval_ms: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    range: tuple[Position, Position] = (0.0, 100.0)
    axes: tuple[str, ...] = ("stroke",)

    def __post_init__(self) -> None:
        if self.range[0] >= self.range[1]:
            raise ValueError(f"range must rise, not go from {self.range[0]:g} to {self.range[1]:g}")
        if not self.axes:
            raise ValueError("axes must name an axis")
        for axis in self.axes:
            if axis_named(axis) != axis:
                hint = axis_named(axis)
                raise ValueError(
                    f"axes has {axis!r}, " + (f"write {hint!r}" if hint else "and no axis is called so")
                )


Table = Mapping[str, Device]


def read_table(*extra: Path) -> dict[str, Device]:
    """The table of the package, then the user's own, then further files; later rows replace earlier ones.

    Raises:
        DevicesInvalid: If a file cannot be read or a row makes no sense; the message has file and line.
    """
    shipped = files("funscribe.devices").joinpath(FILE_NAME).read_text(encoding="utf-8")
    table = parse_table(shipped, FILE_NAME)
    own = own_table()
    for path in (*((own,) if own.is_file() else ()), *extra):
        table |= parse_table(_text_of(path), str(path))
    return table


def own_table() -> Path:
    """Where the user's own table would lie; FUNSCRIBE_CONFIG_DIR names another folder."""
    told = os.environ.get(CONFIG_VARIABLE)
    if told:
        return Path(told) / FILE_NAME
    from platformdirs import user_config_path

    return user_config_path("funscribe", appauthor=False) / FILE_NAME


def parse_table(text: str, name: str) -> dict[str, Device]:
    """Devices of a table in TOML, by their names.

    Raises:
        DevicesInvalid: If it is no TOML or a row makes no sense; the message begins with `name:LINE`.
    """
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = found[1] if found else max(1, len(text.splitlines()))
        raise DevicesInvalid(f"{name}:{line}: no TOML: {error}") from error
    return {key: _device(text, name, key, row) for key, row in rows.items()}


def device_named(table: Table, name: str) -> Device:
    """The device of a name, in any case.

    Raises:
        DeviceUnknown: If the table has none of that name.
    """
    known = {key.lower(): key for key in table}
    if name.lower() in known:
        return table[known[name.lower()]]
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {known[near[0]]}? " if near else ""
    raise DeviceUnknown(
        f"no device is called {name!r}; {hint}there are: {', '.join(table)}; add others with --devices FILE"
    )


def limits_of(
    device: Device, table: Table, range_: tuple[float, float] | None = None, max_speed: float | None = None
) -> Limits:
    """Limits that a device is played within; for what is unknown those of "generic" hold.

    Args:
        device: The device.
        table: The table it is from.
        range_: Lowest and highest position that the user wants (units).
        max_speed: Fastest that the user wants (units/s); never raises that of the device.

    Raises:
        DevicesInvalid: If nothing is left of the range, or a figure makes no sense.
    """
    cautious = table.get(CAUTIOUS)
    speed = device.max_speed or (cautious and cautious.max_speed) or 300.0
    interval_ms = device.min_interval_ms or (cautious and cautious.min_interval_ms) or 100
    low, high = device.range
    if range_ is not None:
        low, high = max(low, range_[0]), min(high, range_[1])
    if max_speed is not None:
        speed = max_speed if not max_speed > speed else speed  # NaN goes on, to be refused
    try:
        return Limits(speed, interval_ms, low, high)
    except ValueError as error:
        raise DevicesInvalid(
            f"{error}; the device is sent from {device.range[0]:g} to {device.range[1]:g}"
        ) from error


def unknown_of(device: Device) -> tuple[str, ...]:
    """Which figures of a device are unknown, as they are called in the table."""
    return tuple(name for name in ("max_speed", "min_interval_ms") if getattr(device, name) is None)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise DevicesInvalid(f"{path}: is larger than a table of devices can be; name a .toml file")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        if isinstance(error, DevicesInvalid):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise DevicesInvalid(f"{path}: cannot be read ({reason}); name a .toml file") from error


def _device(text: str, name: str, key: str, row: Any) -> Device:
    try:
        return msgspec.convert(row, Device)
    except msgspec.ValidationError as error:
        said = str(error)
        path = re.search(r"`\$\.(\w+)", said)
        field = path or re.search(r"field `(\w+)`", said) or re.match(r"(range|axes) ", said)
        line = _line_of(text, key, field[1] if field else "")
        said = re.sub(r" - at `\$\.?([^`]*)`", lambda found: f" ({found[1]})" if found[1] else "", said)
        raise DevicesInvalid(f"{name}:{line}: [{key}] {said}") from error


def _line_of(text: str, key: str, field: str) -> int:
    """Line on which a field of a row stands; that of the row's head where it has none."""
    head = 1
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if re.match(rf"\[\s*[\"']?{re.escape(key)}[\"']?\s*\]", bare) or re.match(
            rf"{re.escape(key)}\s*=", bare
        ):
            head, inside = number, True
        elif bare.startswith("["):
            inside = False
        elif inside and field and re.match(rf"[\"']?{re.escape(field)}[\"']?\s*=", bare):
            return number
    return head
