"""Times Ultralytics' own prediction with an ONNX file, picture by picture, whenever a line comes in.

    python peer_ultralytics.py MODEL SIDE THREADS PICTURE...

Every answer is a line of JSON: the seconds each picture took and how many boxes were found in it.
"""

from __future__ import annotations

import json
import sys
import time

import cv2
import onnxruntime
import torch

_Session = onnxruntime.InferenceSession


def main(model: str, side: int, threads: int, pictures: list[str]) -> None:
    """Answer every line with one prediction of each picture."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)

    def session(path: str, options: object = None, **more: object) -> object:
        # Its own session takes all cores, whatever torch was told.
        options = options or onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        return _Session(path, options, **more)

    onnxruntime.InferenceSession = session
    from ultralytics import YOLO

    loaded = YOLO(model, task="detect")
    how = {"imgsz": side, "device": "cpu", "verbose": False, "conf": 0.25, "iou": 0.7, "save": False}
    images = [cv2.imread(path) for path in pictures]
    loaded.predictor = loaded._smart_load("predictor")(overrides={**loaded.overrides, **how})
    loaded.predictor.setup_model(loaded.model, verbose=False)
    loaded.predictor.done_warmup = True
    loaded.predict(images[0], **how)
    for _ in sys.stdin:
        answer = []
        for image in images:
            began = time.perf_counter()
            found = loaded.predict(image, **how)
            answer.append((time.perf_counter() - began, len(found[0].boxes)))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
