"""What all benchmarks are told: where to work, where the data are, how much to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """How the benchmarks are run.

    Attributes:
        work: Folder for clips that are made once; may be removed at any time.
        data: Folder of real clips; what needs one that is missing cannot be run.
        quick: Do the least that shows that all works; its figures mean nothing.
        clip: The 1080p clip to measure speed and memory with; None makes one.
    """

    work: Path
    data: Path
    quick: bool = False
    clip: Path | None = None

    def pick(self, full: int, quick: int) -> int:
        """Return how much to do."""
        return quick if self.quick else full
