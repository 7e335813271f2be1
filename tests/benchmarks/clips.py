"""The clips that speed and memory are measured on: made once with ffmpeg, then kept in the work folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

PUSHUP = Path("exercise", "good-pushup_v1kramb.mp4")


def clip_1080p(work: Path, data: Path, seconds: int) -> Path:
    """Return a 1080p H.264 clip: people exercising, or a synthetic scene where the data are not there."""
    real = data / PUSHUP
    if real.is_file():
        path = work / f"real-1080p-{seconds}s.mp4"
        picture = ["-vf", "scale=1920:1080"]
        source = real
    else:
        path = work / f"scene-1080p-{seconds}s.mp4"
        picture = ["-vf", "scale=1920:1080:flags=lanczos,noise=alls=5:allf=t"]
        source = _scene(work)
    # A minute of it; the source is short, so it comes round again and again.
    return _make(
        path, "-stream_loop", "-1", "-i", str(source), "-t", str(seconds), *picture, *_h264("veryfast")
    )


def clip_8k(work: Path, codec: str, frames: int) -> Path:
    """Return an 8K clip (7680x4320) of a moving test picture, in H.264 or HEVC, with B frames."""
    path = work / f"8k-{codec}-{frames}.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=7680x4320:rate=30", "-frames:v", str(frames)]
    if codec == "h264":
        coding = [*_h264("ultrafast"), "-bf", "2", "-refs", "3"]
    else:
        buffers = "log-level=error:ref=3:bframes=3"
        coding = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", buffers]
    return _make(path, *picture, "-pix_fmt", "yuv420p", *coding)


def clip_of_frames(work: Path, source: Path, frames: int) -> Path:
    """Return the first frames of a clip, over and over where it has fewer; nothing is encoded anew."""
    path = work / f"{source.stem}-{frames}-frames.mp4"
    return _make(path, "-stream_loop", "-1", "-i", str(source), "-frames:v", str(frames), "-c", "copy")


def _scene(work: Path) -> Path:
    from funscribe.testing import SCENES, render

    path = work / "oblique.mp4"
    return path if path.is_file() else render(SCENES["oblique"], path)


def _h264(preset: str) -> list[str]:
    return ["-c:v", "libx264", "-preset", preset, "-crf", "22", "-pix_fmt", "yuv420p"]


def _make(path: Path, *arguments: str) -> Path:
    if path.is_file():
        return path
    half = path.with_name(f"half-{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, "-an", "-movflags", "+faststart", str(half)],
        check=True,
    )
    return half.rename(path)
