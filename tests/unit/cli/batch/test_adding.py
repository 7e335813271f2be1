import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from funscribe import Queue
from funscribe.cli.main import app
from funscribe.errors import FilterInvalid, RecipeInvalid


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "films" / "deep").mkdir(parents=True)
    for name in ("a.mp4", "b.mkv", "deep/c.webm", "notes.txt"):
        (tmp_path / "films" / name).touch()
    return tmp_path / "films"


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["batch", "add", *map(str, words)], env={"COLUMNS": "200"})


def _told(*words: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run(*words, "--json").stdout.splitlines()]


def test_a_folder_is_added_and_counted(films: Path) -> None:
    ran = _run("films")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "2 videos added (jobs 1 to 2)",
        "`funscribe batch run` makes the scripts",
    ]
    assert "1 video added (job 3); 2 queued already" in _run("films", "-r").stdout
    with Queue() as queue:
        assert [Path(job.order.video) for job in queue.jobs()] == [
            films / "a.mp4",
            films / "b.mkv",
            films / "deep" / "c.webm",
        ]


def test_what_is_not_there_is_told_and_the_others_are_added(films: Path) -> None:
    ran = _run("films/a.mp4", "nowhere.mp4", "films/deep/none")
    assert ran.exit_code == 1
    assert "1 video added (job 1); 2 not added" in ran.stdout
    assert "nowhere.mp4 does not exist; check the path" in ran.stderr


def test_options_are_those_of_generate(films: Path) -> None:
    ran = _run(
        *(
            "films/a.mp4",
            "--invert",
            "--axes",
            "stroke,roll",
            "--set",
            "script.max_speed=200",
            "--anchor",
            "x",
        ),
        *("--priority", "-3", "--variants", "soft,full", "--overwrite", "-o", "out"),
    )
    assert ran.exit_code == 0, ran.output
    with Queue() as queue:
        job = queue.status(1)
    recipe = job.order.recipe
    assert (recipe.script.invert, recipe.script.max_speed, recipe.motion.anchor) == (True, 200, "x")
    assert recipe.motion.axes == ("stroke", "roll")
    assert (job.priority, job.order.variants, job.order.overwrite) == (-3, ("soft", "full"), True)
    assert Path(job.order.script) == films.parent / "out" / "a.funscript"


def test_json_is_an_object_a_video(films: Path) -> None:
    (films / "a.funscript").touch()
    _run("films/b.mkv")
    told = _told("films", "-r", "nowhere.mp4")
    found = {Path(one["video"]).name: (one["status"], one["id"]) for one in told}
    assert found["a.mp4"] == ("kept", None)
    assert found["b.mkv"] == ("queued", 1)
    assert found["c.webm"] == ("added", 2)
    (failed,) = [one for one in told if one["status"] == "error"]
    assert "does not exist" in failed["error"]


def test_a_script_that_is_there_is_kept_unless_it_may_be_replaced(films: Path) -> None:
    (films / "a.funscript").touch()
    said = _run("films/a.mp4").stdout
    assert "0 videos added; 1 with a script that is kept (--overwrite replaces it)" in said
    assert "1 video added" in _run("films/a.mp4", "--variants", "soft").stdout, "the variant is missing"
    assert "1 video added" in _run("films/b.mkv", "--overwrite").stdout


def test_other_options_of_a_queued_video_are_told(films: Path) -> None:
    _run("films/a.mp4")
    said = _run("films/a.mp4", "--invert").stdout
    assert "1 video queued already with other options: `funscribe batch remove 1` first" in said
    with Queue() as queue:
        assert not queue.status(1).order.recipe.script.invert


def test_two_videos_may_not_have_one_script(films: Path) -> None:
    (films / "a.avi").touch()
    ran = _run("films/a.mp4", "films/a.avi", "films/a.mp4")
    assert ran.exit_code == 1
    assert "is already the script of" in ran.stderr
    assert "1 video added (job 1); 1 not added" in ran.stdout
    ran = _run("films/a.avi")
    assert ran.exit_code == 1
    assert "a.mp4 (job 1); use -o for one of them" in ran.stderr


def test_wrong_options_queue_nothing(films: Path) -> None:
    assert isinstance(_run("films", "--set", "script.max_sped=1").exception, RecipeInvalid)
    assert isinstance(_run("films", "--variants", "sofd").exception, FilterInvalid)
    assert isinstance(_run("films", "--profile", "nothing").exception, RecipeInvalid)
    assert _run("films", "--priority", "high").exit_code == 2
    assert _run().exit_code == 2
    assert not (films.parent / "queue.sqlite").exists()


def test_files_that_a_recipe_names_are_found_from_everywhere(films: Path) -> None:
    (films.parent / "mine.onnx").touch()
    _run("films/a.mp4", "--model", "mine.onnx")
    _run("films/b.mkv", "--model", "yolo11n")
    with Queue() as queue:
        assert queue.status(1).order.recipe.detect.model == str(films.parent / "mine.onnx")
        assert queue.status(2).order.recipe.detect.model == "yolo11n"


def test_a_url_is_queued_as_it_is(films: Path) -> None:
    assert _run("s3://films/a.mp4").exit_code == 1
    (told,) = _told("https://me:secret@host/a.mp4?sign=1", "-o", "out")
    assert told["video"] == "https://host/a.mp4"
    with Queue() as queue:
        assert queue.status(1).order.video == "https://me:secret@host/a.mp4?sign=1"
