import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from funscribe.errors import VideoUnreadable, WorkerDied
from funscribe.spread import spread


@pytest.fixture(autouse=True)
def _tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    yield
    assert _workers() == [], "processes are left"


def _workers(of: int | None = None) -> list[int]:
    return [
        child.pid
        for child in psutil.Process(of).children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE
    ]


def _ignore(said: object) -> None:
    pass


@pytest.mark.parametrize("workers", [-1, 0, 1, 2, 3, 20])
def test_results_are_in_the_order_of_the_arguments(workers: int) -> None:
    from spread_tasks import double

    said: list[object] = []
    assert spread(double, range(7), workers, said.append) == [0, 2, 4, 6, 8, 10, 12]
    assert sorted(said) == [("seen", k) for k in range(7)]  # type: ignore[type-var]


def test_nothing_to_do_gives_nothing() -> None:
    from spread_tasks import double

    assert spread(double, [], 4, _ignore) == []


def test_one_task_or_one_worker_stays_in_this_process() -> None:
    from spread_tasks import where

    assert spread(where, [1], 4, _ignore) == [os.getpid()]
    assert spread(where, [1, 2], 1, _ignore) == [os.getpid()] * 2


def test_no_more_processes_than_asked_for() -> None:
    from spread_tasks import where

    others = set(spread(where, range(6), 2, _ignore))
    assert len(others) <= 2
    assert os.getpid() not in others


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_crosses(workers: int) -> None:
    from spread_tasks import fail

    with pytest.raises(ValueError, match="what was given is wrong"):
        spread(fail, ["value", "value"], workers, _ignore)


def test_an_exception_that_cannot_be_sent_is_told_in_words() -> None:
    from spread_tasks import fail

    with pytest.raises(RuntimeError, match="Unsendable: 1 and 2"):
        spread(fail, ["unsendable", "wait"], 2, _ignore)


@pytest.mark.parametrize("what", ["result", "report"])
def test_what_cannot_be_sent_is_an_error_of_its_task(what: str) -> None:
    from spread_tasks import fail

    with pytest.raises(Exception, match=r"[Pp]ickle|local object") as caught:
        spread(fail, [what, "wait"], 2, _ignore)
    assert not isinstance(caught.value, WorkerDied)


@pytest.mark.parametrize(
    ("how", "said"), [("kill", "signal 9"), ("exit", "status 7"), ("sys.exit", "status 3")]
)
def test_a_worker_that_dies_is_told_with_the_remedy(how: str, said: str) -> None:
    from spread_tasks import fail

    with pytest.raises(WorkerDied, match=f"{said}.*--workers 1") as caught:
        spread(fail, ["wait", how], 2, _ignore)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_exception_here_stops_the_workers(error: type[BaseException], tmp_path: Path) -> None:
    from spread_tasks import sleep_long

    def tell(said: object) -> None:
        raise error

    with pytest.raises(error):
        spread(sleep_long, [str(tmp_path)] * 2, 2, tell)
    assert _workers() == []


def test_errors_of_ours_cross_as_they_are() -> None:
    import pickle

    error = VideoUnreadable("a.mp4 is broken; copy it again")
    crossed = pickle.loads(pickle.dumps(error))
    assert type(crossed) is VideoUnreadable
    assert str(crossed) == str(error)


def test_no_worker_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from spread_tasks import sleep_long\nfrom funscribe.spread import spread\n"
        f"spread(sleep_long, [{str(tmp_path)!r}] * 2, 2, print)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as parent:
        until = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        workers = [psutil.Process(int(path.name)) for path in tmp_path.iterdir()]
        parent.kill()
    assert len(workers) == 2
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []


def test_a_script_without_a_guard_may_use_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from spread_tasks import double\nfrom funscribe.spread import spread\n"
        "print('begun')\nprint(spread(double, [1, 2, 3], 2, lambda said: None))\n"
    )
    for given in ({"args": [sys.executable, str(script)]}, {"args": [sys.executable, "-"]}):
        source = script.read_text() if given["args"][-1] == "-" else None
        ran = subprocess.run(**given, input=source, capture_output=True, text=True, timeout=60)
        assert (ran.stdout, ran.stderr) == ("begun\n[2, 4, 6]\n", "")
