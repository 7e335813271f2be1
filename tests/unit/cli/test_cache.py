import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.trace import Part, TraceStore


def _fill(count: int) -> None:
    for number in range(count):
        store = TraceStore()
        store.open(f"{number:032x}")
        store.write_part(
            f"{number:032x}", 0, Part(np.zeros(1), np.zeros((1, 2, 2, 2)), np.zeros(1), False, 0)
        )


def test_an_empty_cache(own_cache: Path) -> None:
    shown = CliRunner().invoke(app, ["cache", "show"])
    assert shown.exit_code == 0
    assert f"{own_cache}: 0 traces" in shown.stdout.replace("\n", "")
    assert CliRunner().invoke(app, ["cache", "clear"]).stdout == "0 traces removed, 0.0 MB freed\n"


def test_show_and_clear(own_cache: Path) -> None:
    _fill(2)
    told = json.loads(CliRunner().invoke(app, ["cache", "show", "--json"]).stdout)
    assert told["folder"] == str(own_cache)
    assert told["bytes"] == sum(trace["size"] for trace in told["traces"]) > 0
    assert len(told["traces"]) == 2
    assert CliRunner().invoke(app, ["cache", "show"]).stdout.count("MB  000000") == 2
    assert CliRunner().invoke(app, ["cache", "clear"]).stdout.startswith("2 traces removed")
    assert TraceStore().traces() == []


def test_what_is_in_use_stays(own_cache: Path) -> None:
    _fill(1)
    with TraceStore() as store:
        store.open("f" * 32)
        told = CliRunner().invoke(app, ["cache", "clear"]).stdout
        assert told.startswith("1 traces removed")
        assert told.endswith("; 1 in use is kept\n")
    assert CliRunner().invoke(app, ["cache", "clear"]).stdout == "1 traces removed, 0.0 MB freed\n"
