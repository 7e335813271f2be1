from pathlib import Path

import pytest

from funscribe.cli.targets import Target, find_targets
from funscribe.errors import OutputNotWritable, VideoNotFound


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    (folder / "old" / "older").mkdir(parents=True)
    for name in ("b.mp4", "A.MKV", "notes.txt", ".hidden.mp4", "old/c.webm", "old/older/d.ts"):
        (folder / name).touch()
    (folder / "trap.mp4").mkdir()
    return folder


def _pairs(found: object) -> list[tuple[str, str]]:
    return [(str(target.video), str(target.script)) for target in found]  # type: ignore[attr-defined]


def test_a_video_has_its_script_beside_it_or_in_the_folder() -> None:
    assert _pairs(find_targets([Path("x/a.b.mp4")], None, False)) == [("x/a.b.mp4", "x/a.b.funscript")]
    assert _pairs(find_targets([Path("x/a.mp4")], Path("out"), False)) == [("x/a.mp4", "out/a.funscript")]
    # Whether it is there, and what is in it, is seen when it is its turn.
    assert _pairs(find_targets([Path("x/any.thing")], None, False)) == [("x/any.thing", "x/any.funscript")]


def test_a_folder_gives_its_videos_sorted(films: Path) -> None:
    names = [Path(video).name for video, _ in _pairs(find_targets([films], None, False))]
    assert names == ["A.MKV", "b.mp4"]


def test_sub_folders_are_kept_below_the_output(films: Path) -> None:
    scripts = [script for _, script in _pairs(find_targets([films], Path("out"), True))]
    wanted = ["A.funscript", "b.funscript", "old/c.funscript", "old/older/d.funscript"]
    assert scripts == [str(Path("out") / name) for name in wanted]


@pytest.mark.parametrize(("recursive", "hint"), [(False, "; --recursive looks"), (True, "holds no video")])
def test_a_folder_without_videos_is_an_error_in_its_place(tmp_path: Path, recursive: bool, hint: str) -> None:
    (tmp_path / "empty").mkdir()
    first, second = find_targets([tmp_path / "empty", Path("a.mp4")], None, recursive)
    assert isinstance(first, VideoNotFound)
    assert hint in str(first)
    assert isinstance(second, Target)


def test_a_url_has_its_script_in_the_folder_that_is_named() -> None:
    assert _pairs(find_targets(["s3://films/x/a.mp4"], Path("out"), False)) == [
        ("s3://films/x/a.mp4", str(Path("out/a.funscript")))
    ]
    (error,) = find_targets(["https://me:secret@h/a.mp4?sign=1"], None, False)
    assert isinstance(error, OutputNotWritable)
    assert "https://h/a.mp4 is not on this machine; name a folder for its script with -o" in str(error)
