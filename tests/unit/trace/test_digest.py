import os
from pathlib import Path

import numpy as np
import pytest

from funscribe.errors import VideoNotFound
from funscribe.trace.digest import trace_key

SIZE = 12_000_000  # larger than all the blocks that are read


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big.bin"
    path.write_bytes(np.random.default_rng(1).bytes(SIZE))
    return path


def test_the_key_depends_on_content_and_options_not_on_the_name(big: Path, tmp_path: Path) -> None:
    key = trace_key(big, b"options")
    assert len(key) == 32
    assert set(key) <= set("0123456789abcdef")
    other = tmp_path / "renamed.mkv"
    other.write_bytes(big.read_bytes())
    os.utime(other, (1, 1))
    assert trace_key(str(other), b"options") == key
    assert trace_key(big, b"option") != key
    assert trace_key(big, b"") != key


@pytest.mark.parametrize("at", [0, (1 << 20) - 1, 7 * SIZE // 33 + 5, 20 * SIZE // 33, SIZE - 1])
def test_a_changed_byte_in_a_block_that_is_read_is_seen(big: Path, tmp_path: Path, at: int) -> None:
    data = bytearray(big.read_bytes())
    data[at] ^= 1
    changed = tmp_path / "changed.bin"
    changed.write_bytes(data)
    assert trace_key(changed, b"") != trace_key(big, b"")


@pytest.mark.parametrize("size", [0, 1, 100, SIZE - 1])
def test_another_size_is_another_key(big: Path, tmp_path: Path, size: int) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(big.read_bytes()[:size])
    assert trace_key(cut, b"") != trace_key(big, b"")


def test_content_cannot_pass_for_options(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"bc")
    other.write_bytes(b"c")
    assert trace_key(one, b"a") != trace_key(other, b"ab")


def test_what_is_not_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound, match="does not exist; check the path"):
        trace_key(tmp_path / "missing.mp4", b"")
    with pytest.raises(VideoNotFound, match="is a folder, not a video"):
        trace_key(tmp_path, b"")
    with pytest.raises(VideoNotFound, match="does not exist"):
        trace_key("nul\0l.mp4", b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoNotFound):
        trace_key(tmp_path / "pipe.mp4", b"")


def test_a_url_gives_the_key_of_the_file_that_it_names(big: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    memory = fsspec.filesystem("memory")
    small = tmp_path / "small"
    for size in (0, 5, SIZE):
        small.write_bytes(big.read_bytes()[:size])
        memory.pipe_file("/big.bin", small.read_bytes())
        key = trace_key(small, b"options")
        assert trace_key("memory://big.bin", b"options") == key
        assert trace_key(small.as_uri(), b"options") == key
    memory.store.clear()
    with pytest.raises(VideoNotFound, match="does not exist"):
        trace_key("memory://big.bin", b"options")
