"""The store of models: where they are kept, under which names, and whether they are still what they were.

A model is a folder of its name with the files, named by their digest, and `model.json`, which points at them.
The note is written last and in one step, so a model is there whole or not at all, also while it is replaced.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from funscribe.errors import ModelInvalid, ModelNotFound
from funscribe.files import exclusive, not_writable, whole_file, write_atomically

_NOTE = "model.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DIGEST_DIGITS = 16  # of the digest in a file name
_CHUNK = 1 << 20
_LIST_COMMAND = "`funscribe models list` shows what is there, `funscribe models add` brings one in"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model that can be loaded.

    Attributes:
        name: Its name in the store; the file's own where it is not in the store.
        path: The file that an engine reads; an OpenVINO model has its `.bin` beside the `.xml`.
        sha256: Of the file, in hexadecimal; of a pair that of the `.xml` followed by the `.bin`.
        size: Of all its files (bytes).
        classes: Its class names as they were told when it was stored; empty where nothing was told.
        origin: The path or address that it came from; empty where it is not in the store.
        remark: What is worth knowing of it in a list of models, such as how much a quantised one lost.
    """

    name: str
    path: Path
    sha256: str
    size: int = 0
    classes: tuple[str, ...] = ()
    origin: str = ""
    remark: str = ""


