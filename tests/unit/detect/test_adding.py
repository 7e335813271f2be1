import functools
import hashlib
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from funscribe.detect.adding import add_model
from funscribe.detect.models import ModelStore
from funscribe.errors import DownloadFailed, ModelInvalid, ModelNotFound


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "store")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address of a web server and the folder that it serves."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "web"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def left_over(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


def test_a_file_is_kept_under_its_name(store: ModelStore, bright_model: Path) -> None:
    kept, new = add_model(str(bright_model), store)
    assert (kept.name, new) == ("bright", True)
    assert kept.classes == ("ball", "person")
    assert kept.origin == str(bright_model)
    assert kept.remark == ""
    assert add_model(str(bright_model), store) == (kept, False)


def test_another_model_does_not_take_its_name(store: ModelStore, bright_model: Path, tmp_path: Path) -> None:
    add_model(str(bright_model), store)
    other = tmp_path / "bright.onnx"
    other.write_bytes(bright_model.read_bytes() + b"\x72\x00")  # an empty field more: another digest
    with pytest.raises(ModelInvalid, match="another model is named 'bright'; use --name"):
        add_model(str(other), store)
    assert add_model(str(other), store, name="b2")[0].name == "b2"


def test_a_file_must_be_the_one_that_was_promised(store: ModelStore, bright_model: Path) -> None:
    right = hashlib.sha256(bright_model.read_bytes()).hexdigest()
    with pytest.raises(ModelInvalid, match=f"its SHA-256 is {right}"):
        add_model(str(bright_model), store, sha256="a" * 64)
    for wrong in ("12", "g" * 64, "sha256:" + right):
        with pytest.raises(ModelInvalid, match="is no SHA-256"):
            add_model(str(bright_model), store, sha256=wrong)
    assert store.names() == []
    assert add_model(str(bright_model), store, sha256=f" {right.upper()} ")[0].sha256 == right


@pytest.mark.parametrize("content", [b"", b"words", b"\0" * 5000, b"<html>", b"PK\x03\x04 weights"])
def test_what_is_no_model_is_refused_before_it_is_kept(
    store: ModelStore, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelInvalid):
        add_model(str(path), store)
    assert left_over(store) == []


def test_half_a_model_is_refused(store: ModelStore, bright_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(bright_model.read_bytes()[:-300])
    with pytest.raises(ModelInvalid):
        add_model(str(path), store)
    assert left_over(store) == []


def test_what_is_not_there_or_has_no_good_name_is_refused(
    store: ModelStore, bright_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelNotFound):
        add_model(str(tmp_path / "none.onnx"), store)
    with pytest.raises(ModelInvalid, match="cannot be a name"):
        add_model(str(bright_model), store, name="../x")


def test_weights_are_to_be_exported_first(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelInvalid, match="models export"):
        add_model(str(tmp_path / "w.pt"), store)


def test_a_model_without_known_boxes_is_kept_with_a_remark(store: ModelStore, shared_data: Path) -> None:
    kept, _ = add_model(str(shared_data / "models" / "osnet_x0_25_msmt17.onnx"), store)
    assert "no boxes" in kept.remark


def test_a_model_is_fetched_checked_and_kept(
    store: ModelStore, bright_model: Path, web: tuple[str, Path]
) -> None:
    url, folder = web
    data = bright_model.read_bytes()
    (folder / "far off.onnx").write_bytes(data)
    seen: list[int] = []
    digest = hashlib.sha256(data).hexdigest()
    kept, new = add_model(
        f"{url}/far%20off.onnx", store, sha256=digest, on_bytes=lambda done, total: seen.append(done)
    )
    assert (kept.name, new) == ("far-off", True)
    assert kept.path.read_bytes() == data
    assert kept.origin == f"{url}/far%20off.onnx"
    assert seen[-1] == len(data)
    assert left_over(store) == sorted([kept.path.name, "model.json"])


def test_an_address_need_not_tell_the_kind(
    store: ModelStore, bright_model: Path, web: tuple[str, Path]
) -> None:
    url, folder = web
    (folder / "download").write_bytes(bright_model.read_bytes())
    assert add_model(f"{url}/download", store)[0].path.suffix == ".onnx"
    (folder / "weights").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(ModelInvalid, match="models export"):
        add_model(f"{url}/weights", store)


def test_what_was_fetched_and_is_no_model_leaves_nothing(store: ModelStore, web: tuple[str, Path]) -> None:
    url, folder = web
    (folder / "x.onnx").write_bytes(b"no model")
    with pytest.raises(ModelInvalid):
        add_model(f"{url}/x.onnx", store)
    with pytest.raises(ModelInvalid, match="nothing was stored"):
        add_model(f"{url}/x.onnx", store, sha256="0" * 64)
    with pytest.raises(DownloadFailed, match="is not there"):
        add_model(f"{url}/y.onnx", store)
    assert left_over(store) == []


def test_a_pair_is_fetched_together(store: ModelStore, bright_model: Path, web: tuple[str, Path]) -> None:
    openvino = pytest.importorskip("openvino")
    url, folder = web
    openvino.save_model(openvino.Core().read_model(bright_model), folder / "ir.xml")
    promised = hashlib.sha256((folder / "ir.xml").read_bytes() + (folder / "ir.bin").read_bytes()).hexdigest()
    with pytest.raises(ModelInvalid, match="nothing was stored"):
        add_model(f"{url}/ir.xml?x=1", store, sha256="0" * 64)
    kept, _ = add_model(f"{url}/ir.xml?x=1", store, sha256=promised)
    assert kept.classes == ("ball", "person")
    assert kept.path.with_suffix(".bin").read_bytes() == (folder / "ir.bin").read_bytes()
    (folder / "ir.bin").unlink()
    with pytest.raises(DownloadFailed, match=r"ir\.bin is not there"):
        add_model(f"{url}/ir.xml", store, name="again")
    assert store.names() == ["ir"]


def test_two_that_add_the_same_at_once_leave_one_whole(
    store: ModelStore, bright_model: Path, web: tuple[str, Path]
) -> None:
    url, folder = web
    (folder / "m.onnx").write_bytes(bright_model.read_bytes())
    told: list[object] = []

    def add() -> None:
        try:
            told.append(add_model(f"{url}/m.onnx", store)[0].sha256)
        except DownloadFailed as error:
            told.append(str(error))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    digest = hashlib.sha256(bright_model.read_bytes()).hexdigest()
    assert digest in told
    assert all(one == digest or "another run is fetching it" in str(one) for one in told)
    assert store.model("m").sha256 == digest
