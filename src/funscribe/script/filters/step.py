"""A filter with its options, read from a text such as `simplify(tolerance=2)`."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec

from funscribe import plugins
from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions

GROUP = "funscribe.filters"
LONGEST_TEXT = 10_000_000
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pipeline: a filter and how it is set.

    Attributes:
        name: Name that the filter is registered under.
        options: A record of its options.
    """

    name: str
    options: FilterOptions

    def __call__(self, script: Script) -> Script:
        """The script after this step."""
        return load_filter(self.name).run(script, self.options)

    def __str__(self) -> str:
        """The text that this step is read from, without what is as it is by default."""
        plain = type(self.options)()
        chosen = {
            name: getattr(self.options, name)
            for name in self.options.__struct_fields__
            if getattr(self.options, name) != getattr(plain, name)
        }
        if not chosen:
            return self.name
        written = (f"{key}={msgspec.json.encode(value).decode()}" for key, value in chosen.items())
        return f"{self.name}({', '.join(written)})"


def filter_names() -> tuple[str, ...]:
    """Names of all filters that are installed, sorted."""
    return plugins.names(GROUP)


@cache
def load_filter(name: str) -> Filter:
    """The filter of a name, looked for once: going through all that is installed takes milliseconds.

    Raises:
        FilterInvalid: There is none, or what there is is no filter.
        PluginNotFound: It cannot be imported.
    """
    known = filter_names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see `funscribe script filter --list`"
        raise FilterInvalid(f"there is no filter {name!r}; {hint}")
    found = plugins.load(GROUP, name)
    if not isinstance(found, Filter):
        raise FilterInvalid(f"what is installed as filter {name!r} is a {type(found).__name__}, no Filter")
    return found


def parse(text: str) -> Step:
    """Read a step: the name of a filter, and in brackets those options that are not as by default.

    Numbers, yes and no, words and [lists] are understood: `limit_speed(max_speed=300, by=strokes)`.

    Raises:
        FilterInvalid: The text is of another form, there is no such filter or option, or a value is of the
            wrong type or out of its range.
    """
    name, values = _read(text)
    options = load_filter(name).options
    known = [field.name for field in msgspec.structs.fields(options)]
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
            raise FilterInvalid(f"filter {name} has no option {key!r}; {hint}")
    try:
        return Step(name, msgspec.convert(values, options))
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        option = path.rstrip("`")
        where = f"option {option}: " if path else ""
        words = _words_of(options, option)
        raise FilterInvalid(f"filter {name}: {where}{reason[:1].lower() + reason[1:]}{words}") from error


def parse_all(texts: Iterable[str]) -> tuple[Step, ...]:
    """Read steps, as `parse` does each."""
    return tuple(map(parse, texts))


def _words_of(options: type[FilterOptions], option: str) -> str:
    """Which words an option takes, as the end of a sentence; nothing for one that takes others."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(options)}
    kind = get_args(kinds.get(option))[:1]
    words = get_args(kind[0]) if kind and get_origin(kind[0]) is Literal else ()
    return f"; expected {' or '.join(map(str, words))}" if words else ""


def _read(text: str) -> tuple[str, dict[str, Any]]:
    """Name and values, as they are written."""
    wrong = FilterInvalid(f"{_brief(text)} is not of the form filter(option=value, ...)")
    if len(text) > LONGEST_TEXT:
        raise wrong
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise wrong from error
    if isinstance(tree, ast.Name):
        return tree.id, {}
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.args:
        raise wrong
    values: dict[str, Any] = {}
    for given in tree.keywords:
        if given.arg is None:
            raise wrong
        if given.arg in values:
            raise FilterInvalid(f"filter {tree.func.id}: option {given.arg} is given twice")
        values[given.arg] = _value(tree.func.id, given.arg, given.value)
    return tree.func.id, values


def _value(name: str, key: str, node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return WORDS.get(node.id.lower(), node.id)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        wanted = "a number, a word or a [list]"
        raise FilterInvalid(
            f"filter {name}: option {key}: expected {wanted}, not {_brief(ast.unparse(node))}"
        ) from None
    return value


def _brief(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
