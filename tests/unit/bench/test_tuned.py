from pathlib import Path

import pytest

from funscribe.bench.history import MachineRecord, Run, Suit, save_run
from funscribe.bench.tuned import last_tuned, tuned_profile
from funscribe.errors import RecipeInvalid, RunInvalid
from funscribe.profiles import Profile, RunOptions
from funscribe.recipe import Recipe, change


def suit(setting: str, value: str | int | float | bool) -> Suit:
    return Suit(setting=setting, value=value, case="a", against="b", margin=0.2, why="faster")


def run(at: str, *chosen: Suit, quick: bool = False, key: str = "a") -> Run:
    machine = MachineRecord(key=key, cpu="One", cores=2, memory_gb=8, gpus=(), system="Linux x86_64")
    return Run(id=at, at=at, machine=machine, made_by={}, rows=(), suits=chosen, quick=quick)


def test_the_newest_full_run_of_the_machine_decides(tmp_path: Path) -> None:
    workers = suit("run.workers", 1)
    runs = [run("2030", workers), run("2031", workers), run("2032", workers, quick=True), run("2033")]
    for one in (*runs, run("2034", workers, key="b")):
        save_run(one, tmp_path)
    assert last_tuned("a", tmp_path).id == "2031"
    with pytest.raises(RunInvalid, match="bench run"):
        last_tuned("c", tmp_path)


def test_what_suits_is_set_and_all_else_stays() -> None:
    before = Profile("default", "mine", RunOptions(), change(Recipe(), ["field.cells=9", "detect.batch=2"]))
    chosen = (
        suit("run.workers", 3),
        suit("run.threads", 2),
        suit("run.magic", 2),
        suit("detect.batch", 4),
        suit("video.skip_loop_filter", False),
    )
    made = tuned_profile(run("2030", *chosen), before)
    assert made.run == RunOptions(workers=3, threads=2)
    assert (made.recipe.detect.batch, made.recipe.field.cells) == (4, 9)
    assert made.recipe.video.skip_loop_filter is False
    assert made.summary == "measured on One, 2 cores"
    assert tuned_profile(run("2030")).recipe == Recipe()


def test_a_run_of_another_version_may_name_what_there_is_not() -> None:
    with pytest.raises(RecipeInvalid, match="unknown option"):
        tuned_profile(run("2030", suit("detect.magic", 1)))
