from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from funscribe.errors import OutputNotWritable, TraceCorrupted, VideoNotFound
from funscribe.trace import Part, TraceStore
from funscribe.trace.mirror import Mirror, default_mirror

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")

KEY = "0123456789abcdef" * 2


class Note(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture(params=["memory", "file"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = "memory://shelf" if request.param == "memory" else (tmp_path / "shelf").as_uri()
    monkeypatch.setenv("FUNSCRIBE_TRACES_URL", url)
    yield url
    fsspec.filesystem("memory").store.clear()


def _part(value: float) -> Part:
    times = np.arange(3.0)
    return Part(times, np.full((3, 1, 1, 2), value, np.float16), np.zeros(3, np.float32), False, 0)


def _filled(root: Path) -> TraceStore:
    store = TraceStore(root)
    store.open(KEY)
    store.write_note(KEY, Note("plan"))
    for index in range(12):
        store.write_part(KEY, index, _part(index))
    return store


def test_nothing_is_mirrored_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FUNSCRIBE_TRACES_URL", raising=False)
    assert default_mirror() is None
    monkeypatch.setenv("FUNSCRIBE_TRACES_URL", "")
    assert default_mirror() is None


def test_another_machine_finds_what_was_made_here(shelf: str, tmp_path: Path) -> None:
    _filled(tmp_path / "here")
    there = TraceStore(tmp_path / "there")
    assert there.read_note(KEY, Note) is None
    there.open(KEY)
    assert there.read_note(KEY, Note) == Note("plan")
    for index in range(12):
        part = there.read_part(KEY, index)
        assert part is not None
        assert part.field[0, 0, 0, 0] == index
    assert there.read_part(KEY, 12) is None


def test_what_is_here_is_not_fetched_and_what_is_removed_here_stays_there(shelf: str, tmp_path: Path) -> None:
    store = _filled(tmp_path / "here")
    own = store.part_path(KEY, 0)
    own.write_bytes(b"own")
    store.open(KEY)
    assert own.read_bytes() == b"own"
    store.close()
    assert store.remove(KEY)
    store.open(KEY)
    part = store.read_part(KEY, 0)
    assert part is not None
    assert part.field[0, 0, 0, 0] == 0


def test_damage_there_is_found_out_and_mended(shelf: str, tmp_path: Path) -> None:
    store = _filled(tmp_path / "here")
    with fsspec.open(f"{shelf}/{KEY}/segment-00003.npz", "wb") as file:
        file.write(b"half")
    there = TraceStore(tmp_path / "there")
    there.open(KEY)
    with pytest.raises(TraceCorrupted):
        there.read_part(KEY, 3)
    there.write_part(KEY, 3, _part(3))
    with fsspec.open(f"{shelf}/{KEY}/segment-00003.npz", "rb") as file:
        assert file.read() == store.part_path(KEY, 3).read_bytes()


def test_only_files_of_traces_are_taken(shelf: str, tmp_path: Path) -> None:
    _filled(tmp_path / "here")
    for name in ("other.npz", ".lock", "plan.json.exe"):
        with fsspec.open(f"{shelf}/{KEY}/{name}", "wb") as file:
            file.write(b"x")
    there = TraceStore(tmp_path / "there")
    there.open(KEY)
    found = {path.name for path in there.folder(KEY).iterdir()}
    assert found == {"plan.json", *(f"segment-{index:05d}.npz" for index in range(12))}


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VideoNotFound, match="nowhere"):
        Mirror("nowhere://shelf")
    monkeypatch.setenv("FUNSCRIBE_TRACES_URL", (tmp_path / "shelf").as_uri())
    store = TraceStore(tmp_path / "here")
    store.open(KEY)
    (tmp_path / "shelf").write_bytes(b"")
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        store.write_part(KEY, 0, _part(0))
    assert store.read_part(KEY, 0) is not None  # the work is not lost
