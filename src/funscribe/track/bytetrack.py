"""ByteTrack: every detection counts, good ones first (Zhang et al., ECCV 2022)."""

from __future__ import annotations

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.intake import options_of
from funscribe.track.kalman import BoxFilter
from funscribe.track.options import ByteTrackOptions, TrackOptions
from funscribe.track.stages import StagedTracks


class ByteTrack:
    """Joins the detections of one clip by where they are and by their scores.

    Source: Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box", ECCV 2022.
    Unlike there, times are in seconds: the filter's noise grows with time, and a track that is not seen is
    kept for `buffer_s`. Boxes are told as the filter has them; for the benchmarks' tables only rows with
    `seen` are written.

    Args:
        **options: Fields of `ByteTrackOptions`.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of its range.
    """

    def __init__(self, **options: float | bool) -> None:
        self._tracks = StagedTracks(options_of(ByteTrackOptions, options), BoxFilter("aspect"))

    @classmethod
    def from_options(cls, options: TrackOptions, size_wh: tuple[int, int]) -> ByteTrack:
        """Return a tracker with the options that all trackers have; the size of pictures does not matter."""
        return cls(
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
        """Take one moment and return its tracks.

        A track is told from the second look at which it was seen (from the first, if that was the clip's
        first look), and for `coast_s` after it was last seen. Between looks, for at most `buffer_s`, it is
        told as predicted.

        Args:
            time_s: When it is (s); later than the moment before.
            detections: What was found; None where nothing looked, which is not the same as nothing found.
            field: Not used.
            camera: Not used.

        Raises:
            ValueError: The time does not rise.
        """
        return self._tracks.update(time_s, detections)
