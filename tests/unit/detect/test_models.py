import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from funscribe.detect import models
from funscribe.detect.models import ModelStore, copy_model, find_model, is_name, name_for
from funscribe.errors import ModelInvalid, ModelNotFound, OutputNotWritable, ScriptBusy
from funscribe.files import exclusive

BYTES = b"not a model, and the store does not mind" * 100


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "store"))
    return ModelStore()


@pytest.fixture
def onnx(tmp_path: Path) -> Path:
    path = tmp_path / "yolo.onnx"
    path.write_bytes(BYTES)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    (tmp_path / "ir.xml").write_bytes(b"<net/>")
    (tmp_path / "ir.bin").write_bytes(BYTES)
    return tmp_path / "ir.xml"


def everything(store: ModelStore) -> list[str]:
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.rglob("*"))


def test_a_new_user_has_no_models(store: ModelStore) -> None:
    assert store.names() == []
    assert not store.root.exists()


def test_the_folder_is_the_users_unless_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FUNSCRIBE_MODELS_DIR", raising=False)
    assert models.default_root().name == "models"
    assert "funscribe" in models.default_root().parts
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path))
    assert models.default_root() == tmp_path


def test_a_model_is_kept_with_what_is_known_of_it(store: ModelStore, onnx: Path) -> None:
    kept = store.add(onnx, "yolo", origin="here", classes=("person", "ball"), remark="good")
    assert kept == find_model("yolo")
    assert kept.path.read_bytes() == BYTES
    assert kept.path.suffix == ".onnx"
    assert (kept.name, kept.size) == ("yolo", len(BYTES))
    assert kept.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert (kept.origin, kept.classes, kept.remark) == ("here", ("person", "ball"), "good")
    assert onnx.exists()


def test_a_path_that_exists_wins_over_a_name(
    store: ModelStore, onnx: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(onnx, "yolo")
    monkeypatch.chdir(onnx.parent)
    Path("yolo").write_bytes(b"another")
    assert find_model("yolo").path == Path("yolo")
    assert find_model(onnx).sha256 == hashlib.sha256(BYTES).hexdigest()
    assert find_model(onnx).name == "yolo"


def test_a_pair_is_kept_together(store: ModelStore, pair: Path) -> None:
    kept = store.add(pair, "ir")
    assert kept.path.read_bytes() == b"<net/>"
    assert kept.path.with_suffix(".bin").read_bytes() == BYTES
    assert kept.sha256 == hashlib.sha256(b"<net/>" + BYTES).hexdigest()
    assert find_model(pair).sha256 == kept.sha256
    assert kept.size == len(BYTES) + 6


def test_half_a_pair_is_refused(store: ModelStore, pair: Path) -> None:
    pair.with_suffix(".bin").unlink()
    with pytest.raises(ModelInvalid, match=r"needs ir.bin beside it"):
        store.add(pair, "ir")
    assert store.names() == []


def test_a_model_is_replaced_and_what_it_was_is_gone(store: ModelStore, onnx: Path, pair: Path) -> None:
    store.add(pair, "m")
    kept = store.add(onnx, "m")
    assert everything(store) == ["m", f"m/{kept.path.name}", "m/model.json"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "-x", ".x", "a b", "é", "x" * 101, "a\0"])
def test_what_is_no_file_name_everywhere_is_no_name(store: ModelStore, onnx: Path, name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ModelInvalid, match="cannot be a name"):
        store.add(onnx, name)
    with pytest.raises(ModelNotFound):
        store.model(name)


def test_names_are_made_of_file_names() -> None:
    assert name_for("yolo n (2)") == "yolo-n-2"
    assert name_for("../../etc") == "etc"
    assert name_for("é") == "model"
    assert all(is_name(name_for(stem)) for stem in ("", "...", "a" * 300, "ü-1", "a." * 99))


def test_names_that_are_near_are_suggested(store: ModelStore, onnx: Path) -> None:
    store.add(onnx, "yolo11n")
    with pytest.raises(ModelNotFound, match=r"did you mean yolo11n\?.*models list"):
        find_model("yolo11m")
    with pytest.raises(ModelNotFound) as caught:
        find_model("completely-else")
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize("what", ["", "\0", "x" * 5000, "no/such.onnx"])
def test_what_can_be_no_file_is_not_found(store: ModelStore, what: str) -> None:
    with pytest.raises(ModelNotFound, match="models list"):
        find_model(what)


