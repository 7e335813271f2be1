import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from funscribe import locks
from funscribe.locks import NoLocksHere, alone, shared

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the processes of these tests are POSIX")

# The other system's locks of bytes, made of those of this one.
WINDOWS = textwrap.dedent(
    """
    import fcntl, sys, types
    def locking(descriptor, mode, count):
        import os
        assert mode == 2
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, count, os.lseek(descriptor, 0, 1))
        except OSError as error:
            raise PermissionError(13, "Permission denied") from error
    sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
    import pathlib, secrets, contextlib, time  # these must not see another system
    import funscribe.lazy, funscribe
    platform, sys.platform = sys.platform, "win32"
    import funscribe.locks
    sys.platform = platform
    assert "fcntl" not in vars(funscribe.locks)
    """
)

HOLDER = textwrap.dedent(
    """
    import os, sys, time
    from pathlib import Path
    from funscribe.locks import alone, shared
    with {kind}(Path(sys.argv[1])) as mine:
        forked = os.fork() if sys.argv[2] == "fork" else 0
        if not forked:  # a child tells once it runs, and so has let go of the lock
            print(os.getpid(), mine, flush=True)
        if sys.argv[2] == "ask":
            sys.exit(0)
        sys.stdin.readline() if not forked else time.sleep(60)
    print("freed", flush=True)
    """
)


def _holder(path: Path, kind: str, how: str = "alone", before: str = "") -> subprocess.Popen[str]:
    program = before + HOLDER.replace("{kind}", kind)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _free(path: Path) -> bool:
    with alone(path) as mine:
        return mine


def test_one_alone_or_many_together(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with shared(path), shared(path):
        assert not _free(path)
        assert path.exists(), "who could not have it must not remove it"
    with alone(path) as mine:
        assert mine
        assert not _free(path)
        with alone(tmp_path / "b.lock") as other:
            assert other
    assert list(tmp_path.iterdir()) == []


def test_the_last_of_many_removes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with shared(path):
        with shared(path):
            pass
        assert path.exists()
        assert not _free(path)
    assert not path.exists()


@pytest.mark.parametrize("lock", [alone, shared])
def test_an_error_inside_frees_it(tmp_path: Path, lock) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ZeroDivisionError), lock(tmp_path / "a.lock"):
        raise ZeroDivisionError
    assert _free(tmp_path / "a.lock")


def test_a_lock_whose_file_was_just_removed_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, taken = tmp_path / "a.lock", []

    def lock_late(descriptor: int) -> bool:
        # The holder before ends between our opening and our locking.
        if not taken:
            path.unlink()
        taken.append(descriptor)
        return real(descriptor)

    real = locks._lock_alone
    monkeypatch.setattr(locks, "_lock_alone", lock_late)
    with alone(path):
        assert len(taken) == 2
        assert not _free(path)


def test_those_who_wait_come_in_when_it_is_free(tmp_path: Path) -> None:
    path, order = tmp_path / "a.lock", []

    def share() -> None:
        with shared(path):
            order.append("shared")

    def wait() -> None:
        with alone(path, wait=True) as mine:
            order.append(mine)

    with alone(path):
        threads = [threading.Thread(target=work) for work in (share, wait, share, wait)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        assert order == []
    for thread in threads:
        thread.join()
    assert sorted(map(str, order)) == ["True", "True", "shared", "shared"]
    assert list(tmp_path.iterdir()) == []


def test_threads_never_meet_one_that_is_alone(tmp_path: Path) -> None:
    path, inside, wrong = tmp_path / "a.lock", set[int](), []

    def work(number: int) -> None:
        for turn in range(100):
            if (turn + number) % 2:
                with shared(path):
                    inside.add(number)
                    inside.discard(number)
            else:
                with alone(path) as mine:
                    if mine and inside:
                        wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert _free(path)


@pytest.mark.parametrize("kind", ["alone", "shared"])
@pytest.mark.parametrize("how", ["alone", "fork"])
def test_a_killed_holder_frees_it(tmp_path: Path, kind: str, how: str) -> None:
    path = tmp_path / "a.lock"
    with _holder(path, kind, how) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline().split()[0])
        try:
            assert not _free(path)
            holder.send_signal(signal.SIGKILL)
            holder.wait(10)
            assert _free(path)
        finally:
            holder.kill()
            if how == "fork":
                os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_told(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    monkeypatch.setattr(fcntl, "flock", refuse)
    for lock in (alone, shared):
        with pytest.raises(NoLocksHere, match=r"a\.lock"), lock(tmp_path / "a.lock"):
            pass
    if before:
        assert len(list(descriptors.iterdir())) == before


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), shared(tmp_path / "none" / "a.lock"):
        pass


@pytest.mark.parametrize(
    ("first", "then", "free"),
    [("shared", "alone", False), ("alone", "alone", False), ("shared", "shared", None)],
)
def test_the_same_with_locks_of_bytes(tmp_path: Path, first: str, then: str, free: bool | None) -> None:
    path = tmp_path / "a.lock"
    with _holder(path, first, before=WINDOWS) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with _holder(path, then, "ask", before=WINDOWS) as other:
            told, _ = other.communicate(timeout=20)
        assert told.split()[1] == str(free)
        holder.communicate("\n", timeout=20)
    with _holder(path, "alone", "ask", before=WINDOWS) as last:
        told, _ = last.communicate(timeout=20)
    assert told.split()[1] == "True"
    assert not path.exists()
