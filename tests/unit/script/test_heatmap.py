import numpy as np
import pytest

from funscribe.errors import OutputNotWritable
from funscribe.records import Script
from funscribe.script import write_heatmap
from funscribe.script.heatmap import PALETTES, bin_speeds, heatmap, speed_colours, video_length_s


def test_palette():
    got = speed_colours([0, 40, 80, 160, 240, 320, 400, 9999]).tolist()
    assert got[0] == [0, 0, 0]
    assert got[1] == [15, 72, 128]
    assert got[2:7] == [[30, 144, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0]]
    assert got[7] == [255, 0, 0]


def test_scaled_to_the_video_and_not_to_the_last_action():
    script = Script([1000, 2000], [0, 80])
    assert bin_speeds(script, 4, 4).tolist() == pytest.approx([0, 80, 0, 0])
    assert heatmap(script, 4, 4).tolist() == [[0] * 3, [30, 144, 255], [0] * 3, [0] * 3]


def test_no_way_is_lost():
    rng = np.random.default_rng(0)
    script = Script(np.cumsum(rng.integers(1, 300, 500)), rng.integers(0, 101, 500))
    length_s = script.at_ms[-1] / 1000 + 3
    speeds = bin_speeds(script, length_s, 77)
    assert speeds.sum() * length_s / 77 == pytest.approx(np.abs(np.diff(script.pos)).sum())


@pytest.mark.parametrize("script", [Script([], []), Script([5], [50])])
def test_scripts_without_motion_are_black(script):
    assert heatmap(script, 3, 5).tolist() == [[0, 0, 0]] * 5


@pytest.mark.parametrize(
    ("duration_s", "count"), [(0, 5), (-1, 5), (float("nan"), 5), (float("inf"), 5), (3, 0)]
)
def test_refuses_what_makes_no_sense(duration_s, count):
    with pytest.raises(ValueError, match="heatmap"):
        bin_speeds(Script([], []), duration_s, count)


@pytest.mark.parametrize("script", [Script([], []), Script([0], [50]), Script([0, 900], [0, 90])])
def test_write_heatmap(tmp_path, script):
    write_heatmap(tmp_path / "h.png", script, None, "title")
    assert (tmp_path / "h.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputNotWritable):
        write_heatmap(tmp_path / "none" / "h.png", script)


def test_a_colour_every_120_units():
    got = speed_colours([0, 60, 120, 600, 720, 9999], PALETTES["steps"]).tolist()
    assert got[1:3] == [[15, 72, 128], [30, 144, 255]]
    assert got[3:] == [[147, 112, 219], [37, 22, 122], [37, 22, 122]]


@pytest.mark.parametrize(
    ("metadata", "length_s"),
    [({}, 2.0), ({"duration": 60}, 60), ({"duration": 1}, 2.0), ({"duration": "60"}, 2.0)],
)
def test_the_video_may_be_longer_than_the_script(metadata, length_s):
    assert video_length_s(Script([0, 2000], [0, 1], metadata)) == length_s
    assert video_length_s(Script([], [])) == 1.0


def test_a_name_chooses_the_kind_of_picture(tmp_path):
    script = Script([0, 900], [0, 90])
    write_heatmap(tmp_path / "h.SVG", script, title="a")
    assert (tmp_path / "h.SVG").read_bytes().startswith(b"<svg")
    write_heatmap(tmp_path / "a.png", script)
    write_heatmap(tmp_path / "b.png", script, palette=PALETTES["steps"])
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
