"""Weights of Ultralytics become an ONNX model, by Ultralytics itself in a process of its own.

That keeps PyTorch out of ours, and with it the code that a `.pt` file may run when it is read.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound, OutputNotWritable
from funscribe.files import not_writable, whole_file

EXTRA = "`pip install 'funscribe[ultralytics]'` brings it (AGPL-3.0, with PyTorch)"

_PROGRAM = """
import json, sys
from ultralytics import YOLO
weights, size = sys.argv[1], int(sys.argv[2])
given = {"imgsz": size} if size else {}
path = YOLO(weights).export(format="onnx", device="cpu", simplify=False, **given)
print("\\n" + json.dumps({"path": str(path)}))
"""
_LIMIT_S = 900.0


def export(weights: Path, target: Path, *, size: int = 0, python: str = sys.executable) -> None:
    """Write weights of Ultralytics as an ONNX model.

    Only weights that are trusted: reading a `.pt` file runs what is in it.

    Args:
        weights: The `.pt` file.
        target: The `.onnx` file to write.
        size: Side of the input (px); 0 for that which the weights were trained with.
        python: The interpreter that has Ultralytics.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: Ultralytics cannot read it or export it.
        DeviceMissing: The extra `ultralytics` is not installed.
        OutputNotWritable: The model cannot be written.
    """
    if not weights.is_file():
        raise ModelNotFound(f"{weights} does not exist; name a .pt file of Ultralytics")
    if weights.suffix.lower() != ".pt":
        raise ModelInvalid(
            f"{weights} is not a .pt file; `funscribe models add` takes .onnx and .xml as they are"
        )
    if not zipfile.is_zipfile(weights):
        raise ModelInvalid(f"{weights} is damaged or holds no weights of PyTorch; fetch it again")
    if python == sys.executable and not is_there():
        raise DeviceMissing(f"exporting needs the package ultralytics; {EXTRA}")
    with tempfile.TemporaryDirectory(prefix="funscribe-export-") as folder:
        home = Path(folder)
        # It writes beside the weights, so it is given a copy.
        copy = home / f"{weights.stem}.pt"
        shutil.copyfile(weights, copy)
        made = _run(python, weights, copy, size)
        try:
            with whole_file(target) as unfinished:
                shutil.copyfile(made, unfinished)
        except OutputNotWritable:
            raise
        except OSError as error:
            raise not_writable(target, error) from error


def is_there() -> bool:
    """Tell whether Ultralytics is installed, without loading it."""
    return importlib.util.find_spec("ultralytics") is not None


def _run(python: str, weights: Path, copy: Path, size: int) -> Path:
    """Run Ultralytics on a copy of weights and return the file that it made."""
    settings = {
        "YOLO_AUTOINSTALL": "false",  # it would install packages on its own
        "YOLO_OFFLINE": "true",
        "YOLO_CONFIG_DIR": str(copy.parent),
    }
    try:
        ran = subprocess.run(
            [python, "-c", _PROGRAM, str(copy), str(size)],
            cwd=copy.parent,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelInvalid(
            f"{weights}: exporting took longer than {_LIMIT_S / 60:.0f} min; try a smaller --size"
        ) from error
    if ran.returncode:
        raise _failure(weights, ran.stderr)
    try:
        made = Path(json.loads(ran.stdout.strip().splitlines()[-1])["path"])
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise ModelInvalid(f"{weights}: Ultralytics did not say what it made; update it") from error
    made = made if made.is_absolute() else copy.parent / made
    if not made.is_file():
        raise ModelInvalid(f"{weights}: Ultralytics made no model; update it")
    return made


def _failure(weights: Path, told: str) -> ModelInvalid | DeviceMissing:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    last = lines[-1][:300] if lines else "it said nothing"
    if last.startswith("ModuleNotFoundError"):
        return DeviceMissing(f"Ultralytics needs more than is installed ({last}); {EXTRA}")
    return ModelInvalid(f"{weights} cannot be exported: {last}")
