"""What decodes: the libraries of FFmpeg that PyAV brings, and the hardware that they can use."""

from __future__ import annotations

import av
from av.codec.hwaccel import hwdevices_available


def ffmpeg_libraries() -> dict[str, str]:
    """Return the versions of the libraries by their names, such as libavcodec."""
    return {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}


def hardware_decoders() -> tuple[str, ...]:
    """Return the kinds of hardware decoder that the libraries were built for, sorted.

    Whether this machine has one of them shows only when it is opened.
    """
    return tuple(sorted(set(hwdevices_available())))
