import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funscribe.errors import QueueBusy, QueueNotWritable
from funscribe.jobs import intake as module
from funscribe.jobs.intake import Found, Intake
from funscribe.jobs.probing import Prober
from funscribe.jobs.roots import Roots
from funscribe.jobs.rules import Asked
from funscribe.jobs.store import JobStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with JobStore(tmp_path / "queue.sqlite") as one:
        yield one


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    return tmp_path / "in"


@pytest.fixture(autouse=True)
def asks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files that were tried; what begins with the word bad is no video."""
    asked: list[str] = []

    def ask(self: Prober, path: str, stop: threading.Event) -> str | None:
        asked.append(path)
        return f"{path} is no video" if Path(path).read_bytes().startswith(b"bad") else ""

    monkeypatch.setattr(Prober, "ask", ask)
    return asked


class Watcher:
    """An intake of one folder, and what it has told."""

    def __init__(
        self, store: JobStore, inbox: Path, settle_s: float = 0.0, asked: Asked | None = None
    ) -> None:
        self.told: list[Found] = []
        self.stop = threading.Event()
        self.inbox = inbox
        self.intake = Intake(
            store, Roots([inbox], True), asked or Asked(), settle_s, self.told.append, self.stop
        )

    def turn(self, *changed: Path) -> list[tuple[str, str]]:
        """Look at everything, or hear of changes, decide, and return what was told meanwhile."""
        self.told.clear()
        if changed:
            self.intake.hear([str(path) for path in changed])
        else:
            self.intake.look(self.inbox)
        self.intake.step()
        return [(found.kind, os.path.relpath(found.path, self.inbox)) for found in self.told]


def _write(path: Path, data: bytes = b"good", mtime_ns: int | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if mtime_ns is not None:
        os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def _videos(store: JobStore) -> list[str]:
    return [Path(job.order.video).name for job in store.page(limit=10_000)]


def test_what_lies_there_is_queued_once_and_restarts_do_not_queue_it_again(
    store: JobStore, inbox: Path, asks: list[str]
) -> None:
    for name in ("a.mp4", "sub/b.mkv"):
        _write(inbox / name)
    watcher = Watcher(store, inbox)
    assert watcher.turn() == [("queued", "a.mp4"), ("queued", "sub/b.mkv")]
    assert watcher.turn() == watcher.turn(inbox / "a.mp4") == []
    assert Watcher(store, inbox).turn() == []
    store.clear(["queued"])
    assert Watcher(store, inbox).turn() == [], "what was removed stays removed"
    assert len(asks) == 2, "what is known is not tried again"
    _write(inbox / "a.mp4", b"other")
    assert Watcher(store, inbox).turn() == [("queued", "a.mp4")]


def test_two_that_watch_one_folder_queue_a_file_once(store: JobStore, inbox: Path) -> None:
    for number in range(20):
        _write(inbox / f"{number}.mp4")
    told: list[list[Found]] = []

    def watch() -> None:
        with JobStore(store.path) as own:
            watcher = Watcher(own, inbox)
            watcher.turn()
            told.append(list(watcher.told))

    threads = [threading.Thread(target=watch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(map(len, told)) == 20
    assert len(store.ids()) == 20


def test_a_file_that_is_being_copied_is_waited_for(
    store: JobStore, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s)
    watcher, video = Watcher(store, inbox, settle_s=5.0), inbox / "a.mp4"
    for size in range(1, 6):
        _write(video, b"x" * size, mtime_ns=1)
        assert watcher.turn(video) == []
        now_s += 4.0
    _write(video, b"x" * 6, mtime_ns=1)
    now_s += 3.0
    assert watcher.turn() == [], "it has grown, although nobody told of it"
    now_s += 4.9
    assert watcher.turn() == []
    now_s += 0.2
    assert watcher.turn() == [("queued", "a.mp4")]


def test_names_of_programs_that_copy_are_left_alone_until_they_are_renamed(
    store: JobStore, inbox: Path
) -> None:
    watcher = Watcher(store, inbox)
    names = ("a.mp4.part", "b.mp4.crdownload", "c.mp4.tmp", ".d.mp4.Xy12", ".e.mp4")
    for name in names:
        _write(inbox / name)
    assert watcher.turn(*(inbox / name for name in names)) == []
    (inbox / "a.mp4.part").rename(inbox / "a.mp4")
    assert watcher.turn(inbox / "a.mp4.part", inbox / "a.mp4") == [("queued", "a.mp4")]


def test_what_cannot_be_read_is_told_once_and_tried_again_when_it_changes(
    store: JobStore, inbox: Path, asks: list[str]
) -> None:
    watcher, video = Watcher(store, inbox), _write(inbox / "a.mp4", b"bad")
    assert watcher.turn() == [("unreadable", "a.mp4")]
    assert watcher.told[0].reason == f"{video} is no video"
    assert watcher.turn() == watcher.turn() == []
    assert len(asks) == 1
    assert watcher.turn(video) == [], "the same reason is not told again"
    assert len(asks) == 2, "but its permissions may have changed"
    _write(video, b"good now")
    assert watcher.turn() == [("queued", "a.mp4")]
    assert _videos(store) == ["a.mp4"]


def test_a_video_with_its_script_is_left_alone(store: JobStore, inbox: Path) -> None:
    _write(inbox / "a.mp4")
    script = _write(inbox / "a.funscript")
    watcher = Watcher(store, inbox)
    assert watcher.turn() == []
    script.unlink()
    assert watcher.turn() == [("queued", "a.mp4")]
    _write(inbox / "b.mp4")
    _write(inbox / "b.funscript")
    _write(inbox / "funscribe.toml", b'[batch]\nvariants = ["soft"]\n')
    assert watcher.turn() == [("queued", "b.mp4")], "the variant is missing"
    _write(inbox / "c.mp4")
    _write(inbox / "c.funscript")
    _write(inbox / "funscribe.toml", b"[batch]\noverwrite = true\n")
    assert watcher.turn() == [("queued", "c.mp4")]
    assert watcher.turn() == []


def test_broken_rules_hold_up_their_folder_and_no_other(store: JobStore, inbox: Path) -> None:
    rules = _write(inbox / "sub" / "funscribe.toml", b"[batch]\npriority = 'x'")
    for name in ("a.mp4", "sub/b.mp4", "sub/deep/c.mp4"):
        _write(inbox / name)
    watcher = Watcher(store, inbox)
    assert watcher.turn() == [("queued", "a.mp4"), ("rules", "sub/funscribe.toml")]
    assert watcher.told[1].reason.startswith(f"{rules}: option batch.priority")
    assert watcher.turn() == []
    _write(rules, b"[batch]\npriority = 4\n[script]\ninvert = true")
    assert watcher.turn(rules) == [("queued", "sub/b.mp4"), ("queued", "sub/deep/c.mp4")]
    assert [(job.priority, job.order.recipe.script.invert) for job in store.page()] == [
        (0, False),
        (4, True),
        (4, True),
    ]
    _write(rules, b"[batch")
    _write(inbox / "sub" / "d.mp4")
    assert watcher.turn() == [("rules", "sub/funscribe.toml")]
    rules.unlink()
    assert watcher.turn(rules) == [("queued", "sub/d.mp4")]


def test_ignored_videos_are_queued_when_the_rules_change(
    store: JobStore, inbox: Path, asks: list[str]
) -> None:
    rules = _write(inbox / "funscribe.toml", b"[batch]\nignore = ['a*']")
    _write(inbox / "a.mp4")
    _write(inbox / "b.mp4")
    watcher = Watcher(store, inbox)
    assert watcher.turn() == [("queued", "b.mp4")]
    assert asks == [str(inbox / "b.mp4")]
    _write(rules, b"[batch]\nignore = false\noutput = 'scripts'")
    assert watcher.turn(rules) == [("queued", "a.mp4")]
    assert store.page()[-1].order.script == str(inbox / "scripts" / "a.funscript")


def test_two_videos_of_one_script(store: JobStore, inbox: Path) -> None:
    _write(inbox / "a.mkv")
    _write(inbox / "a.mp4")
    watcher = Watcher(store, inbox)
    assert watcher.turn() == [("queued", "a.mkv"), ("twin", "a.mp4")]
    assert "is already the script of" in watcher.told[1].reason
    assert watcher.turn() == []


@pytest.mark.parametrize(
    ("ends", "again"),
    [("done", True), ("failed", True), ("cancelled", False), ("removed", False), ("kept", False)],
)
def test_a_video_replaced_while_its_job_runs_is_made_again_after_it(
    store: JobStore, inbox: Path, ends: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 0.0)
    video = _write(inbox / "a.mp4")
    watcher = Watcher(store, inbox)
    watcher.turn()
    runner = store.enlist()
    job = store.claim(runner)
    assert job is not None
    _write(video, b"replaced")
    assert watcher.turn() == []
    assert watcher.turn() == []
    end: dict[str, Callable[[], object]] = {
        "done": lambda: store.finish(runner, job.id, 7),
        "kept": lambda: store.finish(runner, job.id, None),
        "failed": lambda: store.fail(runner, job.id, "cut short"),
        "cancelled": lambda: store.cancel([job.id]),
        "removed": lambda: (store.cancel([job.id]), store.remove([job.id])),
    }
    end[ends]()
    assert watcher.turn() == ([("queued", "a.mp4")] if again else [])
    if again:
        assert store.page()[-1].order.overwrite is (ends == "done")
    assert watcher.turn() == []


def test_files_that_come_and_go_at_once(store: JobStore, inbox: Path) -> None:
    watcher = Watcher(store, inbox)
    for number in range(50):
        path = _write(inbox / f"{number}.mp4")
        watcher.intake.hear([str(path)])
        path.unlink()
    assert watcher.turn() == []
    assert store.ids() == []


def test_a_renamed_folder_is_looked_through(store: JobStore, inbox: Path) -> None:
    watcher = Watcher(store, inbox, settle_s=0.0)
    _write(inbox.parent / "elsewhere" / "a.mp4")
    (inbox.parent / "elsewhere").rename(inbox / "here")
    assert watcher.turn(inbox / "here") == [("queued", "here/a.mp4")]
    (inbox / "here").rename(inbox / "there")
    _write(inbox / "there" / "a.funscript")
    assert watcher.turn(inbox / "here", inbox / "there") == [], "its script went with it"


def test_a_busy_or_full_queue_loses_nothing(
    store: JobStore, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failing = JobStore.add_noticed, [QueueBusy("busy"), QueueBusy("busy"), QueueNotWritable("full")]

    def add_noticed(self: JobStore, *arguments: object) -> object:
        if failing:
            raise failing.pop(0)
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(JobStore, "add_noticed", add_noticed)
    _write(inbox / "a.mp4")
    watcher = Watcher(store, inbox)
    told = [kind for _ in range(4) for kind, _ in watcher.turn()]
    assert told == ["trouble", "trouble", "queued"]


def test_many_at_once(store: JobStore, inbox: Path) -> None:
    for number in range(150):
        (inbox / f"{number:04}.mp4").write_bytes(b"good")
    watcher = Watcher(store, inbox)
    found = watcher.turn()
    assert len(found) == 150
    assert len(store.ids()) == 150
    assert Watcher(store, inbox).turn() == []


def test_a_stop_ends_at_the_next_file(store: JobStore, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        _write(inbox / f"{number}.mp4")
    watcher = Watcher(store, inbox)

    def ask(self: Prober, path: str, stop: threading.Event) -> str | None:
        stop.set()
        return None

    monkeypatch.setattr(Prober, "ask", ask)
    assert watcher.turn() == []
    assert store.ids() == []


def test_what_is_asked_for_is_in_the_orders(store: JobStore, inbox: Path, tmp_path: Path) -> None:
    _write(inbox / "sub" / "a.mp4")
    Watcher(store, inbox, asked=Asked(output=tmp_path / "out", priority=5)).turn()
    (job,) = store.page()
    assert (job.order.script, job.priority) == (str(tmp_path / "out" / "sub" / "a.funscript"), 5)
