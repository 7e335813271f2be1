import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from funscribe.jobs import trees

_SLEEP = "import time; time.sleep(60)"
_PARENT = (
    f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {_SLEEP!r}]); "
    "print(c.pid, flush=True); c.wait()"
)


@pytest.fixture
def family() -> Iterator[tuple[psutil.Process, psutil.Process]]:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        root = psutil.Process(parent.pid)
        try:
            yield root, child
        finally:
            trees.kill([root, child])


def test_a_tree_has_all_its_processes(family: tuple[psutil.Process, psutil.Process]) -> None:
    root, child = family
    tree = trees.measure([root])[root.pid]
    assert tree.processes == (root, child)
    both = root.memory_info().rss + child.memory_info().rss
    assert tree.rss_bytes == pytest.approx(both, rel=0.2)
    assert tree.cpu_s > 0


def test_a_tree_that_is_not_below_this_process_is_found(
    family: tuple[psutil.Process, psutil.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, child = family
    monkeypatch.setattr(trees, "_offspring", lambda: trees._Offspring([]))
    assert trees.measure([root])[root.pid].processes == (root, child)


def test_killing_leaves_nobody(family: tuple[psutil.Process, psutil.Process]) -> None:
    root, child = family
    trees.kill([root])
    until = time.monotonic() + 10
    while psutil.pid_exists(child.pid) and time.monotonic() < until:
        with_state = child.status() if child.is_running() else psutil.STATUS_ZOMBIE
        if with_state == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.01)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_what_is_gone_is_left_out(family: tuple[psutil.Process, psutil.Process]) -> None:
    root, child = family
    trees.kill([root, child, root])
    root.wait(10)
    assert trees.measure([root]) == {}
    assert trees.measure([]) == {}
