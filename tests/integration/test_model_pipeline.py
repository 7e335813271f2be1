"""A model in the main job: what it finds is kept, followed and used, and what is wrong with it is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from funscribe import Recipe, generate, watch
from funscribe.recipe import change
from funscribe.video.writer import write_video

SIDE, BOX, STRIDE = 96, 20, 2
RATE_HZ, SECONDS = 30, 8
MODELS = Path(__file__).resolve().parents[3] / "shared" / "data" / "models"


def bright_finder(path: Path, *, gain: float = 30.0) -> Path:
    """Write a detector of bright things: boxes every two pixels, scored by brightness."""
    cells = (SIDE - BOX) // STRIDE + 1
    y, x = (np.mgrid[:cells, :cells] * STRIDE + BOX / 2).reshape(2, -1)
    boxes = np.stack([x, y, np.full_like(x, BOX), np.full_like(x, BOX)])[None].astype(np.float32)
    constants = {
        "boxes": boxes,
        "shape": np.array([1, 1, cells * cells]),
        "level": np.array([0.8], np.float32),
        "gain": np.array([gain], np.float32),
        "none": np.zeros((1, 1, cells * cells), np.float32),
    }
    nodes = [
        helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[BOX] * 2, strides=[STRIDE] * 2),
        helper.make_node("ReduceMean", ["pooled"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Reshape", ["grey", "shape"], ["row"]),
        helper.make_node("Sub", ["row", "level"], ["above"]),
        helper.make_node("Mul", ["above", "gain"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
        helper.make_node("Concat", ["boxes", "score", "none"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, cells * cells])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    told = {"names": "{0: 'ball', 1: 'person'}", "task": "detect", "stride": "32"}
    for key, value in told.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(path))
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright ball that goes up and down once a second, over a darker textured ground."""
    rng = np.random.default_rng(3)
    ground = np.kron(rng.integers(40, 120, (24, 24)), np.ones((8, 8))).astype(np.uint8)
    ball = rng.integers(245, 256, (40, 40)).astype(np.uint8)

    def frames():
        for k in range(RATE_HZ * SECONDS):
            picture = ground.copy()
            top = round(76 - 50 * np.cos(2 * np.pi * k / RATE_HZ))
            picture[top : top + 40, 76:116] = ball
            yield k / RATE_HZ, picture

    return write_video(tmp_path_factory.mktemp("film") / "ball.mp4", frames(), float(RATE_HZ), gop=60)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bright_finder(tmp_path_factory.mktemp("model") / "bright.onnx")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "models"))


def _with(model: Path, *settings: str) -> Recipe:
    return change(Recipe(), [f"detect.model={model}", "detect.iou=0.2", "video.segment_s=3", *settings])


def _run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "funscribe.cli.main"]
    program = "from funscribe.cli.main import run; run()"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=200, env=os.environ)


def test_what_the_model_finds_is_followed_and_said(film: Path, model: Path) -> None:
    made = generate(film, _with(model))
    found = made.trace.detections
    assert found is not None
    assert found.classes == ("ball", "person")
    assert 9 <= found.looked.sum() / SECONDS <= 11
    assert set(found.class_id.tolist()) == {0}
    assert (made.trace.made_by.engine, made.trace.made_by.device) == ("openvino", "cpu")
    assert made.trace.made_by.model == "bright.onnx"
    assert len(made.trace.made_by.model_sha256) == 64
    assert made.tracks is not None
    assert len(set(made.tracks.track_id.tolist())) == 1
    seen = made.tracks.seen
    centre = (made.tracks.xyxy[seen, 1] + made.tracks.xyxy[seen, 3]) / 2
    assert centre.max() - centre.min() > 60
    assert len(made.script) >= 2 * (SECONDS - 2)


def test_the_number_of_workers_and_a_stored_trace_change_nothing(film: Path, model: Path) -> None:
    alone = generate(film, _with(model), workers=1)
    again = generate(film, _with(model), workers=2)
    assert again.cached
    assert again.script.actions == alone.script.actions
    os.environ["FUNSCRIBE_CACHE_DIR"] += "-other"
    pair = generate(film, _with(model), workers=2)
    assert not pair.cached
    assert pair.script.actions == alone.script.actions
    assert alone.trace.detections is not None
    assert pair.trace.detections is not None
    assert np.array_equal(pair.trace.detections.xyxy, alone.trace.detections.xyxy)


def test_a_model_that_finds_nothing_gives_the_script_without_one(film: Path, tmp_path: Path) -> None:
    blind = bright_finder(tmp_path / "blind.onnx", gain=0.0)
    made = generate(film, _with(blind, "detect.score=0.9"))
    plain = generate(film, change(Recipe(), ["video.segment_s=3"]))
    assert made.script.actions == plain.script.actions
    assert any("found nothing" in warning for warning in made.warnings)
    assert made.tracks is None


def test_another_model_of_the_same_name_is_another_trace(film: Path, tmp_path: Path) -> None:
    path = bright_finder(tmp_path / "m.onnx")
    assert len(watch(film, _with(path)).detections.xyxy) > 0
    bright_finder(path, gain=-1000.0)
    assert len(watch(film, _with(path, "detect.score=0.9")).detections.xyxy) != 0
    assert generate(film, _with(path)).cached is False


def test_every_frame_when_it_is_asked_for(film: Path, model: Path) -> None:
    trace = watch(film, _with(model, "detect.every_frame=yes"))
    assert trace.detections is not None
    assert trace.detections.looked.all()


def test_the_command_says_what_ran(film: Path, model: Path, tmp_path: Path) -> None:
    ran = _run(
        "generate",
        film,
        "--model",
        model,
        "--contact",
        "ball",
        "--set",
        "detect.iou=0.2",
        "-o",
        tmp_path,
        "--json",
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert (said["model"], said["engine"], said["device"]) == ("bright.onnx", "openvino", "cpu")
    assert said["precision"] in ("fp32", "int8", "bf16", "fp16")
    assert said["tracks"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--anchor", "bal"), "ball"),
        (("--contact", "ball,persons"), "person"),
        (("--head", "nonsense"), "anchor_free"),
        (("--classes", "nowhere.txt"), "nowhere.txt"),
        (("--device", "cuda"), "funscribe[cuda]"),
        (("--roi", "0.5,0.5,0,0"), "roi"),
        (("--roi", "a,b"), "roi"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_with_the_remedy(
    film: Path, model: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = _run("generate", film, "--model", model, *arguments, "-o", tmp_path, cwd=tmp_path)
    assert ran.returncode in (1, 2)
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.glob("*.funscript"))


@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "text"])
def test_a_file_that_is_no_model_is_refused(film: Path, model: Path, tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "bad.onnx"
    if damage != "missing":
        whole = model.read_bytes()
        bad.write_bytes(
            {"empty": b"", "truncated": whole[: len(whole) // 2], "text": b"hello\n" * 99}[damage]
        )
    ran = _run("generate", film, "--model", bad, "-o", tmp_path, cwd=tmp_path)
    assert ran.returncode == 1
    assert "bad.onnx" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not MODELS.is_dir(), reason="the real models are not there")
def test_a_real_model_that_finds_nothing_and_one_of_an_unknown_head(film: Path, tmp_path: Path) -> None:
    made = generate(film, _with(MODELS / "finds_nothing.onnx", "detect.rate_hz=1"))
    assert any("found nothing" in warning for warning in made.warnings)
    ran = _run("generate", film, "--model", MODELS / "nanodet_m_hpc203.onnx", "-o", tmp_path, cwd=tmp_path)
    assert ran.returncode == 1
    assert "(1, 2704, 80)" in ran.stderr
