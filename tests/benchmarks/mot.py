"""Trackers: how well they keep people apart on MOT17, against another package, and how fast they are."""

from __future__ import annotations

import gc
import json
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

import peers
from funscribe.bench.tables import Line, Table, at_least, at_most, untargeted
from funscribe.records import Detections, TrackRows
from funscribe.track import BotSort, ByteTrack, HybridTracker, Tracker
from results import Group
from setting import Setting

# Of each sequence the boxes' frame before the first of the truth, the truth's frames, and the rate (Hz).
_CLIPS = {
    "MOT17-02": (301, 299, 30),
    "MOT17-05": (419, 418, 14),
    "MOT17-09": (263, 262, 30),
    "MOT17-11": (451, 449, 30),
}
_REFERENCE = {"high_score": 0.5, "new_score": 0.6, "fuse_score": False, "foresee": False, "doubt": 0.0}
_Make = Callable[[], Tracker]


@dataclass(frozen=True, slots=True)
class _Clip:
    """The boxes of a sequence by frame, what the camera did before each, and which frames are scored."""

    name: str
    found: dict[int, Detections]
    camera: np.ndarray
    first: int
    last: int
    rate_hz: float

    def follow(self, tracker: Tracker, camera: bool, begin: int) -> list[str]:
        """Return the lines of the rows that were seen, as MOTChallenge has them."""
        none = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))
        lines: list[str] = []
        for frame in range(begin, self.last + 1):
            moved = self.camera[frame - 1] if camera and frame - 1 < len(self.camera) else None
            rows = tracker.update(frame / self.rate_hz, self.found.get(frame, none), camera=moved)
            if frame >= self.first:
                lines += _lines(frame - self.first + 1, rows)
        return lines


def _lines(frame: int, rows: TrackRows) -> list[str]:
    seen = rows.seen
    columns = (rows.track_id[seen].tolist(), rows.xyxy[seen].tolist(), rows.score[seen].tolist())
    return [
        f"{frame},{name},{a:.2f},{b:.2f},{c - a:.2f},{d - b:.2f},{score:.3f},-1,-1,-1\n"
        for name, (a, b, c, d), score in zip(*columns, strict=True)
    ]


def mot17(setting: Setting) -> Group:
    """HOTA, MOTA and IDF1 on the second halves of four sequences of MOT17, against the `trackers` package."""
    names = list(_CLIPS)[: setting.pick(4, 1)]
    folder = setting.work / "mot"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clips = [_read(setting.data / "mot", name) for name in names]
    theirs = peers.ask("peer_trackers.py", "follow", *(hand_over(clip, folder) for clip in clips))
    runs: dict[str, tuple[_Make, bool, bool]] = {
        "bytetrack": (ByteTrack, False, False),
        "botsort": (BotSort, True, False),
        "botsort_no_camera": (BotSort, False, False),
        "hybrid": (HybridTracker, True, False),
        "hybrid_no_camera": (HybridTracker, False, False),
        "bytetrack_from_start": (ByteTrack, False, True),
        "botsort_from_start": (BotSort, True, True),
    }
    doubts = {f"botsort_doubt_{doubt}": doubt for doubt in (0, 3, 12)}
    runs |= {name: (_doubting(doubt), True, False) for name, doubt in doubts.items()}
    for name, (make, camera, whole) in runs.items():
        for clip in clips:
            _write(folder, name, clip.name, clip.follow(make(), camera, 1 if whole else clip.first))
    lengths = json.dumps({name: _CLIPS[name][1] for name in names})
    scores = peers.ask("peer_trackeval.py", setting.data / "mot", folder, lengths, *runs, *theirs)
    return Group(_how(names), _mot_lines(scores), (_scores_table(scores, names), _doubt_table(scores, names)))


def _doubting(doubt: float) -> _Make:
    return lambda: BotSort(doubt=doubt)


def _how(names: list[str]) -> str:
    return (
        f"{', '.join(names)}: the ByteTrack paper's YOLOX-x boxes, scored with TrackEval "
        f"{peers.version('trackeval')} on the second half. As in the papers trackers begin there, and only "
        "rows that were seen count; nothing is filled in afterwards. Ours and those of `trackers` "
        f"{peers.version('trackers')} have their default options, and are told the rate. Its BoT-SORT "
        "measures the camera's motion in pictures, which there are none of: it runs without, and once more "
        "with `gmc.txt` put where its measurement stands. Its ByteTrack uses boxes of any score: once more "
        "it gets only those of at least 0.1, as ours and the papers use. The one number that was chosen on "
        "these sequences is `doubt`: what the others would choose for each is in the second table."
    )