def test_folders_and_empty_files_are_no_models(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match="is a folder"):
        find_model(tmp_path)
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(ModelInvalid, match="is empty"):
        find_model(tmp_path / "empty.onnx")


def test_a_stored_model_that_was_changed_is_refused(store: ModelStore, onnx: Path) -> None:
    path = store.add(onnx, "yolo").path
    changed = bytearray(BYTES)
    changed[50] ^= 1
    path.write_bytes(changed)
    os.utime(path, ns=(0, 0))
    with pytest.raises(ModelInvalid, match=r"is not what was stored.*models remove yolo"):
        find_model("yolo")
    path.write_bytes(BYTES)  # the same again, at another time
    assert find_model("yolo").path == path
    path.unlink()
    with pytest.raises(ModelInvalid, match="is missing"):
        find_model("yolo")
    assert store.remove("yolo") > 0
    assert store.names() == []


def test_a_model_that_is_untouched_is_not_read_again(
    store: ModelStore, onnx: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(onnx, "yolo")

    def never(files: tuple[Path, ...]) -> str:
        raise AssertionError("read again")

    monkeypatch.setattr(models, "digest", never)
    assert find_model("yolo").size == len(BYTES)


@pytest.mark.parametrize(
    "note", [b"", b"{", b"[]", b'{"files": [], "sha256": ""}', b"\xff\xfe", b'{"files": 3}']
)
def test_a_damaged_note_is_told_and_can_be_removed(store: ModelStore, onnx: Path, note: bytes) -> None:
    store.add(onnx, "yolo")
    (store.root / "yolo" / "model.json").write_bytes(note)
    with pytest.raises(ModelInvalid, match=r"is damaged.*add it again"):
        find_model("yolo")
    store.add(onnx, "yolo")
    assert find_model("yolo").size == len(BYTES)
    store.remove("yolo")
    assert everything(store) == []


def test_a_full_disk_leaves_nothing_half(
    store: ModelStore, onnx: Path, pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.add(onnx, "there")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(models.os, "fsync", full)
    for name in ("new", "there"):
        with pytest.raises(OutputNotWritable, match="the disk is full"):
            store.add(pair, name)
    monkeypatch.undo()
    assert ModelStore(store.root).names() == ["there"]
    assert ModelStore(store.root).model("there") == before
    assert everything(store) == ["there", f"there/{before.path.name}", "there/model.json"]


def test_ctrl_c_leaves_nothing_half(store: ModelStore, pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(models, "write_atomically", stop)
    with pytest.raises(KeyboardInterrupt):
        store.add(pair, "new")
    assert store.names() == []
    assert everything(store) == []


def test_a_file_that_changes_while_it_is_copied_is_not_kept(
    store: ModelStore, onnx: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = models._copy

    def late(source: Path, target: Path) -> None:
        source.write_bytes(BYTES[::-1])
        copy(source, target)

    monkeypatch.setattr(models, "_copy", late)
    with pytest.raises(ModelInvalid, match="changed while it was copied"):
        store.add(onnx, "yolo")
    assert everything(store) == []


def test_one_run_at_a_time_stores_a_name(store: ModelStore, onnx: Path) -> None:
    (store.root / "yolo").mkdir(parents=True)
    with exclusive(store.root / "yolo"), pytest.raises(ScriptBusy):
        store.add(onnx, "yolo")
    assert store.names() == []


def test_many_at_once_leave_one_whole_model(store: ModelStore, onnx: Path, pair: Path) -> None:
    busy: list[ScriptBusy] = []

    def add(path: Path) -> None:
        try:
            store.add(path, "m")
        except ScriptBusy as error:
            busy.append(error)

    threads = [threading.Thread(target=add, args=(path,)) for path in (onnx, pair) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(busy) < len(threads)
    assert store.model("m").sha256 in (find_model(onnx).sha256, find_model(pair).sha256)


def test_what_is_not_there_cannot_be_removed(store: ModelStore) -> None:
    with pytest.raises(ModelNotFound):
        store.remove("nothing")
    with pytest.raises(ModelNotFound):
        store.remove("..")


def test_a_pair_is_copied_elsewhere_whole(pair: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    copy_model(pair, tmp_path / "there" / "small.xml")
    assert find_model(tmp_path / "there" / "small.xml").sha256 == find_model(pair).sha256
    with pytest.raises(OutputNotWritable, match="no such folder"):
        copy_model(pair, tmp_path / "nowhere" / "small.xml")
