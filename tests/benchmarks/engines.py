"""Models: how fast they run against another package, and whether their boxes are right."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import onnx

import peers
from funscribe.bench.tables import Line, Table, at_least, at_most, untargeted
from funscribe.detect import DetectOptions, open_detector
from plain import Box, PlainDetector
from results import Group
from setting import Setting

_SCORE = 0.25
_THREADS = 1  # as many as a process that watches a segment has
_IMAGES = ("bus.jpg", "zidane.jpg", "messi5.jpg", "basketball1.png")


@dataclass(frozen=True, slots=True)
class Model:
    """A model of `data/models`: its file, its side (px), how it is read and how it was quantised."""

    file: str
    side: int
    kind: str = "anchor_free"
    dynamic: bool = False

    @property
    def name(self) -> str:
        return self.file.rpartition("_")[0]


MODELS = (
    Model("derived_yolov8n_floatconv_emrebstc.onnx", 640),
    Model("yolox_nano_bigisland.onnx", 416, "yolox"),
    Model("yolo11n_int8_achmad.onnx", 320, dynamic=True),
    Model("yolov8n-seg_int8_udaypartha.onnx", 320, dynamic=True),
)


def against_peer(setting: Setting) -> Group:
    """The time of a picture, array in and boxes out: Ultralytics' own prediction over ours, by turns."""
    timed = [MODELS[2], MODELS[0]]
    lines, rows, notes = [], [], []
    for model in timed:
        ours, theirs, plain, least = _race(setting, model, setting.pick(25, 3))
        a, b, c, d = (1000 * median(times) for times in (ours, theirs, plain, least))
        peer = "Ultralytics' ONNX prediction" if has_peer() else "plain ONNX Runtime"
        lines.append(
            at_least(f"{model.name}: time of {peer} ÷ time of ours, a picture", 1.3, b / a, "{:.2f}")
        )
        if not model.dynamic:
            what = f"{model.name}, the same with padding=least, as videos are watched"
            lines.append(untargeted(what, b / d, "{:.2f}"))
        rows.append((model.name, round(a, 1), round(b, 1), round(c, 1), round(d, 1)))
        ratios = sorted(y / x for x, y in zip(ours, theirs, strict=True))
        notes.append(f"{model.name} {ratios[len(ratios) // 4]:.2f} to {ratios[-1 - len(ratios) // 4]:.2f}")
    version = peers.version("ultralytics") if has_peer() else "not there"
    return Group(
        how=f"Decoded picture in, boxes out, {len(_IMAGES)} pictures by turns with Ultralytics {version} "
        f"(ONNX Runtime under it) in a process of its own, {_THREADS} thread each, score {_SCORE}, IoU "
        f"0.7, the ratio of the medians; the middle half of the single ratios: {', '.join(notes)}. "
        "yolo11n_int8 was quantised dynamically: OpenVINO runs it in float (precision auto). On a "
        "float network without such layers both libraries spend nearly all of the time in "
        "convolutions, which take as long in one as in the other: other numbers of streams, pinning, "
        "hints and the older kernels (jit_avx512, jit_avx2) were tried and are as slow or slower; "
        "what is around the network takes us 1 ms. With padding=least, which is not what the targets are "
        "told of, the grey around a picture is left out of a model of a fixed square input.",
        lines=tuple(lines),
        details=(
            Table(
                "Milliseconds a picture",
                ("model", "ours", "Ultralytics", "plain", "ours, padding=least"),
                tuple(rows),
            ),
        ),
    )


def has_peer() -> bool:
    return peers.version("ultralytics") is not None


