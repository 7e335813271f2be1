"""What the outputs of a model mean, told from its metadata and shapes.

Known are the layouts that detectors of the YOLO family are exported with. C is the number of classes, N that
of places a box can be at; segmentation models have coefficients of masks behind the classes, not used here.

| kind        | output       | row                                                             |
|-------------|--------------|-----------------------------------------------------------------|
| anchor_free | (B, 4+C, N)  | centre x, y, width, height, score of each class; also (B, N, 4+C) |
| objectness  | (B, N, 5+C)  | centre x, y, width, height, objectness, share of each class     |
| yolox       | (B, N, 5+C)  | the same, in cells of three grids, sides as logarithms          |
| end_to_end  | (B, N, 6)    | left, top, right, bottom, score, class                          |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from funscribe.detect.classes import read_names
from funscribe.detect.decode import DECODERS, STRIDES, Candidates
from funscribe.detect.engine import TensorSpec
from funscribe.errors import HeadUnknown
from funscribe.records import Array

_BEFORE = {"anchor_free": 4, "objectness": 5, "yolox": 5}
_LAST_MOST = 1000  # places of an end-to-end head; others have more in any picture worth looking at


@dataclass(frozen=True, slots=True)
class Head:
    """How the outputs of a model are read, and how pictures must lie in its input.

    Attributes:
        kind: "anchor_free", "objectness", "yolox" or "end_to_end".
        output: Which output holds the boxes (index).
        class_count: Classes; 0 where the shapes do not tell it (count).
        masks: Values behind the classes that are not used (count).
        across: Whether a place is a column of the output; else it is a row.
        suppressed: Whether overlapping boxes are gone already.
        scale: What a pixel of value 1 becomes in the input (factor).
        bgr: Whether the channels are in the order blue, green, red.
        centred: Whether pictures lie in the middle of the input; else in its top left corner.
    """

    kind: str
    output: int = 0
    class_count: int = 0
    masks: int = 0
    across: bool = False
    suppressed: bool = False
    scale: float = 1 / 255
    bgr: bool = False
    centred: bool = True

    def decode(self, outputs: Sequence[Array], full_wh: tuple[int, int], score: float) -> list[Candidates]:
        """Return the candidates of each picture: xyxy (M, 4) in the input (px), score (M,), class (M,).

        Args:
            outputs: All outputs of the model for one batch.
            full_wh: Size of the input (px).
            score: Least score; what is not a number stays (0..1).

        Raises:
            HeadUnknown: The output is of another shape than the model said.
        """
        raw = outputs[self.output]
        read, found = DECODERS[self.kind], []
        for values in raw.astype(np.float32, copy=False):
            rows = values.T if self.across else values
            used = rows.shape[1] - self.masks
            if used <= _BEFORE.get(self.kind, 5):
                raise HeadUnknown(
                    f"an output of shape {raw.shape} is no {self.kind}; choose another with --head"
                )
            found.append(read(rows[:, :used], score, full_wh))
        return found


def find_head(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    metadata: Mapping[str, str],
    head: str = "auto",
    *,
    class_count: int = 0,
) -> Head:
    """Return what the outputs of a model mean.

    Args:
        inputs: The inputs of the model.
        outputs: Its outputs.
        metadata: What it says of itself.
        head: The kind, where the user names it; "auto" tells it from the rest.
        class_count: Classes where that is known from elsewhere; 0 takes the metadata's (count).

    Raises:
        HeadUnknown: The outputs are none that are known, or can be read in two ways.
    """
    try:
        given = _give(inputs, outputs, metadata, class_count)
        if head != "auto":
            return _head(given, head)
        fitting = [kind for kind in DECODERS if _fits(given, kind)]
        if len(fitting) != 1:
            read = f"can be read as {' or '.join(fitting)}" if fitting else "fit no head that is known"
            raise _Refused(f"its shapes {read}; name the right one with --head")
        return _head(given, fitting[0])
    except _Refused as error:
        found = "; ".join(["input " + ", ".join(map(str, inputs)), "output " + ", ".join(map(str, outputs))])
        raise HeadUnknown(f"the outputs of the model cannot be used: {error} (found: {found})") from None


class _Refused(Exception):
    """Why no head fits."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What is known of a model before it runs; lengths that are not fixed are 0."""

    output: int
    lines: int
    columns: int
    masks: int
    cells: tuple[int, ...]  # of the grids of strides 8 to 32, then with 64, then with 4
    classes: int
    metadata: Mapping[str, str]