class _File(msgspec.Struct, frozen=True):
    """A file as it was when it was stored."""

    name: str
    size: int
    mtime_ns: int


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows of a model; the first file is the one that an engine reads."""

    files: tuple[_File, ...]
    sha256: str
    classes: tuple[str, ...] = ()
    origin: str = ""
    remark: str = ""


def find_model(name_or_path: str | Path) -> ModelFile:
    """Return the model at a path that exists, else the one of that name in the store.

    The digest of a stored model is computed anew only if size or time of a file differ from the note, so this
    costs nothing for large models; a file outside the store is read once.

    Raises:
        ModelNotFound: There is neither; names that are near are suggested.
        ModelInvalid: It is a folder or empty, its `.bin` is missing, or a stored one has been changed.
    """
    text = str(name_or_path)
    path = Path(text)
    try:
        outside = bool(text) and path.exists()
    except (OSError, ValueError):  # too long, or no name that a file can have
        outside = False
    return describe(path) if outside else ModelStore().model(text)


def describe(path: Path) -> ModelFile:
    """Return the model that is a file outside the store; see `find_model`."""
    files = model_files(path)
    size = sum(file.stat().st_size for file in files)
    return ModelFile(path.stem, path, digest(files), size)


def model_files(path: Path) -> tuple[Path, ...]:
    """Return the files of a model, the one that an engine reads first.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It is a folder or empty, cannot be read, or is half of a pair.
    """
    if path.is_dir():
        raise ModelInvalid(f"{path} is a folder, not a model; name the .onnx or .xml file in it")
    files = (path, path.with_suffix(".bin")) if path.suffix.lower() == ".xml" else (path,)
    for file in files:
        try:
            if file.stat().st_size == 0:
                raise ModelInvalid(f"{file} is empty; fetch or export the model again")
        except FileNotFoundError as error:
            if file == path:
                raise ModelNotFound(f"{path} does not exist; {_LIST_COMMAND}") from error
            raise ModelInvalid(f"{path} needs {file.name} beside it; put it there") from error
        except OSError as error:
            raise ModelInvalid(f"{file} cannot be read: {error.strerror}; look at its permissions") from error
    return files


def digest(files: tuple[Path, ...]) -> str:
    """Return the SHA-256 of files one after the other, in hexadecimal.

    Raises:
        ModelInvalid: One cannot be read.
    """
    sha256 = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    sha256.update(chunk)
        except OSError as error:
            raise ModelInvalid(f"{path} cannot be read: {error.strerror}; look at its permissions") from error
    return sha256.hexdigest()


def copy_model(path: Path, target: Path) -> None:
    """Copy a model to another place; of a pair the `.xml`, without which there is none, comes last.

    Raises:
        OutputNotWritable: It cannot be written there.
    """
    for file in reversed(model_files(path)):
        with whole_file(target.with_suffix(file.suffix)) as unfinished:
            _copy(file, unfinished)


class ModelStore:
    """Models kept on disk under names.

    Args:
        root: The folder; None is `$FUNSCRIBE_MODELS_DIR` or `models` in the user's data folder.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()

    def names(self) -> list[str]:
        """Return the names that are taken, sorted."""
        try:
            return sorted(f.name for f in self.root.iterdir() if is_name(f.name) and (f / _NOTE).is_file())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def model(self, name: str) -> ModelFile:
        """Return a model by its name.

        Raises:
            ModelNotFound: Nothing has that name; names that are near are suggested.
            ModelInvalid: It is damaged or has been changed since it was stored.
        """
        note = self._note(name)
        files = tuple(self.root / name / file.name for file in note.files)
        if not all(_is_untouched(path, file) for path, file in zip(files, note.files, strict=True)):
            self._check(name, files, note.sha256)
        size = sum(file.size for file in note.files)
        return ModelFile(name, files[0], note.sha256, size, note.classes, note.origin, note.remark)

    def add(
        self, path: Path, name: str, *, origin: str = "", classes: tuple[str, ...] = (), remark: str = ""
    ) -> ModelFile:
        """Copy a model into the store; one that had the name before is replaced in one step.

        Whether it is a model that runs is for the caller to find out first.

        Raises:
            ModelInvalid: The name cannot be one, or the file is empty or half of a pair.
            ScriptBusy: Another run is storing a model of that name.
            OutputNotWritable: It cannot be stored; nothing half is left.
        """
        check_name(name)
        files = model_files(path)
        folder = self.root / name
        with exclusive(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise not_writable(folder, error) from error
            try:
                note = self._bring(folder, files, _Note(files=(), sha256=digest(files)))
                note = msgspec.structs.replace(note, origin=origin, classes=classes, remark=remark)
                write_atomically(folder / _NOTE, msgspec.json.encode(note))
            finally:
                _sweep(folder)
        return self.model(name)

    def remove(self, name: str) -> int:
        """Forget a model; return how many bytes were freed. A damaged one goes as well.

        Raises:
            ModelNotFound: Nothing has that name.
            OutputNotWritable: It cannot be removed.
        """
        if name not in self.names():
            raise self._missing(name)
        folder = self.root / name
        with exclusive(folder):
            size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
            try:
                (folder / _NOTE).unlink()  # first, so that there is never half a model
                shutil.rmtree(folder)
            except OSError as error:
                raise not_writable(folder, error) from error
        return size

    def _note(self, name: str) -> _Note:
        path = self.root / name / _NOTE
        if not is_name(name) or not path.is_file():
            raise self._missing(name)
        try:
            note = msgspec.json.decode(path.read_bytes(), type=_Note)
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
            raise ModelInvalid(f"{path} is damaged: {error}; {_again(name)}") from error
        if not note.files:
            raise ModelInvalid(f"{path} is damaged: it names no file; {_again(name)}")
        return note

    def _missing(self, name: str) -> ModelNotFound:
        near = difflib.get_close_matches(name, self.names(), n=3, cutoff=0.5)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        what = f"no model is named {name!r}, and there is no such file" if name else "no model is named"
        return ModelNotFound(f"{what}{meant}; {_LIST_COMMAND}")

    @staticmethod
    def _check(name: str, files: tuple[Path, ...], sha256: str) -> None:
        for path in files:
            if not path.is_file():
                raise ModelInvalid(f"model {name!r} is damaged: {path} is missing; {_again(name)}")
        if digest(files) != sha256:
            raise ModelInvalid(
                f"model {name!r} is not what was stored: {files[0]} has changed; {_again(name)}"
            )

    @staticmethod
    def _bring(folder: Path, files: tuple[Path, ...], note: _Note) -> _Note:
        kept = []
        for file in files:
            target = folder / f"{note.sha256[:_DIGEST_DIGITS]}{file.suffix.lower()}"
            with whole_file(target) as unfinished:
                _copy(file, unfinished)
            now = target.stat()
            kept.append(_File(target.name, now.st_size, now.st_mtime_ns))
        if digest(tuple(folder / file.name for file in kept)) != note.sha256:
            raise ModelInvalid(f"{files[0]} changed while it was copied; add it again")
        return msgspec.structs.replace(note, files=tuple(kept))


def default_root() -> Path:
    """Return the folder of models: `$FUNSCRIBE_MODELS_DIR`, else `models` in the user's data folder."""
    chosen = os.environ.get("FUNSCRIBE_MODELS_DIR")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("funscribe", appauthor=False) / "models"


def is_name(text: str) -> bool:
    """Tell whether a model may have this name: one that is a file name on every system."""
    return _NAME.fullmatch(text) is not None


def check_name(text: str) -> None:
    """Refuse what cannot be the name of a model.

    Raises:
        ModelInvalid: It cannot be one.
    """
    if not is_name(text):
        raise ModelInvalid(f"{text!r} cannot be a name: use up to 100 letters, digits and . _ - (--name)")


def name_for(stem: str) -> str:
    """Return the name nearest to a file's that a model may have."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:100]
    return name or "model"


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("xb") as write:
        shutil.copyfileobj(read, write, _CHUNK)
        write.flush()
        os.fsync(write.fileno())


def _is_untouched(path: Path, file: _File) -> bool:
    try:
        now = path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (file.size, file.mtime_ns)


def _sweep(folder: Path) -> None:
    """Remove what the note does not name: a model that was replaced, or what a broken run has left."""
    kept = {_NOTE}
    # Without a note that can be read nothing here is a model.
    with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
        kept |= {file.name for file in msgspec.json.decode((folder / _NOTE).read_bytes(), type=_Note).files}
    for path in folder.iterdir():
        if path.name not in kept:
            with contextlib.suppress(OSError):  # Windows does not let go of a file that is open somewhere
                path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()  # only if nothing is in it


def _again(name: str) -> str:
    return f"`funscribe models remove {name}` and add it again"
