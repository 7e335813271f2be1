import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from typer.testing import CliRunner

from funscribe.cli import play as command
from funscribe.cli.main import app
from funscribe.errors import DeviceMissing, DevicesInvalid, DeviceUnknown, ScriptInvalid
from funscribe.testing.virtual_clock import VirtualClock

POINTS = [{"at": 200 * i, "pos": 100 * (i % 2)} for i in range(11)]


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(tmp_path / "settings"))
    monkeypatch.setattr(command, "_clock", VirtualClock)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.funscript").write_text(json.dumps({"actions": POINTS}))
    (tmp_path / "a.roll.funscript").write_text(json.dumps({"actions": POINTS[:4]}))
    (tmp_path / "b.funscript").write_text(json.dumps({"actions": POINTS[:3]}))
    (tmp_path / "empty.funscript").write_text('{"actions":[]}')
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["play", *map(str, words)])


def test_scripts_are_played_one_after_the_other_with_their_axes(folder) -> None:
    got = run(folder / "a.funscript", folder / "a.roll.funscript", folder / "b.funscript")
    assert got.exit_code == 0
    assert got.stdout.splitlines()[:2] == ["playing a.funscript, 2.0 s", "playing b.funscript, 0.4 s"]
    assert got.stdout.splitlines()[-1].startswith("ended: ")


def test_every_command_is_a_line_of_json(folder) -> None:
    got = run(folder / "a.funscript", "--json", "--range", "10-90", "--limit-speed", 200, "--speed", 0.5)
    lines = [json.loads(line) for line in got.stdout.splitlines()]
    sent = [line for line in lines if "axis" in line]
    assert sent[0] == {"t_ms": 0, "axis": "stroke", "position": 10.0, "duration_ms": 2000}
    assert all(10 <= line["position"] <= 90 for line in sent)
    assert [line["event"] for line in lines if "event" in line] == ["ramping", "playing", "ended"]
    strokes = [line["position"] for line in sent[1:] if line["axis"] == "stroke"]
    assert abs(strokes[2] - strokes[3]) <= 200 * 0.4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--speed", "nan"], "no number"),
        (["--speed", "fast"], "no number"),
        (["--range", "90-10"], "no range"),
        (["--range", "nan-90"], "no range"),
        (["--range", "-5"], "no range"),
        (["--limit-speed", "inf"], "no number"),
        (["--offset", "nan"], "no number"),
        (["--from", "x"], "no time"),
    ],
)
def test_values_that_make_no_sense_are_refused(folder, words, says) -> None:
    got = run(folder / "a.funscript", *words)
    assert got.exit_code == 2
    assert says in got.stderr


@pytest.mark.parametrize(
    ("name", "words", "error"),
    [
        ("empty.funscript", [], ScriptInvalid),
        ("missing.funscript", [], ScriptInvalid),
        ("a.funscript", ["--from", "1:00"], ScriptInvalid),
        ("a.funscript", ["--device", "toaster"], DeviceUnknown),
        ("a.funscript", ["--device", "sr6", "--port", "/no/port"], DeviceMissing),
        ("a.funscript", ["--speed", "99"], DevicesInvalid),
        ("a.funscript", ["--limit-speed", "0"], DevicesInvalid),
        ("a.funscript", ["--devices", "/no/table.toml"], DevicesInvalid),
    ],
)
def test_what_cannot_be_played_is_told(folder, name, words, error) -> None:
    if error is DeviceMissing:
        pytest.importorskip("serial")
    assert isinstance(run(folder / name, *words).exception, error)


def test_figures_that_are_unknown_are_told(folder) -> None:
    table = folder / "mine.toml"
    table.write_text('[mine]\nsummary = "mine"\nroute = "simulator"\nsource = "nobody"\n')
    got = run(folder / "b.funscript", "--devices", table, "--device", "mine")
    assert "max_speed and min_interval_ms of mine are unknown" in got.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_device_before_the_process_ends(folder, kind) -> None:
    pytest.importorskip("serial")
    master, slave = os.openpty()
    heard = [b""]

    def listen() -> None:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:
                return
            heard[0] += data
            if b"D1" in data:
                os.write(master, b"TCode v0.3\n")

    threading.Thread(target=listen, daemon=True).start()
    (folder / "long.funscript").write_text(
        json.dumps({"actions": [{"at": 300 * i, "pos": 50 * (i % 2)} for i in range(999)]})
    )
    words = ["play", str(folder / "long.funscript"), "--device", "sr6", "--port", os.ttyname(slave)]
    program = "from funscribe.cli.main import run; run()"
    playing = subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while b"L0" not in heard[0] and time.monotonic() < until:
        time.sleep(0.01)
    moved = heard[0].count(b"DSTOP")
    playing.send_signal(kind)
    assert playing.wait(30) == 128 + kind
    time.sleep(0.05)
    assert heard[0].count(b"DSTOP") == moved + 1
    assert heard[0].rstrip().endswith(b"DSTOP")
    os.close(slave)
    os.close(master)
