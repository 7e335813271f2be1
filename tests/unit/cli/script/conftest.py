import pytest
from typer.testing import CliRunner

from funscribe.cli.script import app

GOOD = '{"version":"1.0","actions":[{"at":0,"pos":0},{"at":500,"pos":100},{"at":1000,"pos":0}]}'
BAD = '{"version":1,"actions":[{"at":500,"pos":0},{"at":0,"pos":120}]}'


@pytest.fixture
def folder(tmp_path):
    """Scripts: good, bad (can be repaired), none (no script at all) and odd (unusual but legal)."""
    (tmp_path / "good.funscript").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.funscript").write_text(BAD, encoding="utf-8")
    (tmp_path / "none.funscript").write_text("nope", encoding="utf-8")
    (tmp_path / "odd.funscript").write_text(GOOD.replace("{", '{"inverted":true,', 1), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run():
    """Run `funscribe script` with the words given."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])
