"""Options of the detect stage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class DetectOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model looks for things, on what, and how often."""

    model: Annotated[str, Meta(description="model that looks for things; empty for none (name or path)")] = ""
    head: Annotated[
        Literal["auto", "anchor_free", "objectness", "yolox", "end_to_end"],
        Meta(description="what the outputs mean; auto tells it from metadata and shapes (kind)"),
    ] = "auto"
    classes: Annotated[str, Meta(description="class names, one a line; empty for the model's own (file)")] = (
        ""
    )
    engine: Annotated[str, Meta(description="what runs the model: auto, openvino or onnxruntime (name)")] = (
        "auto"
    )
    device: Annotated[
        str,
        Meta(description="what it runs on: auto, cpu, gpu, npu, cuda, tensorrt, coreml or directml (name)"),
    ] = "auto"
    precision: Annotated[
        Literal["auto", "fp32", "fp16", "bf16", "int8"],
        Meta(description="arithmetic; auto takes the model's own, or a faster one as good (number format)"),
    ] = "auto"
    rate_hz: Annotated[float, Meta(gt=0, le=1000, description="how often pictures are looked at (Hz)")] = 10.0
    every_frame: Annotated[
        bool, Meta(description="look at every picture, whatever rate_hz says (yes or no)")
    ] = False
    score: Annotated[float, Meta(ge=0, le=1, description="score below which nothing is kept (0..1)")] = 0.1
    iou: Annotated[
        float, Meta(gt=0, le=1, description="overlap above which two boxes of a class are one (IoU)")
    ] = 0.7
    max_boxes: Annotated[int, Meta(ge=1, le=100_000, description="boxes kept of a picture (count)")] = 300
    size_px: Annotated[
        int, Meta(ge=0, le=4096, description="longer side for a model of any size; 0 for its own (px)")
    ] = 0
    padding: Annotated[
        Literal["auto", "full", "least"],
        Meta(
            description="grey around pictures in a model of fixed size: least leaves out what its graph "
            "allows; auto is least for videos, full for pictures by themselves (kind)"
        ),
    ] = "auto"
    batch: Annotated[
        int, Meta(ge=0, le=1024, description="pictures at once; 0 for what suits the device (count)")
    ] = 0
    streams: Annotated[
        int, Meta(ge=0, le=1024, description="inferences side by side; 0 for what suits the device (count)")
    ] = 0
    embedder: Annotated[
        str, Meta(description="model that tells what boxes look like; empty for none (name or path)")
    ] = ""
