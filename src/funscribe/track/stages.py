"""The association in stages that ByteTrack and BoT-SORT share.

Good detections go to tracks first, poor ones to the tracks that are still without; what is left of the good
ones confirms tracks that began at the look before, or begins new ones. Nothing is matched across classes.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.assign import Looks, Overlaps, Some
from funscribe.track.intake import Clock, Found, affine_of, sift
from funscribe.track.kalman import BoxFilter
from funscribe.track.options import BotSortOptions, ByteTrackOptions
from funscribe.track.table import HELD, LOST, NEW, TrackTable

# After a longer pause nobody can say where things went (s).
LONGEST_STEP_S = 10.0

# Where a few are counted, `any` and `all` take ten times as long to get there.
_count = np.count_nonzero


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
        self._shared = Overlaps(np.zeros((0, 4)), np.zeros((0, 4)))  # of the last look
        self._first_look = True
        self._looked_s: float | None = None  # when the last look was
        self._begun = False  # whether there are tracks that were seen once
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
            table.see(rows, found.score[taken], time_s)
            self._correct(rows, table.kalman.measure(found.xyxy[taken]))
            if found.embedding.size:
                self._describe(rows, found.embedding[taken])
            if not self.options.foresee:
                table.mark(rows)
        if len(rows) < len(table):
            self._end(rows, taken, time_s)
        self._begun = False
        if len(rest):
            self._begin(rest[found.score[rest] >= self.options.new_score], found, time_s)
        self._first_look = False
        self._looked_s = time_s

    def _match(self, found: Found) -> tuple[Array, Array, Array]:
        """Return rows (K,) and the detections they take (K,), and the good detections that are left."""
        options, phase = self.options, self._table.phase
        overlaps = self._shared = self._overlaps(found)
        weight = found.score if options.fuse_score else None
        good = found.score >= options.high_score
        begun = (phase == NEW).nonzero()[0] if self._begun else None
        old = None if begun is None else (phase != NEW).nonzero()[0]
        first = None if _count(good) == len(good) else good.nonzero()[0]
        rows, taken = overlaps.pair(1 - options.high_cost, Some(old, first, weight), self._looks(found))
        if len(taken) == len(good):
            return rows, taken, taken[:0]
        if first is not None and len(rows) < len(phase):
            free = phase == HELD
            free[rows] = False
            poor = found.score >= options.low_score
            poor &= ~good
            seekers, finds = free.nonzero()[0], poor.nonzero()[0]
            if len(seekers) and len(finds):
                more, theirs = overlaps.pair(1 - options.low_cost, Some(seekers, finds))
                rows, taken = np.concatenate([rows, more]), np.concatenate([taken, theirs])
        good[taken] = False
        rest = good.nonzero()[0]
        if begun is not None and len(rest):
            more, theirs = overlaps.pair(1 - options.new_cost, Some(begun, rest, weight), self._looks(found))
            rows, taken = np.concatenate([rows, more]), np.concatenate([taken, theirs])
            good[theirs] = False
            rest = good.nonzero()[0]
        return rows, taken, rest

    def _overlaps(self, found: Found) -> Overlaps:
        table = self._table
        xyxy = table.xyxy() if self.options.foresee else table.seen_xyxy
        if not self._mixed and len(found.score):
            if self._class is None:
                self._class = int(found.class_id[0])
            self._mixed = bool(_count(found.class_id != self._class))
        return Overlaps(xyxy, found.xyxy, (table.class_id, found.class_id) if self._mixed else None)

    def _looks(self, found: Found) -> Looks | None:
        looks, options = self._table.look, self.options
        if not looks.shape[1] or not isinstance(options, BotSortOptions):
            return None
        if looks.shape[1] != found.embedding.shape[1]:
            return None
        return Looks(looks, found.embedding, options.look_overlap, options.look_cost)

    def _describe(self, rows: Array | slice, looks: Array) -> None:
        if looks.shape[1] and isinstance(self.options, BotSortOptions):
            self._table.describe(rows, looks, self.options.look_keep)

    def _end(self, seen: Array, taken: Array, time_s: float) -> None:
        """Lose the rows that were not seen, and forget those that are not worth waiting for.

        Args:
            seen: The rows that were seen (K,).
            taken: The detections that they took (K,).
            time_s: When it is (s).
        """
        table, options = self._table, self.options
        mask = np.ones(len(table), bool)
        mask[seen] = False
        unseen = mask.nonzero()[0]
        mask[unseen] = (table.phase[unseen] == NEW) | (time_s - table.seen_s[unseen] > options.buffer_s)
        i, j = self._shared.above(options.twin_overlap, unseen, taken)
        if len(i):
            # Two tracks for one thing: the one that was followed for less time goes.
            lost, held = unseen[i], seen[j]
            age = table.seen_s - table.born_s
            mask[np.where(age[lost] > age[held], held, lost)] = True
        self._lose(unseen)
        if _count(mask):
            table.keep(~mask)

    def _correct(self, rows: Array, measured: Array) -> None:
        """Take what was measured (K, 4), in the form of the filter, of rows (K,) into it."""
        table, doubt = self._table, self.options.doubt
        table.update(
            rows, measured, doubt=(1 + doubt - doubt * table.score.take(rows))[:, None] if doubt else None
        )

    def _lose(self, unseen: Array) -> None:
        """Note that rows (K,) were looked for and not seen."""
        table = self._table
        table.phase[unseen] = LOST
        table.velocity[unseen, 2:] = 0  # a box that nobody sees neither grows nor shrinks

    def _begin(self, which: Array, found: Found, time_s: float) -> None:
        """Begin a track at each of these detections; those of the first look need no second one."""
        if not len(which):
            return
        rows = self._table.add(found.xyxy[which], found.score[which], found.class_id[which], time_s)
        self._describe(rows, found.embedding[which])
        if self._first_look:
            self._table.phase[rows] = HELD
        else:
            self._begun = True

    def _rows(self, time_s: float) -> TrackRows:
        """Return the tracks that are told: seen now, or not long enough ago to be lost from view."""
        table, options = self._table, self.options
        since = time_s - table.seen_s
        seen = since == 0
        columns = (table.track_id, table.xyxy(), table.score, table.class_id, seen)
        if not self._begun and _count(seen) == len(seen):
            return TrackRows(*(column.copy() for column in columns))
        told = since <= options.coast_s
        if self._looked_s != time_s:
            told |= (table.phase == HELD) & (since <= options.buffer_s)
        if self._begun:
            told &= table.phase != NEW
        return TrackRows(*(column[told] for column in columns))
