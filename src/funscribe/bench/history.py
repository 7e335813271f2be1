"""Saved runs of `funscribe bench run`: a JSON file each, in a folder for each machine.

    FOLDER/MACHINE KEY/RUN ID.json      one `Run`, as JSON with the names of the fields below

FOLDER is `$FUNSCRIBE_BENCH_DIR`, or `bench` in the user's data folder. A run is a file of its own: two that
end at once cannot overwrite each other, and one that is damaged takes no other with it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from funscribe.errors import RunInvalid
from funscribe.files import not_writable, write_atomically

SCHEMA = 1
"""Of the records below; it grows when a field changes its meaning, not when one is added with a default."""

FOLDER_VARIABLE = "FUNSCRIBE_BENCH_DIR"


class Row(Struct, frozen=True, kw_only=True):
    """One case that was measured, or why it was not.

    Attributes:
        case: What it is called by, `GROUP/WHAT` such as `decode/1080p`; unique within a run.
        what: What is measured, in words.
        unit: Unit of the figures: `frames/s`, `s`, `ms`.
        more_is_better: Whether a larger figure is the better one.
        value: Median of the single measurements; None when not measured.
        least: Least of them.
        most: Largest of them.
        n: How many there are.
        samples: The single measurements, in their order.
        cpu_s: Median time of all cores that one measurement took (s); None where it is not known.
        peak_mb: Largest memory of the process and its workers (MB); None where it is not known.
        settings: What was set, such as `{"workers": 2, "threads": 1}`.
        why_not: Why it was not measured, with the remedy; empty when it was.
    """

    case: str
    what: str
    unit: str
    more_is_better: bool
    value: float | None = None
    least: float | None = None
    most: float | None = None
    n: int = 0
    samples: tuple[float, ...] = ()
    cpu_s: float | None = None
    peak_mb: float | None = None
    settings: dict[str, str | int | float] = {}
    why_not: str = ""


class MachineRecord(Struct, frozen=True, kw_only=True):
    """The machine that measured.

    Attributes:
        key: 12 hexadecimal digits of all below.
        cpu: Model of the processor.
        cores: Cores that may be used.
        memory_gb: Memory, rounded to whole GB.
        gpus: Names of the graphics cards that are known.
        system: Operating system and kind of machine, such as `Linux x86_64`.
    """

    key: str
    cpu: str
    cores: int
    memory_gb: int
    gpus: tuple[str, ...]
    system: str


class Suit(Struct, frozen=True, kw_only=True):
    """One setting that suits the machine, and what speaks for it.

    Attributes:
        setting: Its path: `run.workers`, `run.threads`, or an option of a recipe such as `detect.engine`.
        value: What is best.
        case: The row that is the best.
        against: The row of the default; the same as `case` where the default is kept.
        margin: By which part it is faster than the default: 0.1 is a tenth; 0 where the default is kept.
        why: The choice in words, with its figures.
    """

    setting: str
    value: str | int | float | bool
    case: str
    against: str
    margin: float
    why: str


class Run(Struct, frozen=True, kw_only=True):
    """One run of the benchmark.

    Attributes:
        id: Its file's name without the suffix; ids sort by time.
        at: When it ended, in UTC, ISO 8601.
        machine: What it ran on.
        made_by: Versions: `funscribe`, `commit` (a plus where files differ from it), `python`, libraries.
        rows: The cases.
        suits: The settings that suit the machine.
        quick: Whether it was a quick run, whose figures are rough.
        stopped: Whether it was stopped before its end.
        clip: Name of the clip of the user's that was measured; empty for those that are drawn.
        label: What the user called it.
        schema: That of these records.
    """

    id: str
    at: str
    machine: MachineRecord
    made_by: dict[str, str]
    rows: tuple[Row, ...]
    suits: tuple[Suit, ...] = ()
    quick: bool = False
    stopped: bool = False
    clip: str = ""
    label: str = ""
    schema: Literal[1] = 1


def default_folder() -> Path:
    """The folder of the history."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("funscribe", appauthor=False) / "bench"


def new_id(made_by: dict[str, str], now: datetime | None = None) -> str:
    """Return an id for a run that ends now: time, version, revision, and what keeps two of a second apart."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    words = (moment.strftime("%Y%m%dT%H%M%SZ"), made_by.get("funscribe", ""), made_by.get("commit", ""))
    plain = ["".join(c if c.isalnum() or c in ".+" else "_" for c in word) for word in words if word]
    return "-".join([*plain, secrets.token_hex(3)])


def save_run(run: Run, folder: Path | None = None) -> Path:
    """Add a run to the history; return its file.

    Raises:
        OutputNotWritable: It cannot be written.
    """
    path = (folder or default_folder()) / run.machine.key / f"{run.id}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(path, error) from error
    write_atomically(path, encode_run(run))
    return path


def encode_run(run: Run) -> bytes:
    """The run as it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n"


def read_run(path: Path) -> Run:
    """Read one saved run.

    Raises:
        RunInvalid: There is none, or it is something else, or of a newer Funscribe.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Run)
    except OSError as error:
        raise RunInvalid(f"{path} cannot be read: {error.strerror}; see `funscribe bench list`") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RunInvalid(
            f"{path} is no saved run that this version of Funscribe knows: {error}; "
            "make it anew with `funscribe bench run`"
        ) from error


def read_history(
    folder: Path | None = None, machine: str | None = None
) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Return the saved runs, oldest first, and what is wrong with files that cannot be read.

    Args:
        folder: Of the history; None for the user's.
        machine: Key of the machine whose runs are wanted; None for those of all.
    """
    root = folder or default_folder()
    found: list[Run] = []
    damaged: list[str] = []
    for path in _files(root, machine):
        try:
            found.append(read_run(path))
        except RunInvalid as error:
            damaged.append(str(error))
    return tuple(sorted(found, key=lambda run: (run.at, run.id))), tuple(damaged)


def find_run(name: str, folder: Path | None = None) -> Run:
    """Return the saved run of a file, or of an id or the beginning of one.

    Raises:
        RunInvalid: There is none, or more than one.
    """
    path = Path(name)
    if path.suffix == ".json" or path.is_file():
        return read_run(path)
    hits = [found for found in _files(folder or default_folder(), None) if found.stem.startswith(name)]
    if len(hits) != 1 or not name:
        told = f"{len(hits)} saved runs begin with" if hits and name else "no saved run is called"
        raise RunInvalid(f"{told} {name!r}; `funscribe bench list` prints them")
    return read_run(hits[0])


def _files(root: Path, machine: str | None) -> Iterable[Path]:
    return sorted(root.glob(f"{machine or '*'}/*.json"))
