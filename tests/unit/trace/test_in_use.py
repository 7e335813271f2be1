import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from funscribe.errors import OutputNotWritable
from funscribe.trace import TraceStore
from funscribe.trace.in_use import Uses, only_one, unused

KEY = "0" * 32

RUN = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from funscribe.trace.store import TraceStore
    store = TraceStore(Path(sys.argv[1]), max_bytes=int(sys.argv[3]))
    {work}
    """
)
HOLD = """
store.open(sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
"""
SHRINK = """
print("ready", flush=True)
sys.stdin.readline()
print(*store.shrink(), flush=True)
"""
CHURN = """
import random
random.seed(int(sys.argv[2]))
for turn in range(150):
    key = f"{random.randrange(3):032x}"
    with TraceStore(store.root, max_bytes=store.max_bytes) as mine:
        mine.open(key)
        path = mine.folder(key) / f"segment-{turn:05d}.npz"
        path.write_bytes(b"x" * 500)
        mine.shrink(500)
        assert path.read_bytes() == b"x" * 500
print("whole", flush=True)
"""


def _process(root: Path, work: str, key: str = KEY, max_bytes: int = 0) -> subprocess.Popen[str]:
    program = RUN.replace("{work}", work)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(root), key, str(max_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _keep(root: Path, number: int, size: int, age_s: float) -> str:
    folder = root / f"{number:032x}"
    folder.mkdir(parents=True)
    (folder / "segment-00000.npz").write_bytes(b"x" * size)
    then = time.time() - age_s
    os.utime(folder, (then, then))
    return folder.name


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_what_another_process_holds_stays_until_it_is_killed(tmp_path: Path) -> None:
    store = TraceStore(tmp_path, max_bytes=0)
    with _process(tmp_path, HOLD) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        (tmp_path / KEY / ".funscribe-12.part").write_bytes(b"half")
        other = _keep(tmp_path, 1, 100, age_s=0)
        assert store.shrink() == [other], "newer, but nobody uses it"
        assert not store.remove(KEY)
        assert store.clear() == []
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
    assert (tmp_path / KEY / ".funscribe-12.part").exists()
    store.open(KEY)
    assert list((tmp_path / KEY).iterdir()) == []
    store.close()
    assert store.shrink() == []
    assert store.clear() != []
    assert list(tmp_path.iterdir()) == []


def test_two_that_shrink_at_once_remove_no_more_than_one_would(tmp_path: Path) -> None:
    keys = [_keep(tmp_path, number, 100, age_s=100 - number) for number in range(60)]
    crew = [_process(tmp_path, SHRINK, max_bytes=2050) for _ in range(3)]
    gone: list[str] = []
    for process in crew:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in crew:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in crew:
        gone += process.communicate(timeout=30)[0].split()
    assert sorted(gone) == keys[:40]
    assert sorted(path.name for path in tmp_path.iterdir()) == keys[40:]


def test_runs_that_open_what_others_remove_lose_nothing(tmp_path: Path) -> None:
    crew = [_process(tmp_path, CHURN, key=str(seed), max_bytes=600) for seed in range(4)]
    assert [process.communicate(timeout=60)[0] for process in crew] == ["whole\n"] * 4
    TraceStore(tmp_path, max_bytes=600).shrink()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.npz")) <= 600
    assert [path.name for path in tmp_path.iterdir() if not path.is_dir()] == []


def test_a_forked_child_keeps_nothing_in_use(tmp_path: Path) -> None:
    work = (
        HOLD.replace(
            'print("held", flush=True)',
            "import os, time\nif not os.fork():\n    os.close(1)\n    time.sleep(5)",
        )
        + 'print("over", flush=True)\nos._exit(0)'
    )
    with _process(tmp_path, work) as process:
        process.communicate("\n", timeout=20)
    assert TraceStore(tmp_path).remove(KEY)


def test_holding_twice_is_holding_once(tmp_path: Path) -> None:
    uses = Uses(tmp_path)
    uses.hold(KEY)
    uses.hold(KEY)
    with unused(tmp_path, KEY) as free:
        assert not free
    uses.close()
    with unused(tmp_path, KEY) as free, only_one(tmp_path):
        assert free
    uses.close()
    assert list(tmp_path.iterdir()) == []


def test_without_locks_only_what_is_long_unused_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    store = TraceStore(tmp_path, max_bytes=0)
    store.open(KEY)
    old, recent = (_keep(tmp_path, number, 10, age_s=age_s) for number, age_s in ((1, 90_000), (2, 3600)))
    assert store.shrink() == [old]
    assert (tmp_path / recent).is_dir()
    assert (tmp_path / KEY).is_dir()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    root = tmp_path / "file" / "store"
    with pytest.raises(OutputNotWritable):
        Uses(root).hold(KEY)
    for lock in (unused(root, KEY), only_one(root)):
        with pytest.raises(OutputNotWritable), lock:
            pass
