"""One case at work in a process of its own, asked for a unit of work at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from funscribe.errors import RevisionInvalid, WorkerDied

_PROBE = Path(__file__).with_name("probe.py")
_PATIENCE_S = 20.0
Settings = Mapping[str, str | int | float]


class NotMeasured(Exception):
    """A case cannot be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is measured: an installed package, or the source of a revision.

    Attributes:
        name: What it is called in a comparison.
        source: Folder that holds the package to be measured; None for the one that is installed.
        environment: More variables of its processes.
    """

    name: str = ""
    source: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Took:
    """What one unit of work took: wall time and time of all cores (s), and how much work it was."""

    wall_s: float
    cpu_s: float
    work: float


class Sitting:
    """A process that does units of one case, for as long as the block runs.

    Args:
        work: Name of a function of `probe`.
        settings: Its arguments.
        side: Whose code it runs.

    Raises:
        NotMeasured: The case cannot be had here, and why.
        RevisionInvalid: Another package than that of the side would be measured.
        WorkerDied: The process ended without an answer.
    """

    def __init__(self, work: str, settings: Settings, side: Side | None = None) -> None:
        side = side or Side()
        self._name = work
        self._source = side.source
        self._cache = tempfile.TemporaryDirectory(prefix="funscribe-bench-", ignore_cleanup_errors=True)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the sitting
        # Bytecode has to be kept: only one of two sides may have it from before.
        own = {"FUNSCRIBE_CACHE_DIR": self._cache.name, "PYTHONDONTWRITEBYTECODE": ""}
        environment = {**os.environ, **own, **side.environment}
        if side.source is not None:
            environment["PYTHONPATH"] = str(side.source)
        # Its own session: Ctrl-C reaches us alone, and we end it with all that it has started.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_PROBE), work, json.dumps(dict(settings))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
            start_new_session=os.name == "posix",
        )
        self.ran: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait_ready(self) -> None:
        """Wait until the case is prepared; what it really runs on is in `ran` from then on."""
        said = self._hear()
        self.ran = said["ready"]
        wanted = self._source / "funscribe" if self._source is not None else None
        if wanted is not None and not wanted.samefile(said["package"]):
            raise RevisionInvalid(f"{said['package']} was measured instead of {wanted}; unset PYTHONHOME")

    def ask(self) -> None:
        """Let it begin with a unit of work."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # that it has ended is told by `answer`
            self._process.stdin.write("go\n")
            self._process.stdin.flush()

    def answer(self) -> Took:
        """Wait for the unit that was asked for."""
        said = self._hear()
        return Took(said["wall_s"], said["cpu_s"], said["work"])

    def unit(self) -> Took:
        """Do a unit of work."""
        self.ask()
        return self.answer()

    def finish(self) -> float | None:
        """End the process; return its largest memory (MB), None where that is not known."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        peak: float | None = self._hear()["peak_mb"]
        self._process.wait(_PATIENCE_S)
        return peak

    def close(self) -> None:
        """End the process, whatever it does, and forget what it kept."""
        try:
            if self._process.poll() is None:
                self._end()
        finally:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._said.close()
            self._cache.cleanup()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait(_PATIENCE_S)

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(_PATIENCE_S)
            self._said.seek(0)
            last = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
            raise WorkerDied(
                f"measuring {self._name} ended with status {self._process.returncode}: "
                f"{''.join(last) or 'nothing was said'}; run it again, or leave the case out"
            )
        said: dict[str, Any] = json.loads(line)
        if "why_not" in said:
            raise NotMeasured(said["why_not"])
        return said
