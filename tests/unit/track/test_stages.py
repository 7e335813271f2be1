"""The association in stages: who is matched first, who is told, who is forgotten."""

import numpy as np
import pytest

from funscribe.records import Detections, TrackRows
from funscribe.track import assign
from funscribe.track.kalman import BoxFilter
from funscribe.track.options import BotSortOptions, ByteTrackOptions
from funscribe.track.stages import StagedTracks

BOX = np.array([100.0, 100, 160, 220])
NONE = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))


def _tracks(**options: float | bool) -> StagedTracks:
    return StagedTracks(ByteTrackOptions(**options), BoxFilter("aspect"))


def _at(*places: float, score: float | list[float] = 0.9, kind: int | list[int] = 0) -> Detections:
    boxes = np.array([BOX + np.array([x, 0, x, 0]) for x in places]).reshape(-1, 4)
    count = len(boxes)
    return Detections(boxes, np.broadcast_to(score, count), np.broadcast_to(kind, count))


def _run(tracks: StagedTracks, looks: list[Detections | None], begin: int = 0) -> list[TrackRows]:
    return [tracks.update((begin + k) / 30, found) for k, found in enumerate(looks)]


def test_tracks_of_the_first_look_are_told_at_once_and_later_ones_when_seen_again() -> None:
    told = _run(_tracks(), [_at(0), _at(0, 300), _at(0, 300)])
    assert [rows.track_id.tolist() for rows in told] == [[1], [1], [1, 2]]


def test_a_detection_that_does_not_come_again_is_no_track() -> None:
    told = _run(_tracks(), [_at(0), _at(0, 300), _at(0), _at(0, 300), _at(0, 300)])
    assert [len(rows) for rows in told] == [1, 1, 1, 1, 2]
    assert told[-1].track_id.tolist() == [1, 3]


def test_a_poor_detection_keeps_a_track_and_begins_none() -> None:
    tracks = _tracks()
    told = _run(tracks, [_at(0), *[_at(0, 300, score=0.3)] * 5])
    assert [rows.track_id.tolist() for rows in told] == [[1]] * 6
    assert all(rows.seen.all() for rows in told)
    assert told[-1].score[0] == pytest.approx(0.3)


def test_a_score_under_the_lowest_is_not_used() -> None:
    told = _run(_tracks(coast_s=0), [_at(0), _at(0, score=0.05)])
    assert len(told[1]) == 0


def test_a_poor_detection_does_not_bring_a_lost_track_back() -> None:
    told = _run(_tracks(coast_s=0), [_at(0), NONE, _at(0, score=0.3), _at(0)])
    assert [len(rows) for rows in told] == [1, 0, 0, 1]
    assert told[-1].track_id.tolist() == [1]


def test_a_good_detection_goes_before_a_poor_one_that_fits_better() -> None:
    tracks = _tracks()
    _run(tracks, [_at(0)])
    rows = tracks.update(1 / 30, _at(8, 0, score=[0.9, 0.3]))
    assert rows.track_id.tolist() == [1]
    assert rows.score[0] == pytest.approx(0.9)


def test_a_lost_track_is_told_while_it_coasts_and_found_while_it_is_kept() -> None:
    tracks = _tracks(coast_s=0.1, buffer_s=0.5)
    _run(tracks, [_at(k) for k in range(20)])
    told = _run(tracks, [NONE] * 12, 20)
    assert [len(rows) for rows in told[:5]] == [1, 1, 1, 0, 0]
    assert not told[0].seen.any()
    assert told[2].xyxy[0, 0] == pytest.approx(122, abs=1.5)  # it goes on as it went
    again = tracks.update(32 / 30, _at(32))
    assert again.track_id.tolist() == [1]
    _run(tracks, [NONE] * 17, 33)
    assert 1 not in [rows.track_id.tolist() for rows in _run(tracks, [_at(50), _at(51)], 50)][-1]


def test_between_looks_tracks_go_on_and_are_not_lost() -> None:
    tracks = _tracks()
    looks = [_at(2 * k) if k % 5 == 0 else None for k in range(60)]
    told = _run(tracks, looks)
    assert [rows.track_id.tolist() for rows in told] == [[1]] * 60
    assert [bool(rows.seen[0]) for rows in told] == [k % 5 == 0 for k in range(60)]
    places = np.array([rows.xyxy[0, 0] for rows in told[30:]])
    np.testing.assert_allclose(places, 100 + 2 * np.arange(30, 60), atol=2)


