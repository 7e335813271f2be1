import dataclasses

import av
import numpy as np
import pytest

from funscribe.errors import OutputNotWritable
from funscribe.testing import SCENES, render
from funscribe.testing.__main__ import main


def short(name, duration_s=1.5):
    scene = SCENES[name]
    times = scene.time_s()
    return dataclasses.replace(scene, duration_s=duration_s, times=lambda: times[times < duration_s])


@pytest.mark.parametrize("name", ["vertical", "vfr", "hz60", "dark"])
def test_the_file_has_the_times_of_the_scene(tmp_path, name):
    scene = short(name)
    path = render(scene, tmp_path / "a.mp4")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [float(frame.pts * stream.time_base) for frame in container.decode(stream)]
        assert (stream.width, stream.height) == scene.size_wh
        assert stream.codec_context.name == "h264"
    assert times == pytest.approx(scene.time_s(), abs=1e-9)


def test_the_file_shows_the_pictures_of_the_scene(tmp_path):
    scene = short("vertical", 1.0)
    path = render(scene, tmp_path / "a.mp4")
    with av.open(str(path)) as container:
        for frame, (_, drawn) in zip(container.decode(video=0), scene.frames(), strict=True):
            luma = frame.to_ndarray(format="gray").astype(float)
            assert np.abs(luma - drawn).mean() < 4


def test_the_truth_beside_it_reads_back(tmp_path):
    scene = SCENES["cuts"]
    render(dataclasses.replace(scene, times=lambda: np.array([0.0, 0.1])), tmp_path / "a.mp4")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "t_ms,pos"
    rows = [line.split(",") for line in lines[1:]]
    t_ms, pos = scene.truth()
    assert [int(row[0]) for row in rows] == t_ms.tolist()
    read = np.array([float(row[1]) if row[1] else np.nan for row in rows])
    np.testing.assert_allclose(read, pos, atol=6e-4)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(OutputNotWritable, match="no such folder"):
        render(short("still"), tmp_path / "nowhere" / "a.mp4")


def test_the_command_lists_every_scene(capsys):
    assert main(["--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(SCENES)


def test_the_command_renders_what_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(SCENES, "vertical", short("vertical", 0.5))
    assert main([str(tmp_path / "made"), "vertical"]) == 0
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"vertical.mp4", "vertical.csv"}
    assert "vertical.mp4" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["somewhere", "nonsense"]])
def test_wrong_usage_is_told(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "--list" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main([str(tmp_path / "file" / "under"), "still"]) == 1
    assert capsys.readouterr().err.startswith("error: cannot")
