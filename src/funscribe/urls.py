"""Names of files that lie elsewhere: told from paths, and shown without what is secret in them."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

# Two letters at least: one is a drive of Windows. Double colons chain file systems, as fsspec does.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z][A-Za-z0-9+.-]+)*://")
_WEB = ("http", "https")


def is_url(path: str | Path) -> bool:
    """Tell whether a name is a URL, such as s3://bucket/a.mp4, and not a path of this machine."""
    return isinstance(path, str) and _URL.match(path) is not None


def file_name(url: str) -> str:
    """Return the last name in a URL, as a file of this machine would be called."""
    scheme, path = _parts(url)
    name = PurePosixPath(path).name
    return unquote(name) if scheme in _WEB else name


def shown(path: str | Path) -> str:
    """Return a name as it may be told and kept: a URL without user, password and signature."""
    if not is_url(path):
        return str(path)
    url = str(path)
    scheme, _, rest = url.partition("://")
    place, slash, inside = rest.partition("/")
    if scheme.split("::")[-1] in _WEB:
        inside = inside.partition("?")[0].partition("#")[0]
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{inside}"


def _parts(url: str) -> tuple[str, str]:
    """Return the innermost scheme and the path of a URL."""
    scheme = url.partition("://")[0].split("::")[-1].lower()
    path = urlsplit(url).path if scheme in _WEB else url.partition("://")[2]
    return scheme, path
