import numpy as np
import pytest

from funscribe.errors import OutputNotWritable
from funscribe.evaluate import Truth, evaluate, write_comparison
from funscribe.evaluate.comparison import brief
from funscribe.records import Script

AT = np.arange(0, 20_000, 500)
POS = np.where(np.arange(40) % 2, 90, 10)


def test_brief_holds_what_there_is():
    assert brief(evaluate(Script(AT, 100 - POS), Truth(AT, POS))) == (
        "r 1.000     f1 1.000     lag 0 ms     time error 0 ms     upside down"
    )
    assert brief(evaluate(Script(AT, POS), Truth([0, 9000], [np.nan] * 2))) == "rest 160.0 units/s"


def test_writes_a_picture(tmp_path):
    write_comparison(tmp_path / "c.png", Script(AT, POS), Truth(AT, POS), "clip")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputNotWritable):
        write_comparison(tmp_path / "none" / "c.png", Script(AT, POS), Truth(AT, POS))
