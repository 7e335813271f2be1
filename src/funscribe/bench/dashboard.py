"""The dashboard: results and the history of saved runs as one HTML file that needs nothing but a browser."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from funscribe.bench.charts import RULES
from funscribe.bench.dashboard_history import compact, history_part, newest
from funscribe.bench.dashboard_results import details_part, results_part
from funscribe.bench.dashboard_text import safe
from funscribe.bench.history import Run
from funscribe.bench.report_history import history_of
from funscribe.bench.report_results import Results, checked

HERE = Path(__file__).resolve().parent

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src '{allowed}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Funscribe benchmarks</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Funscribe benchmarks</h1>
<nav><a href="#results">Asked and reached</a><a href="#history">History</a>
<a href="#details">Measurements</a></nav>
<p class="faint">Every figure opens its JSON.</p>
{body}
</main>
<div id="told" role="status" hidden></div>
<aside id="row" aria-label="JSON of a figure" hidden>
<button type="button">Close</button><code></code><pre></pre></aside>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def dashboard(
    groups: Results, runs: Sequence[Run], damaged: Sequence[str] = (), name: str = "benchmarks.json"
) -> str:
    """Return the page.

    Args:
        groups: The results; none are told as such.
        runs: Saved runs in any order; of many, the latest 1,000 are shown.
        damaged: What is wrong with files of the history that could not be read.
        name: What the file of the results is called.
    """
    groups = checked(groups)
    shown, left_out = newest(runs)
    tracks = history_of(shown)
    script = (HERE / "dashboard.js").read_text(encoding="utf-8")
    parts = [
        results_part(groups),
        history_part(tracks, damaged, left_out),
        details_part(groups),
    ]
    held = {"name": name, "results": groups, "history": [compact(track) for track in tracks]}
    return PAGE.format(
        allowed=_hash_of(script),
        style=(HERE / "dashboard.css").read_text(encoding="utf-8") + RULES,
        body="\n".join(parts),
        data=_embedded(held),
        script=script,
    )


def write_dashboard(path: Path, page: str) -> None:
    """Write the page; a folder that is missing is made.

    Raises:
        OutputNotWritable: It cannot be written.
    """
    from funscribe.files import not_writable, write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(path, error) from error
    write_atomically(path, safe(page).encode())


def _embedded(values: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    plain = msgspec.json.encode(values).decode()
    return plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash_of(script: str) -> str:
    """What the policy of the page calls its own script by: no other one runs, wherever it comes from."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
