"""Settings and media for all tests."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# On a busy machine a single example may take long without anything being wrong.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a configuration of each test's own: none sees the user's, or another test's."""
    folder = tmp_path_factory.mktemp("cache") / "traces"
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(folder))
    monkeypatch.delenv("FUNSCRIBE_CACHE_BYTES", raising=False)
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(folder.with_name("queue.sqlite")))
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(folder.with_name("config")))
    monkeypatch.delenv("FUNSCRIBE_TRACES_URL", raising=False)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder}")
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of vertical strokes at 30 Hz with a keyframe each second; never to be changed."""
    from funscribe.testing import SCENES
    from funscribe.video.writer import write_video

    scene = dataclasses.replace(SCENES["vertical"], duration_s=6.0)
    return write_video(tmp_path_factory.mktemp("clip") / "strokes.mp4", scene.frames(), 30.0, gop=30)


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    """Runs the ffmpeg command, which makes what PyAV cannot."""
    command = shutil.which("ffmpeg")
    if command is None:
        pytest.skip("needs the ffmpeg command")

    def run(*arguments: object) -> None:
        words = [command, "-v", "error", "-nostdin", "-y", "-threads", "1", *map(str, arguments)]
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    return run


@pytest.fixture(scope="session")
def bright_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ONNX model that finds bright things, with three convolutions; never to be changed."""
    np, onnx = pytest.importorskip("numpy"), pytest.importorskip("onnx")
    side, cell, rng = 96, 12, np.random.default_rng(5)
    cells = side // cell
    y, x = (np.mgrid[:cells, :cells] + 0.5).reshape(2, -1) * cell
    grey = np.full((8, 3, cell, cell), 1 / (3 * cell * cell)) * rng.uniform(0.5, 1.5, (8, 1, 1, 1))
    constants = {
        "boxes": np.stack([x, y, np.full_like(x, 2 * cell), np.full_like(x, 2 * cell)])[None],
        "first": grey,
        "second": np.eye(8).reshape(8, 8, 1, 1) + rng.uniform(0, 0.02, (8, 8, 1, 1)),
        "third": np.stack([np.full((8, 1, 1), 5.0), np.zeros((8, 1, 1))]),
        "bias": np.array([-28.0, -9.0]),
    }
    weights = [
        onnx.numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()
    ]
    weights.append(onnx.numpy_helper.from_array(np.array([1, 2, cells * cells]), "shape"))
    make = onnx.helper.make_node
    nodes = [
        make("Conv", ["images", "first"], ["a"], strides=[cell, cell]),
        make("Relu", ["a"], ["b"]),
        make("Conv", ["b", "second"], ["c"]),
        make("Relu", ["c"], ["d"]),
        make("Conv", ["d", "third", "bias"], ["logit"]),
        make("Sigmoid", ["logit"], ["likely"]),
        make("Reshape", ["likely", "shape"], ["score"]),
        make("Concat", ["boxes", "score"], ["output0"], axis=1),
    ]
    kind = onnx.TensorProto.FLOAT
    ends = [
        [onnx.helper.make_tensor_value_info("images", kind, [1, 3, side, side])],
        [onnx.helper.make_tensor_value_info("output0", kind, [1, 6, cells * cells])],
    ]
    graph = onnx.helper.make_graph(nodes, "bright", *ends, weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    told = {"names": "{0: 'ball', 1: 'person'}", "task": "detect", "license": "Apache-2.0", "stride": "12"}
    for key, value in told.items():
        model.metadata_props.add(key=key, value=value)
    path = tmp_path_factory.mktemp("model") / "bright.onnx"
    onnx.save(model, str(path))
    return path
