from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from funscribe.errors import DeviceLost
from funscribe.jobs.engines import helper
from funscribe.jobs.engines.helper import jobs_at_once, reach


@pytest.mark.parametrize(
    ("cpus", "cores", "jobs"), [(1, 1, 1), (2, 2, 2), (64, 2, 4), (64, 64, 64), (3, 16, 3), (0, 0, 1)]
)
def test_jobs_fill_the_cluster_as_far_as_this_machine_can_serve_them(
    cpus: int, cores: int, jobs: int
) -> None:
    assert jobs_at_once(cpus, cores) == jobs


def test_a_process_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "_hold", os._exit)  # it cannot be called like that, and ends
    with pytest.raises(DeviceLost, match="has ended"), reach(None, 1):
        pass


def test_an_address_without_a_cluster_is_told() -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    with (
        pytest.raises(DeviceLost, match=r"no Ray cluster lets .* at not an address"),
        reach("not an address", 1),
    ):
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes of the system")
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_nothing_is_left_of_a_cluster_of_this_machine(tmp_path: Path, killed: bool) -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    program = (
        "import sys, time\n"
        "from funscribe.jobs.engines.helper import reach\n"
        "with reach(None, 1) as cluster:\n"
        "    print(*cluster, *sorted(name for name in sys.modules if name in ('ray', 'numpy')), flush=True)\n"
        "    sys.stdin.read()\n"
        "import os\n"
        "assert not [name for name in os.environ if name.startswith('RAY_AUTH')]\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert run.stdout is not None
    assert run.stdin is not None
    address, *rest = run.stdout.readline().split()
    assert address.rpartition(":")[2].isdigit()
    assert rest == ["1"]  # its CPUs, and nothing heavy was loaded here
    processes = psutil.Process(run.pid).children(recursive=True)
    assert any("raylet" in process.name() for process in processes)
    if killed:
        run.kill()
    run.communicate(timeout=60)
    assert run.returncode == (-9 if killed else 0)
    assert list(tmp_path.iterdir()) == []  # nor in the home of the user
    until = time.monotonic() + 30
    while any(_lives(process) for process in processes) and time.monotonic() < until:
        time.sleep(0.1)
    assert [process for process in processes if _lives(process)] == []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