def _mot_lines(scores: dict[str, Any]) -> tuple[Line, ...]:
    hota = {name: found["all"]["HOTA"] for name, found in scores.items()}
    return (
        at_least(
            "MOT17-val, ByteTrack: HOTA over that of the peer's",
            2.0,
            hota["bytetrack"] - hota["peer_bytetrack"],
            "{:+.1f}",
        ),
        untargeted(
            "the same, the peer given no box under 0.1",
            hota["bytetrack"] - hota["peer_bytetrack_floor"],
            "{:+.1f}",
        ),
        at_least(
            "MOT17-val, BoT-SORT with `gmc.txt`: HOTA over that of the peer's",
            1.0,
            hota["botsort"] - hota["peer_botsort"],
            "{:+.1f}",
        ),
        untargeted(
            "the same, the peer given `gmc.txt` too", hota["botsort"] - hota["peer_botsort_camera"], "{:+.1f}"
        ),
        at_least(
            "MOT17-val, hybrid without a field, with `gmc.txt`: HOTA over that of ByteTrack",
            0.0,
            hota["hybrid"] - hota["bytetrack"],
            "{:+.1f}",
        ),
        untargeted("the same, without `gmc.txt`", hota["hybrid_no_camera"] - hota["bytetrack"], "{:+.1f}"),
    )


def _scores_table(scores: dict[str, Any], names: list[str]) -> Table:
    rows = tuple(
        (
            name.replace("_", " "),
            *(round(found["all"][key], 1) for key in ("HOTA", "MOTA", "IDF1")),
            found["all"]["IDSW"],
            *(round(found[clip]["HOTA"], 1) for clip in names),
        )
        for name, found in scores.items()
        if "doubt" not in name
    )
    return Table("MOT17-val", ("", "HOTA", "MOTA", "IDF1", "switches", *names), rows)


def _doubt_table(scores: dict[str, Any], names: list[str]) -> Table:
    """HOTA of each sequence by `doubt`, and which the others would choose for it."""
    options = {0: "botsort_doubt_0", 3: "botsort_doubt_3", 6: "botsort", 12: "botsort_doubt_12"}
    rows = []
    for clip in names:
        others = [name for name in names if name != clip] or names
        mean = {
            doubt: np.mean([scores[name][other]["HOTA"] for other in others])
            for doubt, name in options.items()
        }
        chosen = max(mean, key=lambda doubt: float(mean[doubt]))
        rows.append((clip, *(round(scores[name][clip]["HOTA"], 1) for name in options.values()), chosen))
    columns = ("HOTA of BoT-SORT", *(f"doubt {doubt}" for doubt in options), "the others choose")
    return Table("A box of score 0 has 1 + doubt times the variance of one of score 1", columns, tuple(rows))


def _read(folder: Path, name: str) -> _Clip:
    offset, count, rate = _CLIPS[name]
    rows = np.loadtxt(folder / name / "det_yolox_x.txt", delimiter=",")
    boxes = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    frames = {
        int(frame): Detections(boxes[own], rows[own, 6], np.zeros(int(own.sum())))
        for frame in np.unique(rows[:, 0])
        for own in [rows[:, 0] == frame]
    }
    camera = np.loadtxt(folder / name / "gmc.txt")[:, 1:].reshape(-1, 2, 3)
    return _Clip(name, frames, camera, offset + 1, offset + count, rate)


def hand_over(clip: _Clip, folder: Path) -> Path:
    """Write a clip where the peer can read it."""
    path = folder / f"{clip.name}.npz"
    frame = np.concatenate([np.full(len(found), number) for number, found in clip.found.items()])
    xyxy, score = (
        np.concatenate([getattr(f, key) for f in clip.found.values()]) for key in ("xyxy", "score")
    )
    span = {"rate_hz": clip.rate_hz, "first": clip.first, "last": clip.last}
    np.savez(path, frame=frame, xyxy=xyxy, score=score, camera=clip.camera, **span)
    return path


def _write(folder: Path, name: str, clip: str, lines: list[str]) -> None:
    path = folder / name / "data" / f"{clip}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def reference(setting: Setting) -> Group:
    """How much of another implementation's ByteTrack output ours gives too, box and identity."""
    folder = setting.data / "mot" / "bytetrack_reference"
    found, wanted = (_reference_rows(folder / f"{kind}_results.json") for kind in ("detection", "tracking"))
    shares = {
        "with its way to seek tracks": _agreement(ByteTrack(**_REFERENCE), found, wanted),
        "with ours": _agreement(ByteTrack(**{**_REFERENCE, "foresee": True}), found, wanted),
    }
    best = shares["with its way to seek tracks"]
    given = ", ".join(f"{name}={value}" for name, value in _REFERENCE.items())
    return Group(
        how=f"{len(found)} frames at 30 Hz. A row agrees if the box is within 1 px and has the same identity "
        "under the best pairing of identities, of all rows of the longer side in each frame. The output was "
        "made by the C++ version, which compares detections with where tracks were last seen, not with "
        f"where they should be by now: `foresee` is off for it. Given: {given}.",
        lines=(
            at_least("ByteTrack: rows as in the reference output", 98.0, 100 * best, "{:.1f} %"),
            untargeted("the same, tracks sought where they should be", 100 * shares["with ours"], "{:.1f} %"),
        ),
    )


