import numpy as np
import pytest

from funscribe.bench.clips import Clip, absent, ball_truth, choose, cycle_ends_s, find_clips
from funscribe.errors import TruthInvalid
from funscribe.testing import SCENES

TIMES = np.arange(10) / 10


@pytest.fixture
def data(tmp_path):
    for name in ("quva/b", "quva/a", "jumprope/j"):
        path = tmp_path / f"{name}.cycles.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("2\n5\n", encoding="utf-8")
    (tmp_path / "quva" / "no_truth.mp4").write_bytes(b"")
    return tmp_path


def counted(folder, text):
    (folder / "x.cycles.txt").write_text(text, encoding="utf-8")
    return Clip("quva", "x", folder / "x.mp4")


def tracked(folder, text):
    (folder / "x.truth.csv").write_text(text, encoding="utf-8")
    return Clip("pendulum", "x", folder / "x.mp4")


def test_finds_what_has_a_truth(data):
    found = find_clips(data)
    assert [clip.name for clip in found[: len(SCENES)]] == list(SCENES)
    assert [(clip.group, clip.name) for clip in found[len(SCENES) :]] == [
        ("quva", "a"),
        ("quva", "b"),
        ("jumprope", "j"),
    ]
    assert found[-1].video == data / "jumprope" / "j.mp4"
    assert absent(found) == ("pendulum",)


def test_scenes_need_no_folder():
    assert {clip.group for clip in find_clips(None)} == {"scenes"}
    assert absent(find_clips(None)) == ("quva", "jumprope", "pendulum")


def test_chooses_clips_and_groups(data):
    found = find_clips(data)
    assert choose(found, ()) == found
    assert [clip.name for clip in choose(found, ["quva", "still"])] == ["still", "a", "b"]
    with pytest.raises(ValueError, match="did you mean vertical"):
        choose(found, ["verticle"])


def test_cycles_end_at_the_times_of_frames(tmp_path):
    assert cycle_ends_s(counted(tmp_path, "2\n5\n"), TIMES).tolist() == [0.2, 0.5]
    # A frame beyond the end is the end: it still is a cycle.
    assert cycle_ends_s(counted(tmp_path, "2\n10\n"), TIMES).tolist() == [0.2, 0.9]


def test_landings_are_known():
    assert len(cycle_ends_s(Clip("exercise", "jumping_kxborg"), TIMES)) == 8


@pytest.mark.parametrize("text", ["", "a\n", "1\n-2\n", "1.5\n"])
def test_cycles_that_are_no_frames(tmp_path, text):
    with pytest.raises(TruthInvalid, match=r"x\.cycles\.txt"):
        cycle_ends_s(counted(tmp_path, text), TIMES)


def test_the_ball_is_scaled(tmp_path):
    truth = ball_truth(tracked(tmp_path, "frame,time_s,x_px\n0,0.0,30\n1,0.1,\n2,0.2,50\n3,0.3,40\n"))
    assert truth.t_ms.tolist() == pytest.approx([0, 100, 200, 300])
    assert truth.pos.tolist() == pytest.approx([0, np.nan, 100, 50], nan_ok=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "time_s,y\n0,1\n1,2\n",
        "time_s,x_px\n0,1\n1,two\n",
        "time_s,x_px\n0,1\n1\n",
        "time_s,x_px\n0,5\n1,5\n",
        "time_s,x_px\n1,5\n0,6\n",
    ],
)
def test_a_ball_that_cannot_be_followed(tmp_path, text):
    with pytest.raises(TruthInvalid):
        ball_truth(tracked(tmp_path, text))


def test_a_missing_truth_is_told(tmp_path):
    with pytest.raises(TruthInvalid, match="cannot be read"):
        ball_truth(Clip("pendulum", "gone", tmp_path / "gone.mp4"))
