from funscribe.errors import ScriptInvalid


def test_positions_alone_and_beside_another(folder, run):
    got = run("plot", folder / "good.funscript")
    assert got.stdout == f"{folder / 'good.plot.png'}\n"
    alone = (folder / "good.plot.png").read_bytes()
    assert alone.startswith(b"\x89PNG")
    out = folder / "two.png"
    assert (
        run("plot", folder / "good.funscript", "--with", folder / "bad.funscript", "-o", out).exit_code == 0
    )
    assert out.read_bytes() != alone
    assert isinstance(run("plot", folder / "none.funscript").exception, ScriptInvalid)
