"""BoT-SORT: ByteTrack with boxes by width and height, the camera, and appearance (Aharon et al., 2022)."""

from __future__ import annotations

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.intake import options_of
from funscribe.track.kalman import BoxFilter
from funscribe.track.options import BotSortOptions, TrackOptions
from funscribe.track.stages import StagedTracks


class BotSort:
    """Joins the detections of one clip by where they are once the camera's motion is taken out.

    Source: Aharon, Orfaig and Bobrovsky, "BoT-SORT: Robust Associations Multi-Pedestrian Tracking", 2022.
    The filter's state is the centre, width and height; a camera moves its mean and covariance. Appearance
    counts where detections have embeddings: the lesser of the costs of place and of appearance is taken,
    against a moving average of what the track looked like.

    Args:
        **options: Fields of `BotSortOptions`.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of its range.
    """

    def __init__(self, **options: float | bool) -> None:
        self._tracks = StagedTracks(options_of(BotSortOptions, options), BoxFilter("size"))

    @classmethod
    def from_options(cls, options: TrackOptions, size_wh: tuple[int, int]) -> BotSort:
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
        """Take one moment and return its tracks; which are told is as with `ByteTrack`.

        Args:
            time_s: When it is (s); later than the moment before.
            detections: What was found; None where nothing looked.
            field: Not used.
            camera: What the camera did to pixels since the moment before (2, 3); None is nothing.

        Raises:
            ValueError: The time does not rise, or the camera is no affine.
        """
        return self._tracks.update(time_s, detections, camera)
