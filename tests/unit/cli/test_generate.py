import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.errors import VideoTooShort
from funscribe.pipeline.order import Order

KEYS = {
    "video", "script", "actions", "frames", "duration_s", "elapsed_s", "frames_per_s", "peak_rss_mb",
    "trace", "model", "engine", "device", "precision", "tracks", "scripts", "cached", "warnings",
}  # fmt: skip


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    (tmp_path / "films").mkdir()
    return Path(shutil.copy(clip, tmp_path / "films" / "film.mp4"))


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["generate", "--workers", "1", *map(str, arguments)])


def _told(*arguments: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run("--json", *arguments).stdout.splitlines()]


def test_a_script_is_written_beside_the_video_and_said_so(film: Path) -> None:
    ran = _run(film)
    assert ran.exit_code == 0, ran.output
    script = film.with_suffix(".funscript")
    count = len(json.loads(script.read_text())["actions"])
    assert f"{script}: {count} actions, 6.0 s" in ran.stdout


def test_json_has_every_figure_and_nothing_else_is_on_stdout(film: Path, own_cache: Path) -> None:
    (first,) = _told(film)
    assert set(first) == KEYS
    assert (first["video"], first["script"]) == (str(film), str(film.with_suffix(".funscript")))
    assert (first["frames"], first["cached"], first["warnings"]) == (180, False, [])
    assert first["duration_s"] == pytest.approx(5.967)
    assert first["trace"].startswith(str(own_cache))
    (again,) = _told(film, "--overwrite")
    assert again["cached"] is True


def test_an_existing_script_is_kept_and_said_so(film: Path) -> None:
    script = film.with_suffix(".funscript")
    script.write_text("mine")
    assert "exists and is kept; --overwrite replaces it" in _run(film).stdout
    (told,) = _told(film)
    assert set(told) == KEYS
    assert "is kept" in told["warnings"][0]
    assert script.read_text() == "mine"


def test_folders_and_outputs(film: Path, tmp_path: Path) -> None:
    (film.parent / "deep").mkdir()
    shutil.copy(film, film.parent / "deep" / "other.mp4")
    out = tmp_path / "out"
    assert [Path(one["script"]) for one in _told(film.parent, "-r", "-o", out)] == [
        out / "deep" / "other.funscript",
        out / "film.funscript",
    ]
    assert not film.with_suffix(".funscript").exists()


def test_two_videos_may_not_have_one_script(film: Path) -> None:
    twin = Path(shutil.copy(film, film.with_suffix(".mkv")))
    ran = _run(film, twin)
    assert ran.exit_code == 1
    assert "is already the script of" in ran.stderr
    assert film.with_suffix(".funscript").exists()


def test_settings_reach_the_script(film: Path) -> None:
    script = film.with_suffix(".funscript")
    _run(film, "--set", "script.range_low=40", "--set", "script.range_high=60")
    positions = [action["pos"] for action in json.loads(script.read_text())["actions"]]
    assert min(positions) >= 40
    assert max(positions) <= 60


def test_a_stop_by_the_user_is_said_and_leaves_no_script(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("funscribe.pipeline.deliver", stopped)
    ran = _run(film)
    assert ran.exit_code == 130
    assert "stopped; the same command goes on from here" in ran.stderr
    assert not film.with_suffix(".funscript").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--workers", "0"], ["--workers", "x"], ["--threads", "0"], ["--threads", "1025"], ["--nothing"]],
)
def test_wrong_usage(film: Path, arguments: list[str]) -> None:
    assert _run(film, *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("words", "workers", "size_px"),
    [
        ([], 0, 0),
        (["--profile", "pi"], 1, 320),
        (["--profile", "pi", "--workers", "3", "--set", "detect.size_px=160"], 3, 160),
        (["--profile", "desktop"], 0, 0),
    ],
)
def test_a_profile_is_what_the_other_words_change(
    words: list[str], workers: int, size_px: int, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def stop(order: Order, *, workers: int, **more: object) -> None:
        assert more["threads"] == 0
        seen.append((workers, order.recipe.detect.size_px))
        raise VideoTooShort("seen")

    monkeypatch.setattr("funscribe.pipeline.deliver", stop, raising=False)
    ran = CliRunner().invoke(app, ["generate", str(film), *words])
    assert ran.exit_code == 1
    assert seen == [(workers, size_px)]


@pytest.mark.parametrize(("words", "threads"), [([], 3), (["--threads", "2"], 2), (["--profile", "pi"], 0)])
def test_decoder_threads_are_those_of_the_words_or_the_default_recipe(
    words: list[str], threads: int, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "recipe.toml").write_text("[run]\nthreads = 3\n", encoding="utf-8")
    seen: list[object] = []

    def stop(order: Order, **given: object) -> None:
        seen.append(given["threads"])
        raise VideoTooShort("seen")

    monkeypatch.setattr("funscribe.pipeline.deliver", stop, raising=False)
    assert _run(film, *words).exit_code == 1
    assert seen == [threads]
