"""The opener of trackers."""

import pytest

from funscribe.errors import PluginNotFound
from funscribe.track import BotSort, ByteTrack, TrackOptions, open_tracker


@pytest.mark.parametrize(("name", "kind"), [("bytetrack", ByteTrack), ("botsort", BotSort)])
def test_a_tracker_is_opened_by_its_name(name: str, kind: type) -> None:
    tracker = open_tracker(TrackOptions(tracker=name), (640, 360))
    assert isinstance(tracker, kind)
    assert tracker.dropped == 0


def test_each_clip_has_a_tracker_of_its_own() -> None:
    options = TrackOptions(tracker="bytetrack")
    assert open_tracker(options, (640, 360)) is not open_tracker(options, (640, 360))


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(PluginNotFound, match="bytetrack"):
        open_tracker(TrackOptions(tracker="sort"), (640, 360))
