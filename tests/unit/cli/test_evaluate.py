import json

import pytest
import typer
from typer.testing import CliRunner

from funscribe.cli.evaluate import evaluate
from funscribe.errors import ScriptInvalid, TruthInvalid

APP = typer.Typer()
APP.command()(evaluate)
RUNNER = CliRunner()


@pytest.fixture
def pair(tmp_path):
    points = [(500 * i, 90 if i % 2 else 10) for i in range(40)]
    script, truth = tmp_path / "a.funscript", tmp_path / "a.csv"
    script.write_text(json.dumps({"actions": [{"at": a, "pos": p} for a, p in points]}), encoding="utf-8")
    truth.write_text("t_ms,pos\n" + "\n".join(f"{a},{p}" for a, p in points), encoding="utf-8")
    return script, truth


def run(*words):
    return RUNNER.invoke(APP, [str(word) for word in words])


def test_prints_the_scores(pair):
    got = run(*pair)
    assert got.exit_code == 0
    lines = {line.split()[0]: line.split()[1] for line in got.stdout.splitlines()}
    assert (lines["r"], lines["f1"], lines["sign"], lines["rest"]) == ("1.000", "1.000", "+1", "-")


def test_prints_one_json_object(pair):
    said = json.loads(run(*pair, "--json").stdout)
    assert said["r"] == pytest.approx(1)
    assert (said["f1"], said["lag_ms"], said["rest"], said["depth_rank"], said["matched"]) == (
        1,
        0,
        None,
        None,
        38,
    )


def test_a_truth_without_positions(pair):
    script, truth = pair
    truth.write_text("0,\n5000,\n", encoding="utf-8")
    said = json.loads(run(script, truth, "--json").stdout)
    assert said["r"] is None
    assert said["rest"] == pytest.approx(160)


def test_bad_files_are_left_to_the_main_command(pair):
    script, truth = pair
    assert run(truth, truth).exit_code == 0  # a script can be CSV too
    none = script.with_name("none.funscript")
    none.write_bytes(truth.read_bytes())
    assert isinstance(run(none, truth).exception, ScriptInvalid)
    assert isinstance(run(script, script).exception, TruthInvalid)
    assert isinstance(run(script, truth.with_name("none.csv")).exception, TruthInvalid)


def test_wrong_usage(pair):
    assert run(pair[0]).exit_code == 2
