import builtins
import io
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class _Web(BaseHTTPRequestHandler):
    """Gives out a file of 9 MB, /small one of 10 kB, in parts or, with /whole before it, only as a whole."""

    large = DATA * 900

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.wfile.write(self._answer())

    def _answer(self) -> bytes:
        if "none" in self.path or "fault" in self.path:
            self.send_error(404 if "none" in self.path else 503)
            return b""
        data = DATA if "small" in self.path else self.large
        wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and "whole" not in self.path:
            start, stop = int(wanted[1]), min(int(wanted[2] or len(data)) + 1, len(data))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
            data = data[start:stop]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return data if self.command == "GET" else b""


@pytest.fixture
def web() -> Iterator[str]:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_of_the_web_is_read_in_parts(web: str) -> None:
    size = len(_Web.large)
    bounds = [(0, 5), (size - 7, size), (4_500_000, 4_500_003)]
    wanted = [_Web.large[start:stop] for start, stop in bounds]
    assert read_parts(f"{web}/a.mp4?sign=1", lambda size: bounds) == (size, wanted)
    with open_url(f"{web}/a.mp4") as file:
        file.seek(bounds[1][0])
        assert file.read() == wanted[1]


def test_a_place_that_knows_no_parts_is_told(web: str) -> None:
    assert read_parts(f"{web}/whole/small", lambda size: [(0, 2), (5, 9)]) == (
        len(DATA),
        [DATA[:2], DATA[5:9]],
    )
    with pytest.raises(VideoUnreadable, match="only be read as a whole"):
        read_parts(f"{web}/whole/a.mp4", lambda size: [(0, 2), (5, 9)])
    with open_url(f"{web}/whole/a.mp4") as file:
        file.seek(5_000_000)
        with pytest.raises(VideoUnreadable, match="as a whole"):
            file.read(5)


def test_what_is_not_there_and_who_does_not_answer_are_told_apart(web: str) -> None:
    with pytest.raises(VideoNotFound, match="does not exist"):
        open_url(f"{web}/none")
    for silent in (f"{web}/fault", "http://127.0.0.1:9/a.mp4"):
        with pytest.raises(VideoUnreachable, match="cannot be reached"):
            open_url(silent)


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
