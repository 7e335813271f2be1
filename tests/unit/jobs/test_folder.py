import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funscribe.errors import VideoNotFound, VideoUnreadable
from funscribe.jobs import folder as module
from funscribe.jobs.folder import Found, WatchOptions, watch_folders
from funscribe.jobs.probing import Prober
from funscribe.jobs.store import JobStore

Start = Callable[..., "Watching"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prober, "ask", lambda self, path, stop: "")
    monkeypatch.setattr(module, "_CHECK_S", 0.1)
    monkeypatch.setattr(module, "_POLL_MS", 50)
    monkeypatch.setattr(module, "_WAKE_MS", 50)
    monkeypatch.setattr(module, "_GATHER_MS", 100)


class Watching:
    """Folders that are watched in a thread, as a process would."""

    def __init__(self, queue: Path, folders: list[Path], **options: object) -> None:
        self.told: list[Found] = []
        self.error: Exception | None = None
        self._stop = threading.Event()
        settings = WatchOptions(**{"settle_s": 0.1, "recursive": True, **options})  # type: ignore[arg-type]

        def run() -> None:
            try:
                with JobStore(queue) as store:
                    watch_folders(store, folders, settings, on_found=self.told.append, stop=self._stop)
            except Exception as error:
                self.error = error

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def queued(self) -> list[str]:
        return sorted(Path(found.path).name for found in self.told if found.kind == "queued")

    def until(self, holds: Callable[[], bool]) -> bool:
        end_s = time.monotonic() + 20
        while not holds() and time.monotonic() < end_s:
            time.sleep(0.02)
        return holds()

    def begun(self) -> "Watching":
        assert self.until(lambda: bool(self.told))
        time.sleep(0.1)
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Watching] = []

    def begin(*folders: Path, **options: object) -> Watching:
        running.append(Watching(tmp_path / "queue.sqlite", list(folders), **options))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.mark.parametrize("poll", [False, True])
def test_what_is_there_and_what_comes(inbox: Path, start: Start, poll: bool) -> None:
    (inbox / "a.mp4").write_bytes(b"x")
    watching = start(inbox, poll=poll)
    assert watching.until(lambda: watching.queued() == ["a.mp4"])
    (inbox / "b.mp4.part").write_bytes(b"x")
    (inbox / "b.mp4.part").rename(inbox / "b.mp4")
    (inbox / "sub" / "deep").mkdir(parents=True)
    (inbox / "sub" / "deep" / "c.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4", "b.mp4", "c.mp4"])
    watching.stop()
    (inbox / "d.mp4").write_bytes(b"x")
    again = start(inbox, poll=poll)
    assert again.until(lambda: again.queued() == ["d.mp4"])
    assert watching.error is again.error is None


def test_a_slow_copy_is_queued_once_and_whole(inbox: Path, start: Start) -> None:
    watching = start(inbox, settle_s=0.8).begun()
    with (inbox / "a.mp4").open("wb") as file:
        for _ in range(6):
            file.write(b"x" * 1000)
            file.flush()
            time.sleep(0.15)
            assert watching.queued() == []
    assert watching.until(lambda: watching.queued() == ["a.mp4"])


def test_a_folder_moved_in_and_renamed(inbox: Path, start: Start, tmp_path: Path) -> None:
    watching = start(inbox).begun()
    (tmp_path / "album").mkdir()
    for number in range(3):
        (tmp_path / "album" / f"{number}.mp4").write_bytes(b"x")
    (tmp_path / "album").rename(inbox / "album")
    assert watching.until(lambda: len(watching.queued()) == 3)
    (inbox / "album" / "9.mp4").write_bytes(b"x")
    assert watching.until(lambda: len(watching.queued()) == 4)
    (inbox / "album").rename(inbox / "other")
    (inbox / "other" / "10.mp4").write_bytes(b"x")
    assert watching.until(lambda: "10.mp4" in watching.queued())


def test_only_the_folder_itself_is_watched_unless_asked(inbox: Path, start: Start) -> None:
    (inbox / "sub").mkdir()
    (inbox / "sub" / "a.mp4").write_bytes(b"x")
    watching = start(inbox, recursive=False).begun()
    (inbox / "sub" / "b.mp4").write_bytes(b"x")
    (inbox / "c.mp4").write_bytes(b"x")
    assert watching.until(lambda: bool(watching.queued()))
    time.sleep(0.3)
    assert watching.queued() == ["c.mp4"]


def test_a_folder_named_twice_and_within_another(inbox: Path, start: Start) -> None:
    (inbox / "sub").mkdir()
    watching = start(inbox / "sub", inbox, inbox / ".").begun()
    (inbox / "sub" / "a.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4"])
    assert [found.path for found in watching.told if found.kind == "watching"] == [str(inbox)]


def test_two_that_watch_one_folder(inbox: Path, start: Start) -> None:
    one, two = start(inbox).begun(), start(inbox).begun()
    for number in range(10):
        (inbox / f"{number}.mp4").write_bytes(b"x")
    assert one.until(lambda: len(one.queued() + two.queued()) == 10)
    time.sleep(0.3)
    assert len(set(one.queued() + two.queued())) == len(one.queued() + two.queued()) == 10


def test_links_that_lead_in_a_circle(inbox: Path, start: Start, tmp_path: Path) -> None:
    (inbox / "sub").mkdir()
    (inbox / "sub" / "circle").symlink_to(inbox)
    (tmp_path / "real.mp4").write_bytes(b"x")
    (inbox / "a.mp4").symlink_to(tmp_path / "real.mp4")
    watching = start(inbox).begun()
    (inbox / "sub" / "b.mp4").write_bytes(b"x")
    assert watching.until(lambda: len(watching.queued()) == 2)
    time.sleep(0.3)
    assert watching.queued() == ["a.mp4", "b.mp4"]


def test_a_folder_that_goes_and_comes_back(inbox: Path, start: Start) -> None:
    watching = start(inbox).begun()
    shutil.rmtree(inbox)
    assert watching.until(lambda: [found.kind for found in watching.told] == ["watching", "trouble"])
    assert watching.told[-1].reason == f"{inbox} is gone; it is waited for"
    inbox.mkdir()
    (inbox / "a.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4"])
    (inbox / "b.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4", "b.mp4"])
    assert watching.error is None


def test_where_the_system_tells_of_nothing_the_folders_are_looked_at(
    inbox: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr(module, "_LOOK_S", 0.1)
    watching = start(inbox).begun()
    assert [found.kind for found in watching.told] == ["watching", "trouble"]
    assert "watch limit reached" in watching.told[1].reason
    (inbox / "a.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4"])
    assert len(watching.told) == 3


def test_what_was_never_told_of_is_found_at_the_next_look(
    inbox: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.Intake, "hear", lambda self, paths: None)
    monkeypatch.setattr(module, "_LOOK_S", 0.1)
    watching = start(inbox).begun()
    (inbox / "a.mp4").write_bytes(b"x")
    assert watching.until(lambda: watching.queued() == ["a.mp4"])


def test_folders_that_cannot_be_watched(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with JobStore(tmp_path / "queue.sqlite") as store:
        with pytest.raises(VideoNotFound):
            watch_folders(store, [inbox, tmp_path / "none"])
        with pytest.raises(VideoUnreadable):
            watch_folders(store, [tmp_path / "file"])
        stop = threading.Event()
        stop.set()
        told: list[Found] = []
        watch_folders(store, [inbox], on_found=told.append, stop=stop)
        assert told == []
    assert os.listdir(inbox) == []  # noqa: PTH208
