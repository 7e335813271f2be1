"""What tells a machine from others: its figures cannot be compared with theirs."""

from __future__ import annotations

import hashlib
import platform
import subprocess

import psutil

from funscribe.bench.history import MachineRecord
from funscribe.bench.provenance import core_count, cpu_name

_KEY_DIGITS = 12
_PATIENCE_S = 10.0


def this_machine() -> MachineRecord:
    """Return the record of this machine."""
    return machine_of(
        cpu=cpu_name(),
        cores=core_count(),
        memory_gb=round(psutil.virtual_memory().total / 1e9),
        gpus=nvidia_cards(),
        system=f"{platform.system()} {platform.machine()}",
    )


def machine_of(cpu: str, cores: int, memory_gb: int, gpus: tuple[str, ...], system: str) -> MachineRecord:
    """Return the record of a machine with the key of these figures."""
    told = repr((cpu, cores, memory_gb, gpus, system)).encode()
    key = hashlib.sha256(told).hexdigest()[:_KEY_DIGITS]
    return MachineRecord(key=key, cpu=cpu, cores=cores, memory_gb=memory_gb, gpus=gpus, system=system)


def readable(machine: MachineRecord) -> str:
    """The machine in a line."""
    cards = "".join(f", {card}" for card in machine.gpus)
    return (
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb} GB{cards}, {machine.system} "
        f"({machine.key})"
    )


def nvidia_cards(command: str = "nvidia-smi") -> tuple[str, ...]:
    """Names of NVIDIA's cards as their driver tells them; none where there is no driver."""
    words = [command, "--query-gpu=name", "--format=csv,noheader"]
    try:
        ran = subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE_S)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(filter(None, map(str.strip, ran.stdout.splitlines()))) if ran.returncode == 0 else ()
