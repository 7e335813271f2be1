from pathlib import Path

import pytest

from funscribe.devices.table import (
    CONFIG_VARIABLE,
    Device,
    device_named,
    limits_of,
    own_table,
    parse_table,
    read_table,
    unknown_of,
)
from funscribe.errors import DevicesInvalid, DeviceUnknown

ROW = '[toy]\nsummary = "a toy"\nroute = "tcode"\nsource = "its manual"\n'


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "settings"
    folder.mkdir()
    monkeypatch.setenv(CONFIG_VARIABLE, str(folder))
    return folder


def test_every_row_of_the_package_has_a_source_and_makes_limits() -> None:
    table = read_table()
    assert {"simulator", "generic", "handy", "launch", "osr2", "sr6", "ossm", "tcode"} == set(table)
    for device in table.values():
        assert len(device.source) > 10
        assert limits_of(device, table).max_speed >= 100


def test_what_is_unknown_is_taken_from_the_cautious_row() -> None:
    table = read_table()
    ossm = device_named(table, "OSSM")
    assert unknown_of(ossm) == ("max_speed", "min_interval_ms")
    limits, generic = limits_of(ossm, table), limits_of(table["generic"], table)
    assert (limits.max_speed, limits.min_interval_ms) == (generic.max_speed, generic.min_interval_ms)
    assert limits_of(ossm, {}) == limits


def test_a_user_can_lower_limits_and_never_raise_them() -> None:
    table = read_table()
    launch = table["launch"]
    assert limits_of(launch, table, (0, 50), 9999).max_speed == 377
    assert limits_of(launch, table, (0, 50)).low == 5
    assert limits_of(launch, table, (0, 50), 100).max_speed == 100
    with pytest.raises(DevicesInvalid, match=r"range.*from 5 to 95"):
        limits_of(launch, table, (0, 4))
    with pytest.raises(DevicesInvalid, match="nan"):
        limits_of(launch, table, None, float("nan"))


def test_own_rows_replace_those_of_the_package(own_folder: Path, tmp_path: Path) -> None:
    assert own_table() == own_folder / "devices.toml"
    own_table().write_text(ROW.replace("toy]", "handy]") + "max_speed = 50\n")
    assert read_table()["handy"].max_speed == 50
    more = tmp_path / "more.toml"
    more.write_text(ROW.replace("toy]", "handy]") + "max_speed = 60\n" + ROW)
    assert read_table(more)["handy"].max_speed == 60
    assert read_table(more)["toy"] == Device(summary="a toy", route="tcode", source="its manual")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (ROW + "max_speed = nan", 5, "max_speed"),
        (ROW + "max_speed = -1", 5, "max_speed"),
        (ROW + "\n\nmax_speed = 'fast'", 7, "max_speed"),
        (ROW + "range = [50, 10]", 5, "range must rise"),
        (ROW + "range = [0, 200]", 5, "range"),
        (ROW + "axes = []", 5, "axes must name"),
        (ROW + "axes = ['L0']", 5, "write 'stroke'"),
        (ROW + "axes = ['tail']", 5, "no axis is called so"),
        (ROW + "colour = 'red'", 5, "colour"),
        ("\n" + ROW.replace("tcode", "smoke"), 4, "smoke"),
        ('[a]\nsummary = "x"\nroute = "tcode"', 1, "source"),
        (ROW + "max_speed = \n", 5, "no TOML"),
        (ROW + ROW, 5, "no TOML"),
        ("toy = 3", 1, "toy"),
        ("\x00", 1, "no TOML"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(DevicesInvalid, match=says) as caught:
        parse_table(text, "mine.toml")
    assert str(caught.value).startswith(f"mine.toml:{line}: ")


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "huge.toml").write_bytes(b"# " + b"x" * 2_000_000)
    for name in ("missing.toml", "bytes.toml", "huge.toml", "."):
        with pytest.raises(DevicesInvalid, match=r"name a \.toml file"):
            read_table(tmp_path / name)


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(DeviceUnknown, match="did you mean handy"):
        device_named(read_table(), "hndy")
    with pytest.raises(DeviceUnknown, match="there are: simulator"):
        device_named(read_table(), "\n")
