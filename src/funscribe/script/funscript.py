"""Script files: strict in what is written, forgiving in what is read."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from funscribe.errors import ScriptInvalid
from funscribe.files import write_atomically
from funscribe.records import Script
from funscribe.script.formats.csv import encode_csv, parse_csv
from funscribe.script.formats.reading import Form, Parsed, parse_funscript
from funscribe.script.formats.sets import find_set, join_axes, parts_of_set
from funscribe.script.formats.writing import encode_script
from funscribe.script.repair import Repair

CREATOR = "Funscribe"
CSV = ".csv"
# A script of a day at every frame is a tenth of it; what never ends must not fill the memory.
LARGEST_BYTES = 500_000_000

WriteForm = Literal["1.0", "1.1", "2.0", "csv", "set", "set-of-codes"]

__all__ = [
    "CREATOR",
    "ReadScript",
    "WriteForm",
    "check_script",
    "encode_script",
    "files_of",
    "open_script",
    "parse_script",
    "read_script",
    "script_metadata",
    "write_script",
]


@dataclass(frozen=True, slots=True)
class ReadScript:
    """A script as it was read, and what there was to repair.

    Attributes:
        script: The script.
        repairs: What was put right.
        form: The format of the file, told by what it holds.
        paths: The files that were read, that of the stroke first.
    """

    script: Script
    repairs: list[Repair]
    form: Form
    paths: tuple[Path, ...]


def script_metadata(title: str, duration_s: float, **more: Any) -> dict[str, Any]:
    """Metadata of a new script.

    Args:
        title: Title of the video.
        duration_s: Its duration (s); written in whole seconds, rounded up, so that no action lies after it.
        more: Any other fields, as they are to stand in the file.
    """
    return {"creator": CREATOR, "title": title, "duration": math.ceil(duration_s), "type": "basic", **more}


def write_script(path: Path | str, script: Script, form: WriteForm | None = None) -> tuple[Path, ...]:
    """Write a script, each file whole or not at all, and return the paths of the files.

    Args:
        path: The file (of the stroke, for a set).
        script: The script.
        form: "1.0", "1.1", "2.0" or "csv" for one file; "set" for a file an axis, version 1.0 (or CSV if
            the name ends so), which the most players read; "set-of-codes" for the same with T-codes in
            the names. None is a set, and that is one file for a script of one axis.

    Raises:
        ScriptInvalid: If the form has no place for an axis, or the metadata hold what JSON has no form for;
            nothing has been written then.
        OutputNotWritable: If a file cannot be written.
    """
    encoded = {file: _encode(file, part, form) for file, part in _parts(Path(path), script, form).items()}
    # The stroke last: its name may be that of the file that held all axes until now.
    for file, data in reversed(encoded.items()):
        write_atomically(file, data)
    return tuple(encoded)


def files_of(path: Path | str, script: Script, form: WriteForm | None = None) -> tuple[Path, ...]:
    """The files that `write_script` would write.

    Raises:
        ScriptInvalid: If no file name stands for an axis.
    """
    return tuple(_parts(Path(path), script, form))


def _parts(path: Path, script: Script, form: WriteForm | None) -> dict[Path, Script]:
    if form in (None, "set", "set-of-codes"):
        return parts_of_set(script, path, codes=form == "set-of-codes")
    return {path: script}


def _encode(path: Path, script: Script, form: WriteForm | None) -> bytes:
    if form == "csv" or (form not in ("1.0", "1.1", "2.0") and path.suffix.lower() == CSV):
        return encode_csv(script)
    return encode_script(script, form if form in ("1.0", "1.1", "2.0") else None)


def read_script(path: Path | str) -> Script:
    """Read one file of a script, repairing what can be repaired.

    Raises:
        ScriptInvalid: If the file cannot be read or is no script.
    """
    return open_script(path).script


def check_script(path: Path | str) -> tuple[Script, list[Repair]]:
    """Read one file of a script, and list what had to be repaired.

    Raises:
        ScriptInvalid: If the file cannot be read or is no script; the message begins with the path.
    """
    opened = open_script(path)
    return opened.script, opened.repairs


def open_script(path: Path | str, whole_set: bool = False) -> ReadScript:
    """Read a script: a funscript of any version or, if the name ends so, CSV.

    Args:
        path: The file.
        whole_set: Also read the files of the other axes that belong to it (`NAME.roll.funscript`), and
            that of the stroke if `path` is another axis's.

    Raises:
        ScriptInvalid: If a file cannot be read or is no script; the message begins with the path.
    """
    path = Path(path)
    if not whole_set:
        parsed = _parse(path)
        return ReadScript(parsed.script, parsed.repairs, parsed.form, (path,))
    files = find_set(path)
    if files.axes and not files.main.is_file():
        main = Parsed(Script(np.empty(0), np.empty(0)), [], "1.0")
        paths: tuple[Path, ...] = ()
    else:
        main, paths = _parse(files.main), (files.main,)
    repairs = list(main.repairs)
    axes = {}
    for name, file in files.axes.items():
        one = _parse(file)
        repairs += [replace(repair, text=f"{name}: {repair.text}") for repair in one.repairs]
        axes[name] = one.script
    for file in files.ignored:
        repairs.append(Repair("axis", f"{file.name} names an axis that another file has, and is left out"))
    return ReadScript(
        join_axes(main.script, axes, repairs), repairs, main.form, (*paths, *files.axes.values())
    )


def parse_script(data: bytes) -> tuple[Script, list[Repair]]:
    """Make a script of the bytes of a funscript file of any version, and list what had to be repaired.

    Raises:
        ScriptInvalid: If it is not a JSON object with actions.
    """
    parsed = parse_funscript(data)
    return parsed.script, parsed.repairs


def _parse(path: Path) -> Parsed:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScriptInvalid(f"{path}: cannot be read ({reason}); name a .funscript file") from error
    if len(data) > LARGEST_BYTES:
        raise ScriptInvalid(f"{path}: is larger than {LARGEST_BYTES // 1_000_000} MB; name a .funscript file")
    try:
        return parse_csv(data) if path.suffix.lower() == CSV else parse_funscript(data)
    except ScriptInvalid as error:
        raise ScriptInvalid(f"{path}: {error}") from error
