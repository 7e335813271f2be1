from funscribe.errors import ScriptInvalid


def test_heatmap(folder, run):
    got = run("heatmap", folder / "good.funscript")
    assert got.exit_code == 0
    assert (folder / "good.heatmap.png").read_bytes().startswith(b"\x89PNG")
    out = folder / "x.png"
    assert run("heatmap", folder / "good.funscript", "-o", out, "--duration", "20").exit_code == 0
    assert out.read_bytes() != (folder / "good.heatmap.png").read_bytes()


def test_a_script_that_cannot_be_read_is_left_to_the_main_command(folder, run):
    assert isinstance(run("heatmap", folder / "none.funscript").exception, ScriptInvalid)


def test_a_duration_is_above_nothing(folder, run):
    assert run("heatmap", folder / "good.funscript", "--duration", "-3").exit_code == 2


def test_heatmap_as_svg_in_other_colours(folder, run):
    out = folder / "x.svg"
    assert run("heatmap", folder / "good.funscript", "-o", out).exit_code == 0
    first = out.read_text()
    assert first.startswith("<svg")
    assert run("heatmap", folder / "good.funscript", "-o", out, "--palette", "steps").exit_code == 0
    assert out.read_text() != first
