"""Peers, side by side on the same files in the same run: decoders, trackers, engines, a usual scripter.

What they are measured in is made by `scripts/bench-env`; without it, and without ffmpeg, their rows skip.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mot
import peers
from drawn import Clip, looped
from engines import MODELS, gather_pictures, ultralytics
from farneback import script_by_farneback
from funscribe.bench import render_once, watch_kept
from funscribe.detect import DetectOptions, open_detector
from funscribe.evaluate import Fidelity, evaluate, read_truth
from funscribe.pipeline import compose, watch_with_store
from funscribe.recipe import Recipe
from funscribe.records import Script
from funscribe.trace import TraceStore
from funscribe.track import ByteTrack
from funscribe.video import open_source
from measure import run, run_generate
from network import SIDE, picture, write_network
from plain import PlainDetector
from row import Timed, row, timed
from setting import Setting

Clips = Callable[..., Clip]
THREADS = 2
LOOPS = {"480p": 4, "1080p": 2, "4K": 1}
DECODERS = {"opencv": "BGR", "decord": "RGB", "torchcodec": "RGB"}
SCENES = ("vertical", "shake", "distractors")


def need(name: str) -> str:
    """Return the version of a peer, or skip and say how it is had."""
    if peers.python() is None:
        pytest.skip("the packages to compare with are not installed; run scripts/bench-env")
    if peers.version(name) is None:
        pytest.skip(f"{name} cannot be had: {peers.found()[name]['reason']}")
    return str(peers.version(name))


def decode(clip: Clip, *, rgb: bool = False) -> int:
    source = open_source(clip.path, threads=THREADS)
    try:
        return sum(1 for frame in source if (frame.rgb() if rgb else frame.luma()).size)
    finally:
        source.close()


@pytest.mark.benchmark(group="decoders")
@pytest.mark.parametrize("resolution", list(LOOPS))
def test_ffmpeg_decoding_and_nothing_else(
    benchmark: BenchmarkFixture, clips: Clips, ffmpeg_command: str, resolution: str
) -> None:
    clip = looped(clips(resolution), LOOPS[resolution])
    command = [ffmpeg_command, "-nostdin", "-v", "error", "-threads", str(THREADS), "-i", str(clip.path)]
    command += ["-map", "0:v", "-f", "null", "-progress", "-", "-"]

    def theirs() -> Timed:
        return timed(lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    measured = row(
        benchmark,
        lambda: decode(clip),
        against=theirs,
        peer="ffmpeg -f null, its start included",
        threads=THREADS,
        gives="luma",
        **clip.told(),
    )
    counted = [line for line in measured.other.splitlines() if line.startswith("frame=")]
    assert measured.made == int(counted[-1].removeprefix("frame=")) == clip.frames
    assert 0.05 < measured.ratio < 50


@pytest.mark.benchmark(group="decoders")
@pytest.mark.parametrize("resolution", list(LOOPS))
@pytest.mark.parametrize("peer", list(DECODERS))
def test_another_decoder_gives_as_many_frames(
    benchmark: BenchmarkFixture, clips: Clips, peer: str, resolution: str
) -> None:
    """What Funscribe needs is the luma plane; of the peers none leaves the colours out."""
    beside_decoder(benchmark, looped(clips(resolution), LOOPS[resolution]), peer, rgb=False)


@pytest.mark.benchmark(group="decoders, with colours")
@pytest.mark.parametrize("peer", list(DECODERS))
def test_another_decoder_beside_ours_with_colours(
    benchmark: BenchmarkFixture, clips: Clips, peer: str
) -> None:
    beside_decoder(benchmark, looped(clips("1080p"), 2), peer, rgb=True)


def beside_decoder(benchmark: BenchmarkFixture, clip: Clip, peer: str, *, rgb: bool) -> None:
    own = peer == "opencv"  # is there with Funscribe
    version = "" if own else need(peer)
    interpreter = sys.executable if own else None
    words = (peer, clip.path, THREADS)
    with peers.standing("peer_decode.py", *words, threads=THREADS, interpreter=interpreter) as ask:
        ask()  # it is loaded by then
        measured = row(
            benchmark,
            lambda: decode(clip, rgb=rgb),
            against=ask,
            peer=f"{peer} {version}".strip(),
            peer_gives=DECODERS[peer],
            gives="RGB" if rgb else "luma",
            threads=THREADS,
            **clip.told(),
        )
    assert measured.made == measured.other == clip.frames
    assert 0.05 < measured.ratio < 50


@pytest.mark.benchmark(group="whole runs")
def test_a_whole_run_beside_plain_decoding(
    benchmark: BenchmarkFixture, clips: Clips, ffmpeg_command: str
) -> None:
    """Two processes from start to end: `funscribe generate`, and ffmpeg that throws the pictures away."""
    if not hasattr(os, "wait4"):
        pytest.skip("what a process took is told on POSIX")
    clip = looped(clips("1080p"), 4)
    command = [ffmpeg_command, "-nostdin", "-v", "error", "-i", str(clip.path), "-f", "null", "-"]
    measured = row(
        benchmark,
        lambda: run_generate(clip.path),
        against=lambda: timed(lambda: run(command)),
        rounds=1,
        warm=False,
        peer="ffmpeg -f null",
        **clip.told(),
    )
    assert f'"frames":{clip.frames}' in measured.made.stdout.replace(" ", "")
    assert measured.made.cpu_s > 0
    assert 0.01 < measured.ratio < 10


@pytest.fixture(scope="module")
def usual(setting: Setting) -> dict[str, tuple[Script, Script]]:
    """The scripts of some scenes: ours, and that of the usual scripter."""
    made = {}
    for name in SCENES:
        video = render_once(setting.work, name)
        ours = compose(watch_kept(setting.work, video, Recipe())).script
        made[name] = (ours, script_by_farneback(video))
    return made


def scored(setting: Setting, name: str, script: Script) -> Fidelity:
    return evaluate(script, read_truth(render_once(setting.work, name).with_suffix(".csv")))


@pytest.mark.benchmark(group="the usual scripter by optical flow")
def test_a_script_takes_less_time(
    benchmark: BenchmarkFixture, clips: Clips, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clip = looped(clips("480p"), 3)

    def ours() -> Script:
        store = TraceStore(tmp_path_factory.mktemp("traces"))
        return compose(watch_with_store(clip.path, Recipe(), store, workers=1).trace).script

    measured = row(
        benchmark,
        ours,
        against=lambda: timed(lambda: script_by_farneback(clip.path)),
        rounds=2,
        warm=False,
        peer="Farnebäck's flow on each frame, by hand",
        **clip.told(),
    )
    assert len(measured.made) > 1
    assert len(measured.other) > 1
    assert measured.ratio > 0.2  # ours starts a process for the segments, which counts in a clip of seconds


@pytest.mark.benchmark(group="the usual scripter by optical flow")
@pytest.mark.parametrize("scene", SCENES)
def test_a_script_follows_no_worse(
    benchmark: BenchmarkFixture, setting: Setting, usual: dict[str, tuple[Script, Script]], scene: str
) -> None:
    ours, theirs = usual[scene]
    measured = row(
        benchmark,
        lambda: scored(setting, scene, ours),
        against=lambda: timed(lambda: scored(setting, scene, theirs)),
        scene=scene,
        peer="Farnebäck's flow on each frame, by hand",
    )
    mine, other = measured.made, measured.other
    benchmark.extra_info.update(r=mine.r, f1=mine.f1, peer_r=other.r, peer_f1=other.f1)
    assert mine.f1 is not None
    assert mine.f1 >= (other.f1 or 0.0) - 0.02
    assert mine.r is not None
    assert mine.r >= (other.r or 0.0) - 0.02


@pytest.mark.benchmark(group="trackers")
@pytest.mark.parametrize("objects", [2, 10, 20])
def test_bytetrack_of_another_package(benchmark: BenchmarkFixture, setting: Setting, objects: int) -> None:
    version = need("trackers")
    scene = mot.walkers(objects)
    with peers.standing("peer_trackers.py", "time", mot.hand_over(scene, setting.work), threads=1) as ask:
        ask()
        measured = row(
            benchmark,
            lambda: scene.follow(ByteTrack(), False, 1),
            against=lambda: (ask(), None),
            peer=f"ByteTrackTracker of trackers {version}",
            objects=objects,
            frames=len(scene.found),
        )
    boxes = sum(len(found) for found in scene.found.values())
    assert 0.8 * boxes < len(measured.made) <= boxes  # nearly each box is told, as a track
    assert measured.ratio > 0.2


@pytest.mark.benchmark(group="MOT17")
def test_mot17_beside_another_package(benchmark: BenchmarkFixture, real: Setting) -> None:
    need("trackers")
    need("trackeval")
    group = row(benchmark, lambda: mot.mot17(real), rounds=1, warm=False, peer="trackers").made
    benchmark.extra_info.update({line.what: line.reached for line in group.lines})
    first = group.lines[0]
    assert "ByteTrack" in first.what
    assert first.met, first


@pytest.mark.benchmark(group="detectors")
def test_plain_onnx_runtime(benchmark: BenchmarkFixture, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same network with ONNX Runtime, and what is around it written as plainly as it can be."""
    path = write_network(tmp_path_factory.mktemp("network") / "bright.onnx")
    plain = PlainDetector(path, SIDE, "anchor_free", score=0.5, overlap=0.3, threads=1)
    rgb, truth = picture((1280, 720))
    detector = open_detector(path, DetectOptions(device="cpu", score=0.5, iou=0.3), threads=1)
    measured = row(
        benchmark,
        lambda: detector.detect([rgb])[0],
        against=lambda: timed(lambda: plain.detect(rgb)),
        rounds=9,
        model="bright",
        engine=detector.engine,
        peer="ONNX Runtime, plain",
        frames=1,
    )
    detector.close()
    assert len(measured.made.xyxy) == len(measured.other) == len(truth)
    for middle in (_middles(measured.made.xyxy), _middles([box[:4] for box in measured.other])):
        nearest = np.abs(middle[:, None] - _middles(truth)).max(2).min(1)
        assert (nearest <= 16).all()  # a cell of 8 px at half the size
    assert measured.ratio > 0.1


