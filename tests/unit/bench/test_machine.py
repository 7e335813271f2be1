from pathlib import Path

from funscribe.bench.machine import machine_of, nvidia_cards, readable, this_machine


def test_this_machine_has_one_key() -> None:
    one = this_machine()
    assert one == this_machine()
    assert len(one.key) == 12
    assert one.cores >= 1
    assert one.memory_gb >= 1
    assert one.key in readable(one)
    assert one.cpu in readable(one)


def test_another_machine_has_another_key() -> None:
    own = ("One", 2, 8, (), "Linux x86_64")
    others = [
        ("Two", 2, 8, (), "Linux x86_64"),
        ("One", 4, 8, (), "Linux x86_64"),
        ("One", 2, 16, (), "Linux x86_64"),
        ("One", 2, 8, ("RTX",), "Linux x86_64"),
        ("One", 2, 8, (), "Windows AMD64"),
    ]
    assert len({machine_of(*told).key for told in (own, *others)}) == 6
    assert machine_of(*own) == machine_of(*own)


def test_cards_are_those_that_the_driver_tells(tmp_path: Path) -> None:
    driver = tmp_path / "driver"
    for text, found in (("echo One; echo ' Two '", ("One", "Two")), ("exit 9", ()), ("true", ())):
        driver.write_text(f"#!/bin/sh\n{text}\n")
        driver.chmod(0o755)
        assert nvidia_cards(str(driver)) == found
    assert nvidia_cards(str(tmp_path / "none")) == ()
