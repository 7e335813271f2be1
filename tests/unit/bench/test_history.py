"""Saved runs: written whole, read back, and refused where they are something else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from funscribe.bench.history import (
    FOLDER_VARIABLE,
    MachineRecord,
    Row,
    Run,
    Suit,
    default_folder,
    find_run,
    new_id,
    read_history,
    read_run,
    save_run,
)
from funscribe.errors import OutputNotWritable, RunInvalid

MADE_BY = {"funscribe": "0.1.0", "commit": "abcdef0123+"}


def machine(key: str = "0123456789ab") -> MachineRecord:
    return MachineRecord(key=key, cpu="One @ 2 GHz", cores=2, memory_gb=8, gpus=(), system="Linux x86_64")


def run(at: str = "2030-01-02T03:04:05Z", key: str = "0123456789ab", ident: str = "") -> Run:
    rows = (
        Row(case="decode/480p", what="decode", unit="frames/s", more_is_better=True, value=2.0, n=3),
        Row(case="infer/x", what="look", unit="ms", more_is_better=False, why_not="no model"),
    )
    suits = (Suit(setting="run.workers", value=2, case="a", against="a", margin=0.0, why="as it is"),)
    return Run(
        id=ident or new_id(MADE_BY), at=at, machine=machine(key), made_by=MADE_BY, rows=rows, suits=suits
    )


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    saved = run()
    path = save_run(saved, tmp_path)
    assert path == tmp_path / "0123456789ab" / f"{saved.id}.json"
    assert read_run(path) == saved
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == 1


def test_the_history_is_by_time_and_by_machine(tmp_path: Path) -> None:
    later, earlier = run("2030-02-01T00:00:00Z"), run("2030-01-01T00:00:00Z", "ba9876543210")
    for one in (later, earlier):
        save_run(one, tmp_path)
    assert read_history(tmp_path) == ((earlier, later), ())
    assert read_history(tmp_path, "ba9876543210") == ((earlier,), ())
    assert read_history(tmp_path / "nowhere") == ((), ())


def test_runs_that_end_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: save_run(run(), tmp_path), range(40)))
    assert len(set(paths)) == 40
    assert len(read_history(tmp_path)[0]) == 40
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"id": 3}', b'{"schema": 2}', b"[" * 5000]
)
def test_a_damaged_file_is_told_and_takes_no_other_with_it(tmp_path: Path, text: bytes) -> None:
    good = run()
    bad = save_run(good, tmp_path).with_name("bad.json")
    bad.write_bytes(text)
    with pytest.raises(RunInvalid, match=r"bad\.json"):
        read_run(bad)
    runs, damaged = read_history(tmp_path)
    assert runs == (good,)
    assert len(damaged) == 1


def test_one_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    values = msgspec.to_builtins(run()) | {"schema": 2}
    path = tmp_path / "new.json"
    path.write_bytes(msgspec.json.encode(values))
    with pytest.raises(RunInvalid, match="no saved run that this version"):
        read_run(path)


def test_a_run_is_found_by_the_beginning_of_its_id_and_by_its_file(tmp_path: Path) -> None:
    one, two = run(ident="20300101-a"), run(ident="20300102-b")
    path = save_run(one, tmp_path)
    save_run(two, tmp_path)
    assert find_run("20300101", tmp_path) == one
    assert find_run(str(path), tmp_path) == one
    for name, told in (("2030", "2 saved runs begin"), ("", "no saved run"), ("x", "no saved run")):
        with pytest.raises(RunInvalid, match=told):
            find_run(name, tmp_path)
    with pytest.raises(RunInvalid, match="cannot be read"):
        find_run(str(tmp_path / "none.json"), tmp_path)


def test_ids_tell_time_version_and_revision_and_sort_by_time() -> None:
    moments = [datetime(2030, 1, day, tzinfo=UTC) for day in (1, 2)]
    ids = [new_id(MADE_BY, moment) for moment in moments]
    assert ids == sorted(ids)
    assert ids[0].startswith("20300101T000000Z-0.1.0-abcdef0123+-")
    assert "/" not in new_id({"funscribe": "../1", "commit": "a/b"})
    assert new_id(MADE_BY, moments[0]) != new_id(MADE_BY, moments[0])


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert default_folder().name == "bench"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable, match="file"):
        save_run(run(), tmp_path / "file")
