import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
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


# --- a number of workers that changes


def test_a_run_that_began_here_goes_on_with_as_many_as_are_granted(tmp_path: Path) -> None:
    from spread_tasks import meet

    told: list[int] = []
    # The tasks after the second end only once two more processes have come.
    arguments = [(str(tmp_path), wanted) for wanted in (1, 1, 3, 3, 3, 3)]
    done = spread(meet, arguments, lambda: 1 if len(told) < 2 else 2, told.append)
    assert done[:2] == [os.getpid()] * 2
    assert os.getpid() not in done[2:]
    assert len(set(done[2:])) == 2, "each worker is used again"
    assert sorted(told) == sorted(done)


def test_more_are_started_while_the_others_are_at_work(tmp_path: Path) -> None:
    from spread_tasks import meet

    told: list[int] = []
    done = spread(meet, [(str(tmp_path), 3)] * 5, lambda: 2 if len(told) < 2 else 3, told.append)
    assert len(set(done)) == 3


def test_those_who_are_no_longer_granted_end(tmp_path: Path) -> None:
    from spread_tasks import meet

    told: list[int] = []
    left: list[int] = []

    def tell(pid: int) -> None:
        told.append(pid)
        if len(told) > 3:
            left.append(len(_workers()))

    done = spread(meet, [(str(tmp_path), 3)] * 7, lambda: 3 if len(told) < 3 else 0, tell)
    assert len(set(done[:3])) == 3
    assert len(set(done[3:])) == 1
    assert left == [1] * 4


def test_what_grants_may_change_its_mind_at_any_time() -> None:
    from spread_tasks import double

    grants = iter(np.random.default_rng(3).integers(-1, 5, 10_000).tolist())
    assert spread(double, range(9), lambda: next(grants), _ignore) == [2 * k for k in range(9)]


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_error_of_what_grants_stops_all(after: int) -> None:
    from spread_tasks import double

    asked: list[int] = []

    def grant() -> int:
        asked.append(1)
        if len(asked) > after:
            raise ZeroDivisionError
        return 2

    with pytest.raises(ZeroDivisionError):
        spread(double, range(9), grant, _ignore)


def test_an_argument_is_taken_when_its_task_begins() -> None:
    from spread_tasks import double

    told: list[object] = []
    when: list[int] = []

    class Late(Sequence[int]):
        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> int:  # type: ignore[override]
            when.append(len(told))
            return index

    assert spread(double, Late(), 1, told.append) == [0, 2, 4, 6, 8, 10]
    assert when == [0, 1, 2, 3, 4, 5]
    when.clear()
    told.clear()
    assert spread(double, Late(), 2, told.append) == [0, 2, 4, 6, 8, 10]
    assert when[:2] == [0, 0]
    assert when[5] >= 4


def test_a_death_among_a_changing_crew_is_told() -> None:
    from spread_tasks import fail

    with pytest.raises(WorkerDied):
        spread(fail, ["wait", "kill"], lambda: 2, _ignore)
