import re
from xml.etree import ElementTree

import numpy as np
import pytest

from funscribe.records import Script
from funscribe.script.svg import STRIP, WIDTH, heatmap_svg

SVG = "{http://www.w3.org/2000/svg}"
RED, BLUE = [255, 0, 0], [0, 0, 255]


def drawn(*given, **more):
    return ElementTree.fromstring(heatmap_svg(*given, **more))


def test_the_strip_has_its_colours_from_left_to_right():
    root = drawn(Script([], []), 10.0, np.array([RED] * 5 + [BLUE] * 5, np.uint8))
    strips = [rect for rect in root.iter(f"{SVG}rect") if rect.get("height") == str(STRIP)]
    assert [rect.get("fill") for rect in strips] == ["#ff0000", "#0000ff"]
    assert float(strips[1].get("x")) == WIDTH / 2


def test_the_position_stands_at_its_time():
    root = drawn(Script([0, 5000], [0, 100]), 10.0, np.array([RED], np.uint8))
    (x0, y0), (x1, y1) = (p.split(",") for p in root.find(f"{SVG}polyline").get("points").split())
    assert (float(x0), float(x1)) == (0, WIDTH / 2)
    assert float(y0) > float(y1)


def test_a_dense_script_keeps_its_heights():
    count = 20_000
    script = Script(np.arange(count) * 180, np.where(np.arange(count) % 2, 90, 10))
    points = drawn(script, 3600.0, np.array([RED], np.uint8)).find(f"{SVG}polyline").get("points").split()
    assert len(points) <= 2 * WIDTH
    heights = {point.split(",")[1] for point in points}
    assert len(heights) == 2


@pytest.mark.parametrize("title", ["", "a < b & c", "\x00 \udcff", "\u65e5\u672c"])
@pytest.mark.parametrize("script", [Script([], []), Script([5], [50])])
def test_any_title_and_script_give_proper_xml(script, title):
    root = drawn(script, 0.5, np.zeros((3, 3), np.uint8), title=title)
    shown = " ".join(text.text for text in root.iter(f"{SVG}text"))
    assert re.search(r"0:00\.0", shown)
    assert ("a < b" in shown) == ("<" in title)
