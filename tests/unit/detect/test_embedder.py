from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from funscribe.detect.embedder import Embedder
from funscribe.detect.options import DetectOptions
from funscribe.errors import HeadUnknown

MODEL = Path(__file__).resolve().parents[4] / "shared" / "data" / "models" / "osnet_x0_25_msmt17.onnx"
BUS = MODEL.parents[1] / "images" / "bus.jpg"


def _mean_colour(path: Path, batch: int | str) -> Path:
    """Write a model whose embedding is the mean colour."""
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0)
    graph = helper.make_graph(
        [node],
        "mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 8, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize("batch", [1, 4, "n"])
def test_boxes_that_look_alike_have_embeddings_alike(tmp_path: Path, batch: int | str) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, :30] = (250, 10, 10)
    picture[:, 30:] = (10, 10, 250)
    boxes = np.array([[0, 0, 10, 20], [15, 5, 25, 30], [40, 0, 50, 20], [35, 10, 55, 30], [32, 2, 40, 9]])
    embedder = Embedder(_mean_colour(tmp_path / "m.onnx", batch), DetectOptions())
    found = embedder.embed(picture, boxes)
    embedder.close()
    assert found.shape == (5, 3)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    alike = found @ found.T
    assert alike[0, 1] > 0.99
    assert alike[2, 3] > 0.99
    assert alike[0, 2] < 0


def test_no_boxes_have_no_embeddings(tmp_path: Path) -> None:
    embedder = Embedder(_mean_colour(tmp_path / "m.onnx", 1), DetectOptions())
    assert len(embedder.embed(np.zeros((8, 8, 3), np.uint8), np.zeros((0, 4), np.float32))) == 0


@pytest.mark.skipif(not MODEL.is_file(), reason="the real models are not there")
def test_a_real_model_tells_people_apart() -> None:
    import cv2

    picture = cv2.cvtColor(cv2.imread(str(BUS)), cv2.COLOR_BGR2RGB)
    person = np.array([50, 400, 245, 900], np.float32)
    other = np.array([670, 390, 810, 880], np.float32)
    found = Embedder(MODEL, DetectOptions()).embed(picture, np.stack([person, person + 8, other]))
    assert found.shape == (3, 512)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.1


def test_a_detector_is_no_embedder() -> None:
    detector = MODEL.with_name("yolox_nano_bigisland.onnx")
    if not detector.is_file():
        pytest.skip("the real models are not there")
    with pytest.raises(HeadUnknown, match="takes"):
        Embedder(detector, DetectOptions())
