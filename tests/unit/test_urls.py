from pathlib import Path

import pytest

from funscribe.urls import file_name, is_url, shown


@pytest.mark.parametrize(
    "name",
    ["s3://b/a.mp4", "http://h/a.mp4", "memory://a", "file:///a", "simplecache::s3://b/a", "a-b+c.2://x"],
)
def test_a_url_is_one(name: str) -> None:
    assert is_url(name)


@pytest.mark.parametrize(
    "name",
    ["", "a.mp4", "/a/b.mp4", "C:/a.mp4", "C://a.mp4", "a:b.mp4", "://a", "1s://a", "a b://c", "./s3://b"],
)
def test_a_path_is_none(name: str) -> None:
    assert not is_url(name)


def test_a_path_object_is_never_a_url() -> None:
    assert not is_url(Path("s3://b/a.mp4"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("s3://bucket/folder/a b.mp4", "a b.mp4"),
        ("s3://bucket/what?.mp4", "what?.mp4"),
        ("http://h/x/a%20b.mp4?sign=1/2#t=3", "a b.mp4"),
        ("https://h/x/", "x"),
        ("simplecache::http://h/a.mp4?k=1", "a.mp4"),
        ("http://h", ""),
    ],
)
def test_the_name_of_the_file(url: str, name: str) -> None:
    assert file_name(url) == name


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://me:secret@h/a.mp4?sign=secret#x", "http://h/a.mp4"),
        ("https://h:80/a@b.mp4", "https://h:80/a@b.mp4"),
        ("sftp://me:se@cret@h/a.mp4", "sftp://h/a.mp4"),
        ("s3://bucket/what?.mp4", "s3://bucket/what?.mp4"),
        ("simplecache::http://me:secret@h/a?secret", "simplecache::http://h/a"),
        ("/a/b?c@d.mp4", "/a/b?c@d.mp4"),
    ],
)
def test_nothing_secret_is_shown(url: str, told: str) -> None:
    assert shown(url) == told
    assert "secret" not in shown(url)
