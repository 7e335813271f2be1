"""Decoding and the motion field, at each resolution: what is timed gives the right frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import av
import numpy as np
import pytest
from av.codec.hwaccel import HWAccel, hwdevices_available
from pytest_benchmark.fixture import BenchmarkFixture

from drawn import RATE_HZ, RESOLUTIONS, Clip
from funscribe import frames
from funscribe.field import FieldOptions, FlowMeter
from funscribe.video import VideoOptions, open_source
from row import row, timed

Clips = Callable[..., Clip]
ROUNDS = {"480p": 5, "1080p": 3, "4K": 2, "8K": 1}
FIELD_FRAMES = 8


def decode(clip: Clip, threads: int = 1, *, filtered: bool = False) -> list[tuple[float, int, int]]:
    """Return of each frame its time (s), and the height and width of its luma plane (px)."""
    source = open_source(clip.path, VideoOptions(skip_loop_filter=not filtered), threads=threads)
    try:
        return [(frame.time_s, *frame.luma().shape) for frame in source]
    finally:
        source.close()


def lumas(clip: Clip, count: int, threads: int = 1, *, filtered: bool = False) -> list[np.ndarray]:
    source = open_source(clip.path, VideoOptions(skip_loop_filter=not filtered), threads=threads)
    try:
        return [frame.luma().copy() for frame in islice(source, count)]
    finally:
        source.close()


def fields(pictures: list[np.ndarray]) -> np.ndarray:
    """Return the field (T, GY, GX, 2) of luma planes, one after the other."""
    height, width = pictures[0].shape
    meter = FlowMeter(FieldOptions(), (width, height))
    return np.array([meter.step(picture, k / RATE_HZ)[0] for k, picture in enumerate(pictures)], np.float32)


@pytest.mark.benchmark(group="decode")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_every_frame_comes_at_its_time(
    benchmark: BenchmarkFixture, clips: Clips, resolution: str, threads: int
) -> None:
    clip = clips(resolution)
    found = row(
        benchmark,
        lambda: decode(clip, threads),
        rounds=ROUNDS[resolution],
        warm=resolution != "8K",
        threads=threads,
        device="cpu",
        **clip.told(),
    ).made
    assert len(found) == clip.frames
    np.testing.assert_allclose([time_s for time_s, *_ in found], np.arange(clip.frames) / RATE_HZ, atol=1e-4)
    assert {(width, height) for _, height, width in found} == {clip.size_wh}


@pytest.mark.benchmark(group="field")
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_the_field_is_that_of_the_small_picture(
    benchmark: BenchmarkFixture, clips: Clips, resolution: str
) -> None:
    clip = clips(resolution)
    pictures = lumas(clip, FIELD_FRAMES)
    found = row(
        benchmark,
        lambda: fields(pictures),
        rounds=ROUNDS[resolution],
        **clip.told() | {"frames": len(pictures)},
    ).made
    small = fields(lumas(clips("480p"), FIELD_FRAMES))
    assert found.shape == small.shape == (FIELD_FRAMES, 9, 16, 2)
    assert not found[0].any()
    assert np.abs(found).max() > 0.05  # picture heights/s: something moves
    assert np.corrcoef(found[1:].ravel(), small[1:].ravel())[0, 1] > 0.9


@pytest.mark.benchmark(group="codecs")
@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
def test_threads_change_no_pixel(benchmark: BenchmarkFixture, clips: Clips, codec: str) -> None:
    try:
        clip = clips("480p", codec)
    except ValueError as error:
        pytest.skip(str(error))
    measured = row(
        benchmark,
        lambda: decode(clip, 2),
        against=lambda: timed(lambda: decode(clip, 1)),
        threads=2,
        other="1 thread",
        **clip.told(),
    )
    assert measured.made == measured.other
    assert 0.05 < measured.ratio < 6  # two threads are no more than twice as fast; the rest is noise
    for one, two in zip(lumas(clip, clip.frames, 1), lumas(clip, clip.frames, 2), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.benchmark(group="decode options")
@pytest.mark.parametrize("resolution", ["480p", "1080p"])
def test_without_the_loop_filter_pictures_are_nearly_the_same(
    benchmark: BenchmarkFixture, clips: Clips, resolution: str
) -> None:
    clip = clips(resolution)
    measured = row(
        benchmark,
        lambda: decode(clip),
        against=lambda: timed(lambda: decode(clip, filtered=True)),
        rounds=5,
        other="with the loop filter",
        threads=1,
        **clip.told(),
    )
    assert measured.made == measured.other
    assert measured.ratio > 0.1
    plain, filtered = lumas(clip, clip.frames), lumas(clip, clip.frames, filtered=True)
    apart = [np.abs(a.astype(int) - b).mean() for a, b in zip(plain, filtered, strict=True)]
    assert 0 < max(apart) < 3  # grey levels: they differ, and not by much


@pytest.mark.benchmark(group="seek")
def test_a_passage_is_reached(benchmark: BenchmarkFixture, clips: Clips) -> None:
    clip = clips("480p")
    found = row(
        benchmark,
        lambda: [frame.time_s for frame in frames(clip.path, 1.5, 1.8)],
        rounds=5,
        **clip.told() | {"frames": 9},
    ).made
    np.testing.assert_allclose(found, np.arange(45, 54) / RATE_HZ, atol=1e-4)


@pytest.mark.benchmark(group="decode with field")
@pytest.mark.parametrize("resolution", ["480p", "1080p"])
def test_the_field_beside_the_decoding(benchmark: BenchmarkFixture, clips: Clips, resolution: str) -> None:
    clip = clips(resolution)

    def both() -> int:
        meter = FlowMeter(FieldOptions(), clip.size_wh)
        return sum(meter.step(frame.luma(), frame.time_s)[0].size > 0 for frame in frames(clip.path))

    measured = row(
        benchmark,
        both,
        against=lambda: timed(lambda: sum(1 for frame in frames(clip.path) if frame.luma().size)),
        rounds=5,
        other="decoding alone",
        **clip.told(),
    )
    assert measured.made == measured.other == clip.frames
    assert 0.02 < measured.ratio < 2


@pytest.fixture(scope="module")
def hardware(clips: Clips, no_gpu: Callable[[str], None]) -> str:
    """The kind of device whose decoder opens H.264 here."""
    refused = []
    for kind in hwdevices_available():
        try:
            next(on_device(clips("480p"), kind))
        except (av.error.FFmpegError, RuntimeError, NotImplementedError, StopIteration) as error:
            refused.append(f"{kind} ({type(error).__name__})")
        else:
            return kind
    no_gpu(f"no hardware decodes H.264 here; tried {', '.join(refused) or 'none: this PyAV knows none'}")
    raise AssertionError


def on_device(clip: Clip, kind: str) -> Iterator[np.ndarray]:
    accelerated = HWAccel(device_type=kind, allow_software_fallback=False)
    with av.open(str(clip.path), hwaccel=accelerated) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="gray")


@pytest.mark.gpu
@pytest.mark.benchmark(group="decode on a device")
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_hardware_gives_the_pictures_of_software(
    benchmark: BenchmarkFixture, clips: Clips, resolution: str, hardware: str
) -> None:
    """Funscribe decodes on the processor; this tells what the decoder of a device would give."""
    clip = clips(resolution)
    measured = row(
        benchmark,
        lambda: sum(1 for _ in on_device(clip, hardware)),
        against=lambda: timed(lambda: len(decode(clip, 2))),
        rounds=ROUNDS[resolution],
        device=hardware,
        other="the processor, 2 threads",
        **clip.told(),
    )
    assert measured.made == measured.other == clip.frames
    software = lumas(clip, 4, filtered=True)
    for one, other in zip(on_device(clip, hardware), software, strict=False):
        assert np.abs(one.astype(int) - other).mean() < 12  # the range of grey is the decoder's own
