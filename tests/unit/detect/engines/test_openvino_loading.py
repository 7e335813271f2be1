"""What is kept of a compiled model, when it is read, and when it is made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.detect.engines import openvino_loading as loading
from funscribe.detect.engines.openvino import OpenVINOEngine
from funscribe.detect.engines.openvino_loading import Loading
from funscribe.detect.options import DetectOptions

Build = Callable[..., Path]
VALUES = np.arange(6 * 42, dtype=np.float32).reshape(6, 42)


def images() -> Any:
    return np.zeros((1, 3, 32, 64), np.float32)


def test_what_was_compiled_is_taken_by_the_next(build: Build, own_cache: Path, monkeypatch: Any) -> None:
    path = build(VALUES, metadata={"task": "detect"})
    OpenVINOEngine(path, DetectOptions(), threads=1).close()
    (kept,) = (own_cache / "compiled").iterdir()

    def refuse(path: Path) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr(loading, "_read", refuse)
    engine = OpenVINOEngine(path, DetectOptions(), threads=1)
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    assert dict(engine.metadata) == {"task": "detect"}
    assert engine.precision == "fp32"
    engine.close()
    with pytest.raises(AssertionError, match="read again"):  # other settings are compiled on their own
        OpenVINOEngine(path, DetectOptions(streams=2), threads=1)
    kept.write_bytes(kept.read_bytes()[:1000])  # as after a crash of the machine
    with pytest.raises(AssertionError, match="read again"):
        OpenVINOEngine(path, DetectOptions(), threads=1)


def test_what_cannot_be_imported_is_compiled_again(build: Build, monkeypatch: Any) -> None:
    path = build(VALUES)
    real = loading.CompiledStore.load
    OpenVINOEngine(path, DetectOptions(), threads=1).close()

    def spoilt(store: Any, key: str, kind: Any) -> Any:
        found = real(store, key, kind)
        return found and (found[0], b"made by another driver")

    monkeypatch.setattr(loading.CompiledStore, "load", spoilt)
    engine = OpenVINOEngine(path, DetectOptions(), threads=1)
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    engine.close()


def test_what_is_known_needs_no_compiled_model(build: Build) -> None:
    path = build(VALUES, metadata={"task": "detect"})
    first = Loading(path, "CPU", DetectOptions(), 1)
    told = first.told()
    assert (told.precision, told.metadata, told.at_once) == ("fp32", {"task": "detect"}, 2)
    later = Loading(path, "CPU", DetectOptions(), 1)
    assert later.told() == told
    assert later.found is not None
    assert isinstance(later.found[1], bytes)  # as it was kept: it is taken up when it runs
    assert later.compiled() is later.compiled()
    assert not isinstance(later.found[1], bytes)


def test_each_size_is_kept_on_its_own(baked: Build, own_cache: Path) -> None:
    path = baked()
    sizes = (None, (128, 64), (64, 128))
    shapes = [Loading(path, "CPU", DetectOptions(), 1, size_wh).told().inputs[0].shape for size_wh in sizes]
    assert shapes == [(1, 3, 128, 128), (1, 3, 64, 128), (1, 3, 128, 64)]
    assert len(list((own_cache / "compiled").iterdir())) == 3


def test_the_own_size_is_not_compiled_where_it_is_hardly_used(
    baked: Build, own_cache: Path, monkeypatch: Any
) -> None:
    read, real = [], loading._read
    monkeypatch.setattr(loading, "_read", lambda path: read.append(path) or real(path))
    engine = OpenVINOEngine(baked(), DetectOptions(padding="least"), threads=1)
    assert (engine.inputs[0].shape, engine.outputs[0].shape) == ((1, 3, 128, 128), (1, 6, 336))
    smaller = engine.at_size((128, 64))
    assert smaller is not None
    assert len(read) == 1
    sizes = sorted(path.stat().st_size for path in (own_cache / "compiled").iterdir())
    assert len(sizes) == 2
    assert sizes[0] < 1000  # of its own size only what is known
    assert (smaller.precision, smaller.at_once) == ("fp32", 2)
    x = np.random.default_rng(0).random((1, 3, 128, 128), np.float32)
    part = smaller.run(x[:, :, :64])[0]
    whole = engine.run(x)[0]  # it is there all the same
    assert np.array_equal(part[..., :128], whole[..., :128])
    assert engine.at_once == 2
    engine.close()
    smaller.close()


def test_what_is_known_of_a_model_is_not_read_twice(baked: Build, monkeypatch: Any) -> None:
    path = baked()
    least = DetectOptions(padding="least")
    first = Loading(path, "CPU", least, 1)
    first.told()
    first.at_size((128, 64))
    real = loading._read

    def refuse(path: Path) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr(loading, "_read", refuse)
    later = Loading(path, "CPU", least, 1)
    assert later.told().outputs[0].shape == (1, 6, 336)
    assert later.at_size((128, 64)).told().outputs[0].shape == (1, 6, 168)
    with pytest.raises(AssertionError, match="read again"):  # whoever wants its own size opens it whole
        Loading(path, "CPU", DetectOptions(), 1).told()
    monkeypatch.setattr(loading, "_read", real)
    whole = Loading(path, "CPU", DetectOptions(), 1)
    whole.told()
    assert whole.found is not None
    assert whole.found[1]
    kept = Loading(path, "CPU", least, 1)  # which is then there for all
    kept.told()
    assert kept.found is not None
    assert kept.found[1]
