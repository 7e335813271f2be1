"""A model of the user's is looked at and taken into the store, from a file or from an address."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from funscribe.detect.classes import read_names
from funscribe.detect.download import OnBytes, Wanted, fetched, file_name, is_address, wrong_digest
from funscribe.detect.engine import open_engine
from funscribe.detect.heads import find_head
from funscribe.detect.models import ModelFile, ModelStore, check_name, digest, model_files, name_for
from funscribe.detect.options import DetectOptions
from funscribe.errors import HeadUnknown, ModelInvalid
from funscribe.files import not_writable

_DOWNLOADS = ".downloads"


def add_model(
    source: str,
    store: ModelStore,
    *,
    name: str = "",
    sha256: str = "",
    origin: str = "",
    on_bytes: OnBytes | None = None,
) -> tuple[ModelFile, bool]:
    """Take a model into the store after it was loaded once; tell whether it is new there.

    Args:
        source: A path, or an address of http or https; that of an `.xml` file brings its `.bin` as well.
        store: Where it goes.
        name: Its name; empty for that of the file.
        sha256: What it has to be, in hexadecimal; empty where nothing was promised.
        origin: What is remembered as where it came from; empty for the source.
        on_bytes: Told how much is fetched.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It is not a model, not the one that was promised, or another has the name already.
        DownloadFailed: It cannot be fetched.
        OutputNotWritable: It cannot be stored.
    """
    sha256 = _checked(sha256)
    if name:
        check_name(name)
    with _brought(source, store, sha256, on_bytes) as path:
        files = model_files(path)
        found = digest(files)
        if sha256 and found != sha256:
            raise ModelInvalid(wrong_digest(source, sha256, found))
        name = name or name_for(path.stem)
        if name in store.names():
            return _same(store, name, found), False
        classes, remark = _load(path)
        origin = origin or (source if is_address(source) else str(path.resolve()))
        return store.add(path, name, origin=origin, classes=classes, remark=remark), True


def _checked(sha256: str) -> str:
    text = sha256.strip().lower()
    if text and (len(text) != 64 or set(text) - set("0123456789abcdef")):
        raise ModelInvalid(f"{sha256!r} is no SHA-256: that has 64 digits of 0-9 and a-f (--sha256)")
    return text


def _same(store: ModelStore, name: str, sha256: str) -> ModelFile:
    there = store.model(name)
    if there.sha256 != sha256:
        raise ModelInvalid(
            f"another model is named {name!r}; use --name, or `funscribe models remove {name}` first"
        )
    return there


def _load(path: Path) -> tuple[tuple[str, ...], str]:
    """Refuse what cannot be run; return the classes of what can, and a remark if it finds no boxes."""
    engine = open_engine(path, DetectOptions(device="cpu"))
    try:
        find_head(engine.inputs, engine.outputs, engine.metadata)
        remark = ""
    except HeadUnknown:
        remark = "what it gives are no boxes that are known"
    finally:
        engine.close()
    return read_names(engine.metadata), remark


@contextlib.contextmanager
def _brought(source: str, store: ModelStore, sha256: str, on_bytes: OnBytes | None) -> Iterator[Path]:
    """Yield the file of a model, which of an address is there only while the block runs."""
    if not is_address(source):
        yield Path(source)
        return
    with contextlib.ExitStack() as stack:
        downloads = store.root / _DOWNLOADS
        pair = file_name(source).lower().endswith(".xml")
        part = stack.enter_context(fetched(Wanted(source, downloads, "" if pair else sha256), on_bytes))
        parts = {_suffix(part, source): part}
        if pair:
            parts[".bin"] = stack.enter_context(fetched(Wanted(_bin_of(source), downloads), on_bytes))
        try:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=downloads)))
            stem = name_for(Path(file_name(source)).stem)
            for suffix, file in parts.items():
                file.rename(home / f"{stem}{suffix}")
        except OSError as error:
            raise not_writable(downloads, error) from error
        yield home / f"{stem}{next(iter(parts))}"


def _bin_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path[: -len(".xml")] + ".bin"))


def _suffix(part: Path, url: str) -> str:
    """The suffix that tells an engine what a file is: its address may not have one."""
    given = Path(file_name(url)).suffix.lower()
    if given in (".onnx", ".xml", ".pt", ".pth"):
        return given
    with part.open("rb") as file:
        return ".pt" if file.read(4) == b"PK\x03\x04" else ".onnx"
