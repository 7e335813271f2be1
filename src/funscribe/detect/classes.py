"""The names of a model's classes: what it says itself, or a file of the user's."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from funscribe.errors import ClassUnknown, ModelInvalid, ModelNotFound

_MOST = 100_000


def read_names(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the class names that a model says it has; none where it says nothing that can be read.

    Ultralytics writes a Python dict or list into ONNX, and words in a row into OpenVINO's format.
    """
    text = metadata.get("names", "")
    if not text:
        return tuple(label.replace("_", " ") for label in metadata.get("labels", "").split())
    try:
        names = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    if isinstance(names, list | tuple):
        return tuple(map(str, names))
    if not isinstance(names, dict) or not all(type(key) is int and 0 <= key < _MOST for key in names):
        return ()
    return tuple(str(names.get(index, f"class_{index}")) for index in range(max(names, default=-1) + 1))


def read_file(path: str | Path) -> tuple[str, ...]:
    """Return the class names in a file, one a line; empty lines at its end do not count.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It is not text, or holds no name.
    """
    try:
        names = tuple(line.strip() for line in Path(path).read_text(encoding="utf-8").rstrip().splitlines())
    except OSError as error:
        raise ModelNotFound(f"{path}: the file of class names cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ModelInvalid(f"{path}: the file of class names is not text in UTF-8") from error
    if not any(names):
        raise ModelInvalid(f"{path}: the file of class names is empty; write one name a line")
    return names


def class_names(metadata: Mapping[str, str], file: str, count: int) -> tuple[str, ...]:
    """Return the names of `count` classes: of the file, else the model's own, else numbered ones.

    Args:
        metadata: What the model says of itself.
        file: Path of a file of names; empty for none.
        count: Classes of the model; 0 where it is not known before it runs (count).

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: The file names more or fewer classes than the model has.
    """
    if not file:
        return read_names(metadata) or tuple(f"class_{index}" for index in range(count))
    names = read_file(file)
    if count and len(names) != count:
        raise ModelInvalid(
            f"{file}: it names {len(names)} classes, but the model has {count}; name all of them"
        )
    return names


def class_ids(wanted: Sequence[str], classes: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of classes by their names, small and capital letters alike.

    Raises:
        ClassUnknown: The model has no class of that name; the nearest names are told.
    """
    places: dict[str, list[int]] = {}
    for index, name in enumerate(classes):
        places.setdefault(name.casefold(), []).append(index)
    missing = [name for name in wanted if name.casefold() not in places]
    if missing:
        near = difflib.get_close_matches(missing[0].casefold(), places, n=3, cutoff=0.5)
        known = near or list(places)[:8]
        raise ClassUnknown(
            f"the model has no class {missing[0]!r}; "
            f"{'near to it are' if near else 'it has'}: {', '.join(known) or 'none that are named'}"
        )
    return tuple(dict.fromkeys(index for name in wanted for index in places[name.casefold()]))
