"""Fetching over loopback HTTP, from servers of every temper."""

import contextlib
import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from funscribe.detect import download
from funscribe.detect.download import Wanted, check_address, fetched, file_name, is_address
from funscribe.errors import DownloadFailed, FunscribeError, ModelInvalid, OutputNotWritable

BODY = bytes(range(256)) * 4000  # 1 MB


@dataclass
class Manners:
    """How a server answers; a test changes it between two requests."""

    body: bytes = BODY
    etag: str = '"one"'
    modified: str = ""
    ranges: bool = True
    heeds_if_range: bool = True
    cut_after: int | None = None  # bytes of a body after which the connection is closed
    says_length: bool = True
    length: int | None = None  # a wrong one
    chunked: bool = False
    stall_s: float = 0.0
    status: int = 200
    kind: str = "application/octet-stream"
    location: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        manners: Manners = self.server.manners  # type: ignore[attr-defined]
        manners.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.close_connection = True
        if manners.status != 200:
            self.send_response(manners.status)
            if manners.location:
                self.send_header("Location", manners.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(manners, self._start(manners))

    def _start(self, manners: Manners) -> int:
        asked = self.headers.get("Range")
        fits = not manners.heeds_if_range or self.headers.get("If-Range") in (manners.etag, manners.modified)
        if not asked or not manners.ranges or not fits:
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _send(self, manners: Manners, start: int) -> None:
        if start and start >= len(manners.body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(manners.body)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        rest = manners.body[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(manners.body) - 1}/{len(manners.body)}")
        for name, value in (("ETag", manners.etag), ("Last-Modified", manners.modified)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Type", manners.kind)
        if manners.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif manners.says_length:
            self.send_header("Content-Length", str(manners.length or len(rest)))
        self.end_headers()
        time.sleep(manners.stall_s)
        sent = rest if manners.cut_after is None else rest[: manners.cut_after]
        with contextlib.suppress(OSError):
            if manners.chunked:
                self.wfile.write(b"%x\r\n" % len(rest) + sent)
                if manners.cut_after is None:
                    self.wfile.write(b"\r\n0\r\n\r\n")
            else:
                self.wfile.write(sent)


@dataclass
class Server:
    manners: Manners
    url: str


@pytest.fixture
def server() -> Iterator[Server]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    listening.manners = Manners()  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield Server(listening.manners, f"http://127.0.0.1:{listening.server_address[1]}/m/yolo%20n.onnx")  # type: ignore[attr-defined]
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def fetch(url: str, folder: Path, **given: object) -> bytes:
    with fetched(Wanted(url, folder, **given)) as path:  # type: ignore[arg-type]
        return path.read_bytes()


def left_over(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def cut_once(server: Server, folder: Path, after: int = 400_000) -> DownloadFailed:
    server.manners.cut_after = after
    with pytest.raises(DownloadFailed) as caught:
        fetch(server.url, folder)
    server.manners.cut_after = None
    return caught.value


def test_a_file_is_fetched_whole_and_nothing_is_left_beside_it(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    with fetched(Wanted(server.url, tmp_path / "d"), lambda done, total: seen.append((done, total))) as path:
        assert path.read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert left_over(tmp_path / "d") == []
    assert server.manners.asked[0]["user-agent"] == "funscribe"


def test_a_file_that_was_promised_must_be_that_one(server: Server, tmp_path: Path) -> None:
    right = hashlib.sha256(BODY).hexdigest()
    assert fetch(server.url, tmp_path / "d", sha256=right.upper()) == BODY
    with pytest.raises(ModelInvalid, match=f"{right}, not 0000.*nothing was stored"):
        fetch(server.url, tmp_path / "d", sha256="0" * 64)
    assert left_over(tmp_path / "d") == []


def test_a_cut_connection_goes_on_where_it_was_cut(server: Server, tmp_path: Path) -> None:
    error = cut_once(server, tmp_path)
    assert "cut after 0.4 of 1.0 MB" in str(error)
    assert "the same command goes on from there" in str(error)
    assert fetch(server.url, tmp_path) == BODY
    asked = server.manners.asked[-1]
    assert (asked["range"], asked["if-range"]) == ("bytes=400000-", '"one"')


def test_it_may_be_cut_again_and_again(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        cut_once(server, tmp_path, 300_000)
    assert fetch(server.url, tmp_path) == BODY
    assert [asked.get("range") for asked in server.manners.asked] == [None, "bytes=300000-", "bytes=600000-"]


@pytest.mark.parametrize("heeds", [True, False])
def test_a_file_that_changed_meanwhile_is_not_glued_together(
    server: Server, tmp_path: Path, heeds: bool
) -> None:
    cut_once(server, tmp_path)
    server.manners.body, server.manners.etag = BODY[::-1], '"two"'
    server.manners.heeds_if_range = heeds
    assert fetch(server.url, tmp_path) == BODY[::-1]


def test_a_file_that_became_shorter_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    cut_once(server, tmp_path)
    server.manners.body = BODY[:1000]
    assert fetch(server.url, tmp_path) == BODY[:1000]


def test_a_date_serves_where_there_is_no_strong_etag(server: Server, tmp_path: Path) -> None:
    server.manners.etag, server.manners.modified = 'W/"weak"', "Tue, 01 Jul 2025 10:00:00 GMT"
    cut_once(server, tmp_path)
    assert fetch(server.url, tmp_path) == BODY
    assert server.manners.asked[-1]["if-range"] == "Tue, 01 Jul 2025 10:00:00 GMT"


def test_without_either_it_begins_anew_and_says_so(server: Server, tmp_path: Path) -> None:
    server.manners.etag = ""
    assert "begins anew" in str(cut_once(server, tmp_path))
    assert fetch(server.url, tmp_path) == BODY
    assert "range" not in server.manners.asked[-1]


def test_a_server_that_knows_no_ranges_sends_it_again(server: Server, tmp_path: Path) -> None:
    server.manners.ranges = False
    cut_once(server, tmp_path)
    assert fetch(server.url, tmp_path) == BODY


@pytest.mark.parametrize("chunked", [True, False])
def test_a_server_that_tells_no_length_is_believed(server: Server, tmp_path: Path, chunked: bool) -> None:
    server.manners.says_length, server.manners.chunked = False, chunked
    assert fetch(server.url, tmp_path) == BODY


def test_a_broken_chunk_is_a_cut(server: Server, tmp_path: Path) -> None:
    server.manners.chunked = True
    assert "cut after" in str(cut_once(server, tmp_path))
    assert fetch(server.url, tmp_path) == BODY


def test_a_length_that_is_too_long_is_a_cut(server: Server, tmp_path: Path) -> None:
    server.manners.length = len(BODY) + 5
    with pytest.raises(DownloadFailed, match="cut after"):
        fetch(server.url, tmp_path)


def test_a_kept_part_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    cut_once(server, tmp_path)
    wanted = Wanted(server.url, tmp_path)
    wanted.part.write_bytes(BODY + b"more")
    assert fetch(server.url, tmp_path) == BODY


def test_a_damaged_note_begins_anew(server: Server, tmp_path: Path) -> None:
    cut_once(server, tmp_path)
    for note in tmp_path.glob("*.json"):
        note.write_bytes(b"{")
    assert fetch(server.url, tmp_path) == BODY


def test_a_server_that_falls_silent_is_not_waited_for_for_ever(server: Server, tmp_path: Path) -> None:
    server.manners.stall_s = 0.5
    with pytest.raises(DownloadFailed, match="nothing came any more"):
        fetch(server.url, tmp_path, timeout_s=0.1)
    server.manners.stall_s = 0
    assert fetch(server.url, tmp_path) == BODY


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "is not there .HTTP 404.; look at its spelling"),
        (410, "is not there"),
        (401, "asks for a login"),
        (403, "does not permit it"),
        (416, "refuses .HTTP 416."),
        (429, "try again later"),
        (503, "fails .HTTP 503.; try again later"),
    ],
)
def test_what_the_server_refuses_is_told(server: Server, tmp_path: Path, status: int, words: str) -> None:
    server.manners.status = status
    with pytest.raises(DownloadFailed, match=words):
        fetch(server.url, tmp_path / "d")
    assert left_over(tmp_path / "d") == []


def test_what_is_not_there_keeps_what_was_fetched_before(server: Server, tmp_path: Path) -> None:
    cut_once(server, tmp_path)
    server.manners.status = 503
    with pytest.raises(DownloadFailed):
        fetch(server.url, tmp_path)
    server.manners.status = 200
    assert fetch(server.url, tmp_path) == BODY
    assert server.manners.asked[-1]["range"] == "bytes=400000-"


def test_an_empty_file_is_refused(server: Server, tmp_path: Path) -> None:
    server.manners.body = b""
    with pytest.raises(DownloadFailed, match="is empty"):
        fetch(server.url, tmp_path)


def test_a_web_page_is_not_a_file(server: Server, tmp_path: Path) -> None:
    server.manners.kind = "text/html; charset=utf-8"
    with pytest.raises(DownloadFailed, match="is a web page, not a file"):
        fetch(server.url, tmp_path)


def test_redirections_are_followed_to_http_only(server: Server, tmp_path: Path) -> None:
    server.manners.status, server.manners.location = 302, "file:///etc/hostname"
    with pytest.raises(DownloadFailed):
        fetch(server.url, tmp_path)
    server.manners.location = server.url  # for ever
    with pytest.raises(DownloadFailed, match="HTTP 302"):
        fetch(server.url, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x.onnx",
        "file:///x.onnx",
        "http://",
        "https://[::1/x",
        "http://a b/x",
        "http://h\n/x",
        "x.onnx",
    ],
)
def test_only_addresses_of_http_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadFailed, match="spelling"):
        fetch(url, tmp_path / "d")
    assert left_over(tmp_path / "d") == []
    with pytest.raises(DownloadFailed):
        check_address(url)


def test_nobody_listening_is_told(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as gone:
        port = gone.server_address[1]
    with pytest.raises(DownloadFailed, match="does not answer: Connection refused"):
        fetch(f"http://127.0.0.1:{port}/x.onnx", tmp_path)


def test_ctrl_c_keeps_what_is_there(server: Server, tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        if done > 500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), fetched(Wanted(server.url, tmp_path), stop):
        pass
    assert fetch(server.url, tmp_path) == BODY
    assert int(server.manners.asked[-1]["range"].removeprefix("bytes=").removesuffix("-")) > 500_000


def test_only_one_run_fetches_an_address_at_a_time(server: Server, tmp_path: Path) -> None:
    with (
        fetched(Wanted(server.url, tmp_path)),
        pytest.raises(DownloadFailed, match="another run is fetching"),
    ):
        fetch(server.url, tmp_path)


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(OutputNotWritable, match=r"1 MB wanted, 0 MB free.*disk is full"):
        fetch(server.url, tmp_path)


def test_a_disk_that_fills_up_keeps_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download.os, "fsync", full)
    monkeypatch.setattr(download, "write_atomically", lambda path, data: path.write_bytes(data))
    with pytest.raises(OutputNotWritable, match="the disk is full"):
        fetch(server.url, tmp_path / "d")
    assert left_over(tmp_path / "d") == []


def test_a_folder_that_cannot_be_made_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputNotWritable):
        fetch(server.url, tmp_path / "file" / "d")


def test_what_was_left_for_a_week_goes(server: Server, tmp_path: Path) -> None:
    cut_once(server, tmp_path)
    old = time.time() - 8 * 86400
    for path in tmp_path.iterdir():
        os.utime(path, (old, old))
    download.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_addresses_and_their_file_names_are_told_from_paths() -> None:
    assert is_address("https://host/a.onnx")
    assert is_address("ftp://host/a.onnx")
    assert not is_address("C:\\models\\a.onnx")
    assert not is_address("models/a.onnx")
    assert file_name("https://host/a/yolo%20n.onnx?download=1#x") == "yolo n.onnx"
    assert file_name("https://host/a/..%5C..%2Fb.onnx") == "b.onnx"
    assert file_name("https://host/") == ""


def test_every_refusal_is_an_error_of_ours() -> None:
    assert issubclass(DownloadFailed, FunscribeError)
    assert issubclass(DownloadFailed, OSError)
