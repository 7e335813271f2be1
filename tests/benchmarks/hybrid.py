"""The default tracker: what rare detections cost it, and how smooth a box is that something passes before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

import peers
from funscribe.bench.kept import watch_kept
from funscribe.bench.tables import Line, Table, at_most, untargeted
from funscribe.recipe import Recipe
from funscribe.records import DetectionRows, Trace, Tracks
from funscribe.track import TrackOptions, track_trace
from occluded import HIDDEN, JITTER_S, NOISE_PX, STRETCHES, Occluded, draw
from results import Group
from setting import Setting

_CLIPS = ("TUD-Campus", "TUD-Stadtmitte")
_EVERY = 5
_TRACKERS = ("hybrid", "bytetrack")
# The scores of these clips' public boxes have no bounds. About 1 - exp(-s / 25) of those with a score s are
# right, and that is what trackers are told; the other ways are for comparison.
_SCORES = {
    "1 - exp(-s/25)": lambda s: 1 - np.exp(-s / 25),
    "s/60": lambda s: s / 60,
    "s/90": lambda s: s / 90,
}
_SEED = 200  # the tracker was made with others


@dataclass(frozen=True, slots=True)
class _Run:
    """A tracker that is shown every so many frames, the first of them at a phase."""

    tracker: str
    scores: str
    every: int
    phase: int
    seen: bool  # only rows that were seen are told

    @property
    def name(self) -> str:
        scale = list(_SCORES).index(self.scores)
        return f"{self.tracker}_{scale}_{self.every}_{self.phase}_{'seen' if self.seen else 'all'}"


def sparse(setting: Setting) -> Group:
    """IDF1 on two clips of TUD with a detector on every fifth frame, against every frame."""
    folder = setting.work / "sparse"
    shutil.rmtree(folder, ignore_errors=True)
    clips = {name: _clip(setting, name, folder) for name in _CLIPS}
    runs = [
        _Run(tracker, scores, every, phase, seen)
        for tracker in _TRACKERS
        for scores in list(_SCORES)[: setting.pick(len(_SCORES), 1)]
        for every in (1, _EVERY)
        for phase in range(setting.pick(_EVERY, 1))
        for seen in (False, True)
    ]
    for run in runs:
        for name, (trace, boxes) in clips.items():
            shown = replace(trace, detections=_shown(boxes, run, len(trace)))
            _write(folder / "told" / run.name / "data" / f"{name}.txt", _track(shown, run.tracker), run.seen)
    lengths = json.dumps({name: len(trace) for name, (trace, _) in clips.items()})
    names = [run.name for run in runs]
    found = peers.ask("peer_trackeval.py", folder / "truth", folder / "told", lengths, *names)
    return _sparse_group(runs, found)


def _clip(setting: Setting, name: str, folder: Path) -> tuple[Trace, np.ndarray]:
    """Return the trace of a clip and its boxes, and write its truth as TrackEval wants it."""
    source = setting.data / "mot" / name
    truth = np.loadtxt(source / "gt.txt", delimiter=",")
    path = folder / "truth" / name / "gt" / "gt.txt"
    path.parent.mkdir(parents=True)
    np.savetxt(path, np.column_stack([truth[:, :6], np.ones((len(truth), 3))]), fmt="%g", delimiter=",")
    return watch_kept(setting.work, source / "video.mp4", Recipe()), np.loadtxt(
        source / "det.txt", delimiter=","
    )


def _shown(boxes: np.ndarray, run: _Run, frames: int) -> DetectionRows:
    """Return what a detector finds that looks at every so many frames, from the phase on."""
    frame = np.arange(frames)
    looked = (frame >= run.phase) & ((frame - run.phase) % run.every == 0)
    order = np.argsort(boxes[:, 0], kind="stable")
    rows = boxes[order[looked[boxes[order, 0].astype(int) - 1]]]
    counts = np.bincount(rows[:, 0].astype(int) - 1, minlength=frames)
    score = np.clip(_SCORES[run.scores](rows[:, 6].clip(0)), 0, 1)
    xyxy = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    starts = np.concatenate([[0], np.cumsum(counts)])
    return DetectionRows(looked, starts, xyxy, score, np.zeros(len(rows)), classes=("person",))


def _track(trace: Trace, tracker: str) -> Tracks:
    return track_trace(trace, None, TrackOptions(tracker=tracker))


def _write(path: Path, tracks: Tracks, seen: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = np.repeat(np.arange(len(tracks)) + 1, np.diff(tracks.row_start))
    size = tracks.xyxy[:, 2:] - tracks.xyxy[:, :2]
    rest = np.tile([1, -1, -1, -1], (len(frame), 1))
    rows = np.column_stack([frame, tracks.track_id, tracks.xyxy[:, :2], size, rest])
    np.savetxt(path, rows[tracks.seen] if seen else rows, fmt="%.8g", delimiter=",")


def _sparse_group(runs: list[_Run], found: dict[str, Any]) -> Group:
    def idf1(tracker: str, scores: str, every: int, seen: bool, clip: str = "all") -> float:
        same = [r for r in runs if (r.tracker, r.scores, r.every, r.seen) == (tracker, scores, every, seen)]
        return mean(found[run.name][clip]["IDF1"] for run in same)

    rows = [
        (tracker, scores, "seen" if seen else "all", *(idf1(tracker, scores, k, seen) for k in (1, _EVERY)))
        for scores in dict.fromkeys(run.scores for run in runs)
        for tracker in _TRACKERS
        for seen in (False, True)
    ]
    lost = {row[:3]: row[3] - row[4] for row in rows}
    first = next(iter(_SCORES))
    theirs = min(lost["bytetrack", first, which] for which in ("all", "seen"))
    others = [lost["hybrid", scores, "all"] for scores in dict.fromkeys(run.scores for run in runs)]
    clips = [
        (tracker, clip, *(round(idf1(tracker, first, k, False, clip), 1) for k in (1, _EVERY)))
        for tracker in _TRACKERS
        for clip in _CLIPS
    ]
    what = f"TUD, hybrid with a detector on every {_EVERY}th frame: IDF1 lost against every frame"
    return Group(
        how="TUD-Campus and TUD-Stadtmitte, 8 and 10 people, from video: the field is Funscribe's own, the "
        "boxes are the public ones. IDF1 of both clips together by TrackEval "
        f"{peers.version('trackeval')}, over all frames and all rows that are told, mean of the {_EVERY} "
        "phases of the detector (that on every frame begins as late). Trackers have the options of a recipe. "
        f"The public scores s have no bounds and are told as {first}, which is about how many boxes of that "
        "score are right; the table has other ways. One identity lost at one crossing is several points.",
        lines=(
            at_most(what, 2.0, lost["hybrid", first, "all"], "{:.1f} points"),
            untargeted("the same, ByteTrack, all or only seen rows, what is less", theirs, "{:.1f} points"),
            untargeted("the same, hybrid, mean over all scales of the scores", mean(others), "{:.1f} points"),
        ),
        details=(
            Table(
                "IDF1 (%)",
                ("tracker", "scores", "rows", "every frame", f"every {_EVERY}th", "lost"),
                tuple((*row[:3], *(round(v, 1) for v in (*row[3:], row[3] - row[4]))) for row in rows),
            ),
            Table("IDF1 by clip (%)", ("", "clip", "every frame", f"every {_EVERY}th"), tuple(clips)),
        ),
    )


def occlusion(setting: Setting) -> Group:
    """One thing that something passes before, found with noise: tracks, switches and jitter."""
    seeds = range(_SEED, _SEED + setting.pick(10, 1))
    clips = [draw(seed) for seed in seeds]
    found = {name: [_watched(clip, name) for clip in clips] for name in _TRACKERS}
    columns = ("tracks, most", "switches, most", "jitter, median", "worst", "to the ends, median", "told")
    return Group(
        how=f"{len(clips)} scenes of 200 frames of 640x360 at 30 Hz, drawn: one thing of about 110 x 150 px "
        "goes about and grows and shrinks by a quarter, a larger one passes before it. Boxes are the truth "
        f"with a standard deviation of {NOISE_PX:g} px of centre and sides, 20 % missed, none in the "
        f"{HIDDEN[1] - HIDDEN[0]} frames in which most of it is hidden. Jitter is the root mean square, of x "
        f"and y, of the error of the centre less its mean over {JITTER_S:g} s about each frame, where that "
        "lies within one of the two stretches in which the thing is seen (`to the ends`: over what there is "
        "of it, so that the start and the moment after the occlusion count, too).",
        lines=_occlusion_lines(found),
        details=(
            Table(
                "Tracks of one thing",
                ("", *columns),
                tuple((name, *(_brief(v) for v in _summed(each))) for name, each in found.items()),
            ),
            Table(
                "Jitter by scene (px)",
                ("", *map(str, seeds)),
                tuple((name, *(_brief(one[2]) for one in each)) for name, each in found.items()),
            ),
        ),
    )


def _watched(clip: Occluded, tracker: str) -> tuple[float, ...]:
    """Return tracks, switches of identity, jitter, jitter to the ends, and the part of frames told."""
    tracks = _track(clip.trace, tracker)
    ids: list[int] = []
    off = np.full((len(tracks), 2), np.nan)
    for k in range(len(tracks)):
        rows = tracks.at(k)
        if not len(rows):
            continue
        middle = (rows.xyxy[:, :2] + rows.xyxy[:, 2:]) / 2 - clip.middle[k]
        best = int(np.hypot(*middle.T).argmin())
        off[k] = middle[best]
        ids.append(int(rows.track_id[best]))
    switches = sum(a != b for a, b in pairwise(ids))
    told = float(np.isfinite(off[:, 0]).mean())
    count = len(set(tracks.track_id.tolist()))
    return count, switches, _jitter(off, whole=True), _jitter(off, whole=False), told


def _jitter(off: np.ndarray, whole: bool) -> float:
    """Return the jitter of errors (T, 2) (px).

    Args:
        off: Error of the centre in each frame (px); NaN where there is none.
        whole: Leave out frames without a whole window of the mean.
    """
    width = round(JITTER_S * 30)
    left = []
    for first, last in STRETCHES:
        part = off[first:last]
        part = part[np.isfinite(part[:, 0])]
        count = np.convolve(np.ones(len(part)), np.ones(width), "same")
        smooth = np.stack([np.convolve(axis, np.ones(width), "same") / count for axis in part.T], -1)
        left.append((part - smooth)[count == width if whole else count > 0])
    return float(np.sqrt((np.concatenate(left) ** 2).mean()))


def _summed(each: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    tracks, switches, jitter, ends, told = zip(*each, strict=True)
    return max(tracks), max(switches), median(jitter), max(jitter), median(ends), min(told)


def _occlusion_lines(found: dict[str, list[tuple[float, ...]]]) -> tuple[Line, ...]:
    ours, theirs = (_summed(found[name]) for name in _TRACKERS)
    what = "one thing, 20 % missed, hidden for 10 frames"
    return (
        at_most(f"{what}: tracks, worst of {len(found['hybrid'])}", 1, ours[0], "{:g}"),
        at_most("the same: switches of identity, worst", 0, ours[1], "{:g}"),
        at_most("the same: jitter of the centre, median", 0.3, ours[2], "{:.2f} px"),
        untargeted("the same: jitter of the centre, worst", ours[3], "{:.2f} px"),
        untargeted("ByteTrack: tracks, worst", theirs[0], "{:g}"),
        untargeted("ByteTrack: switches of identity, worst", theirs[1], "{:g}"),
        untargeted("ByteTrack: jitter of the centre, median", theirs[2], "{:.2f} px"),
    )


def _brief(value: float) -> float:
    return round(value, 2)
