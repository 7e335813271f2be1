"""A job as a record."""

import msgspec

from funscribe.jobs.job import STATES, UNFINISHED, Job
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order


def test_job_survives_json():
    job = Job(
        id=3,
        order=Order(video="a.mp4", script="a.funscript"),
        state="running",
        progress=Progress(0.5, 100, 50.0, 2.0, None, 120.0),
    )
    assert msgspec.json.decode(msgspec.json.encode(job), type=Job) == job


def test_unfinished_states_are_states():
    assert set(UNFINISHED) < set(STATES)
