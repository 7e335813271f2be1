from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from funscribe.errors import CalibrationInvalid, DeviceMissing, VideoNotFound
from funscribe.pipeline import calibrating
from funscribe.pipeline.calibrating import gather, quantise_with_videos
from funscribe.records import VideoInfo
from funscribe.video.writer import write_video


def small(size_wh: tuple[int, int]) -> tuple[int, int]:
    return 64, 64


def film(path: Path, count: int, shade: Callable[[int], float] = float) -> Path:
    """A video of so many frames at 10 Hz, each of one shade."""
    frames = ((k / 10, np.full((64, 64), shade(k), np.uint8)) for k in range(count))
    return write_video(path, frames, 10.0, gop=10)


@pytest.fixture(scope="module")
def fading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("fading") / "fading.mp4", 200, lambda k: 20 + k)


def shades(pictures: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.array([picture.mean() for picture in pictures])


def test_pictures_are_spread_evenly_and_each_third_is_not_learnt_from(fading: Path) -> None:
    found = gather([fading], 20, small)
    assert (len(found.learnt), len(found.tried)) == (20, 10)
    both = np.sort(np.concatenate([shades(found.learnt), shades(found.tried)]))
    assert both[0] < 40
    assert both[-1] > 190
    assert np.diff(both).min() > 2  # no picture twice
    assert np.diff(both).max() < 14
    assert {picture.shape for picture in found.learnt} == {(64, 64, 3)}


def test_a_long_video_is_sought_in(fading: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = gather([fading], 20, small)
    monkeypatch.setattr(calibrating, "_READ_WHOLE_S", 1.0)
    sought = gather([fading], 20, small)
    assert len(sought.learnt) == len(once.learnt)
    np.testing.assert_allclose(shades(sought.learnt), shades(once.learnt), atol=6)


def test_each_video_gives_as_many(fading: Path, tmp_path: Path) -> None:
    dark = film(tmp_path / "dark.mp4", 60, lambda k: 5)
    told: list[float] = []
    found = gather([fading, dark], 20, small, told.append)
    assert (shades(found.learnt) < 12).sum() == 10
    assert told == [0.5, 1.0]


def test_a_short_video_gives_what_it_has(tmp_path: Path) -> None:
    found = gather([film(tmp_path / "short.mp4", 20, lambda k: 10 * k)], 100, small)
    assert len(found.learnt) + len(found.tried) == 20


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationInvalid, match="have 5 pictures, and quantising needs 16"):
        gather([film(tmp_path / "short.mp4", 5)], 100, small)


def test_without_videos_it_is_said_what_is_needed(bright_model: Path, tmp_path: Path) -> None:
    with pytest.raises(CalibrationInvalid, match="name videos of yours with --frames"):
        gather([], 100, small)


def test_a_video_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound):
        gather([tmp_path / "none.mp4"], 100, small)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_video_is_set_upright(rotation: int) -> None:
    upright = np.zeros((64, 96, 3), np.uint8)
    upright[:, 48:] = 255
    stored = np.rot90(upright, rotation // 90)  # what a clockwise turn brings back

    def rgb(size_wh: tuple[int, int]) -> np.ndarray:
        assert size_wh == (stored.shape[1], stored.shape[0])
        return stored

    frame: Any = SimpleNamespace(rgb=rgb)
    info = VideoInfo(
        "a.mp4", (96, 64), stored.shape[1::-1], Fraction(1, 10), 0.0, rotation, "h264", "yuv420p"
    )
    picture = calibrating._upright(frame, info, lambda size_wh: size_wh)()
    np.testing.assert_array_equal(picture, upright)


def test_the_extra_is_asked_for_before_anything_is_done(
    bright_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DeviceMissing, match=r"funscribe\[quantise\]"):
        quantise_with_videos(bright_model, [tmp_path / "none.mp4"], tmp_path / "x.xml")


def test_a_model_is_quantised_and_compared(bright_model: Path, tmp_path: Path) -> None:
    pytest.importorskip("nncf", reason="needs the extra quantise")
    with pytest.raises(CalibrationInvalid, match="--frames"):
        quantise_with_videos(bright_model, [], tmp_path / "x.xml")
    steps: list[tuple[str, float]] = []
    compared = quantise_with_videos(
        bright_model,
        [spots(tmp_path)],
        tmp_path / "x.xml",
        count=20,
        on_step=lambda *told: steps.append(told),
    )
    assert compared.agreement.pictures == 10
    assert compared.agreement.ours > 5
    assert compared.agreement.share > 0.9
    assert list(dict.fromkeys(doing for doing, _ in steps)) == ["pictures", "quantising", "comparing"]
    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert steps[-1][1] == pytest.approx(1)


def spots(folder: Path) -> Path:
    """A video of a bright spot that goes round."""

    def frames():  # type: ignore[no-untyped-def]
        for k in range(60):
            picture = np.random.default_rng(k).integers(0, 100, (96, 96)).astype(np.uint8)
            top, left = 12 * (k % 6), 12 * (k // 6 % 6)
            picture[top : top + 36, left : left + 36] = 255
            yield k / 10, picture

    return write_video(folder / "spots.mp4", frames(), 10.0, gop=10)
