from pathlib import Path

import pytest
import typer

from funscribe import Queue
from funscribe.cli.batch.chosen import chosen_jobs, number_of, states_of


@pytest.fixture
def queue(tmp_path: Path):
    for name in "abc":
        (tmp_path / f"{name}.mp4").touch()
    with Queue(tmp_path / "queue.sqlite") as queue:
        queue.add(sorted(tmp_path.glob("*.mp4")))
        queue.cancel(2)
        yield queue


def test_numbers_are_read() -> None:
    assert (number_of("1"), number_of("007")) == (1, 7)


@pytest.mark.parametrize("text", ["0", "-5", "one", "1.5", "", "1" * 19, "²", "1-3"])
def test_what_is_no_number_of_a_job_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="`funscribe batch list` shows them"):
        number_of(text)


@pytest.mark.parametrize("text", ["--al", "-x"])
def test_a_misspelt_option_is_no_number(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"there is no option {text}"):
        number_of(text)


def test_states_are_read_in_the_order_of_a_life() -> None:
    assert states_of(None) is None
    assert states_of(["failed,queued", "done"]) == ("queued", "done", "failed")
    with pytest.raises(typer.BadParameter, match="'don' is no state; did you mean done"):
        states_of(["queued,don"])
    with pytest.raises(typer.BadParameter, match="name one of: queued, running"):
        states_of([","])


def test_jobs_are_named_in_one_of_three_ways(queue: Queue) -> None:
    assert chosen_jobs(queue, ["3", "1", "3"], False, None, ()) == [3, 1]
    assert chosen_jobs(queue, None, True, None, ("queued", "running")) == [1, 3]
    assert chosen_jobs(queue, None, False, ["cancelled"], ("queued",)) == [2]
    with pytest.raises(typer.BadParameter, match="name jobs by their numbers, --state or --all"):
        chosen_jobs(queue, None, False, None, ())
    with pytest.raises(typer.BadParameter, match="only one of these at a time"):
        chosen_jobs(queue, ["1"], True, None, ())
