"""An order goes into the queue and comes out as it was."""

import msgspec
import pytest

from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change


def test_order_survives_json():
    order = Order(
        video="a.mp4",
        script="a.funscript",
        recipe=change(Recipe(), ["script.invert=yes"]),
        variants=("soft",),
    )
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def test_order_cannot_be_changed():
    with pytest.raises(AttributeError):
        Order(video="a.mp4", script="a.funscript").overwrite = True


def test_order_needs_a_script():
    with pytest.raises(msgspec.ValidationError, match="script"):
        msgspec.convert({"video": "a.mp4"}, Order)
