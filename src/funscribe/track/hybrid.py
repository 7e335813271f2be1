"""The default tracker: detections say where things are, the motion field how they went from there."""

from __future__ import annotations

import numpy as np

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.assign import MANY, overlap, pair, touching
from funscribe.track.drift import Drift, measure_drift, without_camera
from funscribe.track.intake import Found, affine_of, options_of, sift
from funscribe.track.kalman import POS, VAR, VEL, VEL_VAR, BoxFilter
from funscribe.track.options import ByteTrackOptions, HybridOptions, TrackOptions
from funscribe.track.stages import LONGEST_STEP_S, StagedTracks
from funscribe.track.steer import FOLLOWED, Memory, believed, doubt, doubt_anew, rate, steer
from funscribe.track.table import HELD, LOST

_SEARCHED = 2.0  # how far a lost track is sought, in standard deviations of its place
# ... and at most, in sides of its box: by its place alone, and where a detection looks like it.
_FARTHEST, _FARTHEST_ALIKE = 0.5, 1.5
_HIDDEN = 0.2  # part of a box behind another, from which the field there may be the other's
_RARE_S = 0.15  # how far apart looks are that are too rare to wait for a second one


class HybridTracker:
    """Joins the detections of one clip, and carries tracks by the motion field from one to the next.

    Detections are joined as BoT-SORT does. Between them, and beside them, tracks move as the field inside
    their boxes says (`funscribe.track.drift`), so that the middle of a box is as smooth as the field and does
    not jump with each detection. Where the field tells something else than expected, as when an occluder
    passes, and where there is no field, tracks go on at the velocity they have. A lost track is found again
    by its overlap with a detection, once moved as far as its place is uncertain by then, and by appearance.

    `seen` is True for rows that a detection showed at that moment; those that the field carried and those
    that are merely predicted are not seen. Where looks are rarer than seven a second, tracks are told from
    the first, for a wrong one costs less there than a part of each.

    Args:
        size_wh: Size of the upright picture (px); needed where a field is given. Without it no field can be,
            and tracks are those of `ByteTrack`, moved by the camera and found again by appearance.
        **options: Fields of `HybridOptions`.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of its range.
    """

    def __init__(self, size_wh: tuple[int, int] | None = None, **options: float | bool) -> None:
        if size_wh is None:  # no field can lead a lost track, so it is told no longer than ByteTrack's
            options = {"coast_s": ByteTrackOptions().coast_s, **options}
        self._tracks = HybridTracks(options_of(HybridOptions, options), size_wh)

    @classmethod
    def from_options(cls, options: TrackOptions, size_wh: tuple[int, int]) -> HybridTracker:
        """Return a tracker with the options that all trackers have, for pictures of a size (px)."""
        return cls(
            size_wh,
            high_score=options.high_score,
            low_score=options.low_score,
            new_score=options.new_score,
            buffer_s=options.buffer_s,
        )

    @property
    def dropped(self) -> int:
        """Number of invalid detections left out so far."""
        return self._tracks.dropped

    def update(
        self,
        time_s: float,
        detections: Detections | None,
        *,
        field: Array | None = None,
        camera: Array | None = None,
    ) -> TrackRows:
        """Take one moment and return its tracks; which are told is as with `ByteTrack`, in the picture.

        Args:
            time_s: When it is (s); later than the moment before.
            detections: What was found; None where nothing looked.
            field: Mean velocity of each cell since the moment before (GY, GX, 2), picture heights/s, with
                the camera's; None where it is not known.
            camera: What the camera did to pixels since the moment before (2, 3); None is nothing.

        Raises:
            ValueError: The time does not rise, the camera is no affine, or the field is no field or the size
                of its picture is not known.
        """
        return self._tracks.take(time_s, detections, field, camera)


