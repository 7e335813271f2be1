"""Names of classes: the model's own, a file's, or numbered ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from funscribe.detect.classes import class_ids, class_names, read_file, read_names
from funscribe.errors import ClassUnknown, ModelInvalid, ModelNotFound


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        ({"names": "{0: 'person', 1: 'ball'}"}, ("person", "ball")),
        ({"names": "{1: 'ball', 0: \"it's\"}"}, ("it's", "ball")),
        ({"names": "['person', 'ball']"}, ("person", "ball")),
        ({"names": "{0: 'person', 2: 'ball'}"}, ("person", "class_1", "ball")),
        ({"labels": "person sports_ball"}, ("person", "sports ball")),
        ({}, ()),
    ],
)
def test_the_model_says_its_classes(metadata: dict[str, str], names: tuple[str, ...]) -> None:
    assert read_names(metadata) == names


@pytest.mark.parametrize(
    "text",
    [
        "{0: 'person'",
        "__import__('os').system('true')",
        "{'a': 'b'}",
        "{-1: 'a'}",
        "{999999999: 'a'}",
        "{True: 'a'}",
        "[" * 5000,
        "7",
        "{}",
        "\0",
    ],
)
def test_what_is_no_list_of_names_is_none(text: str) -> None:
    assert read_names({"names": text}) == ()


def test_a_file_names_them(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("person\n ball \n\n", encoding="utf-8")
    assert class_names({"names": "{0: 'x', 1: 'y'}"}, str(file), 2) == ("person", "ball")


def test_a_file_that_names_too_few_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("person\nball\n", encoding="utf-8")
    with pytest.raises(ModelInvalid, match="names 2 classes, but the model has 80"):
        class_names({}, str(file), 80)


def test_without_any_they_are_numbered() -> None:
    assert class_names({}, "", 3) == ("class_0", "class_1", "class_2")


@pytest.mark.parametrize(
    ("data", "error"), [(b"", ModelInvalid), (b"\n \n", ModelInvalid), (b"\xff\xfe\x00", ModelInvalid)]
)
def test_a_file_of_nothing_is_refused(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes(data)
    with pytest.raises(error, match=r"names\.txt"):
        read_file(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="cannot be read"):
        read_file(tmp_path / "nothing.txt")
    with pytest.raises(ModelNotFound, match="cannot be read"):
        read_file(tmp_path)


def test_classes_are_found_by_name_whatever_its_capitals() -> None:
    assert class_ids(["Ball", "person", "ball"], ("person", "ball", "BALL")) == (1, 2, 0)


def test_the_nearest_names_are_suggested() -> None:
    with pytest.raises(ClassUnknown, match=r"no class 'persn'; near to it are: person"):
        class_ids(["persn"], ("person", "ball"))
    with pytest.raises(ClassUnknown, match=r"person, ball"):
        class_ids(["qqqq"], ("person", "ball"))
    with pytest.raises(ClassUnknown, match="none that are named"):
        class_ids(["a"], ())
