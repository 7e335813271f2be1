import dataclasses
import json

import pytest

from funscribe.bench import Job, measure, read_report, report_of, write_report
from funscribe.bench.clips import Clip
from funscribe.errors import FunscribeError, TruthInvalid
from funscribe.recipe import Recipe
from funscribe.testing import SCENES, render


@pytest.fixture(scope="module")
def short():
    return dataclasses.replace(SCENES["vertical"], duration_s=4.0)


@pytest.fixture(scope="module")
def clips(tmp_path_factory, short):
    """A clip of four seconds, as one that was counted and as one that was tracked."""
    folder = tmp_path_factory.mktemp("clips")
    video = render(short, folder / "x.mp4")
    (folder / "x.cycles.txt").write_text("25\n50\n75\n100\n", encoding="utf-8")
    t_ms, pos = short.truth()
    rows = [f"{t / 1000},{p}" for t, p in zip(t_ms, pos, strict=True)]
    (folder / "x.truth.csv").write_text("time_s,x_px\n" + "\n".join(rows), encoding="utf-8")
    return [Clip("quva", "x", video), Clip("pendulum", "x", video)]


def test_measures_counted_and_tracked_clips(clips, tmp_path):
    told = []
    jobs = [Job(clip, tmp_path / "work", Recipe(), tmp_path) for clip in clips]
    report = report_of(measure(jobs, 1, told.append), Recipe(), ["jumprope"])
    assert told == ["x", "x"]
    assert report.counts[0].true == 4
    assert report.tracks[0].r > 0.9
    assert report.not_measured == ("jumprope",)
    for name in ("quva-x.png", "pendulum-x.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_measures_a_scene_and_draws_nothing_unasked(short, tmp_path, monkeypatch):
    monkeypatch.setitem(SCENES, "short", short)
    (score,) = measure([Job(Clip("scenes", "short"), tmp_path, Recipe(), None)])
    assert score.sign_right is True
    assert score.scores.r > 0.9
    assert 0 <= score.confidence <= 1
    assert list(tmp_path.glob("*.png")) == []


def test_a_clip_that_is_no_video_is_told(tmp_path):
    (tmp_path / "bad.mp4").write_text("nothing", encoding="utf-8")
    with pytest.raises(FunscribeError, match=r"bad\.mp4"):
        measure([Job(Clip("quva", "bad", tmp_path / "bad.mp4"), tmp_path, Recipe(), None)])


def test_a_report_reads_back_as_it_was(reports, tmp_path):
    scored = reports.full_report()
    report = report_of([*scored.scenes, *scored.counts, *scored.tracks], Recipe())
    write_report(tmp_path / "fidelity.json", report)
    assert read_report(tmp_path / "fidelity.json") == report
    said = json.loads((tmp_path / "fidelity.json").read_text(encoding="utf-8"))
    assert said["summary"][0]["what"] == "scenes, median r"
    assert said["made_by"]["recipe"] == Recipe().digest()


@pytest.mark.parametrize("text", ["", "[]", '{"scenes": 1}'])
def test_something_else_is_no_report(tmp_path, text):
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(TruthInvalid, match="no report"):
        read_report(tmp_path / "x.json")