class HybridTracks(StagedTracks):
    """The tracks of a clip that a field may steer.

    Args:
        options: Scores, costs and times.
        size_wh: Size of the picture (px), None where it is not known.
    """

    options: HybridOptions

    def __init__(self, options: HybridOptions, size_wh: tuple[int, int] | None) -> None:
        # Only what a field may steer needs its sides in the state; ByteTrack's form is a little better alone.
        super().__init__(options, BoxFilter("size" if size_wh else "aspect"))
        self._size_wh = size_wh
        self._memory = Memory()

    def take(
        self, time_s: float, detections: Detections | None, field: Array | None, camera: Array | None
    ) -> TrackRows:
        """Take one moment and return its tracks; see `HybridTracker.update`."""
        affine = None if camera is None else affine_of(camera)
        if field is not None:
            field = self._checked(field)
        elapsed_s = min(self._clock.step(time_s), LONGEST_STEP_S)
        if field is None or not elapsed_s or not len(self._table):
            self._memory.pause()
            self._table.predict(elapsed_s)
        else:
            if affine is not None:
                field = without_camera(field, affine, elapsed_s, self._size_wh or (1, 1))
            self._carry(field, elapsed_s)
        if affine is not None:
            self._table.move(affine)
        if detections is not None:
            found, dropped = sift(detections)
            self.dropped += dropped
            self._look(time_s, found)
        return self._rows(time_s)

    def _checked(self, field: Array) -> Array:
        field = np.asarray(field)
        if field.ndim != 3 or field.shape[2] != 2 or not field.size:
            raise ValueError(f"field must have the shape (GY, GX, 2), not {field.shape}")
        if self._size_wh is None:
            raise ValueError(
                "a field is of use only with the size of its picture: HybridTracker(size_wh=...)"
            )
        return field

    def _carry(self, field: Array, elapsed_s: float) -> None:
        """Move all tracks on in time: by the field where it can be believed, at their velocity elsewhere."""
        table, state = self._table, self._table.state
        assert self._size_wh is not None
        memory = self._memory.of(table.track_id)
        expected = state[VEL, :, :2]
        size = 0.5 * (state[POS, :, 2] + state[POS, :, 3])
        lost = table.phase == LOST
        doubts = doubt(memory, state[VEL_VAR, :, 0], size, lost, elapsed_s)
        anew = doubt_anew(memory, size, lost, elapsed_s)
        xyxy = table.xyxy()
        drift = measure_drift(field, xyxy, self._size_wh, expected, doubts)
        good = believed(memory, drift, expected, doubts, anew)
        good &= ~self._hidden(xyxy)
        cell = self._size_wh[0] / field.shape[1]
        led = good.nonzero()[0]
        if len(led) == len(good):
            steer(state, memory, drift, cell, elapsed_s)
            return
        alone = (~good).nonzero()[0]
        memory[alone, FOLLOWED] = 0
        part = state.take(alone, 1)
        table.kalman.predict(part, elapsed_s)
        state[:, alone] = part
        if len(led):
            part, mine = state.take(led, 1), memory[led]
            steer(part, mine, Drift(*(column[led] for column in drift)), cell, elapsed_s)
            state[:, led], memory[led] = part, mine

    def _hidden(self, xyxy: Array) -> Array:
        """Tell which tracks (M,) have another of their class before them, whose motion the field shows there.

        Of two that overlap the one is before the other that reaches farther down, as things do that stand on
        the same ground. Across classes nothing is told: what is held stands out against who holds it.
        """
        hidden = np.zeros(len(xyxy), bool)
        if len(xyxy) ** 2 > MANY:
            rows, others, shared = touching(xyxy, xyxy)
        else:
            alike = overlap(xyxy, xyxy)
            if np.count_nonzero(alike) == len(xyxy):  # each touches itself alone
                return hidden
            rows, others = alike.nonzero()
            shared = alike[rows, others]
        class_id = self._table.class_id
        size = (xyxy[:, 2:] - xyxy[:, :2]).prod(1)
        part = shared * (1 + size[others] / size[rows]) / (1 + shared)  # of the row's box
        before = (xyxy[others, 3] > xyxy[rows, 3]) & (class_id[others] == class_id[rows])
        hidden[rows[before & (part > _HIDDEN)]] = True
        return hidden

    def _begin(self, which: Array, found: Found, time_s: float) -> None:
        before = len(self._table)
        super()._begin(which, found, time_s)
        if self._looked_s is not None and time_s - self._looked_s >= _RARE_S:
            self._table.phase[before:] = HELD
            self._begun = False

    def _correct(self, rows: Array, measured: Array) -> None:
        memory = self._memory.of(self._table.track_id)
        mine = memory[rows]
        if np.count_nonzero(mine[:, FOLLOWED]):
            position, var = self._table.state[POS, rows], self._table.state[VAR, rows]
            off = measured - position
            surprise = off * off / (var + self._table.kalman.noise(position))
            rate(mine, 0.5 * (surprise[:, 0] + surprise[:, 1]))
            memory[rows] = mine
        super()._correct(rows, measured)

    def _lose(self, unseen: Array) -> None:
        growth = self._table.velocity[unseen, 2:]
        super()._lose(unseen)
        # The field still tells how those grow that it carries.
        followed = self._memory.of(self._table.track_id)[unseen, FOLLOWED, None]
        self._table.velocity[unseen, 2:] = growth * followed

    def _match(self, found: Found) -> tuple[Array, Array, Array]:
        """Do as the other trackers, then give good detections that are left to lost tracks near them."""
        rows, taken, rest = super()._match(found)
        if self._size_wh is None and not found.embedding.shape[1]:
            return rows, taken, rest  # where no field carried a lost track, its place is a guess
        lost = self._table.phase == LOST
        lost[rows] = False
        seekers = np.flatnonzero(lost)
        if not len(rest) or not len(seekers) or len(rest) * len(seekers) > MANY:
            return rows, taken, rest
        cost = self._seek(seekers, rest, found)
        near = cost < self.options.found_cost
        # Who could be one of several is not found again by where he is: that were a guess.
        cost[(near.sum(1) > 1)[:, None] | (near.sum(0) > 1)] = 2
        i, j = pair(cost, self.options.found_cost)
        left = np.ones(len(rest), bool)
        left[j] = False
        return np.concatenate([rows, seekers[i]]), np.concatenate([taken, rest[j]]), rest[left]

    def _seek(self, rows: Array, which: Array, found: Found) -> Array:
        """Return what it costs (N, M) that lost rows (N,) are found where detections (M,) are."""
        table = self._table
        place, var = table.state[POS, rows][:, None, :2], table.state[VAR, rows][:, None, :2]
        alike, unlike = self._compared(rows, found.embedding[which])
        box, other = table.xyxy()[rows][:, None], found.xyxy[which]
        sides, theirs = box[..., 2:] - box[..., :2], other[:, 2:] - other[:, :2]
        farthest = np.where(alike, _FARTHEST_ALIKE, _FARTHEST)[..., None]
        reach = np.minimum(_SEARCHED * np.sqrt(var), farthest * sides)
        away = np.abs((other[:, 2:] + other[:, :2]) / 2 - place)
        short = np.maximum(away - reach, 0)
        shared = np.clip((sides + theirs) / 2 - short, 0, np.minimum(sides, theirs)).prod(-1)
        cost = 1 - shared / (sides.prod(-1) + theirs.prod(-1) - shared)
        cost += 0.1 * (away / np.maximum(reach, 1e-9)).clip(0, 1).mean(-1)  # of two the nearer
        cost[unlike | (table.class_id[rows][:, None] != found.class_id[which])] = 2
        return np.asarray(cost)

    def _compared(self, rows: Array, looks: Array) -> tuple[Array, Array]:
        """Return which rows (N,) look like detections (M, D), (N, M), and which look different."""
        mine = self._table.look[rows]
        if not looks.shape[1] or looks.shape[1] != mine.shape[1]:
            nobody = np.zeros((len(rows), len(looks)), bool)
            return nobody, nobody
        known = mine.any(1, keepdims=True)
        alike = np.asarray(0.5 * (1 - mine @ looks.T) < self.options.look_cost)
        return known & alike, known & ~alike

    def _rows(self, time_s: float) -> TrackRows:
        told = super()._rows(time_s)
        if self._size_wh is None or not len(told):
            return told
        inside = (told.xyxy[:, 2:] > 0).all(1) & (told.xyxy[:, :2] < np.array(self._size_wh)).all(1)
        if inside.all():
            return told
        columns = (told.track_id, told.xyxy, told.score, told.class_id, told.seen)
        return TrackRows(*(column[inside] for column in columns))
