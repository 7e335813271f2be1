"""Whole libraries from the outside: a queue is filled, carried out, looked at, stopped, and goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from funscribe import Job, Queue, generate, write_script
from funscribe.recipe import Recipe, change
from funscribe.video.writer import write_video

SLOW_FRAMES = 1200
SLOW_SETTINGS = ["video.segment_s=2"]
PATIENCE_S = 60
# A shell that runs the tests in the background has them ignore Ctrl-C, and what they start as well.
PROGRAM = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from funscribe.cli.main import run; run()",
]


def _film(path: Path, count: int, tempo: float = 5.0) -> Path:
    """A small picture that goes up and down, with a keyframe each second."""
    squares = np.random.default_rng(1).integers(0, 255, (15, 20))
    picture = np.kron(squares, np.ones((8, 8))).astype(np.uint8)
    frames = ((k / 30, np.roll(picture, round(10 * np.sin(k / tempo)), 0)) for k in range(count))
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_video(path, frames, 30.0, gop=30)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds; never to be changed."""
    return _film(tmp_path_factory.mktemp("short") / "short.mp4", 90)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than a minute of video, some seconds of work; never to be changed."""
    return _film(tmp_path_factory.mktemp("slow") / "slow.mp4", SLOW_FRAMES)


class Library:
    """A folder of videos with a queue and a cache of its own, as its owner has it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.films = home / "films"
        self.films.mkdir(parents=True)
        self.path = home / "queue.sqlite"
        self.cache = home / "cache"
        self._environment = {
            **os.environ,
            "FUNSCRIBE_QUEUE": str(self.path),
            "FUNSCRIBE_CACHE_DIR": str(self.cache),
            "COLUMNS": "200",
        }

    def put(self, video: Path, *names: str) -> list[Path]:
        """Copy a video into the library under some names."""
        for name in names:
            (self.films / name).parent.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(video, self.films / name)) for name in names]

    def start(self, *words: object) -> "subprocess.Popen[str]":
        """Begin a command of `funscribe batch`."""
        return subprocess.Popen(
            [*PROGRAM, "batch", *map(str, words)],
            cwd=self.home,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *words: object, status: int = 0) -> str:
        """Run a command of `funscribe batch` to its end; return all that it said."""
        command = self.start(*words)
        out, err = command.communicate(timeout=PATIENCE_S)
        assert command.returncode == status, (words, out, err)
        assert "Traceback" not in err, err
        return out + err

    def told(self, *words: object, status: int = 0) -> list[dict[str, Any]]:
        """Run a command with --json; return its lines."""
        lines = self.call(*words, "--json", status=status).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def queue(self) -> Queue:
        """The queue as a program has it."""
        return Queue(self.path)

    def until(self, what: Callable[[Job], bool], number: int = 1) -> Job:
        """Wait until a job is as wanted."""
        with self.queue() as queue:
            for _ in range(PATIENCE_S * 20):
                if queue.ids() and what(job := queue.status(number)):
                    return job
                time.sleep(0.05)
        raise AssertionError(f"job {number} did not come there in time")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library."""
    return Library(tmp_path / "library")


@pytest.fixture
def at_work(library: Library, slow: Path) -> Iterator[tuple[Library, "subprocess.Popen[str]"]]:
    """A library of one slow video that is being watched, some segments of it done."""
    library.put(slow, "slow.mp4")
    library.call("add", "films", "--set", *SLOW_SETTINGS)
    run = library.start("run", "--cores", 1)
    try:
        library.until(lambda job: _has_segments(job, 3))
        yield library, run
    finally:
        if run.poll() is None:
            run.kill()
        run.communicate()


def _has_segments(job: Job, count: int) -> bool:
    return job.progress is not None and job.progress.segments_done >= count


def _lives(process: psutil.Process) -> bool:
    """Whether a process is still at work; what ends with its parent may take a moment for it."""
    try:
        process.wait(timeout=2)
    except psutil.TimeoutExpired:
        return process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture(scope="module")
def wanted(slow: Path, short: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The scripts that `generate` makes of the films, undisturbed."""
    folder = tmp_path_factory.mktemp("wanted")
    found = {}
    turned = ["script.invert=yes"]
    plans = {"slow": (slow, SLOW_SETTINGS), "short": (short, []), "turned": (short, turned)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNSCRIBE_CACHE_DIR", str(folder / "cache"))
        for name, (video, settings) in plans.items():
            made = generate(video, change(Recipe(), settings), workers=1)
            write_script(folder / f"{name}.funscript", made.script)
            found[name] = (folder / f"{name}.funscript").read_bytes()
    return found


# --- a library from the beginning to the end


class Story:
    """A library that was carried out once: what was said on the way, and what became of it."""

    def __init__(self, library: Library, short: Path) -> None:
        self.library = library
        library.put(short, "a.mp4", "b.mp4", "deep/c.mp4", "urgent.mp4", "turned.mp4")
        (library.films / "broken.mp4").write_text("this is no video\n" * 100)
        urgent, turned = library.films / "urgent.mp4", library.films / "turned.mp4"
        self.added = library.call("add", urgent, "--priority", 9)
        self.turned = library.told("add", turned, "--invert", "--priority", -1)
        self.rest = library.call("add", "films", "-r", library.home / "nowhere.mp4", status=1)
        self.before = library.told("list")
        self.events = library.told("run", "--workers", 1, status=1)
        self.after = {Path(job["video"]).name: job for job in library.told("list")}

    def script(self, name: str) -> bytes:
        """The script of a video; all have the same title, which is otherwise the name of the video."""
        path = (self.library.films / name).with_suffix(".funscript")
        return path.read_bytes().replace(f'"title":"{path.stem}"'.encode(), b'"title":"short"')


@pytest.fixture(scope="module")
def story(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One library for all that only look; never to be changed."""
    return Story(Library(tmp_path_factory.mktemp("story") / "library"), short)


def test_a_folder_is_added_and_what_was_not_is_said(story: Story) -> None:
    assert "1 video added (job 1)" in story.added
    assert [(line["status"], line["id"]) for line in story.turned] == [("added", 2)]
    assert "nowhere.mp4 does not exist; check the path" in story.rest
    assert "4 videos added (jobs 3 to 6)" in story.rest
    assert "1 video queued already with other options" in story.rest
    assert "1 not added" in story.rest
    assert [job["state"] for job in story.before] == ["queued"] * 6
    assert all(Path(job["video"]).is_absolute() and Path(job["script"]).is_absolute() for job in story.before)


def test_every_script_is_the_one_that_generate_makes(story: Story, wanted: dict[str, bytes]) -> None:
    for name in ("a.mp4", "b.mp4", "deep/c.mp4", "urgent.mp4"):
        assert story.script(name) == wanted["short"]


def test_a_video_has_its_own_settings(story: Story, wanted: dict[str, bytes]) -> None:
    assert story.script("turned.mp4") == wanted["turned"] != wanted["short"]
    assert story.after["turned.mp4"]["options"] == {"script.invert": True}
    assert story.after["a.mp4"]["options"] == {}


def test_a_failed_video_does_not_stop_the_others(story: Story) -> None:
    states = {name: job["state"] for name, job in story.after.items()}
    assert states.pop("broken.mp4") == "failed"
    assert set(states.values()) == {"done"}
    assert "is not a readable video" in story.after["broken.mp4"]["error"]
    assert not (story.library.films / "broken.funscript").exists()


def test_larger_priorities_are_begun_first(story: Story) -> None:
    begun = [Path(event["video"]).name for event in story.events if event["event"] == "started"]
    assert begun[0] == "urgent.mp4"
    assert begun[-1] == "turned.mp4"
    assert sorted(begun) == sorted(story.after)


def test_a_run_tells_json_lines_and_ends_with_the_sums(story: Story) -> None:
    kinds = {event["event"] for event in story.events}
    assert kinds >= {"started", "progress", "done", "failed", "end"}
    last = story.events[-1]
    assert (last["event"], last["done"], last["failed"], last["stopped"]) == ("end", 5, 1, False)
    done = {Path(event["video"]).name: event for event in story.events if event["event"] == "done"}
    assert done["a.mp4"]["actions"] == story.after["a.mp4"]["actions"] > 5
    told = [event["progress"] for event in story.events if event["event"] == "progress"]
    assert all(0 <= one["fraction"] <= 1 and one["rss_mb"] > 10 and one["segments"] >= 1 for one in told)


def test_the_status_of_the_library_is_shown(story: Story) -> None:
    table = story.library.call("list")
    assert "5 done, 1 failed" in table
    assert "is not a readable video" in table
    number = story.after["turned.mp4"]["id"]
    shown = story.library.call("show", number)
    assert "script.invert = True" in shown
    assert f"{story.after['turned.mp4']['actions']}" in shown
    page = story.library.told("list", "--state", "done", "--limit", 2, "--after", 1)
    assert [job["id"] for job in page] == [2, 3]


# --- as it goes on


def test_a_program_queues_carries_out_and_is_told(
    library: Library, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(library.cache))
    first, second = library.put(short, "a.mp4", "b.mp4")
    told: list[Job] = []
    with library.queue() as queue, queue.subscribe(told.extend):
        number = queue.add(first)
        queue.add([second], change(Recipe(), ["script.max_speed=200"]), priority=1)
        report = queue.run(workers=1)
        assert queue.status(number).state == "done"
    assert (report.done, report.failed) == (2, 0)
    states = [job.state for job in told if job.id == number]
    # A clip this short may run between two looks.
    assert [state for state in dict.fromkeys(states) if state != "running"] == ["queued", "done"]


def test_progress_of_another_process_is_told_to_a_callback(
    at_work: tuple[Library, "subprocess.Popen[str]"],
) -> None:
    library, run = at_work
    calls: list[tuple[Job, ...]] = []
    with library.queue() as queue, queue.subscribe(calls.append):
        run.wait(timeout=PATIENCE_S)
    shares = [job.progress.fraction for jobs in calls for job in jobs if job.progress is not None]
    assert len(shares) >= 2
    assert shares == sorted(shares)
    assert calls[-1][-1].state == "done"


def test_a_running_job_is_cancelled_within_two_seconds(
    at_work: tuple[Library, "subprocess.Popen[str]"],
) -> None:
    library, run = at_work
    workers = psutil.Process(run.pid).children(recursive=True)
    busy = [worker for worker in workers if worker.memory_info().rss > 50e6]
    assert busy
    with library.queue() as queue:
        began = time.monotonic()
        assert queue.cancel(1) == [1]
        run.wait(timeout=PATIENCE_S)
        assert time.monotonic() - began < 2.0
    assert [worker for worker in workers if _lives(worker)] == []
    assert run.returncode == 0
    assert [job["state"] for job in library.told("list")] == ["cancelled"]
    assert not (library.films / "slow.funscript").exists()


def test_a_cancelled_job_is_tried_again_and_goes_on_where_it_was(
    at_work: tuple[Library, "subprocess.Popen[str]"], wanted: dict[str, bytes]
) -> None:
    library, run = at_work
    assert "1 job cancelled (1)" in library.call("cancel", "--all")
    run.wait(timeout=PATIENCE_S)
    parts = {path: path.stat().st_mtime_ns for path in library.cache.glob("*/segment-*.npz")}
    assert len(parts) >= 3
    assert "1 job queued again (1)" in library.call("retry", 1)
    library.call("run")
    assert (library.films / "slow.funscript").read_bytes() == wanted["slow"]
    assert {path: path.stat().st_mtime_ns for path in parts} == parts, "nothing was watched twice"


def test_a_crash_is_resumed_from_the_last_finished_segment(
    at_work: tuple[Library, "subprocess.Popen[str]"], wanted: dict[str, bytes]
) -> None:
    library, run = at_work
    parts = {path: path.stat().st_mtime_ns for path in library.cache.glob("*/segment-*.npz")}
    workers = psutil.Process(run.pid).children(recursive=True)
    max(workers, key=lambda worker: worker.memory_info().rss).kill()  # as a fault in a decoder would
    out, err = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 0, err
    assert "again" in out
    assert (library.films / "slow.funscript").read_bytes() == wanted["slow"]
    assert {path: path.stat().st_mtime_ns for path in parts} == parts
    (job,) = library.told("list")
    assert (job["state"], job["attempt"]) == ("done", 2)


def test_ctrl_c_stops_a_run_and_the_next_one_goes_on(
    at_work: tuple[Library, "subprocess.Popen[str]"], wanted: dict[str, bytes]
) -> None:
    library, run = at_work
    workers = psutil.Process(run.pid).children(recursive=True)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 130
    assert "nothing is lost: `funscribe batch run` goes on from here" in err
    assert [worker for worker in workers if _lives(worker)] == []
    (job,) = library.told("list")
    assert (job["state"], job["attempt"]) == ("queued", 0)
    library.call("run")
    assert (library.films / "slow.funscript").read_bytes() == wanted["slow"]


def test_a_job_that_runs_cannot_be_removed(at_work: tuple[Library, "subprocess.Popen[str]"]) -> None:
    library, _ = at_work
    said = library.call("remove", 1, status=1)
    assert "running; cancel it first" in said
    said = library.call("remove", "--all")
    assert "1 job running and left there" in said


def test_a_removed_job_is_not_carried_out(library: Library, short: Path) -> None:
    library.put(short, "a.mp4", "b.mp4")
    library.call("add", "films")
    assert "1 job removed (1)" in library.call("remove", 1)
    library.call("run")
    assert sorted(path.name for path in library.films.iterdir()) == ["a.mp4", "b.funscript", "b.mp4"]
    assert "1 job forgotten (done)" in library.call("clear")
    assert "the queue is empty" in library.call("list")


def test_a_paused_queue_begins_nothing_until_it_is_resumed(library: Library, short: Path) -> None:
    library.put(short, "a.mp4")
    library.call("add", "films")
    assert "`funscribe batch resume` goes on" in library.call("pause")
    assert "paused" in library.call("list")
    run = library.start("run")
    assert run.stdout is not None
    assert "waiting: the queue is paused" in run.stdout.readline()
    assert [job["state"] for job in library.told("list")] == ["queued"]
    library.call("resume")
    run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 0
    assert (library.films / "a.funscript").exists()


def test_two_runs_share_a_queue_and_nothing_is_done_twice(library: Library, short: Path) -> None:
    names = [f"{k}.mp4" for k in range(6)]
    library.put(short, *names)
    library.call("add", "films")
    runs = [library.start("run", "--workers", 1, "--cores", 1, "--json") for _ in range(2)]
    told = [run.communicate(timeout=PATIENCE_S)[0].splitlines() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    events = [json.loads(line) for lines in told for line in lines]
    for kind in ("started", "done"):
        assert sorted(Path(one["video"]).name for one in events if one["event"] == kind) == names
    assert sum(one["done"] for one in events if one["event"] == "end") == 6


# --- at the edges


def test_ten_thousand_videos_are_added_at_once(library: Library) -> None:
    for k in range(10_000):
        (library.films / f"{k:05}.mp4").touch()
    assert "10000 videos added (jobs 1 to 10000)" in library.call("add", "films")
    assert "0 videos added; 10000 queued already" in library.call("add", "films")
    listed = library.call("list", "--limit", 2)
    assert "10000 queued" in listed
    assert "`funscribe batch list --after 2`" in listed


def test_a_queue_that_is_not_there_is_empty_and_stays_so(library: Library) -> None:
    assert "the queue is empty" in library.call("list")
    assert "nothing is queued" in library.call("run")
    assert "there is no job 7: the queue is empty" in library.call("show", 7, status=1)
    assert not library.path.exists()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["show", 99], 1, "there is no job 99; `funscribe batch list` shows those there are"),
        (["list", "--state", "don"], 2, "did you mean done?"),
        (["run", "--memory", "2"], 2, "write it as 500M or 2G"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_remedy(
    library: Library, short: Path, words: list[object], status: int, said: str
) -> None:
    library.put(short, "a.mp4")
    with library.queue() as queue:
        queue.add(library.films / "a.mp4")
    assert said in " ".join(library.call(*words, status=status).replace("│", " ").split())
    with library.queue() as queue:
        assert queue.counts()["queued"] == 1


def test_a_damaged_queue_is_told_and_comes_back_from_its_backup(library: Library, short: Path) -> None:
    library.put(short, "a.mp4")
    library.call("add", "films")
    whole = library.path.read_bytes()
    library.path.write_bytes(whole[: len(whole) // 2])
    for ending in ("-wal", "-shm"):
        library.path.with_name(library.path.name + ending).unlink(missing_ok=True)
    said = library.call("list", status=1)
    assert "is damaged" in said
    assert "`funscribe batch restore`" in said
    assert "is restored" in library.call("restore")
    assert [job["state"] for job in library.told("list")] == ["queued"]
