"""The package works on any platform: without what is optional, on a small computer, and from wheels alone.

An optional library is hidden from a new interpreter as if it had never been installed: neither an import nor
a look at what is installed finds it, in that process and in those it starts.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from funscribe.video.writer import write_video

HOME = Path(__file__).resolve().parent
LAUNCHER = HOME.parent / "benchmarks" / "launcher.py"
PI_MB = 500
# What a run can do without; the last ones are asked for by extras alone, or not yet.
OPTIONAL = (
    ("openvino",),
    ("onnxruntime",),
    ("onnx",),
    ("matplotlib",),
    ("ultralytics", "torch", "nncf", "ray", "nicegui"),
)
HIDE = """
import os, sys
hidden = set(os.environ["HIDDEN_LIBRARIES"].split(","))

class Without:
    def __init__(self, finder):
        self._finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else self._finder.find_spec(name, path, target)

    def find_distributions(self, *context):
        for found in self._finder.find_distributions(*context):
            if (found.name or "").partition("-")[0].lower() not in hidden:
                yield found

    def __getattr__(self, name):
        return getattr(self._finder, name)

sys.meta_path[:] = [Without(f) if hasattr(f, "find_distributions") else f for f in sys.meta_path]
"""
COMMAND = "from funscribe.cli.main import run; run()"


@pytest.fixture
def without(tmp_path: Path) -> Python:
    return Python(tmp_path)


class Python:
    """A new interpreter that lacks some libraries."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "hiding"
        self._folder.mkdir()
        (self._folder / "sitecustomize.py").write_text(HIDE, encoding="utf-8")

    def run(
        self, program: str, *arguments: object, hidden: tuple[str, ...]
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (str(self._folder), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": path, "HIDDEN_LIBRARIES": ",".join(hidden)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def generate(self, *words: object, hidden: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        return self.run(COMMAND, "generate", "--workers", "1", "--json", *words, hidden=hidden)


def tiny_model(path: Path) -> Path:
    """Write a detector of two classes (1, 4 + 2, 84) that finds nothing in a picture of 64 px."""
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Reshape", ["mean", "one"], ["level"]),
            helper.make_node("Mul", ["level", "nothing"], ["output0"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, 84])],
        [
            helper.make_tensor("one", TensorProto.INT64, [3], [1, 1, 1]),
            helper.make_tensor("nothing", TensorProto.FLOAT, [1, 6, 84], np.zeros(504, np.float32)),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in {"names": "{0: 'ball', 1: 'hand'}", "task": "detect", "stride": "32"}.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(path))
    return path


def test_what_is_hidden_is_as_if_never_installed(without: Python) -> None:
    program = (
        "import importlib.util, importlib.metadata as m, sys\n"
        "assert importlib.util.find_spec('onnx') is None\n"
        "assert not [d for d in m.distributions() if d.name.lower().startswith('onnx')]\n"
        "assert importlib.util.find_spec('numpy') and m.version('numpy')\n"
        "try:\n    import onnx.helper\nexcept ModuleNotFoundError as error:\n    print(error.name)"
    )
    ran = without.run(program, hidden=("onnx", "onnxruntime"))
    assert ran.stdout.strip() == "onnx", ran.stderr


@pytest.mark.parametrize("hidden", OPTIONAL, ids=lambda names: names[0])
def test_commands_work_without_each_optional_library(hidden: tuple[str, ...], without: Python) -> None:
    program = (
        "import funscribe, funscribe.recipe, funscribe.profiles, funscribe.detect, funscribe.track\n"
        "assert funscribe.generate and funscribe.Recipe() and funscribe.profiles.read_profile('pi')\n"
        "from typer.testing import CliRunner\n"
        "from funscribe.cli.main import app\n"
        "for words in (['--help'], ['generate', '--help'], ['recipe', 'show'], ['doctor', '--json']):\n"
        "    ran = CliRunner().invoke(app, words)\n"
        "    assert ran.exit_code == 0 and ran.stdout, (words, ran.output, ran.exception)\n"
        "print(ran.stdout)"
    )
    ran = without.run(program, hidden=hidden)
    assert ran.returncode == 0, ran.stderr
    engine = json.loads(ran.stdout)["engines"].get(hidden[0])
    if engine is not None:
        assert (engine["version"], engine["devices"]) == (None, {})
        assert engine["remedy"].startswith("pip install")


def test_a_script_is_made_without_any_optional_library(clip: Path, tmp_path: Path, without: Python) -> None:
    ran = without.generate(clip, "-o", tmp_path, hidden=sum(OPTIONAL, ()))
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["actions"] > 5
    assert Path(told["script"]).is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "pip install 'openvino'"),
        (["--device", "cpu"], "pip install 'openvino'"),
        (["--set", "detect.engine=onnxruntime"], "pip install 'funscribe[onnxruntime]'"),
        (["--device", "cuda"], "pip install 'funscribe[cuda]'"),
        (["--device", "directml"], "pip install 'funscribe[directml]'"),
    ],
)
def test_a_model_without_its_engine_is_refused_with_what_to_install(
    words: list[str], told: str, clip: Path, tmp_path: Path, without: Python
) -> None:
    model = tiny_model(tmp_path / "tiny.onnx")
    ran = without.generate(clip, "-o", tmp_path, "--model", model, *words, hidden=("openvino", "onnxruntime"))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1, ran.stderr
    assert told in ran.stderr
    assert told in json.loads(ran.stdout)["error"]
    assert not list(tmp_path.glob("*.funscript"))


