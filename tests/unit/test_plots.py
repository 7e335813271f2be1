import struct
import sys
import threading

import numpy as np
import pytest

from funscribe.plots import Beside, clock, comparison_png, heatmap_png, time_ticks
from funscribe.records import Script

LEGEND = (np.array([0.0, 400.0]), np.array([[0, 0, 0], [255, 0, 0]], np.uint8))
STRIP = np.full((10, 3), 90, np.uint8)


def pixels(png):
    """The picture (H, W, 3), uint8."""
    cv2 = pytest.importorskip("cv2")
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def size(png):
    assert png.startswith(b"\x89PNG")
    return struct.unpack(">II", png[16:24])


def saw(count, gap_ms=250):
    return Script(np.arange(count) * gap_ms, np.where(np.arange(count) % 2, 90, 10))


def test_the_strip_has_its_colours_from_left_to_right():
    strip = np.repeat(np.array([[200, 0, 0], [0, 0, 200]], np.uint8), 50, axis=0)
    image = pixels(heatmap_png(saw(40), 10.0, strip, LEGEND, "clip"))
    row = image[image.shape[0] // 4]
    assert row[image.shape[1] // 4].tolist() == [200, 0, 0]
    assert row[3 * image.shape[1] // 4].tolist() == [0, 0, 200]


def test_the_curve_is_drawn_where_the_script_is():
    blank = pixels(heatmap_png(Script([], []), 10.0, STRIP, LEGEND))
    drawn = pixels(heatmap_png(Script([0, 5000], [50, 50]), 10.0, STRIP, LEGEND))
    columns = np.flatnonzero(np.any(blank != drawn, axis=(0, 2)))
    width = blank.shape[1]
    assert columns.min() == pytest.approx(0.045 * width, abs=4)
    assert columns.max() == pytest.approx((0.045 + 0.94 / 2) * width, abs=4)


@pytest.mark.parametrize("count", [400, 20_000])
def test_a_dense_script_fills_its_range(count):
    image = pixels(heatmap_png(saw(count), count / 4, STRIP, LEGEND))
    blue = (image[:, :, 2] > 150) & (image[:, :, 0] < 120)
    rows = np.flatnonzero(blue[:, image.shape[1] // 2 :].any(axis=1))
    # The curve has 100 units on 0.48 of the height, of which 80 are used.
    assert np.ptp(rows) == pytest.approx(0.8 * 0.45 * image.shape[0], rel=0.15)


@pytest.mark.parametrize("count", [0, 1, 2, 500, 20_000])
def test_any_number_of_actions(count):
    assert size(heatmap_png(saw(count), max(count / 4, 1.0), STRIP, LEGEND)) == (1680, 408)


@pytest.mark.parametrize("title", ["", "$x_1$ {}", "日本語", "a\nb", "bad \udcff name"])
def test_any_title(title):
    assert size(heatmap_png(saw(4), 2.0, STRIP, LEGEND, title))


def test_comparison_grows_with_the_clip():
    t_ms = np.arange(0, 95_000, 33.0)
    truth = 50 + 40 * np.sin(t_ms / 300)
    short = size(comparison_png(saw(20), t_ms[:300], truth[:300], "clip", "r 0.9"))
    long = size(comparison_png(saw(20), t_ms, truth))
    assert short[0] == long[0]
    assert long[1] > 2 * short[1]


@pytest.mark.parametrize(
    ("t_ms", "pos"), [([], []), ([0.0], [5.0]), ([0.0, 10.0], [np.nan, np.nan]), ([0.0, 9e7], [1.0, 2.0])]
)
def test_comparison_of_almost_nothing(t_ms, pos):
    assert size(comparison_png(Script([], []), t_ms, pos))


def test_truth_and_script_are_both_seen():
    t_ms = np.arange(0, 10_000, 50.0)
    alone = pixels(comparison_png(Script([], []), t_ms, np.full(len(t_ms), 20.0)))
    both = pixels(comparison_png(Script([0, 9950], [80, 80]), t_ms, np.full(len(t_ms), 20.0)))
    assert np.count_nonzero(np.any(alone != both, axis=2)) > 1000


def test_confidence_is_drawn_below_and_marks_across():
    t_ms = np.arange(0, 10_000, 50.0)
    script = Script([0, 9950], [80, 80])
    plain = pixels(comparison_png(script, [], []))
    marked = pixels(comparison_png(script, [], [], beside=Beside(marks_ms=[2000.0, 5000.0])))
    sure = pixels(comparison_png(script, [], [], beside=Beside(t_ms, np.full(len(t_ms), 0.9))))
    assert plain.shape == marked.shape
    columns = np.any(plain != marked, axis=2)[100:180].any(axis=0)
    assert 2 <= np.count_nonzero(np.diff(columns.astype(int)) == 1) <= 3
    assert sure.shape[0] > plain.shape[0]
    green = (sure[:, :, 1].astype(int) - sure[:, :, 2:].max(axis=2)) > 5
    assert green[int(0.7 * len(green)) :].any(axis=0).mean() > 0.9
    assert not green[60 : int(0.6 * len(green))].any()


def test_nothing_global_is_touched():
    heatmap_png(saw(4), 2.0, STRIP, LEGEND)
    assert "matplotlib.pyplot" not in sys.modules


def test_threads_do_not_meet():
    results = []

    def draw():
        results.append(heatmap_png(saw(30), 8.0, STRIP, LEGEND, "t"))

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert len(set(results)) == 1


@pytest.mark.parametrize(
    ("time_s", "fine", "text"),
    [
        (0, False, "0:00"),
        (59.9, False, "1:00"),
        (61, False, "1:01"),
        (3725, False, "1:02:05"),
        (1.26, True, "0:01.3"),
    ],
)
def test_clock(time_s, fine, text):
    assert clock(time_s, fine) == text


def test_passages_are_shaded_and_curves_named():
    plain = pixels(comparison_png(saw(20), [0, 5000], [50, 50]))
    beside = Beside(passages_ms=[(1000, 2000)], labels=("a \udcff", "b"))
    shaded = pixels(comparison_png(saw(20), [0, 5000], [50, 50], beside=beside))
    changed = np.any(plain != shaded, axis=2)
    columns = np.flatnonzero(changed[changed.shape[0] // 2])
    width = plain.shape[1]
    assert columns.min() == pytest.approx((0.045 + 0.945 / 5) * width, abs=6)
    assert columns.max() == pytest.approx((0.045 + 0.945 * 2 / 5) * width, abs=6)


@pytest.mark.parametrize(("end_s", "count", "fine"), [(5, 11, True), (60, 13, False), (3600, 13, False)])
def test_times_to_label(end_s, count, fine):
    ticks, tenths = time_ticks(0.0, end_s)
    assert (len(ticks), tenths) == (count, fine)
    assert (ticks[0], ticks[-1]) == (0, end_s)
