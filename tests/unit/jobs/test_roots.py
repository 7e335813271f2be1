import os
from pathlib import Path

import pytest

from funscribe.errors import VideoNotFound, VideoUnreadable
from funscribe.jobs.roots import Roots


def _found(roots: Roots, folder: Path) -> tuple[list[str], list[str]]:
    told: list[str] = []
    found = list(roots.videos(folder, lambda place, reason: told.append(reason)))
    return [os.path.relpath(path, folder) for path in found], told


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.mp4", "a.mkv", "sub/c.ts", "sub/deep/d.avi", ".hidden/e.mp4", "sub/.f.mp4", "g.mp4.part"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    (tmp_path / "sub" / "circle").symlink_to(tmp_path)
    (tmp_path / "circle.mp4").symlink_to(tmp_path / "circle.mp4")
    return tmp_path


def test_videos_are_found_in_order(tree: Path) -> None:
    assert _found(Roots([tree], False), tree) == (["a.mkv", "b.mp4", "circle.mp4"], [])
    found = ["a.mkv", "b.mp4", "circle.mp4", "sub/c.ts", "sub/deep/d.avi"]
    assert _found(Roots([tree], True), tree) == (found, [])


def test_a_folder_named_twice_or_within_another_is_searched_once(tree: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    sub = tree / "sub"
    (tree / "other").symlink_to(sub)
    monkeypatch.chdir(sub)
    assert Roots([tree, tree / ".", tree / "sub" / ".."], False).folders == [tree]
    assert Roots([sub, tree, Path()], True).folders == [tree]
    assert Roots([sub, tree / "sub" / "deep", tree], True).folders == [tree]
    assert Roots([tree, tree / "other"], True).folders == [tree]
    assert Roots([tree, sub], False).folders == [tree, sub]
    assert Roots([Path()], False).folders == [sub]


def test_which_root_a_path_belongs_to(tree: Path) -> None:
    sub = tree / "sub"
    flat, deep = Roots([tree, sub], False), Roots([tree], True)
    assert flat.root_of(tree / "a.mkv") == tree
    assert flat.root_of(sub / "c.ts") == sub
    assert flat.root_of(sub / "deep" / "d.avi") is None
    assert deep.root_of(sub / "deep" / "d.avi") == tree
    assert deep.root_of(tree) == tree
    assert deep.root_of(tree / ".hidden" / "e.mp4") is None
    assert deep.root_of(sub / "circle" / "a.mkv") is None
    assert deep.root_of(tree.parent / "x.mp4") is None


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_searched(tree: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    real = os.scandir

    def scandir(place: str | Path) -> object:
        if str(place) == str(tree / "sub"):
            raise PermissionError(13, "Permission denied")
        if str(place) == str(tree / "zoo"):
            raise FileNotFoundError(2, "No such file")
        return real(place)

    (tree / "zoo").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    found, told = _found(Roots([tree], True), tree)
    assert found == ["a.mkv", "b.mp4", "circle.mp4"]
    assert told == [f"{tree / 'sub'} cannot be read: Permission denied; check its permissions"]
    with pytest.raises(VideoUnreadable, match="cannot be read: Permission denied; check"):
        Roots([tree / "sub"], True)


def test_what_is_no_folder_is_told_before_anything_is_watched(tree: Path) -> None:
    with pytest.raises(VideoNotFound, match="none does not exist; check the path"):
        Roots([tree, tree / "none"], False)
    with pytest.raises(VideoUnreadable, match=r"notes\.txt is no folder"):
        Roots([tree / "notes.txt"], False)
    with pytest.raises(VideoUnreadable, match="null"):
        Roots([Path("a\0b")], False)
