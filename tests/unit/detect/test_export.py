"""Exporting, with a stand-in for Ultralytics: PyTorch is too large to be tested with."""

import errno
import os
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from funscribe.detect import export as module
from funscribe.detect.export import export
from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound, OutputNotWritable


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "my yolo.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", b"weights")
    return path


@pytest.fixture
def ultralytics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Puts a package named ultralytics, whose export does what it is given, in the way of imports."""
    folder = tmp_path / "packages"
    folder.mkdir()

    def put(body: str) -> None:
        text = (
            "import json, os, pathlib\nclass YOLO:\n    def __init__(self, path):\n        self.path = path\n"
        )
        text += "    def export(self, **given):\n" + textwrap.indent(textwrap.dedent(body), " " * 8)
        (folder / "ultralytics.py").write_text(text)

    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(str(folder))
    return put


WELL = """
    path = pathlib.Path(self.path).with_suffix(".onnx")
    asked = {**given, "home": os.getcwd(), "auto": os.environ["YOLO_AUTOINSTALL"]}
    path.write_text(json.dumps(asked))
    print("much talk")
    return path
"""


def test_weights_are_exported_in_a_process_of_their_own(ultralytics, weights: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ultralytics(WELL)
    export(weights, tmp_path / "out.onnx", size=320)
    told = (tmp_path / "out.onnx").read_text()
    assert '"format": "onnx"' in told
    assert '"imgsz": 320' in told
    assert '"auto": "false"' in told
    assert "ultralytics" not in sys.modules
    assert sorted(path.name for path in weights.parent.iterdir()) == ["my yolo.pt", "out.onnx", "packages"]


def test_without_a_size_the_weights_decide(ultralytics, weights: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ultralytics(WELL)
    export(weights, tmp_path / "out.onnx")
    assert "imgsz" not in (tmp_path / "out.onnx").read_text()


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("raise RuntimeError('no weights\\nat all')", ModelInvalid, "cannot be exported: at all"),
        ("import no_such_torch", DeviceMissing, r"no_such_torch.*funscribe\[ultralytics\]"),
        ("os._exit(3)", ModelInvalid, "it said nothing"),
        ("return 'gone.onnx'", ModelInvalid, "made no model"),
        ("print('x'); os._exit(0)", ModelInvalid, "did not say what it made"),
    ],
)
def test_what_goes_wrong_there_is_told(  # type: ignore[no-untyped-def]
    ultralytics, weights: Path, tmp_path: Path, body: str, error: type[Exception], words: str
) -> None:
    ultralytics(body)
    with pytest.raises(error, match=words):
        export(weights, tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()


def test_a_process_that_does_not_end_is_ended(  # type: ignore[no-untyped-def]
    ultralytics, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ultralytics("import time; time.sleep(60)")
    monkeypatch.setattr(module, "_LIMIT_S", 0.5)
    with pytest.raises(ModelInvalid, match="took longer"):
        export(weights, tmp_path / "out.onnx")


def test_a_missing_extra_is_named(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DeviceMissing, match=r"funscribe\[ultralytics\]"):
        export(weights, tmp_path / "out.onnx")


def test_what_are_no_weights_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        export(tmp_path / "none.pt", tmp_path / "out.onnx")
    (tmp_path / "a.onnx").write_bytes(b"x")
    with pytest.raises(ModelInvalid, match="models add"):
        export(tmp_path / "a.onnx", tmp_path / "out.onnx")
    for content in (b"", b"words", weights.read_bytes()[:-30]):
        (tmp_path / "e.pt").write_bytes(content)
        with pytest.raises(ModelInvalid, match="is damaged"):
            export(tmp_path / "e.pt", tmp_path / "out.onnx")


def test_a_full_disk_leaves_no_model(  # type: ignore[no-untyped-def]
    ultralytics, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ultralytics(WELL)
    copy = module.shutil.copyfile

    def full(source: Path, target: Path) -> None:
        if Path(target).parent == tmp_path:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copy(source, target)

    monkeypatch.setattr(module.shutil, "copyfile", full)
    with pytest.raises(OutputNotWritable, match="the disk is full"):
        export(weights, tmp_path / "out.onnx")
    assert not list(tmp_path.glob("*.onnx"))
