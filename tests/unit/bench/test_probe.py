"""The measuring process: its works do what they say, and what cannot be had is told."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from funscribe.bench import probe


def served(case: str, settings: dict[str, Any], text: str = "go\n") -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    probe.serve(case, settings, io.StringIO(text), said.append)
    return said


@pytest.mark.parametrize(
    ("case", "settings", "work"),
    [
        ("decode", {"threads": 1, "frames": 40}, 40),
        ("watch", {"frames": 40}, 40),
        ("watch", {"frames": 40, "deblock": 1}, 40),
        ("field", {"frames": 30}, 30),
    ],
)
def test_works_on_a_clip(clip: Path, case: str, settings: dict[str, Any], work: float) -> None:
    ready, unit, ended = served(case, {"clip": str(clip), **settings})
    assert ready["ready"] == {}
    assert Path(ready["package"]).samefile(Path(probe.__file__).parents[1])
    assert unit["work"] == work
    assert unit["wall_s"] > 0
    assert unit["cpu_s"] > 0
    assert ended["peak_mb"] is None or ended["peak_mb"] > 1


def test_works_that_need_no_clip() -> None:
    assert served("compose", {"frames": 300})[1]["work"] == pytest.approx(300 / 30 / 3600)
    assert served("track", {"tracker": "bytetrack", "objects": 2, "frames": 20})[1]["work"] == 20
    assert served("start", {})[1]["work"] == 1


def test_the_whole_run(clip: Path) -> None:
    assert served("whole", {"clip": str(clip), "workers": 1, "threads": 2})[1]["work"] == 1


def test_a_model_looks(clip: Path, bright_model: Path) -> None:
    ready, unit, _ = served("infer", {"model": str(bright_model), "clip": str(clip), "looks": 3})
    assert set(ready["ready"]) == {"engine", "device", "precision"}
    assert unit["work"] == 3


@pytest.mark.parametrize(
    ("case", "settings", "told"),
    [
        ("nothing", {}, "nothing"),
        ("field", {"clip": "no.mp4"}, "no.mp4"),
        ("track", {"tracker": "none such"}, "none such"),
        ("compose", {"unknown": 1}, "unknown"),
        ("infer", {"model": "no.onnx", "clip": "no.mp4"}, "no.onnx"),
        ("whole", {"clip": "no.mp4"}, "no.mp4"),
    ],
)
def test_what_cannot_be_had_is_told(case: str, settings: dict[str, Any], told: str) -> None:
    assert told in served(case, settings)[-1]["why_not"]


def test_it_ends_at_anything_but_go() -> None:
    settings = {"tracker": "bytetrack", "objects": 1, "frames": 2}
    assert len(served("track", settings, "go\ngo\nstop\ngo\n")) == 4
    assert len(served("track", settings, "")) == 2


def test_a_plant_is_work_of_its_share() -> None:
    clock = iter(range(100))

    def unit() -> float:
        next(clock)
        return sum(number * number for number in range(200_000)) * 0.0 + 1

    plain = min(probe.timed(unit)["cpu_s"] for _ in range(5))
    planted = min(probe.timed(unit, plant=1.0)["cpu_s"] for _ in range(5))
    assert planted > 1.2 * plain


def test_as_a_script_it_keeps_its_output_to_itself() -> None:
    words = ["track", json.dumps({"tracker": "bytetrack", "objects": 1, "frames": 2})]
    program = [sys.executable, "-P", probe.__file__, *words]
    ran = subprocess.run(program, input="go\n", capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    assert [sorted(json.loads(line)) for line in ran.stdout.splitlines()] == [
        ["package", "ready"],
        ["cpu_s", "wall_s", "work"],
        ["peak_mb"],
    ]