def test_where_nobody_looks_any_more_tracks_are_told_no_longer_than_they_are_kept() -> None:
    tracks = _tracks(buffer_s=0.5)
    _run(tracks, [_at(0), _at(0)])
    told = _run(tracks, [None] * 30, 2)
    assert len(told[12]) == 1
    assert len(told[-1]) == 0


def test_classes_are_not_mixed() -> None:
    told = _run(_tracks(), [_at(0, kind=1), _at(0, kind=2), _at(0, kind=2), _at(0, kind=1)])
    assert [rows.class_id[rows.seen].tolist() for rows in told] == [[1], [], [2], [1]]
    assert told[-1].track_id[told[-1].seen].tolist() == [1]


def test_of_a_lost_and_a_held_track_in_one_place_the_older_stays() -> None:
    tracks = _tracks(coast_s=0)
    _run(tracks, [_at(0)] * 10)
    _run(tracks, [_at(40)] * 3, 10)  # too far to be the same: the first is lost, another begins
    told = _run(tracks, [_at(float(x)) for x in range(38, 0, -4)], 13)
    assert len(told[-1]) == 1
    assert len(tracks._table) == 1


def test_the_last_place_is_compared_if_tracks_are_not_to_be_foreseen() -> None:
    moving = [_at(10.0 * k) for k in range(12)]
    ahead, behind = _tracks(), _tracks(foresee=False)
    for tracks in (ahead, behind):
        _run(tracks, moving)
        _run(tracks, [NONE] * 6, 12)
    found = _at(170.0)
    assert ahead.update(18 / 30, found).track_id.tolist() == [1]
    rows = behind.update(18 / 30, found)
    assert 1 not in rows.track_id[rows.seen].tolist()


def test_a_doubtful_box_moves_a_track_less() -> None:
    sure, doubting = _tracks(doubt=0), _tracks(doubt=6)
    for tracks in (sure, doubting):
        _run(tracks, [_at(0)] * 10)
    found = _at(8, score=0.3)
    moved = [float(tracks.update(10 / 30, found).xyxy[0, 0]) - 100 for tracks in (sure, doubting)]
    assert 0 < moved[1] < 0.7 * moved[0]


def test_a_crowd_is_tracked_as_a_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    start = rng.uniform(0, 1500, (60, 2))
    looks = []
    for k in range(25):
        low = start + k * 3 + rng.normal(0, 1, (60, 2))
        kept = rng.uniform(size=60) < 0.85
        boxes = np.hstack([low, low + np.array([60, 90])])[kept]
        looks.append(Detections(boxes, rng.uniform(0.2, 1, len(boxes)), np.zeros(len(boxes))))
    few = _run(_tracks(), looks)
    monkeypatch.setattr(assign, "MANY", 0)
    many = _run(_tracks(), looks)
    for a, b in zip(few, many, strict=True):
        assert sorted(map(tuple, a.xyxy.round(3).tolist())) == sorted(map(tuple, b.xyxy.round(3).tolist()))
    assert len(few[-1]) > 40


def test_a_pause_of_days_leaves_finite_boxes() -> None:
    tracks = _tracks(buffer_s=60)
    _run(tracks, [_at(3.0 * k) for k in range(10)])
    rows = tracks.update(1e6, None)
    assert len(rows) == 0
    rows = tracks.update(2e6, _at(0))
    assert np.isfinite(rows.xyxy).all()


def test_looks_are_used_by_the_options_that_know_them_only() -> None:
    looks = np.eye(2)
    pair = _at(0, 6)
    plain = Detections(pair.xyxy, pair.score, pair.class_id, looks)
    # They change places, at once: by overlap each would keep its place.
    moved = Detections(pair.xyxy, pair.score, pair.class_id, looks[::-1])
    for options, swapped in ((ByteTrackOptions(), False), (BotSortOptions(), True)):
        tracks = StagedTracks(options, BoxFilter("size"))
        before = tracks.update(0.0, plain)
        after = tracks.update(0.1, moved)
        first = after.xyxy[after.track_id == before.track_id[0], 0]
        assert (first > before.xyxy[0, 0] + 1).all() == swapped
