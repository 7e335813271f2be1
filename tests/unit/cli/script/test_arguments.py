import pytest

from funscribe.errors import OutputNotWritable


@pytest.mark.parametrize(
    "words",
    [
        ("heatmap", "good.funscript", "-o", "good.funscript"),
        ("heatmap", "good.funscript", "-o", "x.jpg"),
        ("plot", "good.funscript", "-o", "good.funscript"),
        ("plot", "good.funscript", "-o", "x.svg"),
        ("check", "good.funscript", "--device", "handy", "--plot", "good.funscript"),
        ("compare", "good.funscript", "odd.funscript", "--plot", "odd.funscript"),
        ("filter", "good.funscript", "--apply", "invert", "--plot", "good.funscript"),
    ],
)
def test_no_picture_is_written_over_a_script(folder, run, monkeypatch, words):
    monkeypatch.chdir(folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    got = run(*words)
    assert got.exit_code == 2
    assert "is no name of a picture" in " ".join(got.stderr.replace("│", " ").split())
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_file_that_is_there_is_not_replaced_unasked(folder, run):
    there = folder / "odd.funscript"
    before = there.read_bytes()
    for words in (
        ("convert", folder / "good.funscript", there),
        ("merge", folder / "good.funscript", "-o", there),
        ("split", there),
        ("filter", folder / "good.funscript", "--apply", "invert", "-o", there),
        ("chapters", "add", folder / "good.funscript", "a", "0", "1", "-o", there),
    ):
        got = run(*words)
        assert isinstance(got.exception, OutputNotWritable), words
        assert "--overwrite" in str(got.exception)
    assert there.read_bytes() == before


@pytest.mark.parametrize("words", [("stats",), ("heatmap",), ("plot",), ("chapters", "list")])
def test_one_who_looks_is_told_of_faults(folder, run, words):
    got = run(*words, folder / "bad.funscript")
    assert got.exit_code == 0
    assert "bad.funscript: read with 3 faults put right" in got.stderr
    assert "faults" not in run(*words, folder / "good.funscript").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("convert", "bad.funscript", "n.funscript"),
        ("split", "bad.funscript", "--overwrite"),
        ("merge", "bad.funscript", "-o", "n.funscript"),
        ("chapters", "add", "bad.funscript", "a", "0", "1"),
    ],
)
def test_what_writes_lists_the_repairs(folder, run, monkeypatch, words):
    monkeypatch.chdir(folder)
    assert "bad.funscript: actions are out of order and sorted" in run(*words).stderr
