import subprocess
import sys
import threading
from pathlib import Path

import pytest

from funscribe.errors import VideoNotFound
from funscribe.pipeline import Composition, compose, generate, watch
from funscribe.pipeline.need import Need
from funscribe.recipe import Recipe, change
from funscribe.records import Trace
from funscribe.trace import TraceStore
from funscribe.video import Source, VideoOptions, open_source


def test_one_call_is_the_same_as_two(clip: Path, own_cache: Path) -> None:
    made = generate(clip, workers=1)
    assert not made.cached
    assert made.folder.parent == own_cache
    assert len(made.trace) == len(made.signal) == 180
    assert made.frames_per_s == pytest.approx(180 / made.elapsed_s)
    assert made.peak_rss_mb > 10
    assert made.script.actions == compose(watch(clip)).script.actions
    again = generate(str(clip))
    assert again.cached
    assert again.script.actions == made.script.actions


def test_threads_reach_the_decoder_and_change_no_script(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []

    def counting(path: str, options: VideoOptions, *, threads: int) -> Source:
        given.append(threads)
        return open_source(path, options, threads=threads)

    monkeypatch.setattr("funscribe.pipeline.segment.open_source", counting)
    made = []
    for threads in (1, 3):
        monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / f"cache{threads}"))
        made.append(generate(clip, workers=1, threads=threads))
    assert set(given) == {1, 3}
    assert made[0].script.actions == made[1].script.actions


def test_nothing_is_written_beside_the_video(clip: Path) -> None:
    before = sorted(clip.parent.iterdir())
    generate(clip, workers=1)
    assert sorted(clip.parent.iterdir()) == before


def test_the_trace_is_held_until_the_script_is_made(
    clip: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[bool] = []

    def compose_meanwhile(trace: Trace, recipe: Recipe) -> Composition:
        removed.extend(TraceStore().remove(folder.name) for folder in own_cache.iterdir() if folder.is_dir())
        return compose(trace, recipe)

    monkeypatch.setattr("funscribe.pipeline.composing.compose", compose_meanwhile)
    folder = generate(clip, workers=1).folder
    assert removed == [False]
    assert list(own_cache.iterdir()) == [folder], "no lock is left"
    assert TraceStore().remove(folder.name)


def test_an_error_crosses() -> None:
    with pytest.raises(VideoNotFound):
        generate("missing.mp4")


def test_axes_that_no_picture_shows_are_told_and_held(clip: Path) -> None:
    made = generate(clip, change(Recipe(), ["motion.axes=stroke,sway,twist", "motion.chapters=yes"]))
    assert any("twist" in warning and "50" in warning for warning in made.warnings)
    assert set(made.script.axes) == {"sway", "twist"}
    assert set(made.script.axes["twist"].pos.tolist()) <= {50}


def test_what_begins_is_told_and_all_is_watched_before_it_is_composed(clip: Path) -> None:
    told: list[object] = []
    needs: list[Need] = []
    recipe = change(Recipe(), ["video.segment_s=2"])
    made = generate(
        clip,
        recipe,
        workers=lambda: 1,
        on_progress=lambda now: told.append(now.fraction),
        on_need=needs.append,
        on_stage=told.append,
    )
    assert told[0] == "watching"
    assert told[-2:] == [1.0, "composing"]
    assert len(needs) == 1
    assert made.script.actions == generate(clip, recipe).script.actions


def test_what_cannot_be_loaded_is_told_where_it_is_needed(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "funscribe.pipeline.composing", None)
    with pytest.raises(ImportError, match="composing"):
        generate(clip, workers=1)
    assert "funscribe-load" not in [thread.name for thread in threading.enumerate()]


def test_nothing_that_composes_is_loaded_before_the_watching_begins() -> None:
    code = "import sys, funscribe.pipeline.generating\nprint('scipy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("False\n", "")
