import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.errors import (
    OutputNotWritable,
    TraceCorrupted,
    VideoError,
    VideoNotFound,
    VideoTooShort,
    VideoUnreadable,
)
from funscribe.monitor import Progress
from funscribe.pipeline import Watched, watch, watch_with_store
from funscribe.pipeline.need import Need
from funscribe.pipeline.segment import SegmentTask
from funscribe.recipe import Recipe, change
from funscribe.records import Trace
from funscribe.spread import Finished, Workers
from funscribe.trace import TraceStore
from funscribe.video.writer import write_video

Run = Callable[..., None]
RECIPE = change(Recipe(), ["video.segment_s=2"])


def _watch(video: Path, root: Path, workers: int = 1, recipe: Recipe = RECIPE) -> Watched:
    return watch_with_store(video, recipe, TraceStore(root), workers)


def _bytes(trace: Trace) -> bytes:
    return trace.time_s.tobytes() + trace.field.tobytes() + trace.cut.tobytes() + repr(trace.damaged).encode()


@pytest.fixture(scope="module")
def undisturbed(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The clip watched in one go; its folder is never to be changed."""
    return _watch(clip, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def stored(undisturbed: Watched, tmp_path: Path) -> Path:
    """A store that holds the whole trace of the clip; returns its root."""
    shutil.copytree(undisturbed.folder.parent, tmp_path / "store")
    return tmp_path / "store"


def _grey(seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).integers(0, 255, (48, 64), np.uint8)


def test_every_frame_has_its_row(undisturbed: Watched) -> None:
    trace = undisturbed.trace
    assert trace.time_s == pytest.approx([k / 30 for k in range(180)], abs=1e-9)
    assert trace.field.shape == (180, 9, 16, 2)
    assert np.abs(trace.field[1:]).max(axis=(1, 2, 3)).min() > 0, "borders between segments have motion too"
    assert undisturbed.frames_watched == 182, "two frames are seen from both sides of a border"
    assert undisturbed.warnings == ()
    assert trace.made_by.recipe_digest == RECIPE.digest()


@pytest.mark.parametrize("workers", [0, 2, 3, 9])
def test_workers_change_nothing(clip: Path, tmp_path: Path, undisturbed: Watched, workers: int) -> None:
    assert _bytes(_watch(clip, tmp_path, workers).trace) == _bytes(undisturbed.trace)


@pytest.mark.parametrize("gop", ["open-gop=1", "intra-refresh=1"])
def test_workers_change_nothing_where_frames_lean_on_the_segment_before(
    tmp_path: Path, ffmpeg: Run, gop: str
) -> None:
    path = tmp_path / "a.mkv"
    pictures = "testsrc2=s=96x64:r=25:d=6"
    ffmpeg("-f", "lavfi", "-i", pictures, "-c:v", "libx264", "-g", 25, "-x264-params", gop, path)
    alone, crew = (_watch(path, tmp_path / str(workers), workers).trace for workers in (1, 3))
    assert len(alone) == 150
    assert _bytes(alone) == _bytes(crew)


@pytest.mark.parametrize(("workers", "threads"), [(1, 1), (1, 2), (1, 7), (1, 64), (3, 2)])
def test_threads_change_nothing(
    clip: Path, tmp_path: Path, undisturbed: Watched, workers: int, threads: int
) -> None:
    watched = watch_with_store(clip, RECIPE, TraceStore(tmp_path), workers, threads=threads)
    assert _bytes(watched.trace) == _bytes(undisturbed.trace)
    kept, wanted = (
        {p.name: p.read_bytes() for p in w.folder.glob("segment-*")} for w in (watched, undisturbed)
    )
    assert kept == wanted


def test_workers_change_nothing_in_a_damaged_video(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    rng = np.random.default_rng(5)
    for at in rng.integers(len(data) // 4, len(data), 40):
        data[at] ^= 0xFF
    path = tmp_path / "hurt.mp4"
    path.write_bytes(data)
    recipe = change(RECIPE, ["video.max_damaged=1"])
    traces = [_watch(path, tmp_path / str(workers), workers, recipe).trace for workers in (1, 2, 3)]
    for threads in (1, 5):
        store = TraceStore(tmp_path / f"threads{threads}")
        traces.append(watch_with_store(path, recipe, store, 1, threads=threads).trace)
    assert len({_bytes(trace) for trace in traces}) == 1


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 0)])
def test_workers_that_come_and_go_change_nothing(
    clip: Path, tmp_path: Path, undisturbed: Watched, before: int, after: int
) -> None:
    told: list[Progress] = []

    def granted() -> int:
        return before if not told or told[-1].segments_done == 0 else after

    watched = watch_with_store(clip, RECIPE, TraceStore(tmp_path), granted, told.append)
    assert _bytes(watched.trace) == _bytes(undisturbed.trace)
    assert (told[-1].segments_done, told[-1].segments) == (3, 3)


# --- segments that are watched elsewhere


def test_what_others_watch_is_the_same_and_kept_as_it_comes(
    clip: Path, tmp_path: Path, undisturbed: Watched
) -> None:
    kept: list[int] = []

    def elsewhere(
        task: Callable[..., bytes],
        arguments: Sequence[SegmentTask],
        workers: Workers,
        tell: Callable[..., None],
    ) -> list[bytes]:
        assert workers == 2
        done = {}
        for at in (2, 0, 1):
            done[at] = task(arguments[at], tell)
            if at != 1:
                tell(Finished(at, done[at]))
                tell(Finished(at, done[at]))
            kept.append(len(list(tmp_path.rglob("segment-*.npz"))))
        return [done[at] for at in range(3)]

    told: list[Progress] = []
    watched = watch_with_store(clip, RECIPE, TraceStore(tmp_path), 2, told.append, spread_over=elsewhere)
    assert kept == [1, 2, 2]
    assert _bytes(watched.trace) == _bytes(undisturbed.trace)
    assert watched.frames_watched == undisturbed.frames_watched
    assert told[-1].segments_done == 3


def test_a_part_that_was_hurt_on_its_way_is_not_kept(clip: Path, tmp_path: Path) -> None:
    def elsewhere(task: Any, arguments: Sequence[SegmentTask], workers: Workers, tell: Any) -> list[bytes]:
        return [_flip(task(argument, tell)) for argument in arguments]

    with pytest.raises(TraceCorrupted, match=r"segment-0000.*checksum"):
        watch_with_store(clip, RECIPE, TraceStore(tmp_path), 1, spread_over=elsewhere)
    assert list(tmp_path.rglob("segment-*.npz")) == []


def test_what_was_told_is_kept_when_the_rest_fails(clip: Path, tmp_path: Path) -> None:
    def elsewhere(task: Any, arguments: Sequence[SegmentTask], workers: Workers, tell: Any) -> list[bytes]:
        tell(Finished(1, task(arguments[1], tell)))
        raise ConnectionError("the cluster is gone")

    with pytest.raises(ConnectionError):
        watch_with_store(clip, RECIPE, TraceStore(tmp_path), 1, spread_over=elsewhere)
    assert len(list(tmp_path.rglob("segment-*.npz"))) == 1
    assert _watch(clip, tmp_path).frames_watched < 182


# --- what was watched before


def test_what_is_kept_is_not_watched_again(clip: Path, stored: Path, undisturbed: Watched) -> None:
    again = _watch(clip, stored)
    assert again.frames_watched == 0
    assert again.warnings == ()
    assert _bytes(again.trace) == _bytes(undisturbed.trace)


def test_another_recipe_is_another_trace_only_where_it_matters(clip: Path, stored: Path) -> None:
    assert _watch(clip, stored, recipe=change(RECIPE, ["script.invert=yes"])).frames_watched == 0
    other = _watch(clip, stored, recipe=change(RECIPE, ["field.cells=8"]))
    assert other.frames_watched > 0
    assert other.trace.field.shape[2] == 8


@pytest.mark.parametrize("gone", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_goes_on_where_another_stopped(
    clip: Path, stored: Path, undisturbed: Watched, gone: tuple[int, ...], workers: int
) -> None:
    folder = stored / undisturbed.folder.name
    for index in gone:
        (folder / f"segment-{index:05d}.npz").unlink()
    resumed = _watch(clip, stored, workers)
    assert 0 < resumed.frames_watched <= 61 * len(gone)
    assert resumed.warnings == ()
    assert _bytes(resumed.trace) == _bytes(undisturbed.trace)


def _flip(data: bytes) -> bytes:
    return data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 1]) + data[len(data) // 3 + 1 :]


@pytest.mark.parametrize("name", ["segment-00001.npz", "plan.json"])
@pytest.mark.parametrize(
    "damage",
    [_flip, lambda data: b"", lambda data: data[:-7], lambda data: b"garbage" * 99, lambda data: b"{}"],
    ids=["flipped", "empty", "cut", "garbage", "other"],
)
def test_a_cache_damaged_by_hand_is_made_again_and_said_so(
    clip: Path, stored: Path, undisturbed: Watched, name: str, damage: Callable[[bytes], bytes]
) -> None:
    path = stored / undisturbed.folder.name / name
    path.write_bytes(damage(path.read_bytes()))
    again = _watch(clip, stored)
    assert len(again.warnings) == 1
    assert name in again.warnings[0]
    assert "again" in again.warnings[0]
    assert "\n" not in again.warnings[0]
    assert _bytes(again.trace) == _bytes(undisturbed.trace)
    assert _watch(clip, stored).warnings == ()


def test_two_runs_at_once(clip: Path, tmp_path: Path, undisturbed: Watched) -> None:
    seen: list[object] = []

    def run() -> None:
        try:
            seen.append(_bytes(_watch(clip, tmp_path).trace))
        except BaseException as error:
            seen.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [_bytes(undisturbed.trace)] * 3


def test_a_copy_with_another_name_is_known_and_keeps_its_own_name(
    clip: Path, stored: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(clip, tmp_path / "other name.mp4"))
    again = _watch(copy, stored)
    assert again.frames_watched == 0
    assert again.trace.info.path == str(copy)


def test_the_cache_stays_in_its_bounds(
    clip: Path, stored: Path, undisturbed: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = stored / ("f" * 32)
    shutil.copytree(stored / undisturbed.folder.name, old)
    os.utime(old, (1, 1))
    monkeypatch.setenv("FUNSCRIBE_CACHE_BYTES", "10")
    (stored / undisturbed.folder.name / "segment-00000.npz").unlink()
    there: list[bool] = []
    with TraceStore(stored) as store:
        told = watch_with_store(clip, RECIPE, store, 1, lambda progress: there.append(old.exists()))
        trace = told.trace
        assert not TraceStore(stored).remove(undisturbed.folder.name), "it is held until the store is left"
    assert there, "it tells of its progress"
    assert not any(there), "room is made before anything is written"
    assert list(stored.iterdir()) == [], "nobody uses it any more, and it is larger than the bound"
    shutil.copytree(undisturbed.folder, stored / undisturbed.folder.name)
    monkeypatch.setenv("FUNSCRIBE_CACHE_BYTES", "10")
    assert _bytes(_watch(clip, stored).trace) == _bytes(undisturbed.trace)
    assert _bytes(trace) == _bytes(undisturbed.trace)
    assert (stored / undisturbed.folder.name).exists(), "nothing was added, so nothing had to go"


def test_progress_grows_to_all_of_it(clip: Path, own_cache: Path) -> None:
    told: list[Progress] = []
    trace = watch(clip, RECIPE, workers=1, on_progress=told.append)
    assert len(trace) == 180
    assert own_cache.is_dir()
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert (told[-1].eta_s, told[-1].segments_done, told[-1].segments) == (0, 3, 3)
    done = [progress.segments_done for progress in told]
    assert done == sorted(done)
    assert told[-1].rss_mb > 10


def test_a_resumed_run_begins_with_what_it_has(clip: Path, stored: Path, undisturbed: Watched) -> None:
    (stored / undisturbed.folder.name / "segment-00002.npz").unlink()
    told: list[Progress] = []
    watch_with_store(clip, RECIPE, TraceStore(stored), 1, told.append)
    assert told[0].fraction > 0.6
    assert (told[0].segments_done, told[0].segments) == (2, 3)


def test_what_the_run_needs_is_told_before_it_begins(clip: Path, tmp_path: Path) -> None:
    needs: list[Need] = []

    def need(run: Need) -> None:
        assert list(tmp_path.rglob("segment-*.npz")) == [] or needs
        needs.append(run)

    for _ in range(2):
        watched = watch_with_store(clip, RECIPE, TraceStore(tmp_path), 1, on_need=need)
    size = sum(path.stat().st_size for path in watched.folder.glob("segment-*.npz"))
    assert needs[0].trace == pytest.approx(size, rel=0.05)
    assert needs[1].trace == 0
    assert needs[0].script == needs[1].script > 0


def test_a_run_for_which_there_is_no_room_is_stopped_by_who_is_told(clip: Path, tmp_path: Path) -> None:
    def need(run: Need) -> None:
        raise OutputNotWritable("the disk is full")

    with pytest.raises(OutputNotWritable):
        watch_with_store(clip, RECIPE, TraceStore(tmp_path), 1, on_need=need)
    assert list(tmp_path.rglob("segment-*.npz")) == []


# --- what cannot be watched


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_frames(tmp_path: Path, count: int) -> None:
    path = write_video(tmp_path / "a.mp4", ((k / 25, _grey(k)) for k in range(count)))
    with pytest.raises(VideoTooShort, match=f"has {count} frames?; motion needs at least 3"):
        _watch(path, tmp_path / "store")


def test_three_frames_are_enough(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ((k / 25, _grey(k)) for k in range(3)))
    assert len(_watch(path, tmp_path / "store").trace) == 3


def test_cut_short(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "a.mp4"
    pictures = "testsrc2=s=96x64:r=25:d=6"
    ffmpeg("-f", "lavfi", "-i", pictures, "-c:v", "libx264", "-g", 25, "-movflags", "faststart", path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(VideoUnreadable, match=r"cut short|damaged.*copy it again.*video\.max_damaged"):
        _watch(path, tmp_path / "store")
    trace = _watch(path, tmp_path / "store", recipe=change(RECIPE, ["video.max_damaged=1"])).trace
    assert 3 < trace.time_s[-1] < 5.5


@pytest.mark.parametrize(
    ("name", "content"), [("empty.mp4", b""), ("text.mp4", b"not a video\n" * 100), ("missing.mp4", None)]
)
def test_what_is_no_video_leaves_nothing_in_the_cache(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError) as caught:
        _watch(path, tmp_path / "store")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "store").exists()


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound, match="is a folder, not a video"):
        _watch(tmp_path, tmp_path / "store")


def test_a_cache_that_cannot_be_written(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable, match=r"cannot be written: .*choose another"):
        _watch(clip, tmp_path / "file" / "store")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk(clip: Path, tmp_path: Path, workers: int) -> None:
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "from funscribe import Recipe, watch\nfrom funscribe.errors import OutputNotWritable\n"
        "from funscribe.recipe import change\n"
        "try:\n"
        f"    watch({str(clip)!r}, change(Recipe(), ['video.segment_s=2']), workers={workers})\n"
        "except OutputNotWritable as error:\n"
        "    print(error)\n"
    )
    environment = {**os.environ, "FUNSCRIBE_CACHE_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert "cannot be written" in ran.stdout, ran.stderr
    assert ran.stdout.count("\n") == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["plan.json"]


def test_nothing_secret_in_a_url_is_kept(clip: Path, own_cache: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    fsspec.filesystem("memory").pipe_file("/lib/strokes.mp4", clip.read_bytes())
    fsspec.filesystem("memory").pipe_file("/me:secret@lib/strokes.mp4", clip.read_bytes())
    seen = watch("memory://me:secret@lib/strokes.mp4", workers=1)
    assert seen.info.path == "memory://me:secret@lib/strokes.mp4"
    kept = b"".join(file.read_bytes() for file in own_cache.rglob("plan.json"))
    assert b"memory://lib/strokes.mp4" in kept
    assert b"secret" not in kept
    same = watch("memory://lib/strokes.mp4")  # a video counts by its content
    assert same.info.path == "memory://lib/strokes.mp4"
    assert np.array_equal(same.field, seen.field)
    assert np.array_equal(watch(clip).field, seen.field)
