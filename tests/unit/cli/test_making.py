import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.script import read_script
from funscribe.script.stats import script_stats


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(clip, tmp_path / "film.mp4"))


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["generate", "--workers", "1", *map(str, arguments)])


def test_variants_are_written_beside_the_script(film: Path) -> None:
    ran = _run(film, "--variants", "soft, intense", "--json")
    assert ran.exit_code == 0, ran.output
    paths = [
        film.with_name(name) for name in ("film.funscript", "film.soft.funscript", "film.intense.funscript")
    ]
    assert json.loads(ran.stdout)["scripts"] == [str(path) for path in paths]
    plain, soft, intense = (script_stats(read_script(path)) for path in paths)
    assert soft.max_speed <= 200 + 1e-9
    assert soft.max_speed < plain.max_speed
    assert intense.actions > 0


def test_a_variant_that_is_missing_is_added_and_what_exists_is_kept(film: Path) -> None:
    _run(film)
    script = film.with_suffix(".funscript")
    script.write_text("mine")
    ran = _run(film, "--variants", "soft")
    assert ran.exit_code == 0, ran.output
    assert film.with_name("film.soft.funscript").is_file()
    assert script.read_text() == "mine"
    assert "is kept" in _run(film, "--variants", "soft").stdout


def test_an_unknown_variant_is_told_before_anything_is_watched(film: Path) -> None:
    ran = _run(film, "--variants", "sofd")
    assert ran.exit_code == 1
    assert "soft" in str(ran.exception)
    assert list(film.parent.glob("*.funscript")) == []


def test_a_preview_is_written_over_no_file(film: Path) -> None:
    before = film.read_bytes()
    for options in ((), ("--overwrite",)):
        ran = _run(film, "--preview", film, *options)
        assert ran.exit_code == 1
        assert "is the video itself" in ran.stderr
    assert film.read_bytes() == before
    other = film.with_name("other.mp4")
    other.write_bytes(b"mine")
    ran = _run(film, "--preview", other)
    assert ran.exit_code == 1
    assert "exists; replace it with --overwrite" in ran.stderr
    assert other.read_bytes() == b"mine"
    assert _run(film, "--preview", other, "--overwrite").exit_code == 0
    assert other.read_bytes() != b"mine"
