import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.detect.agreement import Agreement
from funscribe.detect.models import ModelStore
from funscribe.detect.quantise import Comparison
from funscribe.errors import CalibrationInvalid, ModelInvalid, ModelNotFound, OutputNotWritable, VideoNotFound

GOOD = Comparison(Agreement(50, 100, 99, 100, 98, 95), 40.0, 20.0)
BAD = Comparison(Agreement(50, 100, 90, 100, 90, 80), 40.0, 20.0)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "store"))
    return ModelStore()


@pytest.fixture
def quantiser(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Stands in for what takes minutes; yields where to put what it finds, and what it was given."""
    given: dict[str, object] = {"compared": GOOD}

    def stand_in(model: Path, videos: list[Path], target: Path, *, count: int, on_step: object) -> Comparison:
        given.update(model=model, videos=videos, count=count)
        target.write_bytes(b"<net/>")
        target.with_suffix(".bin").write_bytes(b"numbers")
        compared = given["compared"]
        if isinstance(compared, BaseException):
            raise compared
        assert isinstance(compared, Comparison)
        return compared

    monkeypatch.setattr("funscribe.pipeline.calibrating.quantise_with_videos", stand_in)
    return given


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, ["models", "quantise", *map(str, arguments)])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def test_a_model_that_agrees_is_kept_beside_the_first(  # type: ignore[no-untyped-def]
    quantiser, store: ModelStore, bright_model: Path
) -> None:
    store.add(bright_model, "ball", classes=("ball",))
    shown = run("ball", "--frames", "a.mp4", "--frames", "b.mp4", "--count", 50)
    for part in ("98.5 %", "40.0 ms", "20.0 ms", "2.00 x", "95.0 %", "ball-int8 is kept"):
        assert part in shown
    assert (quantiser["videos"], quantiser["count"]) == ([Path("a.mp4"), Path("b.mp4")], 50)
    kept = store.model("ball-int8")
    assert kept.classes == ("ball",)
    assert kept.remark == "INT8 of ball: 98.5% of boxes agree, 2.00 x as fast"
    assert store.names() == ["ball", "ball-int8"]


def test_one_that_agrees_too_little_is_not_kept_unless_forced(  # type: ignore[no-untyped-def]
    quantiser, store: ModelStore, bright_model: Path
) -> None:
    quantiser["compared"] = BAD
    with pytest.raises(CalibrationInvalid, match=r"90\.0% of the boxes agree and 97% are asked for.*--force"):
        run(bright_model, "--frames", "a.mp4")
    assert store.names() == []
    told = json.loads(run(bright_model, "--frames", "a.mp4", "--force", "--json"))
    assert told["agreement"]["share"] == 0.9
    assert (told["faster"], told["model"]) == (2.0, "bright-int8")
    assert store.names() == ["bright-int8"]


def test_what_was_there_stays_until_the_new_one_is_good(  # type: ignore[no-untyped-def]
    quantiser, store: ModelStore, bright_model: Path
) -> None:
    run(bright_model, "--frames", "a.mp4")
    before = store.model("bright-int8")
    quantiser["compared"] = BAD
    with pytest.raises(CalibrationInvalid):
        run(bright_model, "--frames", "a.mp4")
    assert store.model("bright-int8") == before
    quantiser["compared"] = KeyboardInterrupt()
    assert "nothing was changed" in run(bright_model, "--frames", "a.mp4", status=130)
    assert store.model("bright-int8") == before
    quantiser["compared"] = Comparison(GOOD.agreement, 40.0, 10.0)
    run(bright_model, "--frames", "a.mp4")
    assert "4.00 x" in store.model("bright-int8").remark


def test_another_model_of_the_name_is_not_replaced(  # type: ignore[no-untyped-def]
    quantiser, store: ModelStore, bright_model: Path
) -> None:
    store.add(bright_model, "mine")
    with pytest.raises(ModelInvalid, match="another model is named 'mine'"):
        run("mine", "--frames", "a.mp4", "--name", "mine")
    with pytest.raises(ModelInvalid, match="cannot be a name"):
        run("mine", "--frames", "a.mp4", "--name", "../mine")
    assert "model" not in quantiser  # before the long work
    run("mine", "--frames", "a.mp4", "--name", "mine", "--force")
    assert store.model("mine").remark.startswith("INT8 of mine")


def test_it_may_be_written_elsewhere(  # type: ignore[no-untyped-def]
    quantiser, store: ModelStore, bright_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "small.xml"
    assert "is written" in run(bright_model, "--frames", "a.mp4", "-o", target)
    assert (target.read_bytes(), target.with_suffix(".bin").read_bytes()) == (b"<net/>", b"numbers")
    assert store.names() == []
    with pytest.raises(OutputNotWritable, match="no such folder"):
        run(bright_model, "--frames", "a.mp4", "-o", tmp_path / "none" / "small.xml")
    run(bright_model, "--frames", "a.mp4", "-o", tmp_path / "small.onnx", status=2)


def test_a_folder_stands_for_its_videos(quantiser, bright_model: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for name in ("b.mp4", "a.mkv", "notes.txt"):
        (tmp_path / name).touch()
    run(bright_model, "--frames", tmp_path)
    assert quantiser["videos"] == [tmp_path / "a.mkv", tmp_path / "b.mp4"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(VideoNotFound, match="holds no video"):
        run(bright_model, "--frames", tmp_path / "empty")


def test_few_boxes_are_told_to_be_few(quantiser, bright_model: Path) -> None:  # type: ignore[no-untyped-def]
    assert "few boxes" not in run(bright_model, "--frames", "a.mp4")
    quantiser["compared"] = Comparison(Agreement(8, 5, 5, 5, 5, 5), 40.0, 20.0)
    assert "few boxes to judge by" in run(bright_model, "--frames", "a.mp4")


def test_without_frames_it_is_said_what_is_needed(bright_model: Path) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    with pytest.raises(CalibrationInvalid, match="name videos of yours with --frames"):
        run(bright_model)


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(ModelNotFound):
        run("nothing", "--frames", "a.mp4")
