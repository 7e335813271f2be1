"""Being told what changes."""

import logging
import threading
from pathlib import Path

import pytest

from funscribe.jobs import Job, Queue
from funscribe.jobs.subscription import Changes

WAIT_S = 20


@pytest.fixture
def queue(tmp_path: Path):
    for name in "abc":
        (tmp_path / f"{name}.mp4").touch()
    with Queue(tmp_path / "queue.sqlite") as queue:
        yield queue


def _videos(queue: Queue) -> list[Path]:
    return sorted(queue.path.parent.glob("*.mp4"))


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Job, ...]] = []
        self.heard = threading.Event()

    def __call__(self, jobs: tuple[Job, ...]) -> None:
        self.calls.append(jobs)
        self.heard.set()


def test_a_change_by_another_is_told(queue: Queue) -> None:
    listener = Listener()
    with queue.subscribe(listener), Queue(queue.path) as other:
        other.add(_videos(queue), priority=1)
        assert listener.heard.wait(WAIT_S)
    assert [[job.id for job in jobs] for jobs in listener.calls] == [[1, 2, 3]]
    assert {job.state for job in listener.calls[0]} == {"queued"}


def test_what_changed_last_is_told_before_the_end(queue: Queue) -> None:
    queue.add(_videos(queue))
    listener = Listener()
    with queue.subscribe(listener):
        queue.cancel(2)
    assert [(job.id, job.state) for jobs in listener.calls for job in jobs] == [(2, "cancelled")]
    queue.cancel(1)
    assert len(listener.calls) == 1, "after the end nothing is told"


def test_nothing_is_told_where_nothing_changes(queue: Queue) -> None:
    queue.add(_videos(queue))
    listener = Listener()
    with queue.subscribe(listener):
        queue.counts()
        queue.remove(3)
        queue.pause()
    assert listener.calls == []


def test_an_error_of_the_callback_is_logged_and_raised(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(jobs: tuple[Job, ...]) -> None:
        raise ZeroDivisionError("mine")

    subscription = queue.subscribe(fail)
    with caplog.at_level(logging.ERROR):
        queue.add(_videos(queue)[0])
        subscription._thread.join(WAIT_S)
    assert not subscription.alive
    assert "ended because of an error" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    with pytest.raises(ZeroDivisionError, match="mine"):
        subscription.close()
    subscription.close()


def test_an_error_of_the_block_is_the_one_that_is_seen(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(jobs: tuple[Job, ...]) -> None:
        raise ZeroDivisionError("mine")

    def block() -> None:
        with queue.subscribe(fail):
            queue.add(_videos(queue)[0])
            raise KeyError("the block's")

    with pytest.raises(KeyError, match="the block's"):
        block()
    assert "ZeroDivisionError" in caplog.text


def test_closing_the_queue_ends_its_threads(queue: Queue) -> None:
    subscriptions = [queue.subscribe(Listener()) for _ in range(3)]
    assert all(one.alive for one in subscriptions)
    queue.close()
    assert not any(one._thread.is_alive() for one in subscriptions)


def test_a_callback_may_end_its_own_subscription(queue: Queue) -> None:
    heard = threading.Event()

    def tell(jobs: tuple[Job, ...]) -> None:
        subscription.close()
        heard.set()

    subscription = queue.subscribe(tell)
    queue.add(_videos(queue)[0])
    assert heard.wait(WAIT_S)
    subscription._thread.join(WAIT_S)
    assert not subscription.alive


def test_a_queue_that_is_damaged_meanwhile_is_no_silence(queue: Queue) -> None:
    subscription = queue.subscribe(Listener())
    queue.path.write_text("no queue")
    subscription._thread.join(WAIT_S)
    with pytest.raises(ValueError, match="damaged"):
        subscription.close()


def test_changes_are_told_once(queue: Queue) -> None:
    changes = Changes(queue)
    assert changes.take() == []
    queue.add(_videos(queue))
    assert [job.id for job in changes.take()] == [1, 2, 3]
    assert changes.take() == []
    queue.cancel(2)
    assert [(job.id, job.state) for job in changes.take()] == [(2, "cancelled")]
    queue.retry(2)
    queue.cancel(2)
    assert [job.state for job in changes.take()] == ["cancelled"], "told as it is now"
