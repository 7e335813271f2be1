import json

import pytest

from funscribe.errors import DevicesInvalid, DeviceUnknown


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(tmp_path / "settings"))


@pytest.fixture
def fast(folder):
    points = [{"at": 0, "pos": 0}, {"at": 200, "pos": 100}, {"at": 230, "pos": 99}, {"at": 9000, "pos": 0}]
    (folder / "so fast.funscript").write_text(json.dumps({"actions": points}), encoding="utf-8")
    return folder / "so fast.funscript"


def test_a_script_that_fits(folder, run) -> None:
    got = run("check", folder / "good.funscript", "--device", "handy")
    assert got.exit_code == 0
    assert "handy can play all of it" in got.stdout
    said = json.loads(run("check", folder / "good.funscript", "--device", "handy", "--json").stdout)
    assert (said["fits"], said["passages"], said["apply"]) == (True, [], [])
    assert "firmware" in said["limits"]["source"]


def test_a_script_that_asks_too_much(fast, run) -> None:
    got = run("check", fast, "--device", "handy")
    assert got.exit_code == 1
    lines = got.stdout.splitlines()
    assert lines[1].startswith("0:00.2 to 0:00.2")
    assert "30 ms apart (2.0 x the limit)" in lines[1]
    assert "500 units/s (1.4 x the limit)" in lines[2]
    assert lines[-1].startswith(f"to mend it: funscribe script filter '{fast}' --apply 'min_interval(")
    said = json.loads(run("check", fast, "--device", "handy", "--json").stdout)
    assert not said["fits"]
    assert said["over_percent"] == pytest.approx(100 * 230 / 9000)
    assert said["apply"] == ["min_interval(interval_ms=60)", "limit_speed(max_speed=364)"]


def test_a_picture_and_an_empty_script(fast, folder, run) -> None:
    (folder / "empty.funscript").write_text('{"actions":[]}', encoding="utf-8")
    for file in (fast, folder / "empty.funscript"):
        picture = folder / "out.png"
        got = run("check", file, "--device", "sr6", "--plot", picture)
        assert str(picture) in got.stdout
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_unknown_figures_and_devices_and_bad_tables(folder, run) -> None:
    got = run("check", folder / "good.funscript", "--device", "ossm")
    assert 'max_speed is unknown; the cautious one of "generic" is taken' in got.stdout
    assert isinstance(run("check", folder / "good.funscript", "--device", "x").exception, DeviceUnknown)
    (folder / "t.toml").write_text("[x]\n")
    bad = run("check", folder / "good.funscript", "--device", "x", "--devices", folder / "t.toml").exception
    assert isinstance(bad, DevicesInvalid)
