"""Clips for measuring are drawn once, at the size their name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from funscribe.bench import drawn
from funscribe.video import probe


def test_a_clip_is_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(drawn.SIZES, "480p", ((854, 480), 0.3))
    told: list[str] = []
    path = drawn.drawn_clip("480p", tmp_path, told.append)
    assert told == ["drawing the 480p clip, once"]
    info = probe(path)
    assert info.size_wh == (854, 480)
    assert info.frame_count_from_header == 9
    made = path.stat().st_mtime_ns
    assert drawn.drawn_clip("480p", tmp_path, told.append) == path
    assert (path.stat().st_mtime_ns, len(told)) == (made, 1)


def test_sizes_can_be_encoded() -> None:
    for (width, height), duration_s in drawn.SIZES.values():
        assert width % 2 == height % 2 == 0
        assert 0 < duration_s <= 10


def test_a_name_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        drawn.drawn_clip("16k", tmp_path)
