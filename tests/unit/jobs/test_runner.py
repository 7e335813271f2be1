import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from funscribe.errors import QueueError, QueueNotWritable
from funscribe.jobs import runner as running
from funscribe.jobs.backup import restore
from funscribe.jobs.events import Event
from funscribe.jobs.runner import RunOptions, RunReport, run, usable_cores
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture(autouse=True)
def _tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with JobStore(tmp_path / "queue.sqlite") as opened:
        yield opened


def _options(**changes: Any) -> RunOptions:
    return RunOptions(**{"task": "job_tasks:act", "workers": 2, "cores": 2, **changes})


def _add(store: JobStore, *whats: str, priority: int = 0) -> list[int]:
    count = sum(store.counts().values())
    home = store.path.parent
    orders = [
        Order(video=f"{what}.mp4", script=str(home / f"{count + k}.funscript"))
        for k, what in enumerate(whats)
    ]
    return [added.id for added in store.add(orders, priority=priority)]


def _attempts(store: JobStore, job: int) -> int:
    """How often a job was really begun."""
    path = Path(store.get(job).order.script)
    return len(path.read_text().splitlines()) if path.exists() else 0


def _kinds(events: list[Event], job: int) -> list[str]:
    return [event.kind for event in events if event.job == job and event.kind != "progress"]


def _until(what: Callable[[], object], patience_s: float = 30.0) -> None:
    until = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_empty_queue_ends_at_once(store: JobStore) -> None:
    events: list[Event] = []
    assert run(store, _options(), on_event=events.append) == RunReport()
    assert events == [Event(kind="idle")]


def test_every_job_is_done_once_and_told(store: JobStore) -> None:
    jobs = _add(store, *["done-4"] * 7)
    events: list[Event] = []
    assert run(store, _options(), on_event=events.append) == RunReport(done=7)
    for job in jobs:
        kept = store.get(job)
        assert (kept.state, kept.attempt, kept.actions, kept.warnings) == ("done", 1, 4, ("look there",))
        assert kept.need_bytes == 1000
        assert _attempts(store, job) == 1
        assert _kinds(events, job) == ["started", "done"]
    done = next(event for event in events if event.kind == "done")
    assert (done.actions, done.warnings, done.video) == (4, ("look there",), "done-4.mp4")
    assert events[-1].kind == "idle"


def test_the_back_up_of_a_run_knows_what_was_done(store: JobStore) -> None:
    _add(store, "done", "done")
    run(store, _options())
    store.close()
    store.path.unlink()
    restore(store.path)
    with JobStore(store.path) as back:
        assert back.counts()["done"] == 2


