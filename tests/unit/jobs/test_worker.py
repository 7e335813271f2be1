import errno
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from funscribe import errors
from funscribe.files import exclusive
from funscribe.jobs import worker
from funscribe.jobs.limits import ROOM_BYTES
from funscribe.jobs.messages import Advance, Broken, Done, Need, Said, Stage, Task
from funscribe.jobs.worker import NoRoom, carry_out, check_room, judge
from funscribe.pipeline.order import Order
from funscribe.script import read_script


class Line:
    """A line to nobody, that keeps what is told."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    def tell(self, message: Said) -> None:
        self.said.append(message)

    def cores(self) -> int:
        return 1


def _task(video: Path, script: Path, **options: Any) -> Task:
    return Task(order=Order(video=str(video), script=str(script), **options))


def _disks(monkeypatch: pytest.MonkeyPatch, free: Callable[[Path], int]) -> None:
    monkeypatch.setattr(worker.shutil, "disk_usage", lambda path: SimpleNamespace(free=free(Path(path))))


def test_an_order_is_carried_out_and_told(clip: Path, tmp_path: Path) -> None:
    line = Line()
    done = carry_out(_task(clip, tmp_path / "new" / "a.funscript"), line)  # type: ignore[arg-type]
    assert isinstance(done, Done)
    assert done.actions == len(read_script(tmp_path / "new" / "a.funscript"))
    assert not done.kept
    needs = [message.size for message in line.said if isinstance(message, Need)]
    assert len(needs) == 1
    assert needs[0] > 0
    assert [m.name for m in line.said if isinstance(m, Stage)] == ["watching", "composing", "writing"]
    last = [message.progress for message in line.said if isinstance(message, Advance)][-1]
    assert (last.frames, last.segments_done == last.segments > 0) == (180, True)


def test_a_script_that_is_there_is_kept(clip: Path, tmp_path: Path) -> None:
    script = tmp_path / "a.funscript"
    carry_out(_task(clip, script), Line())  # type: ignore[arg-type]
    before = script.stat().st_mtime_ns
    done = carry_out(_task(clip, script), Line())  # type: ignore[arg-type]
    assert isinstance(done, Done)
    assert (done.kept, done.actions) == (True, None)
    assert script.stat().st_mtime_ns == before


def test_what_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(errors.VideoNotFound):
        carry_out(_task(tmp_path / "none.mp4", tmp_path / "a.funscript"), Line())  # type: ignore[arg-type]


def test_nothing_is_begun_where_the_disk_is_full(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disks(monkeypatch, lambda path: ROOM_BYTES - 1)
    line = Line()
    with pytest.raises(NoRoom, match="lacks 1 MB of free space"):
        carry_out(_task(clip, tmp_path / "a.funscript"), line)  # type: ignore[arg-type]
    assert line.said == []


def test_nothing_is_watched_where_its_need_has_no_room(
    clip: Path, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disks(monkeypatch, lambda path: ROOM_BYTES + 10)
    line = Line()
    with pytest.raises(NoRoom) as caught:
        carry_out(_task(clip, tmp_path / "a.funscript"), line)  # type: ignore[arg-type]
    need = next(message for message in line.said if isinstance(message, Need))
    assert caught.value.wanted_bytes == need.size + ROOM_BYTES
    assert own_cache.is_relative_to(caught.value.folder)
    assert not any(isinstance(message, Advance) for message in line.said)
    assert not (tmp_path / "a.funscript").exists()


def test_each_disk_is_asked_for_its_own_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, home = tmp_path / "cache", tmp_path / "home"
    cache.mkdir()
    home.mkdir()
    _disks(monkeypatch, lambda path: 10**12 if path == cache else ROOM_BYTES)
    check_room(10**11, cache / "not" / "yet", home)
    _disks(monkeypatch, lambda path: 10**12 if path == cache else ROOM_BYTES - 5)
    with pytest.raises(NoRoom) as caught:
        check_room(10**11, cache, home)
    assert (caught.value.folder, caught.value.wanted_bytes) == (str(home), ROOM_BYTES)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_after_all_waits_for_more_than_there_is(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    import funscribe.pipeline.delivering as delivering

    def full(*args: object, **kwargs: object) -> None:
        error = errors.OutputNotWritable("a.npz cannot be written: the disk is full")
        error.errno = number
        raise error

    monkeypatch.setattr(delivering, "deliver", full)
    _disks(monkeypatch, lambda path: 10**9)
    with pytest.raises(NoRoom, match=r"a\.npz cannot be written") as caught:
        carry_out(_task(clip, tmp_path / "a.funscript"), Line())  # type: ignore[arg-type]
    assert caught.value.wanted_bytes == 10**9 + ROOM_BYTES


def test_a_script_that_is_busy_is_waited_for(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "a.funscript"
    monkeypatch.setattr(worker, "_BUSY_S", 0.05)
    monkeypatch.setattr(worker, "_RETRY_S", 0.02)
    with exclusive(script), pytest.raises(errors.ScriptBusy):
        carry_out(_task(clip, script), Line())  # type: ignore[arg-type]
    assert isinstance(carry_out(_task(clip, script), Line()), Done)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (NoRoom("no room", "/data", 5), "space", "no room"),
        (errors.ScriptBusy("busy"), "again", "busy"),
        (errors.WorkerDied("died"), "again", "died"),
        (errors.TraceCorrupted("vanished"), "again", "vanished"),
        (errors.VideoUnreadable("no video"), "refused", "no video"),
        (errors.OutputNotWritable("read-only"), "refused", "read-only"),
        (errors.ModelNotFound("no model"), "refused", "no model"),
        (MemoryError("much"), "again", "MemoryError: much"),
        (RuntimeError("odd"), "again", "RuntimeError: odd"),
    ],
)
def test_errors_are_judged(error: Exception, kind: str, reason: str) -> None:
    broken = judge(error)
    assert (broken.kind, broken.reason) == (kind, reason)
    assert isinstance(broken, Broken)


def test_being_asked_to_end_ends_in_order() -> None:
    with pytest.raises(SystemExit) as caught:
        worker._leave(signal.SIGTERM, None)
    assert caught.value.code == 128 + signal.SIGTERM