def _race(setting: Setting, model: Model, rounds: int) -> tuple[list[float], ...]:
    """Seconds of single pictures: ours, the peer's, of plain ONNX Runtime, ours without grey; in turns."""
    path = setting.data / "models" / model.file
    pictures = gather_pictures(setting)
    ours = open_detector(path, DetectOptions(score=_SCORE), threads=_THREADS)
    least = open_detector(path, DetectOptions(score=_SCORE, padding="least"), threads=_THREADS)
    plain = PlainDetector(path, model.side, model.kind, threads=_THREADS)
    cv2.setNumThreads(_THREADS)
    found: tuple[list[float], ...] = ([], [], [], [])
    for picture in pictures.values():
        ours.detect([picture])
        least.detect([picture])
    with ultralytics(setting, model) as ask:
        for _ in range(rounds):
            found[0].extend(_time(lambda picture: ours.detect([picture]), pictures))
            asked = [seconds for seconds, _ in ask()] if ask else []
            slow = _time(plain.detect, pictures)
            found[1].extend(asked or slow)
            found[2].extend(slow)
            found[3].extend(_time(lambda picture: least.detect([picture]), pictures))
    ours.close()
    least.close()
    return found


def _time(look, pictures) -> list[float]:  # type: ignore[no-untyped-def]
    times = []
    for picture in pictures.values():
        began = time.perf_counter()
        look(picture)
        times.append(time.perf_counter() - began)
    return times


@contextmanager
def ultralytics(setting: Setting, model: Model) -> Iterator[Callable[[], list[tuple[float, int]]] | None]:
    """A question to the peer, answered with the seconds and boxes of every picture; None without a peer."""
    if not has_peer():
        yield None
        return
    images = [setting.data / "images" / name for name in _IMAGES]
    words = (setting.data / "models" / model.file, model.side, _THREADS, *images)
    with peers.standing("peer_ultralytics.py", *words, threads=_THREADS) as ask:
        ask()
        yield ask


def boxes(setting: Setting) -> Group:
    """Boxes against ONNX Runtime with a plain float64 post-processing, on real pictures."""
    rows: list[tuple[str | float, ...]] = []
    worst: dict[str, list[tuple[float, int]]] = {}
    with tempfile.TemporaryDirectory(dir=setting.work) as folder:
        for model in MODELS:
            path = setting.data / "models" / model.file
            for label, options in _ways(model):
                as_float = label == _SAME_IN_FLOAT
                truth_path = _in_float(path, Path(folder)) if as_float else path
                far, lost, count, score = compare_boxes(setting, model, path, truth_path, options)
                rows.append((model.name, label, count, round(far, 4), lost, round(score, 4)))
                worst.setdefault(label, []).append((far, lost))
    return Group(
        how=f"All boxes of score {_SCORE} and over on {len(_IMAGES)} pictures, each against the nearest of "
        "its class of the plain detector; px of the picture, the largest difference of a side. A box "
        "without a partner within 10 px counts as missing. Models that were quantised dynamically "
        "round activations while they run: a difference in the last digit of a float flips roundings "
        "all through the network, so that two engines do not agree to 0.5 px on them, run as written "
        "or not; OpenVINO in float agrees with ONNX Runtime on the same network in float.",
        lines=tuple(_verdict(label, found) for label, found in worst.items()),
        details=(
            Table(
                "Boxes against the plain detector",
                ("model", "run by", "boxes", "furthest (px)", "without partner", "score, furthest"),
                tuple(rows),
            ),
        ),
    )


_SAME_IN_FLOAT = "OpenVINO, against the same network in float"


def _ways(model: Model) -> list[tuple[str, DetectOptions]]:
    """What a model is run by, in words and options."""
    theirs = ("ONNX Runtime engine", DetectOptions(score=_SCORE, engine="onnxruntime"))
    ours = DetectOptions(score=_SCORE, engine="openvino")
    if not model.dynamic:
        return [("OpenVINO, float models", ours), theirs]
    return [
        (_SAME_IN_FLOAT, ours),
        theirs,
        ("OpenVINO, dynamically quantised, precision auto (float)", ours),
        (
            "OpenVINO, dynamically quantised, precision int8 (as written)",
            DetectOptions(score=_SCORE, engine="openvino", precision="int8"),
        ),
    ]