@pytest.mark.parametrize("hidden", ["openvino", "onnxruntime"])
def test_either_engine_does_where_the_other_is_not(
    hidden: str, clip: Path, tmp_path: Path, without: Python
) -> None:
    model = tiny_model(tmp_path / "tiny.onnx")
    ran = without.generate(clip, "-o", tmp_path, "--model", model, hidden=(hidden,))
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {told["engine"], hidden} == {"openvino", "onnxruntime"}
    assert (told["device"], told["tracks"]) == ("cpu", 0)
    assert "the model found nothing" in told["warnings"][0]


def test_platform_and_devices_are_told_right(without: Python) -> None:
    ran = without.run(COMMAND, "doctor", "--json", hidden=("nothing",))
    told = json.loads(ran.stdout)
    assert told["system"] == platform.system()
    same = {"amd64": "x86_64", "arm64": "aarch64"}
    assert told["machine"] == same.get(platform.machine().lower(), platform.machine().lower())
    assert 1 <= told["cores"] <= (os.cpu_count() or 1)
    assert "cpu" in told["engines"]["openvino"]["devices"]
    assert told["engines"]["onnxruntime"]["devices"]["cpu"] == "CPUExecutionProvider"


@pytest.fixture(scope="module")
def full_hd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of a bar that moves up and down in 1080p."""
    rng = np.random.default_rng(5)
    ground = np.kron(rng.integers(40, 90, (135, 240, 3), np.uint8), np.ones((8, 8, 1), np.uint8))

    def frames() -> Iterator[tuple[float, np.ndarray]]:
        for index in range(125):
            frame = ground.copy()
            top = 390 + round(250 * np.sin(2 * np.pi * 1.2 * index / 25))
            frame[top : top + 300, 800:1120] = (220, 190, 160)
            yield index / 25, frame

    path = tmp_path_factory.mktemp("full-hd") / "clip.mp4"
    return write_video(path, frames(), 25.0, gop=50)


@pytest.mark.skipif(os.name == "nt", reason="peak memory is asked of a POSIX system")
@pytest.mark.parametrize("name", [None, "yolo11n_int8_achmad.onnx", "yolox_nano_bigisland.onnx"])
def test_the_pi_profile_keeps_under_500_mb(
    name: str | None, full_hd: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    words: list[object] = ["-o", tmp_path, "--json", "--profile", "pi"]
    if name is not None:
        model = request.getfixturevalue("shared_data") / "models" / name
        if not model.is_file():
            pytest.skip(f"needs the model {name}")
        words += ["--model", model]
    command = [sys.executable, "-c", COMMAND, "generate", str(full_hd), *map(str, words)]
    launched = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER), *command],
        capture_output=True,
        text=True,
        timeout=240,
    )
    taken = json.loads(launched.stdout)
    assert taken["status"] == 0, taken["stderr"]
    told = json.loads(taken["stdout"])
    assert (told["frames"], told["cached"]) == (125, False)
    assert told.get("device") == ("cpu" if name else None)
    assert taken["peak_mb"] < PI_MB
    # One process, which knows of itself what the system says.
    assert told["peak_rss_mb"] == pytest.approx(taken["peak_mb"], rel=0.15)


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HOME))
    import wheels

    return wheels


def test_the_list_of_wheels_holds_exactly_the_locked_default_dependencies(wheels: ModuleType) -> None:
    listed = {name: row["version"] for name, row in wheels.read().items()}
    assert listed == wheels.default_dependencies(), "run scripts/wheels"
    direct = {"av", "msgspec", "numpy", "opencv-python-headless", "openvino", "psutil", "scipy", "matplotlib"}
    assert direct <= set(listed)
    assert not set(listed) & {"onnxruntime", "pytest", "ultralytics", "torch"}


@pytest.mark.parametrize("name", ["linux-aarch64", "linux-x86_64", "macos-arm64", "windows-amd64"])
def test_every_default_dependency_has_a_wheel_that_fits(wheels: ModuleType, name: str) -> None:
    tags = {*wheels.PLATFORMS[name], "any", "macosx_10_9_universal2"}
    unfit = []
    for package, row in wheels.read().items():
        held = re.fullmatch(r"(.+?)-([^-]+)(-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl", row[name] or "")
        if held is None:
            unfit.append(f"{package}: no wheel, {row[name]!r}")
            continue
        same = re.sub(r"[-_.]+", "-", held[1]).lower() == package and held[2] == row["version"]
        if not same or not tags & set(held[6].split(".")):
            unfit.append(f"{package}: {row[name]}")
    assert unfit == []
