"""The queue as a program uses it."""

import threading
from pathlib import Path

import pytest

from funscribe import Job, Queue
from funscribe.errors import (
    FilterInvalid,
    JobNotFound,
    JobNotIdle,
    OutputNotWritable,
    QueueDamaged,
    RecipeInvalid,
    VideoNotFound,
)
from funscribe.jobs.options import RunOptions
from funscribe.jobs.queue import _run_options
from funscribe.jobs.store import JobStore
from funscribe.recipe import Recipe, change


@pytest.fixture
def queue(tmp_path: Path):
    with Queue(tmp_path / "queue.sqlite") as queue:
        yield queue


@pytest.fixture
def videos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / f"{name}.mp4" for name in "abc"]
    for path in found:
        path.touch()
    return found


def test_looking_makes_no_file(queue: Queue) -> None:
    assert queue.jobs() == []
    assert queue.ids(["done"]) == []
    assert queue.counts() == {"queued": 0, "running": 0, "done": 0, "failed": 0, "cancelled": 0}
    assert not queue.paused
    assert queue.clear() == 0
    assert queue.changed(0) == []
    for ask in (queue.status, queue.cancel, queue.remove, queue.retry):
        with pytest.raises(JobNotFound, match="there is no job 1: the queue is empty"):
            ask(1)
    assert not queue.path.exists()


def test_one_video_gives_a_number_and_several_a_list(queue: Queue, videos: list[Path]) -> None:
    assert queue.add(videos[0]) == 1
    assert queue.add(videos) == [1, 2, 3], "what is queued is not queued again"
    assert queue.add([]) == []
    assert [job.id for job in queue.jobs()] == [1, 2, 3]


def test_what_is_asked_for_is_in_the_job(queue: Queue, videos: list[Path], tmp_path: Path) -> None:
    recipe = change(Recipe(), ["script.invert=yes"])
    number = queue.add(videos[0], recipe, script="x.funscript", priority=3, variants=["soft"], overwrite=True)
    job = queue.status(number)
    assert isinstance(job, Job)
    assert (job.state, job.priority, job.order.variants) == ("queued", 3, ("soft",))
    assert (job.order.recipe, job.order.overwrite) == (recipe, True)
    assert job.order.script == str(Path("x.funscript").absolute())
    other = queue.status(queue.add(str(videos[1]), output=tmp_path / "out"))
    assert Path(other.order.script) == tmp_path / "out" / "b.funscript"


def test_paths_are_absolute_wherever_one_is(
    queue: Queue, videos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    order = queue.status(queue.add("a.mp4")).order
    assert (order.video, order.script) == (str(videos[0]), str(videos[0].with_suffix(".funscript")))


def test_nothing_is_added_where_one_cannot_be(queue: Queue, videos: list[Path], tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound, match=r"nothing\.mp4 does not exist"):
        queue.add([videos[0], tmp_path / "nothing.mp4"])
    with pytest.raises(VideoNotFound, match="is a folder"):
        queue.add(tmp_path)
    with pytest.raises(FilterInvalid, match="did you mean soft"):
        queue.add(videos[0], variants=["sofd"])
    videos[0].with_suffix(".mkv").touch()
    with pytest.raises(OutputNotWritable, match="is already the script of"):
        queue.add([videos[0], videos[0].with_suffix(".mkv")])
    with pytest.raises(ValueError, match="for one video"):
        queue.add(videos, script="x.funscript")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="without output"):
        queue.add(videos[0], script="x.funscript", output="out")
    assert not queue.path.exists()


def test_a_url_needs_a_place_for_its_script(queue: Queue, tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="say where its script goes"):
        queue.add("s3://films/a.mp4")
    order = queue.status(queue.add("s3://films/x/a.mp4", output=tmp_path)).order
    assert (order.video, Path(order.script)) == ("s3://films/x/a.mp4", tmp_path / "a.funscript")


def test_jobs_are_controlled_by_number_or_list(queue: Queue, videos: list[Path]) -> None:
    queue.add(videos)
    assert queue.cancel(1) == [1]
    assert queue.cancel([1, 2]) == [2], "what is over stays as it is"
    assert queue.counts()["cancelled"] == 2
    assert queue.retry([1, 2, 3]) == [1, 2]
    assert queue.remove(3) == [3]
    assert queue.ids() == [1, 2]
    with pytest.raises(JobNotFound, match="no job 3, 9"):
        queue.remove([1, 3, 9])
    assert queue.ids() == [1, 2], "nothing was changed"


def test_a_running_job_is_not_removed(queue: Queue, videos: list[Path]) -> None:
    queue.add(videos[0])
    with JobStore(queue.path) as store:
        store.claim(store.enlist())
    with pytest.raises(JobNotIdle, match="cancel it first"):
        queue.remove(1)


def test_pages_states_and_clearing(queue: Queue, videos: list[Path]) -> None:
    queue.add(videos)
    queue.cancel([1, 3])
    assert [job.id for job in queue.jobs(["cancelled"], limit=1)] == [1]
    assert [job.id for job in queue.jobs(["cancelled"], limit=1, after=1)] == [3]
    assert queue.ids(iter(["queued"])) == [2]
    assert queue.clear() == 0
    assert queue.clear(["cancelled"]) == 2


def test_a_queue_is_paused_for_all(queue: Queue, videos: list[Path]) -> None:
    queue.add(videos[0])
    queue.pause()
    with Queue(queue.path) as other:
        assert other.paused
        other.resume()
    assert not queue.paused


def test_an_object_is_for_several_threads(queue: Queue, tmp_path: Path) -> None:
    def fill(name: str) -> None:
        for k in range(20):
            path = tmp_path / f"{name}{k}.mp4"
            path.touch()
            queue.add(path)

    threads = [threading.Thread(target=fill, args=(name,)) for name in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queue.counts()["queued"] == 60


def test_a_closed_queue_opens_again_when_it_is_used(queue: Queue, videos: list[Path]) -> None:
    queue.add(videos[0])
    queue.close()
    queue.close()
    assert queue.ids() == [1]


def test_the_file_is_that_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "mine.sqlite"))
    assert Queue().path == tmp_path / "mine.sqlite"


def test_a_damaged_queue_is_never_an_empty_one(queue: Queue) -> None:
    queue.path.write_text("mine")
    for look in (queue.counts, queue.jobs, queue.version):
        with pytest.raises(QueueDamaged):
            look()


def test_options_of_a_run_are_checked() -> None:
    assert _run_options(None, {}) == RunOptions()
    assert _run_options(RunOptions(attempts=5), {"workers": 2}) == RunOptions(attempts=5, workers=2)
    for wrong in ({"workers": -1}, {"workers": "two"}, {"worker": 1}):
        with pytest.raises(RecipeInvalid, match="options of a run"):
            _run_options(None, wrong)


def test_an_empty_queue_is_carried_out_at_once(queue: Queue) -> None:
    report = queue.run()
    assert (report.done, report.failed, report.stopped) == (0, 0, False)
