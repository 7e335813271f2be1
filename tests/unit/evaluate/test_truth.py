import numpy as np
import pytest

from funscribe.errors import TruthInvalid
from funscribe.evaluate import Truth, parse_truth, read_truth

BOM = "\ufeff"


def test_reads_with_and_without_a_header(tmp_path):
    file = tmp_path / "truth.csv"
    for text in (
        "t_ms,pos\n0,50\n10.5,\n20,100\n",
        "0,50\n10.5,\n20,100",
        "\ufeffT_ms, pos \r\n0,50\r\n10.5,\r\n20,1e2",
    ):
        file.write_text(text, encoding="utf-8")
        truth = read_truth(file)
        assert truth.t_ms.tolist() == [0, 10.5, 20]
        np.testing.assert_array_equal(truth.pos, [50, np.nan, 100])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,50\n1,x\n", "line 2: pos must be a number, not 'x'"),
        ("t_ms,pos\n0,50\n\n5\n", "line 4: two columns"),
        ("0,50,7\n", "line 1: two columns"),
        ("0,nan\n", "line 1: pos must be a finite number"),
        ("inf,1\n", "line 1: t_ms must be a finite number"),
        ("0,50\n0,51\n", "line 2: the time 0 ms does not come after 0 ms"),
        ("9,50\n3,51\n", "line 2: the time 3 ms does not come after 9 ms"),
        ("0,101\n", "line 1: pos must lie in 0..100, not 101"),
        ("frame,time_s\n0,1\n", "line 1: t_ms must be a number"),
        ("", "holds no line"),
        ("t_ms,pos\n", "holds no line"),
        ("0,1\n1e9,1\n", "more than a day"),
    ],
)
def test_garbage_is_named_with_its_line(text, said):
    with pytest.raises(TruthInvalid, match=r"my\.csv") as caught:
        parse_truth(text, "my.csv")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(TruthInvalid, match="cannot be read"):
        read_truth(tmp_path / "missing.csv")
    with pytest.raises(TruthInvalid, match="cannot be read"):
        read_truth(tmp_path)
    binary = tmp_path / "x.csv"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(TruthInvalid, match="not UTF-8"):
        read_truth(binary)


def test_record_checks_itself():
    with pytest.raises(TruthInvalid, match="equally long"):
        Truth(np.arange(3), np.arange(2))
    with pytest.raises(TruthInvalid, match="increasing"):
        Truth(np.array([1, 1]), np.array([2, 3]))
    with pytest.raises(TruthInvalid, match=r"0\.\.100"):
        Truth(np.array([1, 2]), np.array([2, 300]))
    with pytest.raises(ValueError, match="read-only"):
        Truth(np.array([1, 2]), np.array([2, 30])).pos[0] = 4
