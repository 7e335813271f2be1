from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from funscribe import plugins
from funscribe.errors import PluginNotFound


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    plugins.load.cache_clear()
    yield
    plugins.load.cache_clear()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("square", "math:sqrt", "demo"),
        EntryPoint("gone", "nowhere_at_all:thing", "demo"),
        EntryPoint("renamed", "math:no_such_name", "demo"),
        EntryPoint("other", "math:pi", "elsewhere"),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: [p for p in points if p.group == group])


@pytest.mark.usefixtures("table")
def test_names_are_those_of_the_group_sorted() -> None:
    assert plugins.names("demo") == ("gone", "renamed", "square")
    assert plugins.names("empty") == ()


@pytest.mark.usefixtures("table")
def test_what_is_registered_is_loaded() -> None:
    assert plugins.load("demo", "square")(9) == 3


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", ["", "other", "Square"])
def test_an_unknown_name_says_what_there_is(name: str) -> None:
    with pytest.raises(PluginNotFound, match="there is: gone, renamed, square"):
        plugins.load("demo", name)


def test_an_empty_group_says_so() -> None:
    with pytest.raises(PluginNotFound, match="there is: none"):
        plugins.load("funscribe.no_such_group", "x")


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(("name", "home"), [("gone", "nowhere_at_all"), ("renamed", "math")])
def test_what_cannot_be_loaded_says_why_and_what_to_install(name: str, home: str) -> None:
    with pytest.raises(PluginNotFound, match=f"cannot be loaded .*install {home} again"):
        plugins.load("demo", name)


def test_our_own_source_stands_in_the_same_table() -> None:
    assert "pyav" in plugins.names("funscribe.sources")
    assert plugins.load("funscribe.sources", "pyav").__name__ == "PyAVSource"
