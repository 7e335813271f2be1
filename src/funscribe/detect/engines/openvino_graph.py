"""What a graph of OpenVINO really computes in, and integer convolutions turned into plain ones.

Models that were quantised dynamically (ONNX Runtime's `quantize_dynamic`) find the range of every activation
while they run, round it to 8 bit and convolve it with integer weights. OpenVINO has no integer kernel for
that: it takes ranges, rounds, and convolves in float all the same. The same convolution with the weights'
real values does without all of that, and without the rounding of activations; it takes half the time.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from funscribe.records import Array

_CONVOLUTIONS = {"Convolution": ops.convolution, "GroupConvolution": ops.group_convolution}
_LAYERS = (
    "Convolution",
    "FullyConnected",
    "MatMul",
    "Deconvolution",
    "convolution",
    "fully_connected",
    "gemm",
)
_PRECISIONS = {"f32": "fp32", "f16": "fp16", "bf16": "bf16", "i8": "int8", "u8": "int8", "i32": "int8"}


def is_quantised(model: ov.Model) -> bool:
    """Tell whether a graph has layers whose activations are rounded to integers."""
    return any(_kind(node) == "FakeQuantize" or _is_integer(node) for node in model.get_ops())


def has_integers(model: ov.Model) -> bool:
    """Tell whether a graph has integer convolutions."""
    return any(map(_is_integer, model.get_ops()))


def to_float(model: ov.Model) -> int:
    """Turn the integer convolutions of dynamically quantised activations into plain ones, in place.

    What does not look exactly as ONNX's DynamicQuantizeLinear, ConvInteger and the scale behind them is left.

    Returns:
        How many were turned.
    """
    turned = 0
    for node in model.get_ordered_ops():
        if _is_integer(node):
            turned += _turn(node)
    if turned:
        model.validate_nodes_and_infer_types()
    return turned


def precision_of(compiled: Any) -> str:
    """Return the number format in which most layers with weights of a compiled model run."""
    seen: Counter[str] = Counter()
    for node in compiled.get_runtime_model().get_ops():
        told = node.get_rt_info()
        if str(_told(told, "layerType")) in _LAYERS:
            seen[str(_told(told, "runtimePrecision"))] += 1
    if not seen:
        return "fp32"
    found = seen.most_common(1)[0][0]
    return _PRECISIONS.get(found, found)


def _told(told: Any, key: str) -> Any:
    return getattr(told[key], "value", "") if key in told else ""


def _kind(node: Any) -> str:
    return str(node.get_type_name())


def _is_integer(node: Any) -> bool:
    return _kind(node) in _CONVOLUTIONS and node.get_output_element_type(0) == ov.Type.i32


def _turn(convolution: Any) -> bool:
    """Put a plain convolution in the place of an integer one and of the scale behind it."""
    quantised = _quantised(_source(convolution, 0))
    scaled = _only_user(_only_user(convolution, "Convert"), "Multiply")
    weights = _constant(_source(convolution, 1))
    if quantised is None or scaled is None or weights is None:
        return False
    activation, spread = quantised
    factor = _weight_scale(scaled, spread)
    if factor is None or (
        factor.size > 1 and factor.size != scaled.get_output_partial_shape(0)[1].get_length()
    ):
        return False
    said = convolution.get_attributes()
    plain = _CONVOLUTIONS[_kind(convolution)](
        activation,
        ops.constant(_scale(weights, factor, grouped=_kind(convolution) == "GroupConvolution")),
        list(said["strides"]),
        list(said["pads_begin"]),
        list(said["pads_end"]),
        list(said["dilations"]),
        said["auto_pad"],
    )
    plain.set_friendly_name(scaled.get_friendly_name())
    scaled.output(0).replace(plain.output(0))
    return True


def _quantised(node: Any) -> tuple[Any, Any] | None:
    """Output that was quantised dynamically, and the node of its range; None if it was not.

    OpenVINO reads DynamicQuantizeLinear as clamp(round(x * 255 / range) + zero point), with
    range = max(x, 0) - min(x, 0); behind it, the zero point is taken off again.
    """
    if _kind(node) != "Subtract":
        return None
    clamped = _behind_converts(_source(node, 0))
    zero = _behind_converts(_source(node, 1))
    if _kind(clamped) != "Clamp" or _kind(_source(clamped, 0)) != "Add":
        return None
    added = [_source(_source(clamped, 0), place) for place in (0, 1)]
    rounded = next((side for side in added if _kind(side) == "Round"), None)
    if rounded is None or not any(_is(_behind_converts(side), zero) for side in added):
        return None
    divided = _source(rounded, 0)
    if _kind(divided) != "Divide" or _kind(_source(divided, 0)) != "Multiply":
        return None
    activation, spread = _source(divided, 0).input_value(0), _source(divided, 1)
    levels = _constant(_source(_source(divided, 0), 1))
    bounds = [_source(spread, place) for place in range(spread.get_input_size())]
    ranges = _kind(spread) == "Subtract" and [_kind(bound) for bound in bounds] == ["Maximum", "Minimum"]
    return (activation, spread) if ranges and levels is not None and levels == 255 else None


def _weight_scale(scaled: Any, spread: Any) -> Array | None:
    """Scale of the weights, of a product that scales by the range / 255 of the activations as well."""
    for place in (0, 1):
        product = _source(scaled, place)
        if _kind(product) != "Multiply":
            continue
        for step, factor in (
            (_source(product, 0), _source(product, 1)),
            (_source(product, 1), _source(product, 0)),
        ):
            if _kind(step) == "Divide" and _is(_source(step, 0), spread):
                levels = _constant(_source(step, 1))
                return _constant(factor) if levels is not None and levels == 255 else None
    return None


def _scale(weights: Array, factor: Array, *, grouped: bool) -> Array:
    """Real values of integer weights, whose scale is one for all or one for each output channel."""
    if factor.size == 1:
        return np.asarray(weights * factor.reshape(()), np.float32)
    lead = weights.shape[: 2 if grouped else 1]
    return np.asarray(weights * factor.reshape(lead + (1,) * (weights.ndim - len(lead))), np.float32)


def _constant(node: Any) -> Array | None:
    """Value of a node that depends on constants only, of the few kinds that weights pass through."""
    kind = _kind(node)
    if kind == "Constant":
        return np.asarray(node.data)
    values = [_constant(_source(node, place)) for place in range(node.get_input_size())]
    if kind == "Convert" and values[0] is not None:
        # Wide enough that the zero point can be taken off.
        return values[0].astype(np.float32) if values[0].dtype.itemsize <= 2 else values[0]
    if kind == "Subtract" and values[0] is not None and values[1] is not None:
        return np.asarray(values[0] - values[1])
    if kind == "Reshape" and values[0] is not None:
        return values[0].reshape(tuple(node.get_output_shape(0)))
    return None


def _source(node: Any, place: int) -> Any:
    return node.input_value(place).get_node()


def _behind_converts(node: Any) -> Any:
    while _kind(node) == "Convert":
        node = _source(node, 0)
    return node


def _only_user(node: Any, kind: str) -> Any | None:
    """The node that alone takes the output of another, if it is of a kind."""
    users = [] if node is None else [port.get_node() for port in node.output(0).get_target_inputs()]
    return users[0] if len(users) == 1 and _kind(users[0]) == kind else None


def _is(one: Any, other: Any) -> bool:
    return bool(one.get_name() == other.get_name())
