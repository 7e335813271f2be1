"""Who plays which part: the tracks of the anchor, of the contacts, and those that are heeded."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from funscribe.boxes import area, sensible
from funscribe.errors import ClassUnknown
from funscribe.motion.options import MotionOptions
from funscribe.records import Array, DetectionRows, Tracks

_FEWEST = 3  # times a track must have been measured to be heeded
_SAME = 0.3  # overlap from which a detection is the one that a track took


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """One track within a shot.

    Attributes:
        track_id: Its number.
        class_id: Its class.
        frame: Frames of the shot it has a box in (n,), increasing.
        xyxy: Its boxes (n, 4) (px).
        seen: In which of them it was measured (n,).
        score: Its mean score, 0..1.
    """

    track_id: int
    class_id: int
    frame: Array
    xyxy: Array
    seen: Array
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Who plays which part in a shot.

    Attributes:
        anchors: Tracks of the anchor.
        contacts: Tracks of the contacts; without a name for them, all that are no anchor.
        heeded: Tracks that attention is paid to; without roles, those it may be paid to.
    """

    anchors: tuple[Strand, ...] = ()
    contacts: tuple[Strand, ...] = ()
    heeded: tuple[Strand, ...] = ()


def cast_of(tracks: Tracks | None, shot: slice, size_wh: tuple[int, int], options: MotionOptions) -> Cast:
    """Return who plays which part in a shot."""
    if tracks is None or not len(tracks.track_id):
        return Cast()
    found = strands(tracks, shot, size_wh)
    roles = named(options)
    if not roles:
        return Cast(heeded=tuple(found))
    called = [tracks.classes[s.class_id] if s.class_id < len(tracks.classes) else "" for s in found]
    anchors = tuple(s for s, name in zip(found, called, strict=True) if name == options.anchor)
    contacts = tuple(
        s
        for s, name in zip(found, called, strict=True)
        if name != options.anchor and (not options.contacts or name in options.contacts)
    )
    # The anchor alone says nothing of what moves against it, unless there is nothing else.
    named_contacts = contacts if options.contacts else ()
    return Cast(anchors, contacts, named_contacts or anchors)


def check_classes(options: MotionOptions, classes: Sequence[str]) -> None:
    """Check that a model has the classes that have a role.

    Args:
        options: They name the anchor and the contacts.
        classes: What the model can find.

    Raises:
        ClassUnknown: It has no class of such a name; the nearest names are suggested.
    """
    for role, names in (("anchor", (options.anchor,)), ("contacts", options.contacts)):
        for name in names:
            if name and name not in classes:
                raise ClassUnknown(f"motion.{role}: the model has no class {name!r}; {_hint(name, classes)}")


def _hint(name: str, classes: Sequence[str]) -> str:
    alike = {known.lower(): known for known in classes}
    near = [alike[low] for low in difflib.get_close_matches(name.lower(), list(alike), n=3, cutoff=0.5)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"it has {', '.join(list(classes)[:8])}{' ...' if len(classes) > 8 else ''}"


def named(options: MotionOptions) -> frozenset[str]:
    """Return the names of the classes that have a role."""
    return frozenset(name for name in (options.anchor, *options.contacts) if name)


def unheeded(tracks: Tracks | None, options: MotionOptions) -> str:
    """Return what the tracks could not be used for, in a sentence; empty where there is nothing to say.

    Args:
        tracks: What was tracked; None where no model looked.
        options: The roles.
    """
    whole = "the motion is that of the whole picture" if options.roi is None else "the region alone decides"
    ids = tracks.class_id if tracks is not None else np.zeros(0, np.int32)
    if tracks is not None and not len(ids):
        return f"nothing was tracked: {whole}"
    there = {tracks.classes[k] for k in np.unique(ids) if 0 <= k < len(tracks.classes)} if tracks else set()
    if options.contacts and there.isdisjoint(options.contacts):
        return f"no {' or '.join(options.contacts)} was tracked: {whole}"
    if options.anchor and options.anchor not in there:
        return f"no {options.anchor} was tracked: the place of what moves is that of the field alone"
    return ""


def strands(tracks: Tracks, shot: slice, size_wh: tuple[int, int]) -> list[Strand]:
    """Return the tracks of a shot that were measured often enough, by their number."""
    first, last = int(tracks.row_start[shot.start]), int(tracks.row_start[shot.stop])
    counts = np.diff(tracks.row_start[shot.start : shot.stop + 1])
    frame = np.repeat(np.arange(shot.stop - shot.start), counts)
    rows = np.flatnonzero(sensible(tracks.xyxy[first:last], size_wh))
    rows = rows[np.lexsort((frame[rows], tracks.track_id[first:last][rows]))]
    ids = tracks.track_id[first:last][rows]
    edges = np.flatnonzero(np.diff(ids)) + 1
    found = []
    for part in np.split(rows, edges) if len(rows) else ():
        whole = part + first
        seen = tracks.seen[whole]
        if np.count_nonzero(seen) >= _FEWEST:
            found.append(
                Strand(
                    int(tracks.track_id[whole[0]]),
                    int(np.bincount(tracks.class_id[whole].clip(0)).argmax()),
                    frame[part],
                    tracks.xyxy[whole].astype(np.float64),
                    seen,
                    float(tracks.score[whole].mean()),
                )
            )
    return found


def measured(strand: Strand, shot: slice, detections: DetectionRows | None) -> tuple[Array, Array]:
    """Return when a track was measured (m,) (frames of the shot), and the boxes that were found (m, 4).

    A tracker's own boxes lag behind what swings; the detections they were made of do not.
    """
    frame, xyxy = strand.frame[strand.seen], strand.xyxy[strand.seen]
    if detections is None:
        return frame, xyxy
    looked = detections.looked[shot][frame]
    frame, xyxy = frame[looked], xyxy[looked]
    start = detections.row_start[shot.start + frame]
    count = detections.row_start[shot.start + frame + 1] - start
    of = np.repeat(np.arange(len(frame)), count)
    row = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
    overlap = _overlap(xyxy[of], detections.xyxy[row].astype(np.float64))
    overlap = np.where(detections.class_id[row] == strand.class_id, overlap, 0)
    order = np.lexsort((-overlap, of))
    best = order[np.concatenate([[True], np.diff(of[order]) > 0])] if len(order) else order
    best = best[overlap[best] >= _SAME]
    return frame[of[best]], detections.xyxy[row[best]].astype(np.float64)


def _overlap(a: Array, b: Array) -> Array:
    """Return the intersection over union of each box (N, 4) with the one in the same row (N, 4)."""
    shared = area(np.hstack([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])]))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nan_to_num(shared / np.maximum(area(a) + area(b) - shared, 1e-9)))
