"""Decodes a whole clip with a library, whenever a line comes in.

    python peer_decode.py opencv|decord|torchcodec CLIP THREADS

Every answer is a line of JSON: the seconds it took, opening the file included, and the frames.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable


def opencv(path: str, threads: int) -> int:
    """Count the frames that OpenCV gives, as BGR."""
    import cv2

    cv2.setNumThreads(threads)
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, threads])
    count = 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


def decord(path: str, threads: int) -> int:
    """Count the frames that decord gives, as RGB."""
    from decord import VideoReader

    return sum(1 for _ in VideoReader(path, num_threads=threads))


def torchcodec(path: str, threads: int) -> int:
    """Count the frames that torchcodec gives, as RGB."""
    from torchcodec.decoders import VideoDecoder

    return sum(1 for _ in VideoDecoder(path, num_ffmpeg_threads=threads))


_DECODERS: dict[str, Callable[[str, int], int]] = {
    "opencv": opencv,
    "decord": decord,
    "torchcodec": torchcodec,
}


def main(name: str, path: str, threads: int) -> None:
    """Answer every line with one pass."""
    for _ in sys.stdin:
        began = time.perf_counter()
        count = _DECODERS[name](path, threads)
        print(json.dumps([time.perf_counter() - began, count]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