def test_a_run_goes_on_where_no_back_up_can_be_written(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> Path:
        raise QueueNotWritable("the disk is full")

    _add(store, "done")
    monkeypatch.setattr(store, "back_up", full)
    assert run(store, _options()).done == 1


def test_what_is_urgent_comes_first(store: JobStore) -> None:
    late = _add(store, "done")
    early = _add(store, "done", priority=5)
    events: list[Event] = []
    run(store, _options(workers=1), on_event=events.append)
    assert [event.job for event in events if event.kind == "started"] == early + late


@pytest.mark.parametrize(
    ("what", "begun", "reason"),
    [
        ("refused", 1, "it is not as it should be; change it"),
        ("broken", 3, "a process of it died"),
        ("odd", 3, "ZeroDivisionError: nobody expected that"),
        ("dies", 3, "its process ended without an answer (signal 9)"),
        ("exits-5", 3, "exit status 5"),
        ("babble", 3, "makes no sense"),
    ],
)
def test_what_fails_is_tried_as_often_as_makes_sense(
    store: JobStore, what: str, begun: int, reason: str
) -> None:
    (job,) = _add(store, what)
    events: list[Event] = []
    report = run(store, _options(), on_event=events.append)
    kept = store.get(job)
    assert (kept.state, kept.attempt, _attempts(store, job)) == ("failed", begun, begun)
    assert reason in kept.error
    assert report == RunReport(failed=1, again=begun - 1)
    assert _kinds(events, job) == ["started", "again"] * (begun - 1) + ["started", "failed"]
    assert reason in events[-2].reason


def test_one_that_fails_holds_up_no_other(store: JobStore) -> None:
    (bad,) = _add(store, "dies")
    good = _add(store, *["done"] * 3)
    assert run(store, _options(workers=1, attempts=2)) == RunReport(done=3, failed=1, again=1)
    assert [store.get(job).state for job in good] == ["done"] * 3
    assert store.get(bad).attempt == 2


def test_too_much_memory_fails_at_once(store: JobStore) -> None:
    (job,) = _add(store, "eats-500")
    assert run(store, _options(memory_bytes=400_000_000)) == RunReport(failed=1)
    kept = store.get(job)
    assert (kept.state, kept.attempt, _attempts(store, job)) == ("failed", 1, 1)
    assert "400 MB are allowed" in kept.error


def test_a_hung_job_costs_an_attempt(store: JobStore) -> None:
    (job,) = _add(store, "spins-watching")
    assert run(store, _options(stall_s=0.5, attempts=2)) == RunReport(failed=1, again=1)
    assert "no frame came for 0.5 s" in store.get(job).error


def test_a_job_cancelled_by_another_process_is_dead_soon(store: JobStore) -> None:
    (job,) = _add(store, "hangs-deaf")
    pids = Path(store.get(job).order.script).with_suffix(".pids")
    gone_after: list[float] = []

    def cancel() -> None:
        with JobStore(store.path) as other:
            _until(lambda: pids.exists() and " " in pids.read_text())
            found = [psutil.Process(int(word)) for word in pids.read_text().split()]
            began = time.monotonic()
            other.cancel([job])
            psutil.wait_procs(found, timeout=20)
            gone_after.append(time.monotonic() - began)

    thread = threading.Thread(target=cancel)
    thread.start()
    events: list[Event] = []
    report = run(store, _options(), on_event=events.append)
    thread.join()
    assert report == RunReport(cancelled=1)
    assert gone_after[0] < 10  # two seconds are asked for, and measured elsewhere
    assert store.get(job).state == "cancelled"
    assert _kinds(events, job) == ["started", "cancelled"]


def test_a_stop_puts_back_what_runs(store: JobStore) -> None:
    jobs = _add(store, "hangs", "slow-60", "done")
    stop = threading.Event()
    pids = Path(store.get(jobs[0]).order.script).with_suffix(".pids")

    def tell(event: Event) -> None:
        if event.kind == "progress":
            stop.set()

    report = run(store, _options(), stop=stop, on_event=tell)
    assert report == RunReport(stopped=True)
    assert [store.get(job).state for job in jobs] == ["queued"] * 3
    assert [store.get(job).attempt for job in jobs] == [0] * 3
    _, alive = psutil.wait_procs([psutil.Process(int(p)) for p in pids.read_text().split() if _there(p)], 5)
    assert alive == []


def _there(pid: str) -> bool:
    return psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_ends_a_run_leaves_nothing_running(store: JobStore, error: type[BaseException]) -> None:
    (job,) = _add(store, "hangs")
    pids = Path(store.get(job).order.script).with_suffix(".pids")

    def tell(event: Event) -> None:
        if event.kind == "progress":
            raise error

    with pytest.raises(error):
        run(store, _options(), on_event=tell)
    _until(lambda: not any(map(_there, pids.read_text().split())), 5)
    assert (store.get(job).state, store.get(job).attempt) == ("queued", 0)


def test_a_queue_that_is_gone_stops_everything(store: JobStore) -> None:
    (job,) = _add(store, "hangs")
    pids = Path(store.get(job).order.script).with_suffix(".pids")

    def tell(event: Event) -> None:
        if event.kind == "progress":
            for name in ("", "-wal", "-shm"):
                store.path.with_name(store.path.name + name).unlink(missing_ok=True)

    with pytest.raises(QueueError) as caught:
        run(store, _options(), on_event=tell)
    assert "\n" not in str(caught.value)
    _until(lambda: not any(map(_there, pids.read_text().split())), 5)


def test_a_queue_that_is_held_stops_everything(tmp_path: Path) -> None:
    with JobStore(tmp_path / "queue.sqlite", wait_s=0.2) as store:
        (job,) = _add(store, "hangs")
        pids = Path(store.get(job).order.script).with_suffix(".pids")
        holder = sqlite3.connect(store.path, isolation_level=None)

        def tell(event: Event) -> None:
            if event.kind == "progress":
                holder.execute("BEGIN IMMEDIATE")

        with pytest.raises(QueueError):
            run(store, _options(), on_event=tell)
        _until(lambda: not any(map(_there, pids.read_text().split())), 5)
        holder.close()
        assert store.get(job).state == "running"  # not even that could be written; the next run sees it


def test_without_room_nothing_more_is_begun(store: JobStore) -> None:
    jobs = _add(store, "full", "done", "done")
    events: list[Event] = []
    report = run(store, _options(workers=1), on_event=events.append)
    assert (report.done, report.again, report.waiting, report.reason) == (0, 1, 3, "the disk lacks space")
    assert report.missing_bytes > 10**17
    assert [(store.get(job).state, store.get(job).attempt) for job in jobs] == [("queued", 0)] * 3
    assert store.get(jobs[0]).error == "the disk lacks space"
    assert Event(kind="waiting", reason="the disk lacks space") in events


def test_a_run_that_keeps_on_goes_on_when_there_is_room(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = _add(store, "full", "done")
    room: list[int] = []
    monkeypatch.setattr(running, "_free_bytes", lambda folder: 10**19 if room else 0)
    stop = threading.Event()

    def tell(event: Event) -> None:
        if event.kind == "waiting":
            Path(store.get(jobs[0]).order.script).with_suffix(".room").touch()
            room.append(1)
        elif event.kind == "idle":
            stop.set()

    report = run(store, _options(workers=1, keep_on=True), on_event=tell, stop=stop)
    assert (report.done, report.again, report.waiting) == (2, 1, 0)


def test_a_run_that_keeps_on_takes_what_comes(store: JobStore) -> None:
    stop = threading.Event()
    idle: list[Event] = []

    def tell(event: Event) -> None:
        if event.kind != "idle":
            return
        idle.append(event)
        if len(idle) == 1:
            _add(store, "done")
        else:
            stop.set()

    assert run(store, _options(), until_empty=False, on_event=tell, stop=stop) == RunReport(
        done=1, stopped=True
    )


def test_a_paused_queue_is_waited_for(store: JobStore) -> None:
    _add(store, "done")
    store.pause()
    said: list[str] = []

    def tell(event: Event) -> None:
        if event.kind == "waiting":
            said.append(event.reason)
            assert store.get(1).state == "queued"
            store.resume()

    assert run(store, _options(), on_event=tell) == RunReport(done=1)
    assert len(said) == 1
    assert "paused" in said[0]


def test_two_runs_share_a_queue_and_do_nothing_twice(store: JobStore) -> None:
    jobs = _add(store, *["slow-0.05"] * 12)
    reports: list[RunReport] = []

    def other() -> None:
        with JobStore(store.path) as mine:
            reports.append(run(mine, _options(workers=1)))

    thread = threading.Thread(target=other)
    thread.start()
    reports.append(run(store, _options(workers=1)))
    thread.join()
    assert sum(report.done for report in reports) == 12
    assert all(report.done > 0 for report in reports)
    assert [_attempts(store, job) for job in jobs] == [1] * 12


def test_jobs_of_a_runner_that_died_are_taken_at_once(store: JobStore) -> None:
    (job,) = _add(store, "done")
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom funscribe.jobs.store import JobStore\n"
        "store = JobStore(Path(sys.argv[1]))\nassert store.claim(store.enlist())\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(store.path)], check=False, timeout=60)
    assert store.get(job).state == "running"
    assert run(store, _options()) == RunReport(done=1)
    assert store.get(job).attempt == 1


def test_one_long_job_has_all_cores_while_it_is_alone(store: JobStore) -> None:
    (first,) = _add(store, "cores-2")

    def tell(event: Event) -> None:
        if event.kind == "progress" and store.ids() == [first]:
            _add(store, "cores-4")

    assert run(store, _options(cores=4), on_event=tell) == RunReport(done=2)
    # Four at first, two beside the second; that begins with two and has four in the end.
    assert [store.get(job).actions for job in store.ids()] == [42, 24]


def test_memory_bounds_the_cores_of_a_job(store: JobStore) -> None:
    _add(store, "cores-2")
    events: list[Event] = []
    run(store, _options(cores=2, memory_bytes=4_000_000_000), on_event=events.append)
    assert [event.cores for event in events if event.kind == "started"] == [1]
    assert store.get(1).actions == 12


def test_progress_is_told_at_most_four_times_a_second(store: JobStore) -> None:
    _add(store, "steady-12")
    events: list[Event] = []
    run(store, _options(), on_event=events.append)
    told = [event.progress.frames for event in events if event.kind == "progress" and event.progress]
    assert 1 <= len(told) <= 7
    assert told == sorted(told)


def test_cores_are_those_this_process_may_use() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
