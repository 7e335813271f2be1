"""The default stays unless something is shown to be faster."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from funscribe.bench.history import Row, Suit
from funscribe.bench.tuning import beats, suits


def watch(workers: int, threads: int, *samples: float, **more: str) -> Row:
    settings = {"workers": workers, "threads": threads, **more}
    name = f"watch/1080p/{workers}x{threads}{'f' if more else ''}"
    return row(name, _five(samples), "frames/s", settings)


def infer(engine: str, ran: str, *samples: float, batch: int = 1, precision: str = "auto") -> Row:
    settings = {"engine": engine, "precision": precision, "batch": batch, "ran_precision": ran}
    return row(f"infer/{engine}/{precision}/{batch}", _five(samples), "ms", settings)


def _five(samples: tuple[float, ...]) -> tuple[float, ...]:
    """Return three or four rounds as five, and others as they are."""
    return (*samples, *samples)[:5] if len(samples) in (3, 4) else samples


def row(name: str, samples: tuple[float, ...], unit: str, settings: dict[str, str | int | float]) -> Row:
    middle = sorted(samples)[len(samples) // 2] if samples else None
    return Row(
        case=name,
        what=name,
        unit=unit,
        more_is_better=unit != "ms",
        value=middle,
        least=min(samples, default=None),
        most=max(samples, default=None),
        n=len(samples),
        samples=samples,
        settings=settings,
    )


def by_name(*rows: Row, cores: int = 4) -> dict[str, Suit]:
    return {suit.setting: suit for suit in suits(rows, cores)}


DEFAULT = watch(4, 1, 100, 102, 98, 101)


def test_the_default_stays_where_nothing_is_faster_beyond_doubt() -> None:
    for other in (
        watch(1, 4, 103, 104, 102, 103),
        watch(1, 4, 150, 90, 160, 95, 155),
        watch(1, 4, 90, 91, 89, 90),
    ):
        found = by_name(DEFAULT, other)["run.workers"]
        assert (found.value, found.margin, found.case, found.against) == (0, 0.0, DEFAULT.case, DEFAULT.case)


def test_what_is_clearly_faster_is_chosen_and_the_margin_told() -> None:
    found = by_name(DEFAULT, watch(1, 4, 120, 121, 119, 122), watch(2, 2, 130, 131, 129, 133))
    assert found["run.workers"].value == 2
    assert found["run.threads"].value == 0
    assert "its share of the cores" in found["run.threads"].why
    assert found["run.workers"].margin == pytest.approx(0.3, abs=0.02)
    assert "1.30 x as fast as the default" in found["run.workers"].why


@pytest.mark.parametrize(("workers", "set_to"), [(4, 0), (2, 2), (8, 8)])
def test_threads_that_are_no_share_of_the_cores_are_set_where_they_are_faster(
    workers: int, set_to: int
) -> None:
    share = watch(8, 1, 100, 102, 98, 101)
    found = by_name(share, DEFAULT, watch(2, 2, 120, 121, 119, 122), watch(workers, 3, 150, 151, 149, 152))
    assert (found["run.workers"].value, found["run.threads"].value) == (set_to, 3)
    assert found["run.threads"].margin == found["run.workers"].margin == pytest.approx(0.5, abs=0.02)
    assert found["run.threads"].case == f"watch/1080p/{workers}x3"


def test_a_share_of_the_cores_is_preferred_to_threads_hardly_faster() -> None:
    found = by_name(DEFAULT, watch(2, 2, 130, 131, 129, 133), watch(2, 3, 132, 133, 131, 135))
    assert (found["run.workers"].value, found["run.threads"].value) == (2, 0)


def test_workers_that_memory_bounds_are_set_with_their_threads() -> None:
    found = by_name(watch(2, 8, 100, 101, 99), watch(2, 2, 150, 151, 149), cores=16)
    assert (found["run.workers"].value, found["run.threads"].value) == (2, 2)


def test_where_memory_bounds_the_workers_the_most_that_there_are_stand_for_the_default() -> None:
    assert by_name(watch(2, 8, 1, 1, 1), watch(1, 16, 1, 1, 1), cores=16)["run.workers"].value == 0


def test_the_deblocking_filter_is_left_out_unless_it_is_faster_with_it() -> None:
    plain = watch(1, 1, 30, 31, 29)
    assert (
        by_name(plain, watch(1, 1, 25, 26, 24, skip_loop_filter="no"))["video.skip_loop_filter"].value is True
    )
    assert (
        by_name(plain, watch(1, 1, 40, 41, 39, skip_loop_filter="no"))["video.skip_loop_filter"].value
        is False
    )


def test_an_engine_is_chosen_among_those_that_compute_alike() -> None:
    found = by_name(
        infer("auto", "fp32", 30, 31, 29, batch=0),
        infer("onnxruntime", "fp32", 20, 21, 19, batch=4),
        infer("openvino", "bf16", 10, 11, 9, precision="bf16"),
    )
    assert {name: suit.value for name, suit in found.items()} == {
        "detect.engine": "onnxruntime",
        "detect.precision": "auto",
        "detect.batch": 4,
    }
    assert "bf16 would be 2.00 x as fast" in found["detect.precision"].why
    assert "bf16" not in found["detect.engine"].why


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert suits((), 4) == ()
    assert suits([watch(1, 1), infer("auto", "fp32")], 4) == ()


def test_too_few_rounds_show_nothing() -> None:
    assert beats(watch(1, 4, 200, 200), DEFAULT) == 0
    assert beats(DEFAULT, DEFAULT) == 0
    assert beats(watch(1, 4, 200, 200, 200, 200, 200), DEFAULT) == pytest.approx(1.0, abs=0.03)


def test_one_of_many_that_are_alike_is_hardly_ever_chosen() -> None:
    rng = np.random.default_rng(0)
    chosen = 0
    for _ in range(100):
        default, *others = (watch(4, 1, *rng.normal(100, 8, 5).tolist()) for _ in range(8))
        others = [msgspec.structs.replace(other, case="other") for other in others]
        chosen += any(beats(other, default) for other in others)
    assert chosen <= 5
