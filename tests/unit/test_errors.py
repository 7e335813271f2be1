import errno
import inspect
import pickle

import pytest

from funscribe import errors

EVERY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_is_ours(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.FunscribeError)
    assert kind.__doc__


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.VideoNotFound, FileNotFoundError),
        (errors.VideoUnreadable, ValueError),
        (errors.VideoEncrypted, PermissionError),
        (errors.VideoTooShort, ValueError),
        (errors.TimeOutsideVideo, ValueError),
        (errors.TraceCorrupted, ValueError),
        (errors.RecipeInvalid, ValueError),
        (errors.ScriptInvalid, ValueError),
        (errors.FilterInvalid, ValueError),
        (errors.ScriptBusy, RuntimeError),
        (errors.TruthInvalid, ValueError),
        (errors.OutputNotWritable, OSError),
        (errors.PluginNotFound, LookupError),
        (errors.DeviceLost, ConnectionError),
        (errors.DeviceUnknown, LookupError),
        (errors.DevicesInvalid, ValueError),
        (errors.WorkerDied, RuntimeError),
    ],
)
def test_an_error_is_the_builtin_it_is(kind: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


@pytest.mark.parametrize("kind", EVERY)
def test_the_message_is_shown_as_given_and_crosses_processes(kind: type[Exception]) -> None:
    said = "a.mp4 is no video; give another"
    assert str(kind(said)) == said
    crossed = pickle.loads(pickle.dumps(kind(said)))
    assert (type(crossed), str(crossed)) == (kind, said)


def test_the_tree_in_the_docstring_is_complete() -> None:
    assert errors.__doc__ is not None
    for kind in EVERY:
        assert kind.__name__ in errors.__doc__


def test_why_a_file_cannot_be_written_crosses_to_another_process() -> None:
    error = errors.OutputNotWritable("a.funscript cannot be written: the disk is full; free some space")
    error.errno = errno.ENOSPC
    crossed = pickle.loads(pickle.dumps(error))
    assert (str(crossed), crossed.errno) == (str(error), errno.ENOSPC)