def _give(
    inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], metadata: Mapping[str, str], classes: int
) -> _Given:
    task = metadata.get("task", "detect")
    if task not in ("detect", "segment"):
        raise _Refused(
            f"it is made for the task {task!r}, which has no plain boxes; use a model that detects"
        )
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[1] not in (3, None):
        raise _Refused("its input is not one of (batch, 3, height, width); export it so")
    if not inputs[0].dtype.startswith("float"):
        raise _Refused(f"its input is of type {inputs[0].dtype}; export it with an input of floats")
    flat = [index for index, output in enumerate(outputs) if len(output.shape) == 3]
    if len(flat) != 1:
        raise _Refused(
            f"{len(flat)} of its outputs have three dimensions, not one; export it with one output"
        )
    _, lines, columns = outputs[flat[0]].shape
    masks = next((output.shape[1] or 0 for output in outputs if len(output.shape) == 4), 0)
    height, width = inputs[0].shape[2:]
    return _Given(
        flat[0], lines or 0, columns or 0, masks, _cells(width or 0, height or 0),
        classes or len(read_names(metadata)), metadata,
    )  # fmt: skip


def _cells(width: int, height: int) -> tuple[int, ...]:
    """Cells of the grids that detectors have in a picture."""
    if not width or not height:
        return ()
    three = sum((height // stride) * (width // stride) for stride in STRIDES)
    return (three, three + (height // 64) * (width // 64), three + (height // 4) * (width // 4))


def _fits(given: _Given, kind: str) -> bool:
    """Whether the shapes and metadata are those of a kind, without being told."""
    if kind == "end_to_end":
        return _is_end_to_end(given)
    if given.metadata.get("end2end") == "True" or (_is_end_to_end(given) and (given.lines or given.classes)):
        return False
    if kind == "anchor_free":
        return _is_anchor_free(given, given.lines, given.columns, across=True) or _is_anchor_free(
            given, given.columns, given.lines, across=False
        )
    if not _has_values(given, given.columns, _BEFORE[kind]) or _fits(given, "anchor_free"):
        return False
    # One place in a cell is YOLOX's; three are those of the YOLOs with anchors.
    single = given.lines in given.cells[:1]
    made_by_yolo = "stride" in given.metadata or "names" in given.metadata
    if kind == "yolox":
        return single or (not given.lines and not made_by_yolo)
    return (single and made_by_yolo) or given.lines in [3 * count for count in given.cells] or not given.lines


def _is_end_to_end(given: _Given) -> bool:
    if given.columns != 6 + given.masks or given.metadata.get("end2end") == "False":
        return False
    if given.metadata.get("end2end") == "True":
        return True
    grids = [*given.cells, *(3 * count for count in given.cells)]
    if given.lines:
        return given.lines <= _LAST_MOST and given.lines not in grids
    return given.classes not in (1, 2)


def _is_anchor_free(given: _Given, values: int, places: int, *, across: bool) -> bool:
    if not _has_values(given, values, 4):
        return False
    # Where neither classes nor places are known, only the usual way round is believed.
    if given.classes:
        return places in (0, *given.cells) or not given.cells or places > values
    return across and (places in given.cells or not places)


def _has_values(given: _Given, values: int, before: int) -> bool:
    """Whether a place may have so many values: `before` of them, one for each class, and the masks'."""
    if given.classes:
        return values == before + given.classes + given.masks
    return values > before + given.masks


def _head(given: _Given, kind: str) -> Head:
    """The head of a kind, its way round told as well as can be."""
    if kind not in DECODERS:
        raise _Refused(f"no head is called {kind!r}; there are {', '.join(DECODERS)}")
    across = kind == "anchor_free" and _lies_across(given)
    values = given.lines if across else given.columns
    if kind == "end_to_end":
        if values not in (0, 6 + given.masks):
            raise _Refused(f"rows of {values} values are no end_to_end, which has 6")
        return Head(kind, given.output, given.classes, values - 6 if values else given.masks, suppressed=True)
    before = _BEFORE[kind] + given.masks
    if values and (values <= before or (given.classes and values != before + given.classes)):
        named = f" and {given.classes} classes" if given.classes else ""
        raise _Refused(f"places of {values} values{named} are no {kind}; name another with --head")
    plain = Head(kind, given.output, values - before if values else given.classes, given.masks, across)
    if kind != "yolox":
        return plain
    return Head(kind, plain.output, plain.class_count, plain.masks, scale=1.0, bgr=True, centred=False)


def _lies_across(given: _Given) -> bool:
    """Whether the places of an anchor-free head are its columns."""
    if given.classes and given.lines and given.columns:
        values = 4 + given.classes + given.masks
        return given.lines == values or given.columns != values
    if given.lines and given.columns:
        return given.columns in given.cells or given.lines not in given.cells
    return bool(given.lines) or not given.columns
