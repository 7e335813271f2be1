"""Fetching a file over HTTP: what was fetched is kept when the connection is cut, and goes on from there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

import msgspec

from funscribe.errors import DownloadFailed, ModelInvalid, ScriptBusy
from funscribe.files import exclusive, not_writable, write_atomically

OnBytes = Callable[[int, int | None], None]
"""Told how many bytes are there and how many there will be, None if the server does not say."""

_CHUNK = 1 << 18
_TIMEOUT_S = 30.0  # without a single byte
_KEPT_S = 7 * 86400.0  # what nobody went on with for so long is removed
_MB = 1e6
_REFUSED = {401: "asks for a login", 403: "does not permit it"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch.

    Attributes:
        url: Its address, http or https.
        folder: Where it and what is known of it are kept while it is fetched.
        sha256: What it has to be, in hexadecimal; empty where nothing was promised.
        timeout_s: Longest wait for the next bytes (s).
    """

    url: str
    folder: Path
    sha256: str = ""
    timeout_s: float = _TIMEOUT_S

    @property
    def part(self) -> Path:
        """The file that holds what has been fetched so far."""
        return self.folder / f"{hashlib.sha256(self.url.encode()).hexdigest()[:32]}.part"


class _Begun(msgspec.Struct, frozen=True):
    """What the server said of the file whose beginning is kept."""

    url: str
    validator: str  # strong ETag or date; empty where it gave neither


class _NothingToGoOnFrom(Exception):
    """The server cannot go on where the kept part ends."""


