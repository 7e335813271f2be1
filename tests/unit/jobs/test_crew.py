import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from funscribe.jobs.crew import Awake, Crew, Hand
from funscribe.jobs.job import Job
from funscribe.jobs.messages import Advance, Broken, Done, Ended, Message, Need, Stage
from funscribe.jobs.options import RunOptions
from funscribe.pipeline.order import Order

Heard = list[tuple[Hand, Message]]


@pytest.fixture(autouse=True)
def _tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def make() -> Iterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def crew(**options: object) -> Crew:
        crews.append(Crew(RunOptions(task="job_tasks:act", **options)))  # type: ignore[arg-type]
        return crews[-1]

    yield crew
    for one in crews:
        one.kill()
        assert one.hands == {}


def _start(crew: Crew, folder: Path, what: str, *, job: int = 1, cores: int = 1) -> Hand:
    order = Order(video=f"{what}.mp4", script=str(folder / f"{job}.funscript"))
    return crew.start(Job(id=job, order=order), cores)


def _hear(crew: Crew, *, look: bool = False, patience_s: float = 30.0) -> list[Message]:
    """Hear until no job is at work."""
    heard: list[Message] = []
    until = time.monotonic() + patience_s
    while crew.hands:
        assert time.monotonic() < until, heard
        heard += [message for _, message in crew.hear(0.1)]
        if look:
            crew.look()
    return heard


