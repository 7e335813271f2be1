import shutil
from pathlib import Path
from typing import Any

import pytest

from funscribe.errors import FilterInvalid, OutputNotWritable, ScriptBusy, VideoNotFound
from funscribe.files import exclusive
from funscribe.pipeline import deliver, generate, watch_with_store
from funscribe.pipeline import delivering as delivering_module
from funscribe.pipeline.delivering import is_kept, make_home
from funscribe.pipeline.generating import Generated
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change
from funscribe.script import read_script
from funscribe.trace import TraceStore

RECIPE = change(Recipe(), ["motion.axes=stroke,sway"])
NAMES = (
    "a.funscript",
    "a.sway.funscript",
    "a.soft.funscript",
    "a.soft.sway.funscript",
    "a.full.funscript",
    "a.full.sway.funscript",
)


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(clip, tmp_path / "film.mp4"))


@pytest.fixture(scope="module")
def watched(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the trace of the clip."""
    root = tmp_path_factory.mktemp("watched")
    watch_with_store(clip, RECIPE, TraceStore(root), 1)
    return root


@pytest.fixture
def known(watched: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clip need not be watched again."""
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(watched))


def _order(film: Path, **more: Any) -> Order:
    given: dict[str, Any] = {"recipe": RECIPE, "variants": ("soft", "full"), **more}
    return Order(video=str(film), script=str(film.parent / "out" / "deep" / "a.funscript"), **given)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_order_becomes_all_its_files(film: Path, own_cache: Path) -> None:
    stages: list[str] = []
    order = _order(film)
    home = Path(order.script).parent
    needs: list[int] = []
    done = deliver(order, workers=1, on_stage=stages.append, on_need=needs.append)
    added = sum(path.stat().st_size for path in [*home.iterdir(), *own_cache.rglob("segment-*.npz")])
    assert len(needs) == 1
    assert 0.8 * added < needs[0] < 1.5 * added
    assert stages == ["watching", "composing", "writing"]
    assert done.paths == tuple(str(home / name) for name in NAMES)
    assert sorted(_bytes(home)) == sorted(NAMES)
    assert (done.kept, done.cached, done.warnings) == (False, False, ())
    assert (done.frames, done.duration_s) == (180, pytest.approx(179 / 30))
    assert done.actions == len(read_script(home / "a.funscript")) > 4
    assert done.frames_per_s == pytest.approx(180 / done.elapsed_s)
    assert done.peak_rss_mb > 10
    assert done.made is not None
    assert generate(film, RECIPE).script.actions == done.made.script.actions


def test_files_are_the_same_for_any_number_of_threads(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for threads in (1, 3):
        monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / f"cache{threads}"))
        order = _order(film, overwrite=True)
        assert not deliver(order, workers=1, threads=threads).cached
        made.append(_bytes(Path(order.script).parent))
    assert made[0] == made[1]
    assert sorted(made[0]) == sorted(NAMES)


def test_what_is_there_is_kept_and_nothing_is_watched(film: Path, own_cache: Path) -> None:
    order = _order(film, recipe=Recipe(), variants=())
    assert not is_kept(order)
    Path(order.script).parent.mkdir(parents=True)
    Path(order.script).write_text("mine")
    assert is_kept(order)
    done = deliver(order, workers=1)
    assert done.kept
    assert done.made is None
    assert done.paths == (order.script,)
    assert done.warnings == (f"{order.script} exists and is kept; --overwrite replaces it",)
    assert Path(order.script).read_text() == "mine"
    assert not own_cache.exists()


def test_a_video_that_is_gone_is_an_error_even_where_its_script_is_there(film: Path) -> None:
    order = _order(film, variants=())
    make_home(Path(order.script))
    Path(order.script).write_text("mine")
    film.unlink()
    with pytest.raises(VideoNotFound):
        deliver(order, workers=1)


@pytest.mark.parametrize("written", [0, 1, 3, 5])
def test_a_run_that_ends_in_the_middle_of_writing_is_completed_by_the_next(
    film: Path, written: int, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(_order(film).script).parent
    deliver(_order(film), workers=1)
    whole = _bytes(home)
    shutil.rmtree(home)
    left = [written]
    real = delivering_module.write_script

    def write(path: Path, script: Any) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(path, script)

    monkeypatch.setattr(delivering_module, "write_script", write)
    for overwrite in (False, True):
        left[0] = written
        with pytest.raises(KeyboardInterrupt):
            deliver(_order(film, overwrite=overwrite), workers=1)
        left[0] = len(NAMES)
        assert len(_bytes(home)) == written
        assert not is_kept(_order(film))
        done = deliver(_order(film, overwrite=overwrite), workers=1)
        assert not done.kept
        assert _bytes(home) == whole
        assert is_kept(_order(film))
        shutil.rmtree(home)


def test_overwriting_gives_the_same_bytes(film: Path, known: None) -> None:
    home = Path(_order(film).script).parent
    deliver(_order(film), workers=1)
    whole = _bytes(home)
    for name in NAMES:
        (home / name).write_text("mine")
    assert deliver(_order(film)).kept
    assert set(_bytes(home).values()) == {b"mine"}
    assert not deliver(_order(film, overwrite=True)).kept
    assert _bytes(home) == whole


def test_what_was_made_can_be_used_before_anything_is_written(film: Path, known: None) -> None:
    seen: list[bool] = []
    order = _order(film, variants=())

    def use(made: Generated) -> None:
        seen.append(Path(order.script).exists())
        assert len(made.trace) == 180

    assert not deliver(order, workers=1, on_made=use).kept
    Path(order.script).write_text("mine")
    again = deliver(order, workers=1, on_made=use)
    assert again.kept
    assert again.made is not None
    assert again.paths == (order.script,)
    assert seen == [False, True]
    assert Path(order.script).read_text() == "mine"


def test_two_at_once_do_not_write_the_same_script(film: Path, own_cache: Path) -> None:
    order = _order(film)
    make_home(Path(order.script))
    with exclusive(order.script), pytest.raises(ScriptBusy):
        deliver(order, workers=1)
    assert not own_cache.exists(), "it was found out before the work"
    deliver(order, workers=1)


def test_an_unknown_variant_and_a_bad_folder_are_told_before_the_work(film: Path, own_cache: Path) -> None:
    with pytest.raises(FilterInvalid, match="soft"):
        deliver(_order(film, variants=("sofd",)))
    (film.parent / "out").touch()
    with pytest.raises(OutputNotWritable, match="choose another folder"):
        deliver(_order(film))
    assert not own_cache.exists()


def test_the_folder_of_a_script_is_made(tmp_path: Path) -> None:
    make_home(tmp_path / "a" / "b" / "c.funscript")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(OutputNotWritable, match="choose another folder"):
        make_home(tmp_path / "file" / "c.funscript")
