import errno
import gc
import os
import threading
import time
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest

from funscribe.errors import OutputNotWritable, RecipeInvalid, TraceCorrupted
from funscribe.records import VideoInfo
from funscribe.trace.part import Part
from funscribe.trace.store import TraceStore, default_root

INFO = VideoInfo("/films/a.mp4", (16, 9), (16, 9), Fraction(1001, 30_000), 0.1, 90, "h264", "yuv420p")


class Note(msgspec.Struct, frozen=True):
    info: VideoInfo
    ticks: tuple[int | None, ...]


NOTE = Note(INFO, (None, 123_456_789_012, None))


def _part(count: int = 3) -> Part:
    return Part(np.arange(count) / 30, np.ones((count, 2, 3, 2), np.float16), np.zeros(count), False, 0)


def _key(number: int) -> str:
    return f"{number:032x}"


def _fill(store: TraceStore, number: int, age_s: float) -> Path:
    """Keep a trace that nobody uses any more."""
    store.open(_key(number))
    store.write_note(_key(number), NOTE)
    store.write_part(_key(number), 0, _part(1000))
    store.close()
    then = time.time() - age_s
    os.utime(store.folder(_key(number)), (then, then))
    return store.folder(_key(number))


@pytest.fixture
def store(tmp_path: Path) -> TraceStore:
    return TraceStore(tmp_path / "deep" / "store")


def test_what_is_kept_reads_back(store: TraceStore) -> None:
    store.open(_key(1))
    assert store.read_note(_key(1), Note) is None
    assert store.read_part(_key(1), 0) is None
    store.write_note(_key(1), NOTE)
    store.write_part(_key(1), 0, _part())
    assert store.read_note(_key(1), Note) == NOTE
    part = store.read_part(_key(1), 0)
    assert part is not None
    assert part.time_s.tolist() == _part().time_s.tolist()


def test_reading_makes_nothing(store: TraceStore) -> None:
    assert store.read_note(_key(1), Note) is None
    assert store.read_part(_key(1), 0) is None
    assert store.traces() == []
    assert store.clear() == []
    assert store.remove(_key(1))
    assert store.shrink() == []
    assert not store.root.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"{}",
        lambda data: b"\xff\x00" * 50,
        lambda data: data.replace(b"123456789012", b"123456789013"),
        lambda data: data.replace(b"30000", b"00000"),
        lambda data: data.replace(b"a.mp4", b"b.mp4"),
        lambda data: b"[" * 100_000,
    ],
)
def test_a_damaged_note_is_told(store: TraceStore, damage: object) -> None:
    store.open(_key(1))
    store.write_note(_key(1), NOTE)
    path = store.folder(_key(1)) / "plan.json"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(TraceCorrupted, match=r"plan\.json is damaged"):
        store.read_note(_key(1), Note)
    assert len(store.traces()) == 1


def test_a_damaged_part_is_told_with_its_path(store: TraceStore) -> None:
    store.open(_key(1))
    store.write_part(_key(1), 3, _part())
    path = store.part_path(_key(1), 3)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TraceCorrupted, match=r"segment-00003\.npz is damaged"):
        store.read_part(_key(1), 3)
    path.unlink()
    path.mkdir()
    with pytest.raises(TraceCorrupted, match="cannot be read"):
        store.read_part(_key(1), 3)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    store = TraceStore(tmp_path, max_bytes=10**9)
    folders = [_fill(store, number, age_s=10 + number) for number in range(4)]
    size = store.traces()[0].size
    assert [stored.key for stored in store.traces()] == [_key(number) for number in range(4)]
    assert store.traces()[0].video == "/films/a.mp4"
    store.max_bytes = 2 * size + 10
    assert store.shrink() == [_key(3), _key(2)]
    assert [folder.exists() for folder in folders] == [True, True, False, False]
    assert store.shrink() == []


def test_opening_is_using(tmp_path: Path) -> None:
    store = TraceStore(tmp_path, max_bytes=0)
    for number in range(3):
        _fill(store, number, age_s=10 + number)
    store.open(_key(2))
    assert store.traces()[0].key == _key(2)
    assert store.shrink() == [_key(1), _key(0)]
    assert store.folder(_key(2)).exists(), "the trace in use must stay"


def test_clearing_tells_what_it_freed(tmp_path: Path) -> None:
    store = TraceStore(tmp_path)
    for number in range(3):
        _fill(store, number, age_s=0)
    there = store.traces()
    assert {stored.key: stored.size for stored in store.clear()} == {one.key: one.size for one in there}
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "letter.txt").write_text("dear")
    store = TraceStore(tmp_path, max_bytes=0)
    _fill(store, 1, age_s=0)
    store.shrink()
    store.clear()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.txt", "photos"]


def test_what_was_left_unfinished_is_swept_when_nobody_uses_the_trace(store: TraceStore) -> None:
    store.open(_key(1))
    left = store.folder(_key(1)) / ".funscribe-0123.part"
    left.write_bytes(b"half")
    beside = TraceStore(store.root)
    beside.open(_key(1))
    beside.shrink()
    assert left.exists(), "another run may be writing it"
    store.close()
    beside.close()
    beside.open(_key(1))
    assert not left.exists()
    beside.close()
    left.write_bytes(b"half")
    beside.shrink()
    assert not left.exists()
    assert store.folder(_key(1)).is_dir()


