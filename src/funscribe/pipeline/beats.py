"""The beats that a file names or sounds."""

from __future__ import annotations

import math
from pathlib import Path

from funscribe.errors import FilterInvalid
from funscribe.script.beats import find_beats
from funscribe.video.audio import read_sound

LIST_SUFFIXES = (".txt", ".csv")


def beats_of(path: str | Path) -> tuple[float, ...]:
    """Beats of a media file by its sound, or those that a list (.txt, .csv) has, increasing (s).

    A list has a time a line; what follows a comma, a tab or a space is left out, as are empty lines and a
    heading. Beats before 0 are left out.

    Raises:
        FilterInvalid: A list cannot be read.
        VideoNotFound: There is no such media file.
        VideoUnreadable: It has no sound.
        DeviceMissing: librosa is not installed.
    """
    path = Path(path)
    if path.suffix.lower() in LIST_SUFFIXES:
        beats = _listed(path)
    else:
        sound = read_sound(path)
        beats = [sound.start_s + beat for beat in find_beats(sound.samples, sound.rate_hz)]
    return tuple(sorted({beat for beat in beats if beat >= 0}))


def _listed(path: Path) -> list[float]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FilterInvalid(f"{path} cannot be read: {error}; check the path") from error
    beats: list[float] = []
    for number, line in enumerate(lines, 1):
        words = line.replace(",", " ").split()
        try:
            beat = float(words[0]) if words else None
        except ValueError:
            if number == 1:
                continue
            beat = math.nan
        if beat is not None and not math.isfinite(beat):
            raise FilterInvalid(f"{path}: line {number} begins with no time (s): {line[:40]!r}")
        beats += [] if beat is None else [beat]
    return beats
