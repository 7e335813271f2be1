"""`funscribe doctor`: what there is on this machine, and what could be added."""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Annotated, Any

import typer

_GB = 1e9
_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}
_ENGINES = {
    "openvino": ("openvino",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino"),
}
_COMMANDS = {"openvino": "pip install openvino", "onnxruntime": "pip install 'funscribe[onnxruntime]'"}
_FOR_DEVELOPERS = "dev"


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print what Funscribe finds on this machine: processor, decoders, devices for models, space, extras."""
    found = look()
    if json:
        from funscribe.cli.report import print_json

        print_json(found)
        return
    for name, text in _lines(found):
        typer.echo(f"{name:<20}{text}".rstrip())


def look() -> dict[str, Any]:
    """Return all that is known of this machine, as plain values."""
    from funscribe import __version__
    from funscribe.video.libraries import ffmpeg_libraries, hardware_decoders

    return {
        "funscribe": __version__,
        **_computer(),
        "pyav": _version("av"),
        "ffmpeg": ffmpeg_libraries(),
        "hardware_decoders": list(hardware_decoders()),
        "engines": {name: _engine(name) for name in _ENGINES},
        "cache": _cache(),
        "extras": _extras(),
    }


def _computer() -> dict[str, Any]:
    import platform

    import psutil

    memory = psutil.virtual_memory()
    machine = platform.machine().lower()
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": _MACHINES.get(machine, machine),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_gb": round(memory.total / _GB, 1),
        "memory_free_gb": round(memory.available / _GB, 1),
    }


def _engine(name: str) -> dict[str, Any]:
    """Return the version of an engine's library and the devices that it finds, or why it has none."""
    held = next(filter(None, map(_version, _ENGINES[name])), None)
    if held is None:
        return {"version": None, "devices": {}, "remedy": _COMMANDS[name]}
    try:
        devices = _devices(name)
    except (ImportError, OSError, RuntimeError) as error:  # a library of the system is missing or broken
        reason = " ".join(str(error).split())
        remedy = f"{reason}; {_COMMANDS[name]} --force-reinstall"
        return {"version": held, "devices": {}, "remedy": remedy}
    return {"version": held, "devices": devices, "remedy": None}


def _devices(name: str) -> dict[str, str]:
    if name == "openvino":
        from funscribe.detect.engines import openvino

        return openvino.devices()
    from funscribe.detect.engines import onnxruntime

    return onnxruntime.devices()


def _cache() -> dict[str, Any]:
    import psutil

    from funscribe.trace import TraceStore

    folder = TraceStore().root
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free_gb = round(psutil.disk_usage(str(there)).free / _GB, 1)
    return {"folder": str(folder), "free_gb": free_gb, "writable": os.access(there, os.W_OK)}


def _extras() -> dict[str, Any]:
    """Return of every optional part whether it is installed, and the command that does that."""
    found: dict[str, Any] = {}
    for line in requires("funscribe") or ():
        asked = re.match(r"([A-Za-z0-9._-]+).*\bextra\s*==\s*['\"]([^'\"]+)['\"]", line)
        if asked is None or asked[2] == _FOR_DEVELOPERS:
            continue
        extra = found.setdefault(
            asked[2], {"installed": True, "command": f"pip install 'funscribe[{asked[2]}]'"}
        )
        extra["installed"] &= _version(asked[1]) is not None
    return found


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what `look` found for people: a name and a text a line."""
    cores = f"{found['cores']} cores, {found['memory_gb']} GB of memory ({found['memory_free_gb']} free)"
    cache = found["cache"]
    space = f"{cache['free_gb']} GB free" if cache["writable"] else "not writable: set FUNSCRIBE_CACHE_DIR"
    lines = [
        ("Funscribe", found["funscribe"]),
        ("Python", found["python"]),
        ("machine", f"{found['system']} {found['release']}, {found['machine']}"),
        ("", cores),
        ("PyAV", f"{found['pyav']}, " + ", ".join(f"{n} {v}" for n, v in list(found["ffmpeg"].items())[:3])),
        ("hardware decoders", (", ".join(found["hardware_decoders"]) or "none") + " (built in)"),
    ]
    lines += [(name, _engine_line(engine)) for name, engine in found["engines"].items()]
    lines.append(("cache", f"{cache['folder']}, {space}"))
    for name, extra in found["extras"].items():
        state = "installed" if extra["installed"] else f"not installed: {extra['command']}"
        lines.append((f"[{name}]", state))
    return lines


def _engine_line(engine: dict[str, Any]) -> str:
    if engine["remedy"]:
        return f"not usable: {engine['remedy']}"
    devices = ", ".join(f"{device} ({what})" for device, what in engine["devices"].items())
    return f"{engine['version']}: {devices}"
