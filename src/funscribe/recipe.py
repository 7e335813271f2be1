"""Every option of a run in one immutable record, in and out of TOML and JSON, unknown keys refused."""

from __future__ import annotations

import difflib
import hashlib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from funscribe.detect.options import DetectOptions
from funscribe.errors import RecipeInvalid
from funscribe.field.options import FieldOptions
from funscribe.motion.options import MotionOptions
from funscribe.script.options import ScriptOptions
from funscribe.track.options import TrackOptions
from funscribe.video.options import VideoOptions


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All options of a run, one record a stage.

    Attributes:
        video: How a file becomes frames.
        field: How frames become the motion field.
        detect: What is looked for in the frames.
        track: How detections become tracks.
        motion: How the motion field becomes a position curve.
        script: How the curve becomes a script.
    """

    video: VideoOptions = VideoOptions()
    field: FieldOptions = FieldOptions()
    detect: DetectOptions = DetectOptions()
    track: TrackOptions = TrackOptions()
    motion: MotionOptions = MotionOptions()
    script: ScriptOptions = ScriptOptions()

    def digest(self) -> str:
        """Return what tells this recipe from every other, 16 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]

    def watched_part(self) -> bytes:
        """Return the options that a trace depends on, encoded; the others change nothing that is seen."""
        return msgspec.json.encode((self.video, self.field), order="deterministic")


class Option(msgspec.Struct, frozen=True):
    """One option as it is shown: its path, value, default, type, bounds and meaning with the unit."""

    path: str
    value: Any
    default: Any
    type: str
    bounds: str
    meaning: str


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe from TOML; what is not named keeps its default.

    Raises:
        RecipeInvalid: The file cannot be read, or an option is unknown, of the wrong type or out of range.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        return from_dict(tomllib.loads(text))
    except OSError as error:
        raise RecipeInvalid(f"{path} cannot be read: {error.strerror}; check the path") from error
    except RecipeInvalid as error:
        raise RecipeInvalid(f"{path}: {error}") from error
    except ValueError as error:  # not TOML, not UTF-8, or a path that no system takes
        raise RecipeInvalid(f"{path} is not TOML: {error}") from error


def from_dict(values: dict[str, Any]) -> Recipe:
    """Return the recipe of nested plain values, as they come from TOML or JSON.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of range; the message has its path.
    """
    known = {option.path for option in options(Recipe())}
    _refuse_unknown(values, known)
    _refuse_infinite(values)
    try:
        return msgspec.convert(values, Recipe)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        path = path.rstrip("`")
        words = next((o.bounds for o in options(Recipe()) if o.path == path and o.type == "literal"), "")
        raise RecipeInvalid(_told(path, f"{reason}; expected {words}" if words else reason)) from error