def _verdict(label: str, found: list[tuple[float, int]]) -> Line:
    far, lost = float(max(far for far, _ in found)), sum(lost for _, lost in found)
    line = at_most(f"boxes, {label}: furthest side", 0.5, far, "{:.3f} px")
    if not lost:
        return line
    return Line(line.what, line.asked, f"{line.reached}, {lost} without partner", met=False, value=far)


def compare_boxes(
    setting: Setting, model: Model, path: Path, truth_path: Path, options: DetectOptions
) -> tuple[float, int, int, float]:
    """Largest distance of a side (px), boxes without a partner, boxes, and largest difference of a score."""
    ours = open_detector(path, options, threads=_THREADS)
    plain = PlainDetector(truth_path, model.side, model.kind, score=_SCORE)
    far, lost, count, score = 0.0, 0, 0, 0.0
    for picture in gather_pictures(setting).values():
        found = ours.detect([picture])[0]
        wanted = plain.detect(picture)
        mine = [
            (*map(float, box), float(sure), int(kind))
            for box, sure, kind in zip(found.xyxy, found.score, found.class_id, strict=True)
        ]
        pairs, alone = _pair(mine, wanted)
        count += len(wanted)
        lost += alone
        for one, other in pairs:
            far = max(far, _apart(one, other))
            score = max(score, abs(one[4] - other[4]))
    ours.close()
    return far, lost, count, score


def _pair(mine: list[Box], wanted: list[Box]) -> tuple[list[tuple[Box, Box]], int]:
    """Nearest partners of one class, each used once, and how many boxes of both sides have none."""
    near = sorted(
        (_apart(a, b), i, j) for i, a in enumerate(mine) for j, b in enumerate(wanted) if a[5] == b[5]
    )
    left, right, pairs = set(range(len(mine))), set(range(len(wanted))), []
    for apart, i, j in near:
        if apart <= 10 and i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((mine[i], wanted[j]))
    return pairs, len(left) + len(right)


def _apart(a: Box, b: Box) -> float:
    return float(max(abs(x - y) for x, y in zip(a[:4], b[:4], strict=True)))


def gather_pictures(setting: Setting) -> dict[str, np.ndarray]:
    folder = setting.data / "images"
    return {name: cv2.cvtColor(cv2.imread(str(folder / name)), cv2.COLOR_BGR2RGB) for name in _IMAGES}


def _in_float(path: Path, folder: Path) -> Path:
    """Write the network of a dynamically quantised file as a float one: weights' real values, no rounding."""
    model = onnx.load(path)
    graph = model.graph
    values = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    plain = []
    for node in graph.node:
        if node.op_type != "ConvInteger":
            plain.append(node)
            continue
        source = makers[node.input[0]]
        weights = values[node.input[1]].astype(np.float32) - values[node.input[3]].astype(np.float32)
        name = f"{node.output[0]}_weights"
        graph.initializer.append(onnx.numpy_helper.from_array(weights, name))
        taken = onnx.helper.make_node("Conv", [source.input[0], name], list(node.output), name=node.name)
        taken.attribute.extend(node.attribute)
        plain.append(taken)
    # What scaled by the activations' step and the weights' now scales by the weights' alone.
    steps = {node.output[1] for node in graph.node if node.op_type == "DynamicQuantizeLinear"}
    one = onnx.numpy_helper.from_array(np.float32(1), "one_step")
    graph.initializer.append(one)
    kept = [node for node in plain if node.op_type != "DynamicQuantizeLinear"]
    for node in kept:
        for place, name in enumerate(node.input):
            if name in steps:
                node.input[place] = "one_step"
    del graph.node[:]
    graph.node.extend(kept)
    out = folder / f"{path.stem}_float.onnx"
    onnx.save(model, out)
    return out
