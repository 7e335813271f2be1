"""The packages that Funscribe is measured against, each asked in the environment of `scripts/bench-env`.

They run as programs of their own, for they bring libraries that must not meet ours: `ask("peer_NAME.py")`
runs a file of this folder with their interpreter. Such a file imports no Funscribe; its last line is JSON.
`standing` keeps one running, which answers as often as it is asked.

What is particular about them:
    torch: Comes without the GPU libraries; where the index has only a build that needs them, it is told as
        missing, and so is what needs it.
    torchvision: Is there for its version alone, which Ultralytics asks for: its compiled part is built for a
        GPU. Ultralytics has a suppression of its own and takes that one, unless its predictor warms up by
        itself; set `predictor.done_warmup = True` after `setup_model`, and warm up with a picture.

    torchcodec: The newest whose wheel can be imported without a library of the GPU.
    decord: Was last released in 2021, for FFmpeg 4, which it brings.

Run by `scripts/bench-env` this file imports every peer and writes down which there are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

PEERS = (
    "numpy", "onnxruntime", "trackers", "trackeval", "torch", "torchvision", "torchcodec", "ultralytics",
    "decord",
)  # fmt: skip
FOLDER = Path(__file__).resolve().parent
HOME = FOLDER.parents[1] / "build" / "bench-env"
FOUND = "peers.json"
_IMPORT_S = 300.0  # the first import compiles thousands of files
_ANSWER_S = 3_600.0
_OURS = ("PYTHON", "VIRTUAL_ENV")  # how names of variables start that would bend their interpreter to us


def python() -> Path | None:
    """Return the interpreter that has the peers; None where `scripts/bench-env` was not run."""
    path = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return path if path.is_file() and (HOME / FOUND).is_file() else None


def found() -> dict[str, dict[str, str | None]]:
    """Return of every peer its `version`, None where it cannot be used, and the `reason` of that.

    Raises:
        RuntimeError: `scripts/bench-env` was not run.
    """
    if python() is None:
        raise RuntimeError("the packages to compare with are not installed; run scripts/bench-env")
    return dict(json.loads((HOME / FOUND).read_text(encoding="utf-8")))


def version(name: str) -> str | None:
    """Return the version of a peer; None where it cannot be used, or where there are no peers at all."""
    if name not in PEERS:
        raise ValueError(f"no peer named {name}; there are {', '.join(PEERS)}")
    return found()[name]["version"] if python() else None


def ask(script: str, *arguments: object, threads: int | None = None, timeout_s: float = _ANSWER_S) -> Any:
    """Run a file of this folder with the interpreter of the peers; return its last line, read as JSON.

    Args:
        script: Its name, `peer_*.py`.
        arguments: Given to it as text; paths are absolute.
        threads: Threads that the libraries may take; None leaves it to them.
        timeout_s: How long it may take (s).

    Raises:
        RuntimeError: There are no peers, or the file failed or printed no JSON; the message has what it said.
    """
    found()
    command = [str(python()), str(FOLDER / script), *map(str, arguments)]
    try:
        ran = subprocess.run(
            command,
            env=environment(threads),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{script} gave no answer in {timeout_s:.0f} s") from error
    said = ran.stderr.strip()[-1_000:]
    if ran.returncode != 0:
        raise RuntimeError(f"{script} failed with exit status {ran.returncode}: {said}")
    try:
        return json.loads((ran.stdout.strip().splitlines() or [""])[-1])
    except ValueError as error:
        raise RuntimeError(f"{script} ends without JSON: {ran.stdout.strip()[-300:]!r} {said}") from error


@contextmanager
def standing(
    script: str, *arguments: object, threads: int | None = None, interpreter: str | None = None
) -> Iterator[Callable[[], Any]]:
    """A file of this folder that runs until the end, and a question to it.

    For each line that it reads it prints one of JSON; what else it prints is passed over.

    Args:
        script: Its name, `peer_*.py`.
        arguments: Given to it as text; paths are absolute.
        threads: Threads that the libraries may take; None leaves it to them.
        interpreter: The Python that runs it; None for that of the peers.

    Yields:
        A function that asks it and returns its answer.

    Raises:
        RuntimeError: There are no peers, or the file ended without an answer; the message has what it said.
    """
    if interpreter is None:
        found()
    command = [interpreter or str(python()), str(FOLDER / script), *map(str, arguments)]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command,
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        to, answers = process.stdin, process.stdout

        def ask() -> Any:
            with suppress(BrokenPipeError):  # what it said tells more
                to.write("\n")
                to.flush()
            for line in answers:
                with suppress(ValueError):
                    return json.loads(line)
            said.seek(0)
            raise RuntimeError(f"{script} ended without an answer: {said.read().strip()[-1_000:]}")

        try:
            yield ask
        finally:
            with suppress(BrokenPipeError):
                to.close()


def environment(threads: int | None) -> dict[str, str]:
    """What peers see: nothing of our Python, and that they fetch and install nothing by themselves."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    kept |= {
        "YOLO_CONFIG_DIR": str(HOME / "ultralytics"),
        "YOLO_AUTOINSTALL": "false",
        "YOLO_OFFLINE": "true",
    }
    if threads is not None:
        kept |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    return kept


def _look(name: str) -> dict[str, str | None]:
    """Return what `found` tells of a peer, by importing it with this interpreter in a process of its own."""
    try:
        held = installed_version(name)
    except PackageNotFoundError:
        return {"version": None, "reason": "it was not installed; scripts/bench-env says why"}
    try:
        ran = subprocess.run(
            [sys.executable, "-c", f"import {name}"],
            env=environment(None),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_IMPORT_S,
        )
    except subprocess.TimeoutExpired:
        return {"version": None, "reason": f"{held} is installed, and not imported in {_IMPORT_S:.0f} s"}
    if ran.returncode != 0:
        said = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        return {"version": None, "reason": f"{held} is installed, and cannot be imported: {said}"}
    return {"version": held, "reason": None}


def main(arguments: list[str]) -> int:
    """Write down which peers there are, unless `--told` leaves that as it was, and print it."""
    if arguments != ["--told"]:
        looked = {name: _look(name) for name in PEERS}
        (HOME / FOUND).write_text(json.dumps(looked, indent=1) + "\n", encoding="utf-8")
    for name, row in found().items():
        print(f"{name:<12} {row['version'] or 'missing: ' + str(row['reason'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
