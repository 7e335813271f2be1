"""How much memory one worker takes, and that the length of a video does not matter."""

from __future__ import annotations

from pathlib import Path

from clips import clip_8k, clip_1080p, clip_of_frames
from funscribe.bench.tables import Table, at_most
from measure import run_generate
from results import Group
from setting import Setting

SHORT_FRAMES = 1_000
MORE_FRAMES = 10_000


def memory(setting: Setting) -> Group:
    """The peak memory of `funscribe generate --workers 1` on 1080p, on 8K, and on ten times the length."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    frames = setting.pick(SHORT_FRAMES, 100)
    more = setting.pick(MORE_FRAMES, 300)
    short = clip_of_frames(setting.work, clip, frames)
    long = clip_of_frames(setting.work, clip, frames + more)
    large = [clip_8k(setting.work, codec, setting.pick(40, 8)) for codec in ("h264", "hevc")]
    peaks = {path: _peak_mb(path) for path in (short, long, *large)}
    hd, eight_k = max(peaks[short], peaks[long]), max(peaks[path] for path in large)
    grown = peaks[long] - peaks[short]
    return Group(
        how="Peak resident memory, as the system counts it, of the one process of `funscribe generate "
        "--workers 1` with an empty cache: it watches and composes. The long clip is the short one over and "
        f"over, {more} frames more.",
        lines=(
            at_most("peak memory of one worker, 1080p", 350, hd, "{:.0f} MB"),
            at_most("peak memory of one worker, 8K", 800, eight_k, "{:.0f} MB"),
            at_most("growth of it over 10,000 more frames", 20, grown, "{:.1f} MB"),
        ),
        details=(
            Table(
                "Megabytes (10⁶ bytes)",
                ("clip", "peak"),
                tuple((path.name, round(peak, 1)) for path, peak in peaks.items()),
            ),
        ),
    )


def _peak_mb(clip: Path) -> float:
    return run_generate(clip, "--workers", "1").peak_mb
