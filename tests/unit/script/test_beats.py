import sys

import numpy as np
import pytest

from funscribe.errors import DeviceMissing
from funscribe.script.beats import find_beats

RATE = 22_050


def clicks(every_s, seconds=15):
    sound = np.zeros(seconds * RATE, np.float32)
    click = np.exp(-np.arange(400) / 80) * np.sin(np.arange(400) * 0.3)
    for beat in np.arange(0.25, seconds - 0.1, every_s):
        begin = round(beat * RATE)
        sound[begin : begin + 400] += click
    return sound


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(DeviceMissing, match=r"pip install 'funscribe\[audio\]'"):
        find_beats(np.ones(10, np.float32), RATE)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_clicks_are_found_where_they_are():
    pytest.importorskip("librosa", reason="needs the extra [audio]")
    beats = np.array(find_beats(clicks(0.5), RATE))
    assert len(beats) >= 25
    inner = beats[2:-2]
    away = np.abs((inner - 0.25 + 0.25) % 0.5 - 0.25)
    assert np.median(away) < 0.05


def test_silence_has_none():
    pytest.importorskip("librosa", reason="needs the extra [audio]")
    assert find_beats(np.zeros(1000, np.float32), RATE) == ()
    assert find_beats(np.zeros(0, np.float32), RATE) == ()