def _middles(xyxy: Any) -> np.ndarray:
    return np.reshape(xyxy, (-1, 2, 2)).mean(1)


@pytest.mark.benchmark(group="detectors")
@pytest.mark.parametrize("model", [MODELS[0], MODELS[2]], ids=lambda model: model.name)
def test_ultralytics(benchmark: BenchmarkFixture, real: Setting, model: Any) -> None:
    version = need("ultralytics")
    path = real.data / "models" / model.file
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    pictures = gather_pictures(real)
    detector = open_detector(path, DetectOptions(score=0.25, device="cpu"), threads=1)
    with ultralytics(real, model) as ask:

        def theirs() -> Timed:
            answers = ask()
            return sum(seconds for seconds, _ in answers), [count for _, count in answers]

        measured = row(
            benchmark,
            lambda: [len(detector.detect([rgb])[0]) for rgb in pictures.values()],
            against=theirs,
            model=model.name,
            engine=detector.engine,
            precision=detector.precision,
            peer=f"ultralytics {version}, ONNX",
            frames=len(pictures),
        )
    detector.close()
    # Rounding while they run moves some boxes of dynamically quantised models over the threshold.
    slack = 2 if model.dynamic else 0
    for mine, other in zip(measured.made, measured.other, strict=True):
        assert abs(mine - other) <= slack
    assert measured.ratio > 0.1


def test_the_usual_scripter_is_no_straw_man(
    setting: Setting, usual: dict[str, tuple[Script, Script]]
) -> None:
    """Where one thing strokes up and down before a still camera it must do well, or the rows say nothing."""
    found = scored(setting, "vertical", usual["vertical"][1])
    assert found.r is not None
    assert found.r > 0.9
    ours = [scored(setting, name, pair[0]).r or 0.0 for name, pair in usual.items()]
    theirs = [scored(setting, name, pair[1]).r or 0.0 for name, pair in usual.items()]
    assert median(ours) >= median(theirs)
