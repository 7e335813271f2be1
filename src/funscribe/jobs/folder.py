"""Folders are watched: what arrives in them is queued, and what arrived while nobody watched."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from funscribe.jobs.intake import Found, Intake
from funscribe.jobs.roots import Roots
from funscribe.jobs.rules import Asked
from funscribe.jobs.store import JobStore

__all__ = ["Asked", "Found", "WatchOptions", "watch_folders"]

_WAKE_MS = 200
_GATHER_MS = 400
_POLL_MS = 1000
_CHECK_S = 2.0
_LOOK_S = 60.0  # what no system told of (a disk that came back, a share, too many changes) is found then

_Identity = tuple[int, int]  # of the device and on it


class WatchOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How folders are watched."""

    recursive: Annotated[bool, Meta(description="watch sub-folders too (yes or no)")] = False
    settle_s: Annotated[
        float, Meta(ge=0, le=86_400, description="time without a change after which a file is whole (s)")
    ] = 5.0
    poll: Annotated[
        bool, Meta(description="look again and again instead of being told, as for shares (yes or no)")
    ] = False


def watch_folders(
    store: JobStore,
    folders: Iterable[Path],
    options: WatchOptions | None = None,
    *,
    asked: Asked | None = None,
    on_found: Callable[[Found], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Queue the videos of folders, those that are there and those that come, until told to stop.

    A video is queued once it has settled and can be read, once for each content of it: runs before and
    others at the same time count. One whose script is there is left alone. A `funscribe.toml` in a folder
    says how its videos are made; see `funscribe.jobs.rules`.

    Args:
        store: The queue.
        folders: The folders.
        options: How they are watched.
        asked: What is asked for of all videos.
        on_found: Told what is found, here in this thread.
        stop: Ends the watching when it is set.

    Raises:
        VideoNotFound: A folder is not there at the beginning.
        VideoUnreadable: One is no folder, or cannot be read.
        QueueDamaged: The queue is no longer whole.
    """
    options = options or WatchOptions()
    tell = on_found or (lambda found: None)
    stop = stop or threading.Event()
    roots = Roots(folders, options.recursive)
    intake = Intake(store, roots, asked or Asked(), options.settle_s, tell, stop)
    there: dict[Path, _Identity] = {}
    try:
        while not stop.is_set():
            before, there = there, _identities(roots)
            for root in roots.folders:
                if root not in there:
                    tell(Found(kind="trouble", path=str(root), reason=f"{root} is gone; it is waited for"))
                elif before.get(root) != there[root]:
                    tell(Found(kind="watching", path=str(root)))
            _watch(intake, roots, there, _changes(there, options, tell, stop))
    finally:
        intake.close()


def _watch(intake: Intake, roots: Roots, there: dict[Path, _Identity], changes: Iterator[list[str]]) -> None:
    """Watch the folders that are there, until told to stop or until other folders are there."""
    look_s = check_s = 0.0  # at once, but only when the system has begun to tell of what follows
    for paths in changes:
        intake.hear(paths)
        now_s = time.monotonic()
        if now_s >= check_s:
            check_s = now_s + _CHECK_S
            if _identities(roots) != there:
                return
        if now_s >= look_s:
            for root in there:
                intake.look(root)
            look_s = time.monotonic() + _LOOK_S
        intake.step()


def _identities(roots: Roots) -> dict[Path, _Identity]:
    """Return the folders that are there, and what tells each from another of its name."""
    found = {}
    for root in roots.folders:
        try:
            status = root.stat()
        except OSError:
            continue
        found[root] = (status.st_dev, status.st_ino)
    return found


def _changes(
    there: Iterable[Path], options: WatchOptions, tell: Callable[[Found], None], stop: threading.Event
) -> Iterator[list[str]]:
    """Yield what has changed, several times a second; nothing where the system cannot tell."""
    folders = [str(folder) for folder in there]
    if folders:
        try:
            yield from _told_by_system(folders, options, stop)
        except (OSError, RuntimeError) as error:
            reason = f"changes are not told here ({error}); the folders are looked at every minute"
            tell(Found(kind="trouble", path=folders[0], reason=f"{folders[0]}: {reason}"))
    while not stop.wait(_WAKE_MS / 1000):
        yield []


def _told_by_system(folders: list[str], options: WatchOptions, stop: threading.Event) -> Iterator[list[str]]:
    from watchfiles import watch

    for changes in watch(
        *folders,
        watch_filter=None,
        debounce=_GATHER_MS,
        step=_WAKE_MS // 2,
        stop_event=stop,
        rust_timeout=_WAKE_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
        force_polling=options.poll or None,
        poll_delay_ms=_POLL_MS,
        recursive=options.recursive,
        ignore_permission_denied=True,
    ):
        yield [os.path.normpath(path) for _, path in changes]
