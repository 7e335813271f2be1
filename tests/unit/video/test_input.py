from pathlib import Path

import pytest

from funscribe.video import VideoOptions, open_source, probe
from funscribe.video.input import Input
from funscribe.video.segments import plan_segments


def test_a_path_is_handed_on_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = Input("concat:a.mp4")
    assert source.begin() == str(tmp_path / "concat:a.mp4")
    source.close()


def test_a_video_elsewhere_is_the_same_video(clip: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    fsspec.filesystem("memory").pipe_file("/lib/strokes.mp4", clip.read_bytes())
    options = VideoOptions(segment_s=2)
    seen = []
    for path in (str(clip), "memory://lib/strokes.mp4", clip.as_uri()):
        source = open_source(path, options)
        key = plan_segments(path, options)[1].start_pts
        passage = [(frame.time_s, frame.luma().tobytes()) for frame in source.between(key, None)]
        whole = [frame.time_s for frame in source]  # opened anew, from the file that was kept
        seen.append((plan_segments(path, options), passage, whole))
        assert source.info.path == path
        source.close()
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][2]) == 180


def test_a_file_elsewhere_is_closed_whatever_it_holds(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    from funscribe import remote

    opened = []

    class Watched(remote.RemoteFile):
        def __init__(self, *rest: object) -> None:
            super().__init__(*rest)  # type: ignore[arg-type]
            opened.append(self)

    monkeypatch.setattr(remote, "RemoteFile", Watched)
    probe(clip.as_uri())
    broken = clip.parent / "no-video.mp4"
    broken.write_bytes(b"none" * 1000)
    with pytest.raises(ValueError, match="not a readable video"):
        probe(broken.as_uri())
    assert [file.closed for file in opened] == [True, True]