def change(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """Return the recipe with settings of the form `stage.option=value` applied, in order.

    Raises:
        RecipeInvalid: A setting has another form, or its option or value is not valid.
    """
    values: dict[str, Any] = msgspec.to_builtins(recipe)
    types = {option.path: option.type for option in options(recipe)}
    for setting in settings:
        path, equals, text = setting.partition("=")
        path = path.strip()
        if not equals:
            raise RecipeInvalid(f"{setting!r} is not of the form stage.option=value")
        if path not in types:
            raise RecipeInvalid(_unknown(path, types))
        stage, name = path.split(".")
        values[stage][name] = _parse(path, text.strip(), types[path])
    return from_dict(values)


def options(recipe: Recipe) -> Iterator[Option]:
    """Yield every option of a recipe in the order of the stages."""
    for stage in msgspec.structs.fields(Recipe):
        yield from options_of(getattr(recipe, stage.name), f"{stage.name}.")


def options_of(record: msgspec.Struct, prefix: str = "") -> Iterator[Option]:
    """Yield every option of one record, such as that of a stage or a filter.

    Args:
        record: The options.
        prefix: What stands before the name of each in its path.
    """
    kind = msgspec.inspect.type_info(type(record))
    assert isinstance(kind, msgspec.inspect.StructType)
    plain = type(record)()
    for item in kind.fields:
        shape, meaning = _unwrap(item.type)
        yield Option(
            prefix + item.name,
            getattr(record, item.name),
            getattr(plain, item.name),
            _type_name(shape),
            _bounds(shape),
            meaning,
        )


def to_toml(recipe: Recipe) -> str:
    """Return a recipe as TOML, every option with its meaning as a comment."""
    lines: list[str] = []
    stage = ""
    for option in options(recipe):
        home, name = option.path.split(".")
        if home != stage:
            stage = home
            lines += ["", f"[{stage}]"] if lines else [f"[{stage}]"]
        value = msgspec.json.encode(option.value).decode()  # of plain values TOML and JSON are alike
        unset = "# " if option.value is None else ""  # TOML has no word for nothing
        lines.append(f"{unset}{name} = {value}  # {option.meaning}")
    return "\n".join(lines) + "\n"


def _refuse_unknown(values: dict[str, Any], known: set[str]) -> None:
    stages = {path.split(".")[0] for path in known}
    for stage, inner in values.items():
        if stage not in stages:
            raise RecipeInvalid(_unknown(stage, stages))
        for name in inner if isinstance(inner, dict) else ():
            if f"{stage}.{name}" not in known:
                raise RecipeInvalid(_unknown(f"{stage}.{name}", known))


def _refuse_infinite(values: dict[str, Any]) -> None:
    """Refuse numbers that no bound catches: nothing is less or more than not a number."""
    for stage, inner in values.items():
        for name, value in inner.items() if isinstance(inner, dict) else ():
            for number in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(number, float) and not math.isfinite(number):
                    raise RecipeInvalid(f"option {stage}.{name}: expected a number, not {number}")


def _unknown(path: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(path, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "see `funscribe recipe show`"
    return f"unknown option {path}; {hint}"


def _told(path: str, reason: str) -> str:
    return f"option {path}: {reason[:1].lower() + reason[1:]}" if path else reason


def _parse(path: str, text: str, kind: str) -> Any:
    """Return the value a user typed; words for yes and no are understood."""
    if kind == "bool":
        words = {"true": True, "yes": True, "on": True, "1": True}
        words |= {"false": False, "no": False, "off": False, "0": False}
        if text.lower() not in words:
            raise RecipeInvalid(f"option {path}: expected yes or no, not {text!r}")
        return words[text.lower()]
    if kind == "words":
        return [word.strip() for word in re.split(r",(?![^(]*\))", text) if word.strip()]
    if kind == "numbers":
        return _parse_numbers(path, text)
    if kind == "passages":
        return [_parse_passage(path, passage) for passage in text.split(",") if passage.strip()]
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            wanted = "a whole number" if kind == "int" else "a number"
            raise RecipeInvalid(f"option {path}: expected {wanted}, not {text!r}") from None
    return text


def _parse_passage(path: str, text: str) -> list[float]:
    start, _, end = text.partition("-")
    try:
        return [float(start), float(end)]
    except ValueError:
        raise RecipeInvalid(
            f"option {path}: expected passages as START-END in seconds, not {text!r}"
        ) from None


def _parse_numbers(path: str, text: str) -> list[float] | None:
    if text.lower() in ("", "none", "null"):
        return None
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise RecipeInvalid(f"option {path}: expected numbers with commas between, not {text!r}") from None


def _unwrap(kind: Any) -> tuple[Any, str]:
    if isinstance(kind, msgspec.inspect.Metadata):
        schema = kind.extra_json_schema or {}
        return kind.type, str(schema.get("description", ""))
    return kind, ""


def _type_name(shape: Any) -> str:
    if isinstance(shape, msgspec.inspect.UnionType):  # some numbers, or none
        return "numbers"
    if isinstance(shape, msgspec.inspect.VarTupleType):
        return "words" if isinstance(shape.item_type, msgspec.inspect.StrType) else "passages"
    return type(shape).__name__.removesuffix("Type").lower()


def _bounds(shape: Any) -> str:
    if isinstance(shape, msgspec.inspect.LiteralType):
        return " | ".join(map(str, shape.values))
    low = [(text, getattr(shape, name, None)) for text, name in (("≥ ", "ge"), ("> ", "gt"))]
    high = [(text, getattr(shape, name, None)) for text, name in (("≤ ", "le"), ("< ", "lt"))]
    return ", ".join(f"{text}{bound:g}" for text, bound in low + high if bound is not None)
