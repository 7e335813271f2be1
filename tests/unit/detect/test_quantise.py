import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from funscribe.detect import DetectOptions, open_detector
from funscribe.detect.inspection import inspect
from funscribe.detect.quantise import check_quantisable, compare, quantise
from funscribe.errors import CalibrationInvalid, DeviceMissing, ModelInvalid, ModelNotFound, OutputNotWritable

Pictures = list[np.ndarray]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Dark noise with a bright spot each, at another place."""
    rng = np.random.default_rng(2)
    made = []
    for _ in range(24):
        picture = rng.integers(0, 120, (96, 96, 3)).astype(np.uint8)
        top, left = rng.integers(0, 6, 2) * 12
        picture[top : top + 36, left : left + 36] = rng.integers(235, 256, (36, 36, 3))
        made.append(picture)
    return made


@pytest.fixture(scope="module")
def small(bright_model: Path, pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    path = tmp_path_factory.mktemp("small") / "bright-int8.xml"
    quantise(bright_model, pictures[:16], path)
    return path


def test_a_quantised_model_runs_in_8_bits_and_keeps_what_it_says(small: Path) -> None:
    seen = inspect(small, DetectOptions())
    assert seen.speed.precision == "int8"
    assert seen.head == "anchor_free"
    assert seen.classes == ("ball", "person")
    assert seen.licence == "Apache-2.0"
    assert small.with_suffix(".bin").stat().st_size > 0


def test_it_finds_the_same_in_other_pictures(bright_model: Path, small: Path, pictures: Pictures) -> None:
    shares: list[float] = []
    compared = compare(bright_model, small, pictures[16:], shares.append)
    assert compared.agreement.pictures == 8
    assert compared.agreement.ours >= 8
    assert compared.agreement.share > 0.9
    assert compared.faster == compared.before_ms / compared.after_ms
    assert shares[-1] == 1


def test_its_scores_are_not_exactly_those_of_the_model(
    bright_model: Path, small: Path, pictures: Pictures
) -> None:
    scores = []
    for path in (bright_model, small):
        detector = open_detector(path, DetectOptions())
        scores.append(detector.detect(pictures[16:17])[0].score[0])
        detector.close()
    assert scores[0] != scores[1]  # it really has fewer steps
    assert scores[0] == pytest.approx(scores[1], abs=0.2)


def test_the_last_convolutions_stay_as_they_are(small: Path) -> None:
    openvino = pytest.importorskip("openvino")
    kinds = {}
    for node in openvino.Core().read_model(small).get_ops():
        if node.get_type_name() == "Convolution":
            source = node.input_value(0).get_node().get_type_name()
            kinds[node.get_friendly_name()] = source
    assert len(kinds) == 3
    assert sorted(kind == "FakeQuantize" for kind in kinds.values()) == [False, True, True]


def test_progress_is_told(bright_model: Path, pictures: Pictures, tmp_path: Path) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    shares: list[float] = []
    quantise(bright_model, pictures[:16], tmp_path / "x.xml", shares.append)
    assert shares == sorted(shares)
    assert 0.4 < shares[-1] <= 1


def test_nothing_is_printed(
    bright_model: Path, pictures: Pictures, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    quantise(bright_model, pictures[:2], tmp_path / "x.xml")
    assert capfd.readouterr().out == ""


def test_a_model_that_is_quantised_already_is_refused(
    small: Path, pictures: Pictures, tmp_path: Path
) -> None:
    with pytest.raises(ModelInvalid, match="quantised already"):
        check_quantisable(small)
    with pytest.raises(ModelInvalid, match="quantised already"):
        quantise(small, pictures[:2], tmp_path / "x.xml")


def test_without_pictures_nothing_is_quantised(bright_model: Path, tmp_path: Path) -> None:
    with pytest.raises(CalibrationInvalid, match="needs pictures"):
        quantise(bright_model, [], tmp_path / "x.xml")
    assert not (tmp_path / "x.xml").exists()


def test_what_is_no_model_is_refused(pictures: Pictures, tmp_path: Path) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(ModelInvalid):
        quantise(tmp_path / "bad.onnx", pictures[:2], tmp_path / "x.xml")
    with pytest.raises(ModelNotFound):
        quantise(tmp_path / "none.onnx", pictures[:2], tmp_path / "x.xml")


def test_a_place_that_cannot_be_written_is_told(
    bright_model: Path, pictures: Pictures, tmp_path: Path
) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    (tmp_path / "file").touch()
    with pytest.raises(OutputNotWritable, match="choose another folder"):
        quantise(bright_model, pictures[:2], tmp_path / "file" / "x.xml")


def test_models_that_find_nothing_cannot_be_compared(bright_model: Path, small: Path) -> None:
    dark = [np.zeros((96, 96, 3), np.uint8)]
    with pytest.raises(CalibrationInvalid, match="finds nothing in 1 pictures"):
        compare(bright_model, small, dark)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import sys; sys.modules['nncf'] = None; from funscribe.detect.quantise import _library\n"
        "from funscribe.errors import DeviceMissing\n"
        "try:\n    _library()\nexcept DeviceMissing as error:\n    print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "funscribe[quantise]" in ran.stdout
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DeviceMissing, match=r"funscribe\[quantise\]"):
        check_quantisable(Path("any.onnx"))
