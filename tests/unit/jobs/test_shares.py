import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.jobs.shares import share


@pytest.mark.parametrize(
    ("cores", "jobs", "most", "given_out"),
    [
        (8, [], {}, {}),
        (8, [5], {}, {5: 8}),
        (2, [1, 2], {}, {1: 1, 2: 1}),
        (4, [1, 2, 3], {}, {1: 2, 2: 1, 3: 1}),
        (1, [1, 2, 3], {}, {1: 1, 2: 1, 3: 1}),
        (0, [1], {}, {1: 1}),
        (8, [1, 2], {1: 1}, {1: 1, 2: 7}),
        (8, [1, 2], {1: 1, 2: 3}, {1: 4, 2: 4}),
        (4, [1], {1: 1}, {1: 4}),
        (4, [1, 2], {1: 0}, {1: 1, 2: 3}),
        (4, [1, 2], {9: 1}, {1: 2, 2: 2}),
    ],
)
def test_cores_are_shared(
    cores: int, jobs: list[int], most: dict[int, int], given_out: dict[int, int]
) -> None:
    assert share(cores, jobs, most) == given_out


@given(
    cores=st.integers(-2, 64),
    jobs=st.lists(st.integers(1, 99), unique=True, max_size=20),
    most=st.dictionaries(st.integers(1, 99), st.integers(-3, 70)),
)
def test_no_core_idles_and_no_job_starves(cores: int, jobs: list[int], most: dict[int, int]) -> None:
    given_out = share(cores, jobs, most)
    assert set(given_out) == set(jobs)
    assert all(count >= 1 for count in given_out.values())
    if jobs:
        assert sum(given_out.values()) == max(cores, len(jobs))
