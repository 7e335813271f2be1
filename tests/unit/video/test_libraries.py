"""What decodes is told as PyAV has it."""

import re

from funscribe.video.libraries import ffmpeg_libraries, hardware_decoders


def test_the_libraries_of_ffmpeg_have_versions() -> None:
    found = ffmpeg_libraries()
    assert {"libavcodec", "libavformat", "libavutil", "libswscale"} <= set(found)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in found.values())


def test_hardware_decoders_are_names_each_once() -> None:
    found = hardware_decoders()
    assert list(found) == sorted(set(found))
    assert all(name and name == name.lower() for name in found)