def _reference_rows(path: Path) -> dict[int, np.ndarray]:
    """Return for each frame rows of left, top, right, bottom and score or identity."""
    frames: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for row in json.loads(path.read_text(encoding="utf-8"))["results"]:
        x, y, w, h = (float(row[key]) for key in ("x", "y", "width", "height"))
        last = float(row["prob"] if "prob" in row else row["track_id"])
        frames[int(row["frame_id"])].append((x, y, x + w, y + h, last))
    return {frame: np.array(rows) for frame, rows in frames.items()}


def _agreement(tracker: Tracker, found: dict[int, np.ndarray], wanted: dict[int, np.ndarray]) -> float:
    same: Counter[tuple[int, int]] = Counter()
    count = 0
    for frame, boxes in sorted(found.items()):
        rows = tracker.update(frame / 30, Detections(boxes[:, :4], boxes[:, 4], np.zeros(len(boxes))))
        theirs = wanted.get(frame, np.zeros((0, 5)))
        count += max(len(theirs), int(rows.seen.sum()))
        near = np.abs(rows.xyxy[rows.seen][:, None] - theirs[:, :4]).max(-1) <= 1
        same.update((int(rows.track_id[rows.seen][i]), int(theirs[j, 4])) for i, j in np.argwhere(near))
    ours, others = (sorted({pair[side] for pair in same}) for side in (0, 1))
    matrix = np.array([[same[a, b] for b in others] for a in ours])
    return float(matrix[linear_sum_assignment(-matrix)].sum() / count)


def speed(setting: Setting) -> Group:
    """The time of a frame at 20 boxes against the `trackers` package, and frames a second at 2, 10 and 50."""
    rounds = setting.pick(15, 2)
    clip = walkers(20)
    with peers.standing("peer_trackers.py", "time", hand_over(clip, setting.work), threads=1) as ask:
        pairs = [(_pass(ByteTrack, clip), ask() / len(clip.found)) for _ in range(rounds + 1)][1:]
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    rates = {count: median(_rate(ByteTrack, count) for _ in range(rounds)) for count in (2, 10, 50)}
    asked = {2: 8000, 10: 5000, 50: 2000}
    others = [
        (
            make.__name__,
            *(round(median(_rate(make, count) for _ in range(rounds // 3 + 1))) for count in asked),
        )
        for make in (BotSort, HybridTracker)
    ]
    return Group(
        how="Boxes that walk about, of scores 0.5 to 0.95, one in twenty not found, 400 frames; `update` "
        f"with boxes ready before, in turns with `ByteTrackTracker.update` of `trackers` "
        f"{peers.version('trackers')}, one thread each, {rounds} times; the ratio of the medians, that of "
        f"single pairs {ratios[0]:.2f} to {ratios[-1]:.2f}. Frames a second are medians of as many passes.",
        lines=(
            at_most("ByteTrack, a frame of 20 boxes: our time ÷ the peer's", 0.25, ours / theirs, "{:.2f}"),
            *(
                at_least(f"ByteTrack, {count} objects, frames/s", asked[count], rate, "{:,.0f}")
                for count, rate in rates.items()
            ),
        ),
        details=(
            Table(
                "Microseconds a frame of 20 boxes",
                ("ours", "the peer"),
                ((round(1e6 * ours), round(1e6 * theirs)),),
            ),
            Table("Frames a second, without camera or field", ("", *map(str, asked)), tuple(others)),
        ),
    )


def walkers(count: int, frames: int = 400, seed: int = 0) -> _Clip:
    """Boxes that walk about in a picture of 1920 x 1080 and turn back at its border."""
    rng = np.random.default_rng(seed)
    start, speed = rng.uniform([100, 100], [1800, 980], (count, 2)), rng.normal(0, 60, (count, 2))
    half = rng.uniform(20, 60, (count, 2))
    found = {}
    for frame in range(1, frames + 1):
        centre = np.abs((start + speed * frame / 30) % [3840, 2160] - [1920, 1080])
        boxes = np.hstack([centre - half, centre + half]) + rng.normal(0, 1, (count, 4))
        kept = rng.uniform(size=count) >= 0.05
        found[frame] = Detections(boxes[kept], rng.uniform(0.5, 0.95, count)[kept], np.zeros(int(kept.sum())))
    return _Clip(f"crowd_{count}", found, np.zeros((0, 2, 3)), 1, frames, 30)


def _pass(make: _Make, clip: _Clip) -> float:
    """Return the seconds that a frame takes."""
    tracker, moments = make(), [(frame / clip.rate_hz, found) for frame, found in clip.found.items()]
    gc.collect()
    began = time.perf_counter()
    for time_s, found in moments:
        tracker.update(time_s, found)
    return (time.perf_counter() - began) / len(moments)


def _rate(make: _Make, count: int) -> float:
    return 1 / _pass(make, walkers(count))
