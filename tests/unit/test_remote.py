import builtins
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fsspec", reason="fsspec is not installed")

import fsspec

from funscribe import remote
from funscribe.errors import (
    DeviceMissing,
    OutputNotWritable,
    VideoNotFound,
    VideoUnreachable,
    VideoUnreadable,
)
from funscribe.remote import RemoteFile, RemoteFolder, open_url, read_parts

DATA = bytes(range(256)) * 40


@pytest.fixture
def url() -> Iterator[str]:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/lib/a.mp4", DATA)
    yield "memory://lib/a.mp4"
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


class Flaky(io.BytesIO):
    """Fails as often as it is told to, whenever it is read."""

    def __init__(self, failures: list[Exception]) -> None:
        super().__init__(DATA)
        self.failures = failures

    def read(self, size: int | None = -1) -> bytes:
        if self.failures:
            raise self.failures.pop()
        return super().read(size)


def _flaky(failures: list[Exception]) -> tuple[RemoteFile, list[Flaky]]:
    opened: list[Flaky] = []

    def connect() -> Flaky:
        opened.append(Flaky(failures))
        return opened[-1]

    return RemoteFile("http://me:secret@h/a.mp4", connect), opened


def test_a_file_reads_as_one_of_this_machine(url: str) -> None:
    with open_url(url) as file:
        assert (file.readable(), file.seekable(), file.tell()) == (True, True, 0)
        assert file.read(10) == DATA[:10]
        assert file.seek(-6, io.SEEK_CUR) == 4
        assert file.read(2) == DATA[4:6]
        assert file.seek(-3, io.SEEK_END) == len(DATA) - 3
        assert file.read() == DATA[-3:]
        assert file.read(5) == b""
        file.seek(len(DATA) + 100)
        assert file.read(5) == b""
        with pytest.raises(ValueError, match="before the beginning"):
            file.seek(-1)
    assert file.closed


def test_two_readers_of_one_file_do_not_disturb_each_other(url: str) -> None:
    with open_url(url) as one, open_url(url) as other:
        assert one.read(8) == DATA[:8]
        other.seek(100)
        assert one.read(8) == DATA[8:16]
        assert other.read(8) == DATA[100:108]


def test_parts_are_read_in_order(url: str) -> None:
    size, parts = read_parts(url, lambda size: [(0, 4), (size - 2, size), (7, 7)])
    assert (size, parts) == (len(DATA), [DATA[:4], DATA[-2:], b""])


@pytest.mark.parametrize("read", [open_url, lambda url: read_parts(url, lambda size: [(0, size)])])
def test_what_is_no_file_is_told(url: str, tmp_path: Path, read: Any) -> None:
    with pytest.raises(VideoNotFound, match="does not exist"):
        read("memory://lib/b.mp4")
    with pytest.raises(VideoNotFound, match="is a folder"):
        read(tmp_path.as_uri())
    with pytest.raises(VideoNotFound, match="nowhere"):
        read("nowhere://a.mp4")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(DeviceMissing, match=r"pip install 'fsspec\[s3\]'"):
        open_url("s3://bucket/a.mp4")


def test_without_fsspec_the_extra_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "fsspec":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    for use in (open_url, RemoteFolder):
        with pytest.raises(DeviceMissing, match=r"pip install 'funscribe\[ray\]'"):
            use(url)


def test_a_connection_that_breaks_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PAUSE_S", 0.0)
    file, opened = _flaky([OSError("reset"), TimeoutError()])
    file.seek(5)
    assert file.read(3) == DATA[5:8]
    assert len(opened) == 3
    assert [one.closed for one in opened] == [True, True, False]
    file.close()
    assert opened[-1].closed


def test_a_place_that_is_gone_is_told_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PAUSE_S", 0.0)
    file, opened = _flaky([OSError("reset")] * 5)
    with pytest.raises(VideoUnreachable, match=r"http://h/a\.mp4 cannot be reached: reset") as told:
        file.read(3)
    assert "secret" not in str(told.value)
    assert len(opened) == 3
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (FileNotFoundError(), VideoNotFound),
        (PermissionError(), VideoUnreadable),
        (ValueError("200"), VideoUnreadable),
    ],
)
def test_what_will_not_change_is_not_tried_again(failure: Exception, kind: type[Exception]) -> None:
    file, opened = _flaky([failure])
    with pytest.raises(kind):
        file.read(3)
    assert len(opened) == 1


@pytest.mark.parametrize("place", ["memory://shelf", "file"])
def test_a_folder_keeps_what_is_put_there(place: str, tmp_path: Path, url: str) -> None:
    folder = RemoteFolder(tmp_path.as_uri() + "/new/" if place == "file" else place)
    assert folder.names("k") == frozenset()
    assert folder.read("k/a") is None
    folder.write("k/a", b"one")
    folder.write("k/a", b"two")
    folder.write("k/b", b"")
    assert folder.names("k") == {"a", "b"}
    assert folder.read("k/a") == b"two"
    assert folder.read("k/b") == b""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        RemoteFolder((tmp_path / "file").as_uri()).write("k/a", b"one")
