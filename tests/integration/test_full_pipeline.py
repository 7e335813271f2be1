"""The main job from the outside: known motion in, and what happens when a run is killed or stopped."""

import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from funscribe import generate, read_truth
from funscribe.evaluate import evaluate
from funscribe.testing import SCENES, render
from funscribe.video.writer import write_video

KILLS = 20
# A shell that runs the tests in the background has them ignore Ctrl-C, and what they start as well.
PROGRAM = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from funscribe.cli.main import run; run()",
]


@pytest.mark.parametrize("name", ["vertical", "zoom", "vfr", "hz60"])
def test_known_motion_in_turning_points_within_one_frame_of_truth_out(tmp_path: Path, name: str) -> None:
    scene = SCENES[name]
    video = render(scene, tmp_path / f"{name}.mp4")
    made = generate(video)
    found = evaluate(made.script, read_truth(video.with_suffix(".csv")))
    frame_ms = 1000 * float(np.median(np.diff(scene.time_s())))
    assert made.trace.time_s == pytest.approx(scene.time_s() - scene.time_s()[0], abs=1e-4)
    assert found.matched > 20
    assert found.t_ms is not None
    assert found.t_ms <= frame_ms + 1
    assert found.f1 is not None
    assert found.f1 > 0.95
    assert found.sign == 1 or not scene.direction


# --- runs that end before they are done


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds in six segments of two; never to be changed."""
    scene = dataclasses.replace(SCENES["vertical"], duration_s=12.0)
    return write_video(tmp_path_factory.mktemp("film") / "film.mp4", scene.frames(), 30.0, gop=30)


class _Runs:
    """Runs of the command on one film, with a cache and an output folder of their own."""

    def __init__(self, film: Path, folder: Path) -> None:
        self.cache = folder / "cache"
        self.output = folder / "out"
        self.script = self.output / "film.funscript"
        self._film = film

    def start(self, *more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                *PROGRAM,
                "generate",
                str(self._film),
                "-o",
                str(self.output),
                "--set",
                "video.segment_s=2",
                *more,
            ],
            env={**os.environ, "FUNSCRIBE_CACHE_DIR": str(self.cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, *more: str) -> tuple[str, str]:
        run = self.start(*more)
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, err
        return out, err

    def strangers(self) -> list[str]:
        """Names of files that should not be in the output folder."""
        if not self.output.is_dir():
            return []
        return [path.name for path in self.output.iterdir() if path != self.script]


@pytest.fixture(scope="module")
def undisturbed(film: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, float]:
    """The script of a run that nothing disturbed, and how long it took (s)."""
    runs = _Runs(film, tmp_path_factory.mktemp("undisturbed"))
    began = time.monotonic()
    runs.finish("--workers", "1")
    return runs.script.read_bytes(), time.monotonic() - began


def test_killed_at_random_moments_and_resumed_gives_the_same_script(
    film: Path, tmp_path: Path, undisturbed: tuple[bytes, float]
) -> None:
    wanted, length_s = undisturbed
    chance = random.Random(20)
    runs = _Runs(film, tmp_path / "0")
    killed = finished = 0
    while killed < KILLS:
        run = runs.start("--workers", str(chance.choice([1, 2])))
        try:
            run.communicate(timeout=chance.uniform(0.05, 1.1 * length_s))
        except subprocess.TimeoutExpired:
            children = psutil.Process(run.pid).children(recursive=True)
            run.kill()
            run.communicate()
            killed += 1
            _, alive = psutil.wait_procs(children, timeout=20)
            assert alive == [], "workers outlived the run"
            if runs.script.exists():  # it was killed between writing the script and leaving
                assert runs.script.read_bytes() == wanted
            assert runs.strangers() in ([], [".part"]) or all(n.endswith(".part") for n in runs.strangers())
            continue
        assert run.returncode == 0
        assert runs.script.read_bytes() == wanted
        finished += 1
        runs = _Runs(film, tmp_path / str(finished))  # from the beginning, as long as there are kills to come
    runs.finish("--overwrite")
    assert runs.script.read_bytes() == wanted


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_soon_leaves_no_half_file_and_the_next_run_goes_on(
    film: Path, tmp_path: Path, undisturbed: tuple[bytes, float], workers: str
) -> None:
    runs = _Runs(film, tmp_path)
    run = runs.start("--workers", workers)
    until = time.monotonic() + 60
    while not list(runs.cache.glob("*/segment-*.npz")) and time.monotonic() < until:
        time.sleep(0.01)
    children = psutil.Process(run.pid).children(recursive=True)
    began = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    _, err = run.communicate(timeout=60)
    assert time.monotonic() - began < 5
    assert run.returncode == 130
    assert err.strip().splitlines()[-1].startswith("funscribe: stopped")
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert not runs.script.exists()
    assert runs.strangers() == []
    out, _ = runs.finish("--json")
    told = json.loads(out)
    assert told["frames"] == 360
    assert told["warnings"] == []
    assert runs.script.read_bytes() == undisturbed[0]


def test_the_next_run_takes_what_is_kept(film: Path, tmp_path: Path) -> None:
    runs = _Runs(film, tmp_path)
    assert json.loads(runs.finish("--json")[0])["cached"] is False
    runs.script.unlink()
    assert json.loads(runs.finish("--json")[0])["cached"] is True


def test_an_existing_script_is_kept_and_said_so(film: Path, tmp_path: Path) -> None:
    runs = _Runs(film, tmp_path)
    runs.output.mkdir()
    runs.script.write_text("mine")
    out, _ = runs.finish()
    assert "kept" in out
    assert runs.script.read_text() == "mine"
    runs.finish("--overwrite")
    assert json.loads(runs.script.read_text())["actions"]
