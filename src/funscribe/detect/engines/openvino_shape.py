"""A graph of OpenVINO made for one size of pictures, rewritten for a smaller one.

Exporters write sizes into a graph: the targets of reshapes, the points that boxes are told from, the strides
of the cells they belong to. Here the graph is walked from its input on, and of every axis that gets shorter
the places that are kept are known: the first lines and columns of a picture, and what becomes of those where
axes are joined, split, moved and put in a row. A constant that lies along such an axis keeps the same places,
so that every cell that is left means what it meant before, and is told where it was before.

What is not understood completely stays as it is: `shrunk` returns None then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from funscribe.detect.engines.openvino_axes import Axes, Refused, broadcast, joined, regrouped, shortened
from funscribe.records import Array

_WITH_KERNEL = ("Convolution", "GroupConvolution", "ConvolutionBackpropData", "MaxPool", "AvgPool")
_BY_PLACE = (
    "Abs", "Add", "Clamp", "Convert", "Divide", "Elu", "Exp", "FakeQuantize", "Floor", "Gelu", "HSigmoid",
    "HSwish", "Log", "Maximum", "Minimum", "Mish", "Multiply", "Negative", "Power", "Relu", "Result", "Round",
    "Sigmoid", "SoftPlus", "Sqrt", "Subtract", "Swish", "Tanh",
)  # fmt: skip
_WITHIN = ("Softmax", "LogSoftmax")  # each place from its own axis, which may be shorter
_REDUCING = ("ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum")
_ENDLESS = 1 << 31


def shrunk(model: ov.Model, size_wh: tuple[int, int]) -> ov.Model | None:
    """Return a model of one fixed input (N, 3, H, W) as one for a smaller input, or None if that is not safe.

    Its cells are those of the first lines and columns of the first model; boxes are told in the same
    coordinates (px).

    Args:
        model: The graph, which is left as it is.
        size_wh: Size of the smaller input (px).
    """
    if len(model.inputs) != 1 or model.input().get_partial_shape().is_dynamic:
        return None
    shape = tuple(model.input().get_shape())
    width, height = size_wh
    if len(shape) != 4 or not (0 < height <= shape[2] and 0 < width <= shape[3]):
        return None
    smaller = model.clone()
    try:
        kept = _walk(smaller, (None, None, shortened(shape[2], height), shortened(shape[3], width)))
        expected = _shapes(smaller, kept)
        smaller.get_parameters()[0].set_partial_shape(ov.PartialShape([*shape[:2], height, width]))
        smaller.validate_nodes_and_infer_types()
    except (Refused, RuntimeError):  # the library finds sizes that do not fit as well
        return None
    return smaller if _shapes(smaller, {}) == expected else None


class _Kept(dict[tuple[str, int], Axes]):
    """The axes of all outputs of nodes that get shorter."""

    def of(self, port: Any) -> Axes:
        """Return the axes of an output; those of one that stays are all None."""
        found = self.get((port.get_node().get_name(), port.get_index()))
        return found or (None,) * port.get_partial_shape().rank.get_length()


def _walk(model: ov.Model, axes: Axes) -> _Kept:
    """Replace what is written for the larger size, and return what is kept of all outputs."""
    kept = _Kept({(model.input().get_node().get_name(), 0): axes})
    for node in model.get_ordered_ops():
        inputs = [kept.of(value) for value in node.input_values()]
        if not any(place is not None for axes in inputs for place in axes):
            continue
        for index, found in enumerate(_follow(node, inputs)):
            if any(place is not None for place in found):
                kept[node.get_name(), index] = found
    return kept


def _shapes(model: ov.Model, kept: Mapping[tuple[str, int], Axes]) -> dict[tuple[str, int], list[int]]:
    """Shapes of all outputs of nodes, as they are to be where some axes are known to get shorter."""
    shapes = {}
    for node in model.get_ordered_ops():
        for index, port in enumerate(node.outputs()):
            axes = kept.get((node.get_name(), index), ())
            shape = list(port.get_shape())
            for axis, places in enumerate(axes):
                shape[axis] = shape[axis] if places is None else len(places)
            shapes[node.get_name(), index] = shape
    return shapes


def _follow(node: Any, inputs: list[Axes]) -> Sequence[Axes]:
    """What is kept of the outputs of a node, some of whose inputs get shorter."""
    kind = node.get_type_name()
    if kind in _BY_PLACE:
        return [_by_place(node, inputs)]
    if kind in _WITHIN or (kind == "PRelu" and prod(node.input_value(1).get_shape()) == 1):
        return [inputs[0]]
    if kind in _WITH_KERNEL:
        return [_with_kernel(node, inputs)] * node.get_output_size()
    if kind in _REDUCING:
        return [_reduced(node, inputs[0])]
    rule = _RULES.get(kind)
    if rule is None:
        raise Refused(kind)
    found: Sequence[Axes] = rule(node, inputs)
    return found


def _by_place(node: Any, inputs: list[Axes]) -> Axes:
    """Every place of the output is made of the same places of the inputs."""
    shape = list(node.output(0).get_shape())
    shapes = [list(value.get_shape()) for value in node.input_values()]
    axes = broadcast(shape, shapes, inputs)
    for index, own in enumerate(shapes):
        _keep(node, index, inputs[index], axes[len(shape) - len(own) :])
    return axes


def _with_kernel(node: Any, inputs: list[Axes]) -> Axes:
    """Convolutions and pools; where they look around, what is kept must be the beginning of an axis."""
    axes = inputs[0]
    if any(places is not None for own in (axes[:2], *inputs[1:]) for places in own):
        raise Refused("channels, pictures or weights of another number")
    if node.get_output_size() > 1 and node.output(1).get_target_inputs():
        raise Refused("places that a pool has taken")
    said = node.get_attributes()
    pool = node.get_type_name().endswith("Pool")
    kernel = said["kernel"] if pool else node.input_value(1).get_shape()[2 - len(axes) :]
    old, new = node.input_value(0).get_shape(), node.output(0).get_shape()
    found: list[Array | None] = [None, None]
    for axis in range(2, len(axes)):
        places = axes[axis]
        alone = kernel[axis - 2] == 1 and old[axis] == new[axis]
        if alone or places is None:
            found.append(places)
        else:
            found.append(_scaled(places, old[axis], new[axis]))
    return tuple(found)


def _scaled(places: Array, old: int, new: int) -> Array:
    """The beginning of an axis that is `new` long where its source is `old` long."""
    count, rest = divmod(len(places) * new, old)
    if rest or places[-1] != len(places) - 1:
        raise Refused("places that are not whole, or not the first ones")
    return np.arange(count)


def _reduced(node: Any, axes: Axes) -> Axes:
    over = {axis % len(axes) for axis in _numbers(node, 1)}
    if node.get_attributes()["keep_dims"]:
        return tuple(None if axis in over else places for axis, places in enumerate(axes))
    return tuple(places for axis, places in enumerate(axes) if axis not in over)


def _reshaped(node: Any, inputs: list[Axes]) -> list[Axes]:
    old, new = node.input_value(0).get_shape(), node.output(0).get_shape()
    axes = regrouped(list(old), list(new), inputs[0])
    if node.get_type_name() == "Reshape":
        _numbers(node, 1)
        lengths = [side if kept is None else len(kept) for side, kept in zip(new, axes, strict=True)]
        _put(node, 1, ops.constant(np.array(lengths, np.int64)))
    return [axes]


def _transposed(node: Any, inputs: list[Axes]) -> list[Axes]:
    return [tuple(inputs[0][axis] for axis in _numbers(node, 1))]


def _joined(node: Any, inputs: list[Axes]) -> list[Axes]:
    shapes = [list(value.get_shape()) for value in node.input_values()]
    axis = node.get_attributes()["axis"] % len(shapes[0])
    axes = joined(shapes, inputs, axis)
    for index, own in enumerate(inputs):
        _keep(node, index, own, tuple(None if at == axis else kept for at, kept in enumerate(axes)))
    return [axes]


def _split(node: Any, inputs: list[Axes]) -> list[Axes]:
    """Parts along an axis; where that gets shorter, each part keeps what falls into it."""
    axes = inputs[0]
    axis = _numbers(node, 1)[0] % len(axes)
    places = axes[axis]
    if places is None:
        return [axes] * node.get_output_size()
    if node.get_type_name() != "VariadicSplit":
        raise Refused("equal parts of an axis that gets shorter")
    ends = np.cumsum([0, *(port.get_shape()[axis] for port in node.outputs())])
    parts = [places[(places >= a) & (places < b)] - a for a, b in pairwise(ends)]
    if not all(map(len, parts)):
        raise Refused("a part of which nothing is kept")
    _numbers(node, 2)
    _put(node, 2, ops.constant(np.array([len(part) for part in parts], np.int64)))
    return [(*axes[:axis], part, *axes[axis + 1 :]) for part in parts]


def _sliced(node: Any, inputs: list[Axes]) -> list[Axes]:
    """A part of some axes; of one that gets shorter all, or every second place and so on."""
    found = list(inputs[0])
    starts, stops, steps, over = (_numbers(node, index) for index in (1, 2, 3, 4))
    for start, stop, step, axis in zip(starts, stops, steps, over, strict=True):
        places = found[axis % len(found)]
        if places is None:
            continue
        if places[-1] != len(places) - 1 or stop < _ENDLESS or start < 0 or step < 1:
            raise Refused("a part of an axis that gets shorter")
        found[axis % len(found)] = np.arange(len(range(start, len(places), step)))
    return [tuple(found)]


def _resized(node: Any, inputs: list[Axes]) -> list[Axes]:
    """Pictures at another size, by a factor or at a size that is written down."""
    old, new = node.input_value(0).get_shape(), node.output(0).get_shape()
    found = tuple(
        None if places is None else _scaled(places, old[axis], new[axis])
        for axis, places in enumerate(inputs[0])
    )
    if node.get_attributes()["shape_calculation_mode"] == "sizes":
        sizes = _numbers(node, 1)
        last = node.get_input_size() - 1
        over = _numbers(node, last) if last == (3 if _has_both(node) else 2) else range(len(new))
        if sizes != [new[axis] for axis in over]:
            raise Refused("sizes that are not those of the output")
        lengths = [new[axis] if (kept := found[axis]) is None else len(kept) for axis in over]
        _put(node, 1, ops.constant(np.array(lengths, np.int64)))
    return [found]


def _has_both(node: Any) -> bool:
    """Whether a node has an input for sizes and one for factors, as before version 11."""
    return bool(node.get_type_info().version_id == "opset4")


def _multiplied(node: Any, inputs: list[Axes]) -> list[Axes]:
    said = node.get_attributes()
    first, second = inputs
    if min(len(first), len(second)) < 2:
        raise Refused("a product of vectors")
    lead = broadcast(
        list(node.output(0).get_shape()[:-2]),
        [list(value.get_shape()[:-2]) for value in node.input_values()],
        [first[:-2], second[:-2]],
    )
    lines, inner = first[-2:][::-1] if said["transpose_a"] else first[-2:]
    other, columns = second[-2:][::-1] if said["transpose_b"] else second[-2:]
    batches = [_alike(own[:-2], lead) for own in (first, second)]
    if not _same(inner, other) or not all(batches):
        raise Refused("a product over an axis that gets shorter in one factor only")
    return [(*lead, lines, columns)]


def _alike(own: Axes, lead: Axes) -> bool:
    return all(map(_same, own, lead[len(lead) - len(own) :]))


def _same(one: Array | None, other: Array | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _shape_of(node: Any, inputs: list[Axes]) -> list[Axes]:
    """Shapes change; how many axes there are, which is all that some exporters ask, does not."""
    if any(port.get_node().get_type_name() != "ShapeOf" for port in node.output(0).get_target_inputs()):
        raise Refused("a size that is computed")
    return [(None,)]


_RULES = {
    "Concat": _joined,
    "Interpolate": _resized,
    "MatMul": _multiplied,
    "Reshape": _reshaped,
    "ShapeOf": _shape_of,
    "Slice": _sliced,
    "Split": _split,
    "Squeeze": _reshaped,
    "Transpose": _transposed,
    "Unsqueeze": _reshaped,
    "VariadicSplit": _split,
}


def _keep(node: Any, index: int, own: Axes, axes: Axes) -> None:
    """Take of an input that does not get shorter by itself what is kept of the others."""
    length = node.input_value(index).get_shape()
    for axis, places in enumerate(axes):
        if places is not None and own[axis] is None and length[axis] != 1:
            kept = ops.gather(node.input_value(index), ops.constant(places), ops.constant(np.int64(axis)))
            _put(node, index, kept)


def _put(node: Any, index: int, source: Any) -> None:
    node.input(index).replace_source_output(source.output(0))


def _numbers(node: Any, index: int) -> list[int]:
    """Whole numbers that are written down in the graph, and do not depend on the picture."""
    source: Any = node.input_value(index).get_node()
    if source.get_type_name() == "Broadcast":
        return _numbers(source, 0) * int(prod(source.get_output_shape(0)))
    if source.get_type_name() != "Constant":
        raise Refused("numbers that are computed")
    return [int(number) for number in np.asarray(source.data).ravel()]
