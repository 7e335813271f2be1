"""What 8-bit numbers gain and cost: models quantised with pictures of real clips, beside their FP32 ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from funscribe.bench.tables import Line, Table, at_least
from funscribe.detect import DetectOptions, Engine, open_detector, open_engine
from funscribe.detect.quantise import Comparison, compare, quantise
from funscribe.pipeline.calibrating import gather
from results import Group
from setting import Setting

Row = tuple[str | float, ...]
MODELS = {"yolov8n": "derived_yolov8n_floatconv_emrebstc.onnx", "yolox_nano": "yolox_nano_bigisland.onnx"}
_CLIPS = ("exercise/*.mp4", "quva/*.mp4", "mot/TUD-*/video.mp4")
Row = Row
_FASTER = 1.5
_AGREEING = 97.0


def int8(setting: Setting) -> Group:
    """The speed of quantised models over that of their FP32 ones, and the boxes that agree."""
    clips = sorted(path for pattern in _CLIPS for path in setting.data.glob(pattern))
    if not clips:
        raise FileNotFoundError(f"{setting.data} holds no clips")
    lines: list[Line] = []
    rows: list[Row] = []
    for name in list(MODELS)[: setting.pick(2, 1)]:
        new_lines, new_rows = _one(setting, name, clips)
        lines += new_lines
        rows += new_rows
    count = setting.pick(100, 16)
    return Group(
        how=f"`funscribe models quantise` with {count} pictures of {len(clips)} real clips, evenly spread. "
        "Boxes of score 0.25 or more of either model count; one agrees if the other model keeps one (score "
        "0.1, the default) of the same class with IoU 0.5. Speed is that of OpenVINO alone on one thread, in "
        "turns, the ratio of the medians. The table also has the agreement where both must reach 0.25, the "
        "whole of a picture from letterbox to boxes, and a model that learnt from every other clip and is "
        "tried on the clips between.",
        lines=tuple(lines),
        details=(
            Table(
                "Beside FP32",
                ("", "pictures", "boxes", "agree, %", "both ≥ 0.25, %", "FP32, ms", "INT8, ms", "faster"),
                tuple(rows),
            ),
        ),
    )


def _one(setting: Setting, name: str, clips: Sequence[Path]) -> tuple[list[Line], list[Row]]:
    model, count = setting.data / "models" / MODELS[name], setting.pick(100, 16)
    detector = open_detector(model, DetectOptions(engine="openvino", device="cpu", precision="fp32"))
    pictures = gather(clips, count, detector.wanted_size)
    known, strange = (gather(part, count, detector.wanted_size) for part in (clips[::2], clips[1::2]))
    detector.close()
    small, other = setting.work / f"{name}-int8.xml", setting.work / f"{name}-int8-other.xml"
    quantise(model, pictures.learnt, small)
    quantise(model, known.learnt, other)
    same = compare(model, small, pictures.tried)
    before, after = _times(model, small, setting.pick(60, 5))
    agree = same.agreement.share * 100
    alone = (round(before, 1), round(after, 1), round(before / after, 2))
    lines = [
        at_least(f"INT8 against FP32 on a CPU, {name}: speed", _FASTER, before / after, "{:.2f}"),
        at_least(f"the same, {name}: boxes that agree at IoU 0.5", _AGREEING, agree, "{:.1f} %"),
    ]
    rows = [
        _row(f"{name}, other pictures of the same clips", same),
        _row(f"{name}, other clips", compare(model, other, strange.tried)),
        (f"{name}, OpenVINO alone", "", "", "", "", *alone),
    ]
    return lines, rows


def _row(name: str, found: Comparison) -> Row:
    agreed = found.agreement
    return (
        name,
        agreed.pictures,
        agreed.ours,
        round(agreed.share * 100, 1),
        round(agreed.strict * 100, 1),
        round(found.before_ms, 1),
        round(found.after_ms, 1),
        round(found.faster, 2),
    )


def _times(before: Path, after: Path, rounds: int) -> tuple[float, float]:
    """Milliseconds for one input of two models on one thread, in turns: the medians."""
    engines = (
        open_engine(before, DetectOptions(engine="openvino", device="cpu", precision="fp32"), threads=1),
        open_engine(after, DetectOptions(engine="openvino", device="cpu", precision="int8"), threads=1),
    )
    batch = np.random.default_rng(0).random([side or 1 for side in engines[0].inputs[0].shape], np.float32)
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for engine, times in zip(engines, took, strict=True):
            times.append(_time(engine, batch))
    for engine in engines:
        engine.close()
    return median(took[0]), median(took[1])


def _time(engine: Engine, batch: np.ndarray) -> float:
    began = time.perf_counter()
    engine.run(batch)
    return (time.perf_counter() - began) * 1000
