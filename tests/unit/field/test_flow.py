import numpy as np
import pytest

from funscribe.field.flow import FlowMeter, grid_size, shrink, small_size
from funscribe.field.options import FieldOptions


def texture(size_wh, seed=0):
    """A smooth random picture twice as large as asked, to cut moving pictures from."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (size_wh[1] // 8, size_wh[0] // 8))
    rows = np.repeat(np.repeat(coarse, 16, axis=0), 16, axis=1)
    for axis in (0, 1):
        total = np.cumsum(rows, axis=axis)
        rows = (np.roll(total, -8, axis) - np.roll(total, 8, axis)) / 16
    return rows[32:-32, 32:-32].clip(0, 255).astype(np.uint8)


def views(size_wh, steps, seed=0):
    """Pictures whose content moves by (dx, dy) px a frame."""
    wide = texture((size_wh[0] + 200, size_wh[1] + 200), seed)
    x, y = 60, 60
    for dx, dy in steps:
        x, y = x - dx, y - dy
        yield np.ascontiguousarray(wide[y : y + size_wh[1], x : x + size_wh[0]])


def measure(meter, pictures, rate_hz=30.0):
    return [meter.step(picture, k / rate_hz) for k, picture in enumerate(pictures)]


def test_sizes_keep_the_shape_of_the_picture():
    options = FieldOptions()
    assert small_size(options, (1920, 1080)) == (256, 144)
    assert small_size(options, (1080, 1920)) == (144, 256)
    assert grid_size(options, (1920, 1080)) == (16, 9)
    assert grid_size(options, (1080, 1920)) == (9, 16)
    assert min(small_size(options, (5000, 10))) >= 32


@pytest.mark.parametrize(("dx", "dy"), [(3, 0), (0, 3), (-2, 2)])
def test_velocity_is_in_picture_heights_per_second(dx, dy):
    meter = FlowMeter(FieldOptions(), (640, 360))
    rows = measure(meter, views((640, 360), [(0, 0)] + [(dx, dy)] * 4))
    inner = rows[-1][0][2:-2, 2:-2].astype(float)
    expected = np.array([dx, dy]) / 360 * 30
    assert np.median(inner, axis=(0, 1)) == pytest.approx(expected, abs=0.02)


def test_the_first_frame_has_no_motion_and_no_cut():
    meter = FlowMeter(FieldOptions(), (640, 360))
    field, cut = meter.step(next(views((640, 360), [(0, 0)])), 5.0)
    assert field.shape == (9, 16, 2)
    assert field.dtype == np.float16
    assert not field.any()
    assert cut == 0


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_picture_gives_the_upright_field(rotation):
    upright = list(views((640, 360), [(0, 0)] + [(2, 3)] * 2))
    turned = [np.rot90(picture, rotation // 90) for picture in upright]
    straight = measure(FlowMeter(FieldOptions(), (640, 360)), upright)
    meter = FlowMeter(FieldOptions(), (640, 360), rotation)
    fields = measure(meter, turned)
    assert meter.small_wh == ((144, 256) if rotation != 180 else (256, 144))
    assert fields[-1][0].shape == straight[-1][0].shape
    assert np.abs(fields[-1][0].astype(float) - straight[-1][0].astype(float)).max() < 0.03


def test_ten_bits_give_the_same_picture_as_eight():
    eight = next(views((1920, 1080), [(0, 0)]))
    small = shrink(eight, (256, 144))
    ten = shrink(eight.astype(np.uint16) << 2, (256, 144), bits=10)
    assert small.dtype == ten.dtype == np.uint8
    assert np.abs(small.astype(int) - ten.astype(int)).max() <= 1


def test_shrinking_keeps_the_mean_and_takes_strided_planes():
    plane = np.random.default_rng(1).integers(0, 255, (1080, 2048), dtype=np.uint8)[:, :1920]
    small = shrink(plane, (256, 144))
    assert small.shape == (144, 256)
    assert small.flags.c_contiguous
    assert abs(float(small.mean()) - float(plane.mean())) < 1


def test_a_row_depends_on_two_pictures_only():
    pictures = list(views((640, 360), [(0, 0), (1, 2), (3, -1), (2, 2)]))
    whole = measure(FlowMeter(FieldOptions(), (640, 360)), pictures)
    part = FlowMeter(FieldOptions(), (640, 360))
    part.step(pictures[2], 2 / 30)
    field, cut = part.step(pictures[3], 3 / 30)
    assert field.tobytes() == whole[3][0].tobytes()
    assert cut == whole[3][1]


def test_time_that_stands_still_gives_no_motion():
    first, second = views((640, 360), [(0, 0), (5, 5)])
    meter = FlowMeter(FieldOptions(), (640, 360))
    meter.step(first, 1.0)
    field, _ = meter.step(second, 1.0)
    assert not field.any()


def test_a_cut_scores_high_and_motion_or_a_brighter_light_low():
    here = list(views((640, 360), [(0, 0), (6, 4)], seed=1))
    there = next(views((640, 360), [(0, 0)], seed=2))
    meter = FlowMeter(FieldOptions(), (640, 360))
    scores = [cut for _, cut in measure(meter, [*here, (here[1] * 0.6).astype(np.uint8), there])]
    assert scores[1] < 0.2
    assert scores[2] < 0.2
    assert scores[3] > 0.4
