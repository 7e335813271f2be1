"""The queue as its users meet it; what single parts do stands in their own tests."""

import subprocess
import sys

import pytest

from funscribe.errors import JobNotFound
from funscribe.jobs.job import STATES
from funscribe.jobs.store import Added, JobStore, Observer, default_path
from funscribe.pipeline.order import Order

HEAVY = ("numpy", "av", "cv2", "scipy", "openvino", "onnxruntime", "rich", "matplotlib")


def test_the_queue_outlives_whoever_had_it_open(tmp_path):
    path = tmp_path / "queue.sqlite"
    with JobStore(path) as store:
        store.add([Order(video="/a.mp4", script="/a.funscript")], priority=2)
        store.claim(store.enlist())
        store.pause()
        before, counts, version = store.get(1), store.counts(), store.version()
    with JobStore(path) as store:
        assert (store.get(1), store.counts(), store.version(), store.paused) == (
            before,
            counts,
            version,
            True,
        )


def test_the_default_queue_is_the_user_s(tmp_path, monkeypatch):
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "folder" / "mine.sqlite"))
    with JobStore() as store:
        assert store.path == default_path() == tmp_path / "folder" / "mine.sqlite"
    assert store.path.is_file()


def test_a_path_may_be_text(tmp_path):
    with JobStore(str(tmp_path / "queue.sqlite")) as store:
        assert store.add([Order(video="v", script="/s")]) == [Added(1, True)]


def test_a_job_goes_through_its_life(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        store.add([Order(video=f"v{k}", script=f"/s{k}") for k in range(3)])
        runner = store.enlist()
        seen = [store.get(1).state]
        store.claim(runner)
        seen.append(store.get(1).state)
        store.fail(runner, 1, "broken")
        seen.append(store.get(1).state)
        store.retry([1])
        store.cancel([1])
        seen.append(store.get(1).state)
        store.retry([1])
        store.claim(runner)
        store.finish(runner, 1, 12)
        seen.append(store.get(1).state)
        assert sorted(seen) == sorted(STATES)
        assert store.get(1).actions == 12
        assert store.get(1).error == ""
        assert store.reclaim(Observer()) == []


def test_errors_inside_a_block_close_the_queue(tmp_path):
    with pytest.raises(JobNotFound), JobStore(tmp_path / "queue.sqlite") as store:
        store.get(1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["queue.sqlite"]


def test_the_store_loads_nothing_heavy(tmp_path):
    program = (
        "import sys\nfrom funscribe.jobs.store import JobStore, Observer\n"
        f"store = JobStore({str(tmp_path / 'queue.sqlite')!r})\nrunner = store.enlist()\n"
        "store.claim(runner)\nstore.reclaim(Observer())\nstore.back_up()\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    assert ran.stdout.split() == []