def is_address(text: str) -> bool:
    """Tell whether a text is the address of something, not a path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


def file_name(url: str) -> str:
    """Return the file name at the end of an address, empty if it has none."""
    return unquote(urlsplit(url).path).replace("\\", "/").rpartition("/")[2]


@contextlib.contextmanager
def fetched(wanted: Wanted, on_bytes: OnBytes | None = None) -> Iterator[Path]:
    """Fetch a file and yield it, complete and as promised; it is removed when the block ends.

    If the connection is cut, or the run is stopped, what is there stays for a week and the next call goes on
    from it, unless the file has changed on the server meanwhile (RFC 9110: Range with If-Range).

    Raises:
        DownloadFailed: The address is wrong, does not answer, or the connection was cut.
        ModelInvalid: It is not what `sha256` promised; nothing of it is kept.
        OutputNotWritable: The disk is full or the folder cannot be written.
    """
    check_address(wanted.url)
    part = wanted.part
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(part.parent, error) from error
    sweep(wanted.folder)
    with _alone(wanted):
        try:
            _fetch(wanted, part, on_bytes)
        except _NothingToGoOnFrom:
            _forget(part)
            _fetch(wanted, part, on_bytes)
        _verify(wanted, part)
        try:
            yield part
        finally:
            _forget(part)


def check_address(url: str) -> None:
    """Refuse what is not an address that can be fetched.

    Raises:
        DownloadFailed: It is not.
    """
    try:
        parts = urlsplit(url)
        bad = parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError as error:
        raise DownloadFailed(f"{url} is not an address: {error}; look at its spelling") from error
    if bad or not url.isascii() or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise DownloadFailed(f"{url!r} is not an address of http or https; look at its spelling")


def sweep(folder: Path) -> None:
    """Remove what was begun and left for a week."""
    for path in folder.glob("*.part*"):
        with contextlib.suppress(OSError):  # another run has just finished or removed it
            if time.time() - path.stat().st_mtime > _KEPT_S:
                path.unlink()


@contextlib.contextmanager
def _alone(wanted: Wanted) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exclusive(wanted.part))
        except ScriptBusy as error:
            raise DownloadFailed(f"{wanted.url}: another run is fetching it; wait for it to end") from error
        yield


def _fetch(wanted: Wanted, part: Path, on_bytes: OnBytes | None) -> None:
    have, validator = _begun(wanted, part)
    request = Request(wanted.url, headers={"User-Agent": "funscribe"})
    request.add_header("Accept-Encoding", "identity")  # a compressed answer has no place to go on from
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", validator)
    total: int | None
    with _answer(wanted, request, have) as response:
        if response.status == http.HTTPStatus.PARTIAL_CONTENT:
            total = _range_total(response, have, validator)
        else:
            have, total = 0, _length(response)
            validator = _validator(response)
            _refuse_pages(wanted.url, response)
            _check_room(part, total)
            write_atomically(_beside(part), msgspec.json.encode(_Begun(wanted.url, validator)))
        _receive(wanted, response, part, (have, total), on_bytes)


def _begun(wanted: Wanted, part: Path) -> tuple[int, str]:
    """Bytes that are there and what the rest must belong to; (0, "") to begin anew."""
    try:
        begun = msgspec.json.decode(_beside(part).read_bytes(), type=_Begun)
        have = part.stat().st_size
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return 0, ""
    return (have, begun.validator) if begun.url == wanted.url and begun.validator and have else (0, "")


@contextlib.contextmanager
def _answer(wanted: Wanted, request: Request, have: int) -> Iterator[Any]:
    """Yield the answer of the server; every way in which it can fail becomes an error of ours."""
    url = wanted.url
    try:
        with _opener().open(request, timeout=wanted.timeout_s) as response:
            yield response
    except HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            raise _NothingToGoOnFrom from error
        raise DownloadFailed(_refusal(url, error.code)) from error
    except URLError as error:
        if isinstance(error.reason, OSError | str):
            reason = getattr(error.reason, "strerror", None) or error.reason
        raise DownloadFailed(
            f"{url} does not answer: {reason}; look at its spelling and the network"
        ) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise DownloadFailed(f"{url} does not answer as a web server does: {error!r}; try later") from error


def _refusal(url: str, code: int) -> str:
    if code in (404, 410):
        return f"{url} is not there (HTTP {code}); look at its spelling"
    if code in _REFUSED:
        return f"{url}: the server {_REFUSED[code]} (HTTP {code}); fetch it with a browser and add the file"
    if code >= 500 or code == http.HTTPStatus.TOO_MANY_REQUESTS:
        return f"{url}: the server fails (HTTP {code}); try again later"
    return f"{url}: the server refuses (HTTP {code}); look at the address"


def _receive(
    wanted: Wanted, response: Any, part: Path, size: tuple[int, int | None], on_bytes: OnBytes | None
) -> None:
    have, total = size
    try:
        with part.open("ab" if have else "wb") as file:
            while chunk := _read(response):
                file.write(chunk)
                have += len(chunk)
                if on_bytes is not None:
                    on_bytes(have, total)
            file.flush()
            os.fsync(file.fileno())
    except _Cut as cut:
        raise DownloadFailed(_cut(wanted, part, total, str(cut))) from cut
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            _forget(part)  # the room is needed
        raise not_writable(part, error) from error
    if total is not None and have < total:
        raise DownloadFailed(_cut(wanted, part, total, "the server closed it"))
    if total is not None and have > total:  # the kept part was longer than the file is
        raise _NothingToGoOnFrom


class _Cut(Exception):
    """The connection ended before the file did."""


def _read(response: Any) -> bytes:
    # Kept apart from writing: both fail with OSError, and only one of them is the network's fault.
    try:
        return bytes(response.read(_CHUNK))
    except TimeoutError as error:
        raise _Cut("nothing came any more") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(getattr(error, "strerror", None) or type(error).__name__) from error


def _cut(wanted: Wanted, part: Path, total: int | None, why: str) -> str:
    have, validator = _begun(wanted, part)
    so_far = f"{part.stat().st_size / _MB:.1f}{f' of {total / _MB:.1f}' if total else ''} MB"
    remedy = "goes on from there" if validator and have else "begins anew, for the server cannot go on"
    return f"{wanted.url}: the connection was cut after {so_far} ({why}); the same command {remedy}"


def _verify(wanted: Wanted, part: Path) -> None:
    if part.stat().st_size == 0:
        _forget(part)
        raise DownloadFailed(f"{wanted.url} is empty; look at the address")
    if not wanted.sha256:
        return
    sha256 = hashlib.sha256()
    with part.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
    if sha256.hexdigest() != wanted.sha256.lower():
        _forget(part)
        raise ModelInvalid(wrong_digest(wanted.url, wanted.sha256, sha256.hexdigest()))


def wrong_digest(what: str, promised: str, found: str) -> str:
    """Return the words for a file that is not the promised one."""
    return f"{what} is not what was promised: its SHA-256 is {found}, not {promised}; nothing was stored"


def _validator(response: Any) -> str:
    etag = response.headers.get("ETag", "").strip()
    if etag.startswith('"'):  # a weak one (W/) does not promise the same bytes
        return str(etag)
    return str(response.headers.get("Last-Modified", "")).strip()


def _range_total(response: Any, have: int, validator: str) -> int:
    """Length of the whole file, of an answer that goes on where it was asked to and with the same file."""
    if _validator(response) not in ("", validator):  # some servers do not heed If-Range
        raise _NothingToGoOnFrom
    said = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", "").strip())
    if said is None or int(said[1]) != have or int(said[2]) + 1 != int(said[3]):
        raise _NothingToGoOnFrom
    return int(said[3])


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def _refuse_pages(url: str, response: Any) -> None:
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise DownloadFailed(f"{url} is a web page, not a file; take the address of the download itself")


def _check_room(part: Path, total: int | None) -> None:
    free = shutil.disk_usage(part.parent).free
    if total is not None and total > free:
        error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise not_writable(f"{part.parent} ({total / _MB:.0f} MB wanted, {free / _MB:.0f} MB free)", error)


def _beside(part: Path) -> Path:
    return part.with_suffix(".part.json")


def _forget(part: Path) -> None:
    for path in (part, _beside(part)):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


class _Redirects(HTTPRedirectHandler):
    """Follows a redirection to http and https only, and never from the safe one to the other."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        check_address(newurl)
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise DownloadFailed(
                f"{req.full_url} leads to {newurl}, which is not encrypted; add that if you trust it"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    # Not `urlopen`: it would also read file:, ftp: and data: addresses.
    opener = OpenerDirector()
    kinds = (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPErrorProcessor, HTTPDefaultErrorHandler, _Redirects)
    for kind in kinds:
        opener.add_handler(kind())
    return opener
