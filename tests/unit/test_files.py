import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from funscribe import files
from funscribe.errors import OutputNotWritable, ScriptBusy
from funscribe.files import exclusive, printable, write_atomically


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_writes_and_replaces(place):
    file = place / "a.bin"
    write_atomically(file, b"one")
    write_atomically(file, b"two" * 100_000)
    assert file.read_bytes() == b"two" * 100_000
    assert names(place) == ["a.bin"]


def test_permissions_are_those_of_any_new_file(place):
    (place / "plain").write_bytes(b"")
    write_atomically(place / "a", b"x")
    assert (place / "a").stat().st_mode == (place / "plain").stat().st_mode


def test_a_link_is_followed(place):
    real, link = place / "real", place / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_names_as_long_as_the_system_takes(place):
    file = place / ("x" * 255)
    write_atomically(file, b"x")
    assert file.read_bytes() == b"x"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda place: place / "none" / "a", "no such folder"),
        (lambda place: place / "file" / "a", "not a folder"),
        (lambda place: place / "folder", "a folder has that name"),
        (lambda place: place / ("x" * 300), "too long"),
        (lambda place: f"{place}/a\0b", "null"),
    ],
)
def test_places_that_cannot_be_written(place, make, said):
    (place / "file").write_bytes(b"")
    (place / "folder").mkdir()
    with pytest.raises(OutputNotWritable, match=said) as caught:
        write_atomically(make(place), b"x")
    assert "choose" in str(caught.value)
    assert names(place) == ["file", "folder"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not permitted"),
        (errno.EIO, "error"),
    ],
)
def test_trouble_while_writing_loses_nothing(place, monkeypatch, number, said):
    file = place / "a"
    file.write_bytes(b"old")

    def fail(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OutputNotWritable, match=said) as caught:
        write_atomically(file, b"new")
    assert caught.value.errno == number
    assert str(file) in str(caught.value)
    assert names(place) == ["a"]
    assert file.read_bytes() == b"old"


def test_an_interrupt_leaves_nothing(place, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(place / "a", b"x")
    assert names(place) == []


def test_only_one_may_write(place, monkeypatch):
    file = place / "a"
    with exclusive(file):
        with pytest.raises(ScriptBusy, match="another run"), exclusive(file):
            pass
        # The same file by another name.
        monkeypatch.chdir(place)
        with pytest.raises(ScriptBusy), exclusive("./a"):
            pass
        with exclusive(place / "b"):
            pass
    with exclusive(file):
        pass


def test_nothing_is_left(place, own_temporary_folder):
    with exclusive(place / "a"):
        assert names(place) == []
    (folder,) = own_temporary_folder.iterdir()
    assert names(folder) == []


def test_an_error_inside_frees_it(place):
    with pytest.raises(ZeroDivisionError), exclusive(place / "a"):
        raise ZeroDivisionError
    with exclusive(place / "a"):
        pass


def test_threads_take_turns_and_never_meet(place):
    inside, seen, busy = [], [], []

    def work():
        for _ in range(200):
            try:
                with exclusive(place / "a"):
                    inside.append(1)
                    seen.append(len(inside))
                    inside.pop()
            except ScriptBusy:
                busy.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {1}
    assert len(seen) + len(busy) == 800


HOLDER = textwrap.dedent(
    """
    import os, sys, time
    from funscribe.files import exclusive
    with exclusive(sys.argv[1]):
        forked = os.fork() if sys.argv[2] == "fork" else 0
        if not forked:  # a child tells once it runs, and so has let go of the lock
            print(os.getpid(), flush=True)
        time.sleep(60)
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("how", ["alone", "fork"])
def test_a_killed_holder_frees_it(place, how):
    command = [sys.executable, "-c", HOLDER, str(place / "a"), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        child = int(holder.stdout.readline())
        try:
            with pytest.raises(ScriptBusy), exclusive(place / "a"):
                pass
            holder.send_signal(signal.SIGKILL)
            holder.wait(10)
            with exclusive(place / "a"):
                pass
        finally:
            holder.kill()
            if how == "fork":
                os.kill(child, signal.SIGKILL)


def test_a_temporary_folder_that_is_a_file(place, own_temporary_folder):
    (own_temporary_folder / f"funscribe-{os.getuid()}").write_bytes(b"")
    with pytest.raises(OutputNotWritable), exclusive(Path(place / "a")):
        pass


def test_a_path_of_any_bytes_can_be_printed() -> None:
    assert printable(Path("ünï/a\udcff.mp4")) == "ünï/a\\udcff.mp4"
