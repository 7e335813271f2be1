"""The folders that are watched, and what lies in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from funscribe.errors import VideoNotFound, VideoUnreadable
from funscribe.video.names import is_video_name

Tell = Callable[[str, str], None]


class Roots:
    """Folders that are searched for videos, each once, however often it was named.

    Hidden folders are left out, and so are links to folders: they may lead in a circle.

    Args:
        folders: The folders.
        recursive: Search their sub-folders too.

    Raises:
        VideoNotFound: One is not there.
        VideoUnreadable: One is no folder, or cannot be read.
    """

    def __init__(self, folders: Iterable[Path], recursive: bool) -> None:
        self.recursive = recursive
        self.folders: list[Path] = []
        for folder in folders:
            _check(folder)
            self._take(Path(os.path.normpath(folder.absolute())))

    def _take(self, folder: Path) -> None:
        real = folder.resolve()
        for other in self.folders:
            known = other.resolve()
            if real == known or (self.recursive and known in real.parents):
                return
            if self.recursive and real in known.parents:
                self.folders.remove(other)
                self._take(folder)  # it may hold more than one
                return
        self.folders.append(folder)

    def root_of(self, path: Path) -> Path | None:
        """Return the root that a path lies in, None where it is not to be looked at."""
        held = [root for root in self.folders if root == path or root in path.parents]
        if not held:
            return None
        root = max(held, key=lambda one: len(one.parts))
        inside = path.relative_to(root).parts
        if len(inside) > 1 and not self.recursive:
            return None
        homes = [root.joinpath(*inside[:depth]) for depth in range(1, len(inside))]
        if any(home.name.startswith(".") or home.is_symlink() for home in homes):
            return None
        return root

    def videos(self, folder: Path, trouble: Tell) -> Iterator[str]:
        """Yield the paths of what may be videos in a folder of a root, and in its sub-folders.

        Args:
            folder: Where to begin.
            trouble: Told of each folder that cannot be read, and why.
        """
        waiting = [str(folder)]
        while waiting:
            place = waiting.pop()
            try:
                with os.scandir(place) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except (FileNotFoundError, NotADirectoryError):
                continue  # it vanished meanwhile
            except OSError as error:
                trouble(place, f"{place} cannot be read: {error.strerror}; check its permissions")
                continue
            for entry in found:
                if is_video_name(entry.name):
                    yield entry.path
                elif self.recursive and not entry.name.startswith(".") and _is_folder(entry):
                    waiting.append(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _check(folder: Path) -> None:
    try:
        with os.scandir(folder):
            return
    except FileNotFoundError as error:
        raise VideoNotFound(f"{folder} does not exist; check the path") from error
    except NotADirectoryError as error:
        raise VideoUnreadable(f"{folder} is no folder; name the folder that is to be watched") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise VideoUnreadable(f"{folder} cannot be read: {reason}; check its permissions") from error