def test_what_was_killed_while_it_removed_is_finished(tmp_path: Path) -> None:
    store = TraceStore(tmp_path)
    _fill(store, 1, age_s=0).rename(tmp_path / ".gone-0123")
    assert store.traces() == []
    assert store.shrink() == []
    assert list(tmp_path.iterdir()) == []


def test_a_trace_just_used_is_not_the_one_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TraceStore(tmp_path, max_bytes=10**9)
    for number in range(3):
        _fill(store, number, age_s=10 - number)
    store.max_bytes = 2 * store.traces()[0].size + 10
    real = TraceStore._stored

    def stored(self: TraceStore) -> object:
        found = real(self)
        monkeypatch.setattr(TraceStore, "_stored", real)
        with TraceStore(tmp_path) as other:  # used and left between our looking and our removing
            other.open(_key(0))
        return found

    monkeypatch.setattr(TraceStore, "_stored", stored)
    assert store.shrink() == [_key(1)]


def test_room_is_made_before_it_is_needed(tmp_path: Path) -> None:
    store = TraceStore(tmp_path, max_bytes=10**9)
    for number in range(3):
        _fill(store, number, age_s=10 - number)
    size = store.traces()[0].size
    store.max_bytes = 3 * size + 10
    assert store.shrink() == []
    assert store.shrink(5) == []
    assert store.shrink(11) == [_key(0)]
    assert store.shrink(2 * size) == [_key(1)]
    assert store.shrink(10**12) == [_key(2)]


def test_leaving_the_block_keeps_the_bound_to_the_byte(tmp_path: Path) -> None:
    def run(fails: bool = False) -> None:
        with TraceStore(tmp_path, max_bytes=10) as store:
            store.open(_key(1))
            store.shrink(1000)
            store.write_part(_key(1), 0, _part())
            assert store.shrink() == [], "it is in use"
            if fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(fails=True)
    assert [stored.key for stored in TraceStore(tmp_path).traces()] == [_key(1)], "to go on from"
    run()
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_forgotten_holds_nothing(tmp_path: Path) -> None:
    TraceStore(tmp_path).open(_key(1))
    gc.collect()
    assert TraceStore(tmp_path).remove(_key(1))
    assert list(tmp_path.iterdir()) == []


def test_a_trace_in_use_is_not_removed_by_any_word(store: TraceStore) -> None:
    _fill(store, 2, age_s=0)
    with TraceStore(store.root) as user:
        user.open(_key(1))
        user.open(_key(1))
        assert not store.remove(_key(1))
        assert [stored.key for stored in store.clear()] == [_key(2)]
        assert not user.remove(_key(1))
    assert store.remove(_key(1))
    assert list(store.root.iterdir()) == []


def test_listing_beside_a_run_that_removes_and_writes(tmp_path: Path) -> None:
    store, stop, failed = TraceStore(tmp_path), threading.Event(), []

    def churn() -> None:
        while not stop.is_set():
            store.open(_key(1))
            try:
                store.write_note(_key(1), NOTE)
            except OutputNotWritable:
                failed.append("removed meanwhile")
            store.close()
            store.remove(_key(1))

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(300):
            assert len(store.traces()) <= 1
    finally:
        stop.set()
        thread.join()


def test_the_folder_and_the_bound_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("FUNSCRIBE_CACHE_BYTES", "123")
    store = TraceStore()
    assert (store.root, store.max_bytes) == (tmp_path / "mine", 123)
    monkeypatch.delenv("FUNSCRIBE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root().parts[-2:] == ("funscribe", "traces") or os.name == "nt"
    monkeypatch.delenv("FUNSCRIBE_CACHE_BYTES")
    assert TraceStore().max_bytes == 8_000_000_000


@pytest.mark.parametrize("text", ["8 GB", "-1", "1e9", "x"])
def test_a_bound_that_is_no_number_is_told(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_BYTES", text)
    with pytest.raises(RecipeInvalid, match="whole number of bytes"):
        TraceStore()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = TraceStore(tmp_path / "file" / "store")
    with pytest.raises(OutputNotWritable, match=r"cannot be written: .*choose another"):
        store.open(_key(1))
    assert store.traces() == []
    assert store.read_note(_key(1), Note) is None


@pytest.mark.parametrize("broken", ["write", "fsync"])
def test_a_full_disk_is_told_and_leaves_nothing(
    store: TraceStore, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.open(_key(1))
    store.write_part(_key(1), 0, _part())
    before = store.part_path(_key(1), 0).read_bytes()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    if broken == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr("funscribe.files._write", full)
    with pytest.raises(OutputNotWritable, match="the disk is full; free some space"):
        store.write_part(_key(1), 0, _part(9))
    assert store.part_path(_key(1), 0).read_bytes() == before
    assert [path.name for path in store.folder(_key(1)).iterdir()] == ["segment-00000.npz"]


def test_a_store_that_cannot_be_written_is_told_when_it_is_cleared(
    store: TraceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store, 1, age_s=0)

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    for remove in (store.clear, store.shrink, lambda: store.remove(_key(1)), lambda: store.open(_key(1))):
        with pytest.raises(OutputNotWritable, match="not permitted"):
            remove()
