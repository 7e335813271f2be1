"""Compiled models are kept for the next process, and one that does not read back is as good as none."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from funscribe.detect.engines.compiled import CompiledStore, key_of


class Told(msgspec.Struct):
    precision: str


@pytest.fixture
def store(tmp_path: Path) -> CompiledStore:
    return CompiledStore(tmp_path / "compiled")


def test_what_was_kept_comes_back(store: CompiledStore) -> None:
    store.save("a", Told("fp32"), b"\0\1\2" * 1000)
    assert store.load("a", Told) == (Told("fp32"), b"\0\1\2" * 1000)
    assert store.load("b", Told) is None


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "short"])
def test_what_is_damaged_is_none(store: CompiledStore, damage: str) -> None:
    store.save("a", Told("fp32"), bytes(5000))
    path = store.root / "a.compiled"
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[3000] ^= 1
    path.write_bytes({"cut": data[:-1], "flip": data, "empty": b"", "short": data[:20]}[damage])
    assert store.load("a", Told) is None
    store.save("a", Told("int8"), b"new")
    assert store.load("a", Told) == (Told("int8"), b"new")


def test_what_was_told_otherwise_is_none(store: CompiledStore) -> None:
    class Other(msgspec.Struct):
        device: str

    store.save("a", Told("fp32"), b"x")
    assert store.load("a", Other) is None


def test_nothing_half_written_is_left(store: CompiledStore) -> None:
    store.save("a", Told("fp32"), b"x" * 100)
    assert [path.name for path in store.root.iterdir()] == ["a.compiled"]


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    store = CompiledStore(file / "compiled")
    store.save("a", Told("fp32"), b"x")
    assert store.load("a", Told) is None


def test_what_was_used_least_recently_goes(store: CompiledStore) -> None:
    for index in range(16):
        store.save(f"k{index}", Told("fp32"), b"x")
        os.utime(store.root / f"k{index}.compiled", (index + 1, index + 1))
    assert store.load("k0", Told) is not None  # used now
    store.save("new", Told("fp32"), b"x")
    kept = {path.stem for path in store.root.iterdir()}
    assert len(kept) == 16
    assert {"k0", "new"} <= kept
    assert "k1" not in kept


def test_the_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "here"))
    assert CompiledStore().root == tmp_path / "here" / "compiled"
    monkeypatch.delenv("FUNSCRIBE_CACHE_DIR")
    assert CompiledStore().root.name == "compiled"


def test_keys_depend_on_the_file_its_weights_and_the_settings(tmp_path: Path) -> None:
    model = tmp_path / "a[1].onnx"
    model.write_bytes(b"x")
    first = key_of(model, "cpu", "1")
    assert key_of(model, "cpu", "1") == first
    assert key_of(model, "cpu", "2") != first
    (tmp_path / "other.bin").write_bytes(b"x")
    assert key_of(model, "cpu", "1") == first
    (tmp_path / "a[1].onnx.data").write_bytes(b"weights")
    assert key_of(model, "cpu", "1") != first
    model.write_bytes(b"y")
    (tmp_path / "a[1].onnx.data").unlink()
    assert key_of(model, "cpu", "1") != first
