"""All tracks of a clip as one table of arrays: a row is a track, and no track is an object.

    table = TrackTable(BoxFilter("size"))
    rows = table.add(xyxy, score, class_id, time_s)     # new tracks; their ids are in table.track_id[rows]
    table.predict(elapsed_s)                            # every track moves on
    table.xyxy()                                        # boxes (M, 4) of all of them
    table.update(rows, measured, noise)                 # measurements enter the filter of some of them
    table.see(rows, score, time_s)                      # ... and these were detections
    table.keep(mask)                                    # the others are forgotten

The columns are views of the rows in use: they may be written to, and hold until the next `add` or `keep`.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array
from funscribe.track.kalman import POS, VEL, BoxFilter

# What a track is: begun but not yet seen twice; seen when somebody last looked; not seen then.
NEW, HELD, LOST = 0, 1, 2


class TrackTable:
    """The state of M tracks.

    Args:
        kalman: The filter whose states these are.
        room: Number of tracks to make room for; it doubles when that is not enough.
    """

    def __init__(self, kalman: BoxFilter, room: int = 64) -> None:
        self.kalman = kalman
        self._count = 0
        self._next_id = 1
        self._state = np.zeros((5, room, 4))
        self._columns: dict[str, Array] = {
            "track_id": np.zeros(room, np.int64),
            "class_id": np.zeros(room, np.int32),
            "score": np.zeros(room, np.float32),
            "phase": np.zeros(room, np.int8),
            "seen_s": np.zeros(room),
            "born_s": np.zeros(room),
            "look": np.zeros((room, 0)),
            "seen_xyxy": np.zeros((room, 4)),
        }
        self._show()

    def _show(self) -> None:
        """Point the public columns at the rows in use."""
        count, columns = self._count, self._columns
        self.state: Array = self._state[:, :count]  # (5, M, 4), as `kalman` has it
        self.track_id: Array = columns["track_id"][:count]
        self.class_id: Array = columns["class_id"][:count]
        self.score: Array = columns["score"][:count]  # of the last detection
        self.phase: Array = columns["phase"][:count]  # NEW, HELD or LOST
        self.seen_s: Array = columns["seen_s"][:count]  # when it was last detected (s)
        self.born_s: Array = columns["born_s"][:count]  # when it began (s)
        self.seen_xyxy: Array = columns["seen_xyxy"][:count]  # (M, 4), where `mark` was called
        self.look: Array = columns["look"][:count]  # unit vectors (M, D); D is 0 where nothing is described

    def __len__(self) -> int:
        return self._count

    @property
    def position(self) -> Array:
        """Positions (M, 4) in the form of the filter; a view."""
        return np.asarray(self.state[POS])

    @property
    def velocity(self) -> Array:
        """Velocities (M, 4) per second, in the form of the filter; a view."""
        return np.asarray(self.state[VEL])

    def xyxy(self) -> Array:
        """Return the boxes (M, 4), float64, as the filter has them now."""
        return self.kalman.boxes(self.state[POS])

    def predict(self, elapsed_s: float) -> None:
        """Move all tracks on in time."""
        if self._count:
            self.kalman.predict(self.state, elapsed_s)

    def move(self, camera: Array) -> None:
        """Carry all tracks along with the camera's affine (2, 3)."""
        if self._count:
            self.kalman.move(self.state, camera)

    def update(
        self, rows: Array, measured: Array, noise: Array | None = None, doubt: Array | None = None
    ) -> None:
        """Take measurements (K, 4) of distinct rows (K,) into the filter.

        Args:
            rows: The tracks that were measured.
            measured: What was measured, in the form of the filter (`table.kalman.measure(xyxy)`).
            noise: Variance (K, 4) of each number; None is that of a detection.
            doubt: What the variance is to be multiplied by (K, 1); None is one.
        """
        if not len(rows):
            return
        state = self.state.take(rows, 1)
        if noise is None:
            noise = self.kalman.noise(state[POS])
        if doubt is not None:
            noise = noise * doubt
        self.kalman.update(state, measured, noise)
        self.state[:, rows] = state

    def see(self, rows: Array, score: Array, time_s: float) -> None:
        """Note that rows (K,) were detected with scores (K,) at a time: they are held from here on."""
        self.score[rows] = score
        self.seen_s[rows] = time_s
        self.phase[rows] = HELD

    def mark(self, rows: Array | slice) -> None:
        """Note in `seen_xyxy` where rows are now; only for those who compare with that later."""
        self.seen_xyxy[rows] = self.kalman.boxes(self.state[POS, rows])

    def add(self, xyxy: Array, score: Array, class_id: Array, time_s: float) -> slice:
        """Begin a track at each box (K, 4), with the next ids, and return its rows; they are NEW."""
        first, last = self._count, self._count + len(xyxy)
        self._make_room(last)
        self._count = last
        self._show()
        rows = slice(first, last)
        self.state[:, rows] = self.kalman.begin(self.kalman.measure(xyxy))
        self.track_id[rows] = np.arange(self._next_id, self._next_id + len(xyxy))
        self._next_id += len(xyxy)
        self.class_id[rows] = class_id
        self.score[rows] = score
        self.phase[rows] = NEW
        self.seen_s[rows] = self.born_s[rows] = time_s
        self.look[rows] = 0
        self.seen_xyxy[rows] = xyxy
        return rows

    def describe(self, rows: Array | slice, looks: Array, keep: float) -> None:
        """Blend unit vectors (K, D) of what rows look like into what they looked like before.

        Args:
            rows: The tracks.
            looks: What their detections look like.
            keep: Share of the old that is kept (0..1); a track without a look takes the new one whole.
        """
        width = looks.shape[1]
        if self.look.shape[1] != width:
            self._columns["look"] = np.zeros((self._state.shape[1], width))
            self._show()
        old = self.look[rows]
        share = np.where(old.any(-1, keepdims=True), keep, 0.0)
        blend = share * old + (1 - share) * looks
        self.look[rows] = blend / np.maximum(np.linalg.norm(blend, axis=-1, keepdims=True), 1e-12)

    def keep(self, mask: Array) -> None:
        """Forget the rows where a mask (M,) is False; the others keep their order."""
        left = int(np.count_nonzero(mask))
        if left == self._count:
            return
        self._state[:, :left] = self.state[:, mask]
        for column in self._columns.values():
            column[:left] = column[: self._count][mask]
        self._count = left
        self._show()

    def _make_room(self, wanted: int) -> None:
        room = self._state.shape[1]
        if wanted <= room:
            return
        extra = max(wanted, 2 * room) - room
        self._state = np.pad(self._state, ((0, 0), (0, extra), (0, 0)))
        for name, column in self._columns.items():
            self._columns[name] = np.pad(column, ((0, extra), *((0, 0),) * (column.ndim - 1)))
