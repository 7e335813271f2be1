"""Scores tracks with TrackEval, as MOTChallenge does (pedestrians; distractors are left out of both sides).

    python peer_trackeval.py TRUTH RESULTS LENGTHS NAME...

TRUTH holds CLIP/gt/gt.txt, RESULTS holds NAME/data/CLIP.txt, LENGTHS is JSON of the frames of each clip. The
answer is JSON: for each name and clip, and `all`, its HOTA, MOTA and IDF1 (%) and its switches of identity.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

import numpy as np
import trackeval


def score(truth: str, results: str, lengths: dict[str, int], names: list[str]) -> dict[str, Any]:
    """Return the scores of each name."""
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": truth,
            "TRACKERS_FOLDER": results,
            "TRACKERS_TO_EVAL": names,
            "SEQ_INFO": lengths,
            "SKIP_SPLIT_FOL": True,
            "BENCHMARK": "MOT17",
            "PRINT_CONFIG": False,
        }
    )
    quiet = (
        "PRINT_RESULTS",
        "PRINT_CONFIG",
        "TIME_PROGRESS",
        "OUTPUT_SUMMARY",
        "OUTPUT_DETAILED",
        "PLOT_CURVES",
    )
    evaluator = trackeval.Evaluator({**dict.fromkeys(quiet, False), "USE_PARALLEL": False})
    metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(), trackeval.metrics.Identity()]
    found = evaluator.evaluate([dataset], metrics)[0]["MotChallenge2DBox"]
    return {
        name: {clip.replace("COMBINED_SEQ", "all"): _told(all_["pedestrian"]) for clip, all_ in clips.items()}
        for name, clips in found.items()
    }


def _told(scores: Any) -> dict[str, float]:
    return {
        "HOTA": 100 * float(np.mean(scores["HOTA"]["HOTA"])),
        "MOTA": 100 * float(scores["CLEAR"]["MOTA"]),
        "IDF1": 100 * float(scores["Identity"]["IDF1"]),
        "IDSW": int(scores["CLEAR"]["IDSW"]),
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        answer = score(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4:])
    print(json.dumps(answer))
