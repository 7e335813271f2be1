import dataclasses
import functools

import numpy as np
import pytest

from funscribe.testing import CROWDS, SCENES

AT = np.arange(0.5, 19.5, 0.25)


@functools.cache
def boxes_of(name):
    return CROWDS[name].boxes(AT)


def middles(scene, name):
    boxes = boxes_of(scene.name)
    xyxy = boxes.xyxy[:, boxes.names.index(name)]
    return (xyxy[:, :2] + xyxy[:, 2:]) / 2


def test_there_are_enough_of_them_and_none_is_among_the_plain_scenes():
    assert len(CROWDS) >= 6
    assert not set(CROWDS) & set(SCENES)
    assert all(scene.name == name and scene.says for name, scene in CROWDS.items())


@pytest.mark.parametrize("scene", CROWDS.values(), ids=CROWDS)
def test_each_has_one_contact_one_anchor_and_something_that_distracts(scene):
    names = boxes_of(scene.name).names
    assert names.count("contact") == names.count("anchor") == 1
    assert set(names) & {"passer", "fan", "machine"}
    assert np.isfinite(scene.truth()[1]).all()


@pytest.mark.parametrize("name", ["crowd", "fans", "two", "carried", "hidden", "filling", "lying"])
def test_the_contact_moves_along_the_anchor_as_the_truth_says(name):
    scene = CROWDS[name]
    way = middles(scene, "contact") - middles(scene, "anchor")
    along = way[:, 0] if name == "lying" else -way[:, 1]
    assert np.corrcoef(along, np.interp(1000 * AT, *scene.truth()))[0, 1] > 0.999


def test_what_distracts_moves_more():
    scene = CROWDS["two"]
    assert np.ptp(middles(scene, "machine")[:, 1]) > 1.5 * np.ptp(middles(scene, "contact")[:, 1])


def test_the_anchor_wanders_where_it_is_carried_and_nowhere_else():
    assert middles(CROWDS["carried"], "anchor").std(0).max() > 15
    assert middles(CROWDS["crowd"], "anchor").std(0).max() < 1e-6


@pytest.mark.parametrize("scene", [SCENES["vertical"], SCENES["swing"], SCENES["zoom"]])
def test_a_box_holds_what_moves_and_no_more(scene):
    at = np.array([1.0, 1.37])
    empty = dataclasses.replace(scene, times=lambda: at, light=dataclasses.replace(scene.light, noise=0.0))
    boxes = scene.boxes(at)
    pictures = [picture.astype(int) for _, picture in empty.frames()]
    changed = np.argwhere(np.abs(pictures[0] - pictures[1]) > 6)
    both = boxes.xyxy[:, boxes.names.index("mover")]
    low, high = both[:, :2].min(0), both[:, 2:].max(0)
    top_left, bottom_right = changed.min(0)[::-1], changed.max(0)[::-1] + 1
    assert np.all(np.abs(top_left - np.maximum(low, 0)) < 6)
    assert np.all(np.abs(bottom_right - np.minimum(high, (640, 360))) < 6)


def test_the_box_of_a_bent_bar_goes_with_its_tip():
    at = np.linspace(1, 4, 20)
    (box,) = SCENES["bend"].boxes(at).xyxy.transpose(1, 0, 2)
    position = np.asarray(SCENES["bend"].curve(at))
    assert np.corrcoef(box[:, 0] + box[:, 2], position)[0, 1] > 0.99
    assert np.ptp(box[:, 3]) < 0.5
    assert 80 < np.ptp(np.append(box[:, 0], box[:, 2])) < 84 + 130


def test_a_thing_has_no_box_in_a_shot_that_it_is_not_in():
    boxes = SCENES["cuts"].boxes(np.array([1.0, 12.0]))
    mover, passer = boxes.names.index("mover"), boxes.names.index("passer")
    assert np.isnan(boxes.xyxy[1, mover]).all()
    assert np.isnan(boxes.xyxy[0, passer]).all()
    assert np.isfinite(boxes.xyxy[0, mover]).all()
