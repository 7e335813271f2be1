import dataclasses

import pytest

from funscribe.bench import kept
from funscribe.errors import OutputNotWritable
from funscribe.recipe import Recipe
from funscribe.testing import SCENES


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setitem(SCENES, "short", dataclasses.replace(SCENES["vertical"], duration_s=0.5))
    return "short"


def test_a_scene_is_drawn_once(tmp_path, short):
    video = kept.render_once(tmp_path / "new", short)
    before = video.stat().st_mtime_ns
    assert kept.render_once(tmp_path / "new", short) == video
    assert video.stat().st_mtime_ns == before
    assert video.with_suffix(".csv").is_file()


def test_a_scene_is_drawn_anew_when_its_code_has_changed(tmp_path, short, monkeypatch):
    old = kept.render_once(tmp_path, short)
    monkeypatch.setattr(kept, "code_digest", lambda *rooms: "other")
    assert kept.render_once(tmp_path, short) != old


def test_a_trace_is_watched_once(tmp_path, short):
    video = kept.render_once(tmp_path, short)
    first = kept.watch_kept(tmp_path, video, Recipe())
    parts = [path.stat().st_mtime_ns for path in tmp_path.glob("traces-*/*/segment-*.npz")]
    second = kept.watch_kept(tmp_path, video, Recipe())
    assert (first.field == second.field).all()
    assert parts
    assert parts == [path.stat().st_mtime_ns for path in tmp_path.glob("traces-*/*/segment-*.npz")]


def test_the_digest_follows_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "PACKAGE", tmp_path)
    (tmp_path / "field").mkdir()
    code = tmp_path / "field" / "flow.py"
    code.write_text("a", encoding="utf-8")
    before = kept.code_digest("field")
    assert kept.code_digest("field") == before
    code.write_text("b", encoding="utf-8")
    assert kept.code_digest("field") != before


def test_the_work_folder_lies_in_the_cache(own_cache):
    assert kept.default_work() == own_cache / "bench"


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputNotWritable, match="name another folder"):
        kept.make_folder(tmp_path / "file" / "in")
