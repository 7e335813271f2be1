"""Traces that several machines share, at a URL: what is there is fetched, what is made here is put there."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from funscribe.files import write_atomically

_FILES = re.compile(r"plan\.json|segment-\d{5,}\.npz")  # nothing else is taken from elsewhere
_AT_ONCE = 8


class Mirror:
    """The same folders and files as in a trace store, elsewhere.

    A file that is damaged on the way is found out when it is read, as one on the disk is.

    Args:
        url: A folder that fsspec knows (s3://, file://, ...).

    Raises:
        VideoError: There is no such kind of place.
        DeviceMissing: A library is not installed.
    """

    def __init__(self, url: str) -> None:
        from funscribe.remote import RemoteFolder  # only who asks for it needs fsspec

        self._there = RemoteFolder(url)

    def fetch(self, folder: Path) -> None:
        """Bring what is missing into the folder of a trace, which has its key as its name.

        Raises:
            VideoUnreachable: The place does not answer.
            OutputNotWritable: The folder cannot be written.
        """
        names = [name for name in self._there.names(folder.name) if _FILES.fullmatch(name)]
        missing = [name for name in sorted(names) if not (folder / name).exists()]
        if missing:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(lambda name: self._fetch(folder / name), missing))

    def put(self, file: Path, data: bytes) -> None:
        """Put a file of a trace there.

        Raises:
            OutputNotWritable: It cannot be put there.
        """
        self._there.write(f"{file.parent.name}/{file.name}", data)

    def _fetch(self, file: Path) -> None:
        data = self._there.read(f"{file.parent.name}/{file.name}")
        if data is not None:
            write_atomically(file, data)


def default_mirror() -> Mirror | None:
    """Return the mirror at `$FUNSCRIBE_TRACES_URL`, None where that is not set."""
    url = os.environ.get("FUNSCRIBE_TRACES_URL")
    return Mirror(url) if url else None
