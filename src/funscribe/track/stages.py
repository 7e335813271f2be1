"""The association in stages that ByteTrack and BoT-SORT share.

Good detections go to tracks first, poor ones to the tracks that are still without; what is left of the good
ones confirms tracks that began at the look before, or begins new ones. Nothing is matched across classes.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.assign import MANY, Looks, Pairs, associate, overlap, touching
from funscribe.track.intake import Clock, Found, affine_of, sift
from funscribe.track.kalman import BoxFilter
from funscribe.track.options import BotSortOptions, ByteTrackOptions
from funscribe.track.table import HELD, LOST, NEW, TrackTable

# After a longer pause nobody can say where things went (s).
LONGEST_STEP_S = 10.0


class StagedTracks:
    """The tracks of a clip, and what becomes of them from look to look.

    Args:
        options: Scores, costs and times; looks are compared if they are BoT-SORT's.
        kalman: The filter of the boxes.
    """

    def __init__(self, options: ByteTrackOptions, kalman: BoxFilter) -> None:
        self.options = options
        self.dropped = 0
        self._table = TrackTable(kalman)
        self._clock = Clock()
        self._first_look = True
        self._class: int | None = None  # the one that all have; None before the first
        self._mixed = False

    def update(self, time_s: float, detections: Detections | None, camera: Array | None = None) -> TrackRows:
        """Take one moment and return its tracks; see `Tracker.update`."""
        elapsed_s = self._clock.step(time_s)
        table = self._table
        table.predict(min(elapsed_s, LONGEST_STEP_S))
        if camera is not None:
            table.move(affine_of(camera))
        if detections is not None:
            found, dropped = sift(detections)
            self.dropped += dropped
            self._look(time_s, found)
        return self._rows(time_s)

    def _look(self, time_s: float, found: Found) -> None:
        """Give what was found to the tracks, and end and begin some."""
        table = self._table
        rows, taken, rest = self._match(found)
        if len(rows):
            table.update(rows, table.kalman.measure(found.xyxy[taken]))
            table.see(rows, found.score[taken], time_s)
            self._describe(rows, found.embedding[taken])
            if not self.options.foresee:
                table.mark(rows)
        if len(rows) < len(table):
            self._end(rows, time_s)
        if len(rest):
            self._begin(rest[found.score[rest] >= self.options.new_score], found, time_s)
        self._first_look = False

    def _match(self, found: Found) -> tuple[Array, Array, Array]:
        """Return rows (K,) and the detections they take (K,), and the good detections that are left."""
        options, phase = self.options, self._table.phase
        xyxy = self._table.xyxy() if options.foresee else self._table.seen_xyxy
        good = found.score >= options.high_score
        fresh = phase == NEW
        free = np.ones(len(phase), bool)
        rows, taken = self._pair(xyxy, np.flatnonzero(~fresh), found, np.flatnonzero(good), "high")
        free[rows] = False
        if len(taken) < len(good):
            poor = np.flatnonzero(~good & (found.score >= options.low_score))
            if len(poor):
                more, theirs = self._pair(xyxy, np.flatnonzero(free & (phase == HELD)), found, poor, "low")
                rows, taken = np.concatenate([rows, more]), np.concatenate([taken, theirs])
            good[taken] = False
        else:
            good[:] = False
        rest = np.flatnonzero(good)
        if len(rest) and fresh.any():
            more, theirs = self._pair(xyxy, np.flatnonzero(fresh), found, rest, "new")
            rows, taken = np.concatenate([rows, more]), np.concatenate([taken, theirs])
            good[theirs] = False
            rest = np.flatnonzero(good)
        return rows, taken, rest

    def _pair(self, xyxy: Array, rows: Array, found: Found, which: Array, stage: str) -> Pairs:
        """Return the rows and detections, out of those given, that belong together."""
        if not len(rows) or not len(which):
            return rows[:0], which[:0]
        options, table = self.options, self._table
        limit = {"high": options.high_cost, "low": options.low_cost, "new": options.new_cost}[stage]
        fused = options.fuse_score and stage != "low"
        looks = None
        if stage != "low" and isinstance(options, BotSortOptions) and table.look.shape[1]:
            known = found.embedding[which]
            if known.shape[1] == table.look.shape[1]:
                looks = Looks(table.look[rows], known, options.look_overlap, options.look_cost)
        i, j = associate(
            xyxy[rows],
            found.xyxy[which],
            limit,
            found.score[which] if fused else None,
            (table.class_id[rows], found.class_id[which]) if self._several_classes(found) else None,
            looks,
        )
        return rows[i], which[j]

    def _several_classes(self, found: Found) -> bool:
        if not self._mixed:
            if self._class is None:
                self._class = int(found.class_id[0])
            self._mixed = bool((found.class_id != self._class).any())
        return self._mixed

    def _describe(self, rows: Array | slice, looks: Array) -> None:
        if looks.shape[1] and isinstance(self.options, BotSortOptions):
            self._table.describe(rows, looks, self.options.look_keep)

    def _end(self, seen: Array, time_s: float) -> None:
        """Lose the rows that were not seen, and forget those that are not worth waiting for."""
        table = self._table
        unseen = np.ones(len(table), bool)
        unseen[seen] = False
        gone = unseen & ((table.phase == NEW) | (time_s - table.seen_s > self.options.buffer_s))
        self._lose(unseen)
        table.keep(~gone)
        self._drop_twins()

    def _lose(self, unseen: Array) -> None:
        """Note that rows (M,) bool were looked for and not seen."""
        self._table.phase[unseen] = LOST
        self._table.velocity[unseen, 2:] = 0  # a box that nobody sees neither grows nor shrinks

    def _drop_twins(self) -> None:
        """Of a held and a lost track in the same place forget the one that was followed for less time."""
        table = self._table
        lost = np.flatnonzero(table.phase == LOST)
        held = np.flatnonzero(table.phase == HELD)
        if not len(lost) or not len(held):
            return
        xyxy = table.xyxy()
        if len(lost) * len(held) > MANY:
            i, j, shared = touching(xyxy[lost], xyxy[held])
        else:
            matrix = overlap(xyxy[lost], xyxy[held])
            i, j = np.nonzero(matrix > self.options.twin_overlap)
            shared = matrix[i, j]
        i, j = lost[i], held[j]
        same = (shared > self.options.twin_overlap) & (table.class_id[i] == table.class_id[j])
        if same.any():
            i, j = i[same], j[same]
            age = table.seen_s - table.born_s
            keep = np.ones(len(table), bool)
            keep[np.where(age[i] > age[j], j, i)] = False
            table.keep(keep)

    def _begin(self, which: Array, found: Found, time_s: float) -> None:
        """Begin a track at each of these detections; those of the first look need no second one."""
        if not len(which):
            return
        rows = self._table.add(found.xyxy[which], found.score[which], found.class_id[which], time_s)
        self._describe(rows, found.embedding[which])
        if self._first_look:
            self._table.phase[rows] = HELD

    def _rows(self, time_s: float) -> TrackRows:
        """Return the tracks that are told: seen now, or not long enough ago to be lost from view."""
        table, options = self._table, self.options
        since = time_s - table.seen_s
        told = (since == 0) | (since <= np.where(table.phase == LOST, options.coast_s, options.buffer_s))
        told &= table.phase != NEW
        columns = (table.track_id, table.xyxy(), table.score, table.class_id, since == 0)
        return TrackRows(*(column[told] for column in columns))
