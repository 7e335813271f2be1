"""What every engine must do: a public check, also for engines of others.

    from funscribe.testing.engine_kit import check_engine
    check_engine(MyEngine, "model.onnx")

Any small model will do that takes float pictures; a plug-in is handed over as it is registered. A check that
fails is an AssertionError that says what was wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from funscribe.detect.engine import Engine, TensorSpec
from funscribe.detect.options import DetectOptions
from funscribe.errors import FunscribeError, ModelInvalid, ModelNotFound
from funscribe.records import Array

Opener = Callable[..., Engine]


def check_engine(opener: Opener, model: str | Path) -> None:
    """Check an engine.

    Args:
        opener: What is registered in the group `funscribe.engines`.
        model: A model whose first input is of a float type; lengths that are not fixed become 1 or 32.

    Raises:
        AssertionError: It does not do what an engine must.
    """
    engine = opener(model, DetectOptions(), threads=1)
    try:
        _check_told(engine)
        _check_outputs(engine)
        _check_many_at_once(engine)
        _check_wrong_batch(engine)
    finally:
        engine.close()
    engine.close()  # twice is no harm
    _check_files(opener)


def sample(spec: TensorSpec, seed: int = 0) -> Array:
    """Return a batch for an input, its values in 0..1, always the same for a seed."""
    shape = [length or (1 if place == 0 else 32) for place, length in enumerate(spec.shape)]
    return np.random.default_rng(seed).random(shape).astype(spec.dtype)


def _check_told(engine: Engine) -> None:
    assert engine.name, "an engine has a name"
    assert engine.device, "an engine tells what runs it"
    assert engine.precision, "an engine tells the precision it runs in"
    assert engine.at_once >= 1, f"at least one batch can be under way, not {engine.at_once}"
    assert engine.inputs, "a model has inputs"
    assert engine.outputs, "a model has outputs"
    for spec in (*engine.inputs, *engine.outputs):
        assert all(length is None or length >= 0 for length in spec.shape), (
            f"{spec}: lengths are numbers or None"
        )
        assert np.dtype(spec.dtype).name == spec.dtype, f"{spec}: not the name of a NumPy type"
    for key, value in engine.metadata.items():
        assert isinstance(key, str), f"metadata are text, not {key!r}"
        assert isinstance(value, str), f"metadata are text, not {value!r}"


def _check_outputs(engine: Engine) -> None:
    batch = sample(engine.inputs[0])
    before = batch.copy()
    first = engine.run(batch)
    assert np.array_equal(batch, before), "the batch was changed"
    assert len(first) == len(engine.outputs), f"{len(engine.outputs)} outputs were told, {len(first)} came"
    for found, spec in zip(first, engine.outputs, strict=True):
        assert found.ndim == len(spec.shape), f"{spec} came with the shape {found.shape}"
        for length, told in zip(found.shape, spec.shape, strict=True):
            assert told in (None, length), f"{spec} came with the shape {found.shape}"
        assert found.dtype.name == spec.dtype, f"{spec} came as {found.dtype}"
    kept = [found.copy() for found in first]
    engine.run(sample(engine.inputs[0], 1))
    assert _same(first, kept), "outputs belong to the caller, but another batch changed them"
    for found in first:
        found[...] = 0
    assert _same(engine.run(batch), kept), "the same batch gave other outputs"


def _check_many_at_once(engine: Engine) -> None:
    """More batches than may be under way, their results fetched in another order, and twice."""
    batches = [sample(engine.inputs[0], seed) for seed in range(engine.at_once + 3)]
    alone = [engine.run(batch) for batch in batches]
    begun = [engine.start(batch) for batch in batches]
    for place in reversed(range(len(batches))):
        found = begun[place].result()
        assert _same(found, alone[place]), f"batch {place} of {len(batches)} at once gave other outputs"
        assert _same(begun[place].result(), found), "a result that is fetched twice is the same"


def _check_wrong_batch(engine: Engine) -> None:
    spec = engine.inputs[0]
    wrong = np.zeros((1, *(7 for _ in spec.shape)), spec.dtype)
    try:
        engine.run(wrong)
    except FunscribeError:
        pass
    else:
        raise AssertionError(f"a batch of shape {wrong.shape} was taken for {spec}")
    engine.run(sample(spec))  # and it goes on


def _check_files(opener: Opener) -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty, junk = Path(folder) / "empty.onnx", Path(folder) / "junk.onnx"
        empty.touch()
        junk.write_bytes(b"this is no model\n" * 40)
        wrong: tuple[tuple[Path, type[FunscribeError]], ...] = (
            (Path(folder) / "missing.onnx", ModelNotFound), (empty, ModelInvalid), (junk, ModelInvalid),
        )  # fmt: skip
        for path, expected in wrong:
            said = ""
            try:
                opener(path, DetectOptions(), threads=1).close()
            except expected as error:
                said = str(error)
            assert said, f"{path.name} was opened as if it were a model"
            assert path.name in said, f"the error does not name the file: {said}"


def _same(a: tuple[Array, ...] | list[Array], b: tuple[Array, ...] | list[Array]) -> bool:
    return len(a) == len(b) and all(
        np.allclose(x, y, rtol=1e-4, atol=1e-5, equal_nan=True) for x, y in zip(a, b, strict=True)
    )
