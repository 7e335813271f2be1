import msgspec
import numpy as np
import pytest

from funscribe.jobs.messages import (
    Advance,
    Broken,
    Cores,
    Done,
    Need,
    Said,
    Stage,
    pack,
    unpack,
    unpack_cores,
)
from funscribe.monitor import Progress


@pytest.mark.parametrize(
    "message",
    [
        Need(10**13),
        Stage("composing"),
        Advance(Progress(0.5, 100, 30.0, 1.0, None, 80.0, 1, 4, 12.5)),
        Done(actions=None, warnings=("one", "two"), kept=True),
        Broken(kind="space", reason="full", folder="/data", wanted_bytes=7),
    ],
)
def test_messages_come_back(message: Said) -> None:
    assert unpack(pack(message)) == message


def test_grants_come_back() -> None:
    assert unpack_cores(pack(Cores(12))) == 12


def test_numbers_of_numpy_are_told_as_plain_ones() -> None:
    odd = Progress(np.float64(0.5), np.int64(3), np.float32(2.0), 1.0, None, 80.0)  # type: ignore[arg-type]
    back = unpack(pack(Advance(odd)))
    assert isinstance(back, Advance)
    assert type(back.progress.fraction) is float
    assert type(back.progress.frames) is int


@pytest.mark.parametrize("text", ["x" * 10**7, "a\nb\n" * 10**6, "\udcff" * 10**5])
def test_what_is_long_is_cut_and_stays_one_line(text: str) -> None:
    packed = pack(Broken(kind="again", reason=text))
    back = unpack(packed)
    assert isinstance(back, Broken)
    assert len(packed) < 10_000
    assert "\n" not in back.reason
    many = unpack(pack(Done(warnings=(text,) * 1000)))
    assert isinstance(many, Done)
    assert len(many.warnings) == 20


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93\x01\x02", pack(Cores(1)), pack(Need(5))[:-1]])
def test_what_makes_no_sense_is_an_error(data: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        unpack(data)
