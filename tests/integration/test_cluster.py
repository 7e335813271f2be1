"""One video is spread over the machines of a Ray cluster, and one of them is lost on the way."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from funscribe import Recipe, generate
from funscribe.monitor import Progress
from funscribe.script import write_script
from funscribe.spread import Finished
from funscribe.video import VideoOptions

pytest.importorskip("ray", reason="Ray is not installed")

# Ray leaves the logs of the processes that it starts open.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

HERE = str(Path(__file__).parent)
RECIPE = Recipe(video=VideoOptions(segment_s=2))
STORE = 80_000_000  # bytes; what is passed round is small
QUICK = {
    "health_check_period_ms": 300,
    "health_check_failure_threshold": 3,
    "health_check_initial_delay_ms": 0,
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen seconds in eight segments."""
    from funscribe.testing import SCENES
    from funscribe.video.writer import write_video

    scene = dataclasses.replace(SCENES["vertical"], duration_s=16.0)
    return write_video(tmp_path_factory.mktemp("film") / "strokes.mp4", scene.frames(), 30.0, gop=30)


@pytest.fixture(scope="module")
def expected(film: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The script that this machine makes of it alone."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNSCRIBE_CACHE_DIR", str(folder / "cache"))
        write_script(folder / "strokes.funscript", generate(film, RECIPE, workers=1).script)
    return (folder / "strokes.funscript").read_bytes()


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cluster of two machines with a CPU each; this process is on the first."""
    import ray
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", HERE)
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    first = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False, "_system_config": QUICK}
    cluster = Cluster(initialize_head=True, head_node_args=first)
    try:
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_a_machine_is_lost_and_nothing_else(
    machines: Any, film: Path, expected: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cluster_tasks import watch_and_note

    from funscribe.jobs.engines.cluster import connect, spread_over_ray

    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "cache"))
    other = machines.add_node(num_cpus=1, object_store_memory=STORE)
    notes = tmp_path / "notes"
    notes.mkdir()
    (tmp_path / "lost").write_text(other.node_id)
    finished: list[int] = []
    told: list[Progress] = []

    def lose_one(said: object) -> None:
        if isinstance(said, Finished):
            finished.append(said.at)
        if other in machines.worker_nodes and any(notes.glob(f"{other.node_id}-*-begun")):
            machines.remove_node(other, allow_graceful=False)

    def spread_over(task: Any, tasks: Sequence[Any], workers: Any, tell: Callable[[Any], None]) -> list[Any]:
        def both(said: object) -> None:
            tell(said)
            lose_one(said)

        return spread_over_ray(watch_and_note, tasks, workers, both, on_wait=lambda: lose_one(None))

    with connect(machines.address) as cpus:
        assert cpus == 2
        made = generate(film, RECIPE, spread_over=spread_over, on_progress=told.append)
    write_script(tmp_path / "strokes.funscript", made.script)
    assert (tmp_path / "strokes.funscript").read_bytes() == expected

    assert other not in machines.worker_nodes, "no machine was lost"
    assert sorted(finished) == list(range(8))  # each was kept as soon as it was there, and once
    done = [int(path.name.split("-")[1]) for path in notes.glob("*-done")]
    assert sorted(done) == list(range(8))  # what was done was not done again
    there = [path.name for path in notes.glob(f"{other.node_id}-*")]
    assert sum(name.endswith("done") for name in there) == 1
    assert sum(name.endswith("begun") for name in there) == 1  # and it was done again elsewhere
    assert (told[-1].fraction, told[-1].frames) == (
        1.0,
        len(made.trace) + 7,
    )  # a border is seen from both sides
    assert generate(film, RECIPE).cached


def test_a_queue_is_carried_out_on_a_cluster_of_this_machine(
    film: Path, expected: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    again = tmp_path / "again.mp4"
    again.write_bytes(film.read_bytes() + b"x")
    _funscribe("add", film.as_uri(), str(again), "-o", str(tmp_path), "--set", "video.segment_s=2")
    (tmp_path / "none.mp4").write_bytes(b"no video")
    _funscribe("add", str(tmp_path / "none.mp4"))
    ran = _funscribe("run", "--engine", "ray", "--json", status=1)
    assert (tmp_path / "strokes.funscript").read_bytes() == expected
    assert (
        json.loads((tmp_path / "again.funscript").read_text())["actions"] == json.loads(expected)["actions"]
    )
    kinds = [json.loads(line)["event"] for line in ran.splitlines()]
    assert kinds.count("done") == 2
    assert kinds.count("failed") == 1


def _funscribe(*words: str, status: int = 0) -> str:
    program = "from funscribe.cli.main import run; run()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "batch", *words], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == status, ran.stderr
    assert "ray" not in ran.stderr.lower(), "Ray is chatty"
    return ran.stdout
