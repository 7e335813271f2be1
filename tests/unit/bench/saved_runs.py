"""Made-up saved runs: cases whose figures are known, on machines that do not exist."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from funscribe.bench.history import MachineRecord, Row, Run

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)


def machine(key: str = "0123456789ab", cpu: str = "One @ 2 GHz", gpus: tuple[str, ...] = ()) -> MachineRecord:
    return MachineRecord(key=key, cpu=cpu, cores=2, memory_gb=8, gpus=gpus, system="Linux x86_64")


def row(case: str, value: float | None, unit: str = "frames/s", seed: int = 0, why_not: str = "") -> Row:
    """A row of five samples about a value."""
    more = unit == "frames/s"
    if value is None:
        return Row(case=case, what=case, unit=unit, more_is_better=more, why_not=why_not)
    rng = random.Random(seed)
    samples = sorted(value * rng.gauss(1, 0.01) for _ in range(5))
    return Row(
        case=case, what=f"measuring {case}", unit=unit, more_is_better=more, value=samples[2], n=5,
        least=samples[0], most=samples[4], samples=tuple(samples),
    )  # fmt: skip


def run(
    number: int,
    figures: Mapping[str, float | None],
    version: str = "0.1.0",
    on: MachineRecord | None = None,
    quick: bool = False,
    clip: str = "",
) -> Run:
    """The run of a day: frames/s of cases, None for one that was not measured."""
    at = BEGIN + timedelta(days=number)
    rows = tuple(
        row(case, value, seed=number * 100 + n, why_not="no model is installed")
        for n, (case, value) in enumerate(figures.items())
    )
    return Run(
        id=f"{at:%Y%m%dT%H%M%SZ}-{version}-{number}",
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        machine=on or machine(),
        made_by={"funscribe": version, "commit": f"c{version}"},
        rows=rows,
        quick=quick,
        clip=clip,
        label=f"day {number}",
    )
