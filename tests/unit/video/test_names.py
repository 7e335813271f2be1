import pytest

from funscribe.video.names import VIDEO_SUFFIXES, is_video_name


@pytest.mark.parametrize("name", ["a.mp4", "A.MKV", "two words.webm", "a.b.ts", "ünï.mov"])
def test_videos(name: str) -> None:
    assert is_video_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("a.mp4.part", "a.mp4.crdownload", "a.mp4.tmp", "a.mp4.filepart", ".a.mp4", ".a.mp4.Xy12", "a.mp4~"),
        *("", "mp4", ".mp4", "a.funscript", "a.txt", "a.mp4 "),
    ],
)
def test_others_and_those_still_being_copied(name: str) -> None:
    assert not is_video_name(name)


def test_every_suffix_is_written_as_it_is_compared() -> None:
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in VIDEO_SUFFIXES)
