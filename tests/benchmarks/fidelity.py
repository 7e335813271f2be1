"""How well scripts follow the motion of synthetic scenes, and how many cycles they have of real clips."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from funscribe import Recipe, Script, Trace, compose
from funscribe.evaluate import Fidelity, cycle_count, depth_rank_correlation, evaluate, read_truth
from funscribe.pipeline import watch_with_store
from funscribe.testing import SCENES, render
from funscribe.trace import TraceStore
from measure import ROOT


@dataclass(frozen=True, slots=True)
class SceneScore:
    """How well the script of one scene follows its truth.

    Attributes:
        name: The scene.
        directed: Whether up is defined there, so that the sign can be wrong.
        scores: As `funscribe.evaluate` defines them.
        depth_rank: Rank correlation of the depths of strokes, None where there are too few.
    """

    name: str
    directed: bool
    scores: Fidelity
    depth_rank: float | None


@dataclass(frozen=True, slots=True)
class CountScore:
    """How many cycles a script has, and how many the video has."""

    name: str
    found: float
    true: int

    @property
    def error(self) -> float:
        """|found − true| ÷ true."""
        return abs(self.found - self.true) / self.true


def score_scenes(work: Path, names: Iterable[str] = SCENES, recipe: Recipe | None = None) -> list[SceneScore]:
    """Render scenes (once), make their scripts and score them."""
    found = []
    for name in names:
        video = render_once(work, name)
        script, truth = script_of(work, video, recipe), read_truth(video.with_suffix(".csv"))
        depth = depth_rank_correlation(script, truth)
        found.append(SceneScore(name, SCENES[name].direction, evaluate(script, truth), depth))
    return found


def score_counts(
    work: Path, folder: Path, names: Iterable[str] | None = None, recipe: Recipe | None = None
) -> list[CountScore]:
    """Make the scripts of real clips and count their cycles.

    Args:
        work: Folder for the traces.
        folder: Holds pairs of NAME.mp4 and NAME.cycles.txt, one line a cycle.
        names: The clips; all of the folder if None.
        recipe: The options; None for the defaults.
    """
    found = []
    for name in names or sorted(path.name.split(".")[0] for path in folder.glob("*.cycles.txt")):
        script = script_of(work, folder / f"{name}.mp4", recipe)
        lines = (folder / f"{name}.cycles.txt").read_text(encoding="utf-8").split()
        found.append(CountScore(name, cycle_count(script.at_ms, script.pos), len(lines)))
    return found


def render_once(work: Path, name: str) -> Path:
    """Return the video of a scene, its truth beside it; drawn anew when the code that draws has changed."""
    folder = work / f"scenes-{_digest('testing', 'video')}"
    folder.mkdir(parents=True, exist_ok=True)
    video = folder / f"{name}.mp4"
    if not video.with_suffix(".csv").is_file():
        render(SCENES[name], video)
    return video


def script_of(work: Path, video: Path, recipe: Recipe | None = None) -> Script:
    """Return the script of a video."""
    recipe = recipe or Recipe()
    return compose(watch_kept(work, video, recipe), recipe).script


def watch_kept(work: Path, video: Path, recipe: Recipe) -> Trace:
    """Return the trace of a video; it is kept for as long as the code that watches is the same."""
    store = TraceStore(work / f"traces-{_digest('video', 'field')}")
    return watch_with_store(video, recipe, store).trace


def _digest(*rooms: str) -> str:
    """Return what tells the code of some folders of the package from any other state of it."""
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((ROOT / "src" / "funscribe" / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