def _gone(pids: list[int]) -> bool:
    def dead(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    until = time.monotonic() + 5
    while not all(map(dead, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return all(map(dead, pids))


def _pids(folder: Path) -> list[int]:
    path = folder / "1.pids"
    until = time.monotonic() + 20
    while not (path.exists() and path.read_text().count(" ")) and time.monotonic() < until:
        time.sleep(0.01)
    return [int(word) for word in path.read_text().split()]


def test_what_a_job_says_is_heard_in_order(make: Callable[..., Crew], tmp_path: Path) -> None:
    heard = _hear_all(make(), tmp_path, "done-7")
    assert [type(message) for message in heard] == [Need, Stage, Advance, Done]
    assert heard[-1] == Done(actions=7, warnings=("look there",))


def _hear_all(crew: Crew, folder: Path, what: str) -> list[Message]:
    _start(crew, folder, what)
    return _hear(crew)


@pytest.mark.parametrize(
    ("what", "kind", "reason"),
    [
        ("refused", "refused", "it is not as it should be; change it"),
        ("broken", "again", "a process of it died"),
        ("odd", "again", "ZeroDivisionError: nobody expected that"),
        ("full-5", "space", "the disk lacks space"),
        ("nothing", "again", "KeyError: '_nothing'"),
    ],
)
def test_errors_are_told(
    make: Callable[..., Crew], tmp_path: Path, what: str, kind: str, reason: str
) -> None:
    last = _hear_all(make(), tmp_path, what)[-1]
    assert isinstance(last, Broken)
    assert (last.kind, last.reason) == (kind, reason)


@pytest.mark.parametrize("what", ["mute", "babble"])
def test_a_job_that_makes_no_sense_is_ended(make: Callable[..., Crew], tmp_path: Path, what: str) -> None:
    heard = _hear_all(make(), tmp_path, what)
    assert len(heard) == 1
    assert isinstance(heard[0], Broken)
    assert "makes no sense" in heard[0].reason


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("dies", "signal 9"),
        ("dies-SIGSEGV", "signal 11"),
        ("exits-3", "exit status 3"),
        ("exits-0", "status 0"),
    ],
)
def test_a_process_that_dies_is_told(make: Callable[..., Crew], tmp_path: Path, what: str, how: str) -> None:
    heard = _hear_all(make(), tmp_path, what)
    assert len(heard) == 1
    assert isinstance(heard[0], Ended)
    assert how in heard[0].how


@pytest.mark.parametrize("what", ["hangs", "hangs-deaf"])
def test_ending_a_job_ends_its_children_soon(make: Callable[..., Crew], tmp_path: Path, what: str) -> None:
    crew = make()
    hand = _start(crew, tmp_path, what)
    pids = _pids(tmp_path)
    crew.look()
    began = time.monotonic()
    crew.end(hand, "cancelled")
    crew.end(hand, "failed", "the first word counts")
    assert isinstance(_hear(crew)[-1], Ended)
    assert (hand.why, hand.reason) == ("cancelled", "")
    assert time.monotonic() - began < 10
    assert _gone(pids)


def test_children_of_a_job_that_died_do_not_stay(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make()
    hand = _start(crew, tmp_path, "hangs")
    pids = _pids(tmp_path)
    crew.look()
    assert [process.pid for process in hand.kin] == pids
    psutil.Process(pids[0]).kill()
    assert isinstance(_hear(crew)[-1], Ended)
    assert _gone(pids)


def test_stopping_all_tells_what_was_still_said(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make()
    hands = [_start(crew, tmp_path, "hangs", job=1), _start(crew, tmp_path, "slow-60", job=2)]
    _pids(tmp_path)
    ended = [hand for hand, message in crew.stop() if isinstance(message, Ended)]
    assert sorted(hand.job.id for hand in ended) == [1, 2]
    assert {hand.why for hand in hands} == {"stopped"}


def test_cores_are_granted_while_a_job_runs(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make()
    hand = _start(crew, tmp_path, "cores-5", cores=2)
    while hand.progress is None:  # by then it has looked
        crew.hear(0.1)
    crew.grant(hand, 3)
    crew.grant(hand, 5)
    crew.grant(hand, 5)
    assert _hear(crew)[-1] == Done(actions=25)
    crew.grant(hand, 4)  # nobody is left to hear it


def test_too_much_memory_is_told(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make(memory_bytes=400_000_000)
    hand = _start(crew, tmp_path, "eats-500")
    assert isinstance(_hear(crew, look=True)[-1], Ended)
    assert hand.why == "failed"
    assert "400 MB are allowed" in hand.reason


def test_memory_within_the_bound_is_not_told(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make(memory_bytes=2_000_000_000)
    hand = _start(crew, tmp_path, "slow-0.5")
    assert isinstance(_hear(crew, look=True)[-1], Done)
    assert 0 < hand.rss_bytes < 2_000_000_000


@pytest.mark.parametrize(
    ("what", "said"), [("spins-watching", "no frame came"), ("slow-60", "it did nothing for 0.5 s")]
)
def test_a_job_that_hangs_is_noticed(make: Callable[..., Crew], tmp_path: Path, what: str, said: str) -> None:
    crew = make(stall_s=0.5)
    hand = _start(crew, tmp_path, what)
    assert isinstance(_hear(crew, look=True)[-1], Ended)
    assert hand.why == "again"
    assert said in hand.reason


@pytest.mark.parametrize("what", ["spins-composing", "steady-12"])
def test_a_job_that_works_is_left_alone(make: Callable[..., Crew], tmp_path: Path, what: str) -> None:
    crew = make(stall_s=0.9)
    _start(crew, tmp_path, what)
    assert _hear(crew, look=True)[-1] == Done(actions=1)


def test_a_job_that_comes_back_replaces_its_old_process(make: Callable[..., Crew], tmp_path: Path) -> None:
    crew = make()
    _start(crew, tmp_path, "hangs-deaf")
    pids = _pids(tmp_path)
    _start(crew, tmp_path, "done-3")
    assert _gone(pids[:1])
    assert _hear(crew)[-1] == Done(actions=3, warnings=("look there",))


def test_the_environment_is_the_one_of_now(
    make: Callable[..., Crew], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_TESTED", str(tmp_path))
    _start(crew := make(), tmp_path, "says-FUNSCRIBE_TESTED")
    assert _hear(crew)[-1] == Done(warnings=(str(tmp_path),))


def test_nothing_to_hear_takes_its_time(make: Callable[..., Crew]) -> None:
    began = time.monotonic()
    assert make().hear(0.05) == []
    assert time.monotonic() - began >= 0.05


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_a_job_starts_with_everything_loaded(make: Callable[..., Crew], tmp_path: Path) -> None:
    _start(crew := make(), tmp_path, "modules")
    last = _hear(crew)[-1]
    assert isinstance(last, Done)
    assert {"numpy", "cv2", "av", "scipy"} <= set(last.warnings)


def test_a_clock_leaves_out_what_was_slept_through() -> None:
    times = iter([0.0, 1.0, 2.5, 9999.0, 9999.5])
    clock = Awake(lambda: next(times))
    assert [clock.now_s() for _ in range(4)] == [1.0, 2.5, 4.5, 5.0]


def test_the_runner_does_not_load_what_jobs_load() -> None:
    import subprocess

    code = "import sys, funscribe.jobs.runner; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert ran.returncode == 0, ran.stderr
    assert not {"numpy", "av", "cv2", "scipy", "openvino", "rich"} & set(ran.stdout.split())
