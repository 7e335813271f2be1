import re

import pytest

from funscribe import plugins
from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import filter_names, parse, parse_all
from funscribe.script.filters.clamp import ClampOptions


def test_a_step_is_read_with_its_options():
    step = parse(" clamp( high = 70 ) ")
    assert step.name == "clamp"
    assert step.options == ClampOptions(high=70)
    assert str(step) == "clamp(high=70)"
    assert step(Script([0], [100])).pos.tolist() == [70]


def test_without_brackets_or_with_empty_ones_it_is_as_by_default():
    assert parse("clamp") == parse("clamp()")
    assert str(parse("clamp(low=0)")) == "clamp"


def test_words_yes_and_no_numbers_and_lists():
    assert parse("simplify(keep_turns=no)").options.keep_turns is False
    assert parse("simplify(keep_turns=True)").options.keep_turns is True
    assert parse("limit_speed(by=time)") == parse('limit_speed(by="time")')
    assert parse("offset(by_s=-1.5)").options.by_s == -1.5
    assert parse("snap(beats_s=[1, 2.5])").options.beats_s == (1.0, 2.5)


def test_many():
    assert [step.name for step in parse_all(["clamp", "invert"])] == ["clamp", "invert"]
    assert parse_all([]) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("simplfy", "there is no filter 'simplfy'; did you mean simplify"),
        ("zzzzzz", "there is no filter 'zzzzzz'; see `funscribe script filter --list`"),
        ("simplify(tolerence=2)", "filter simplify has no option 'tolerence'; did you mean tolerance?"),
        ("invert(zzz=2)", "filter invert has no option 'zzz'; there are: none"),
        ("simplify(tolerance=0.1)", "filter simplify: option tolerance: expected `float` >= 0.5"),
        ("simplify(tolerance=51)", "filter simplify: option tolerance: expected `float` <= 50.0"),
        ("simplify(tolerance=1e999)", "filter simplify: option tolerance: expected `float` <= 50.0"),
        ("simplify(tolerance=nan)", "filter simplify: option tolerance: expected `float`, got `str`"),
        ("simplify(tolerance=yes)", "filter simplify: option tolerance: expected `float`, got `bool`"),
        ("simplify(method=best)", "filter simplify: option method: invalid enum value 'best'; expected "),
        ("clamp(low=1.5)", "filter clamp: option low: expected `int`, got `float`"),
        ("clamp(low=90, high=10)", "filter clamp: low must be at most high, not 90 and 10 units"),
        ("clamp(low=1, low=2)", "filter clamp: option low is given twice"),
        ("clamp(5)", "'clamp(5)' is not of the form filter(option=value, ...)"),
        ("clamp(**x)", "is not of the form"),
        ("clamp(low=f(x))", "filter clamp: option low: expected a number, a word or a [list], not 'f(x)'"),
        ("clamp(low=__import__('os'))", "expected a number, a word or a [list]"),
        ("clamp.run(low=3)", "is not of the form"),
        ("clamp(low=3", "is not of the form"),
        ("clamp; invert", "is not of the form"),
        ("", "'' is not of the form"),
        ("3", "is not of the form"),
        ("clamp(low=" + "[" * 5000, "is not of the form"),
        ("clamp(low=" + "-" * 100_000 + "1)", "filter"),
        ("x\0", "is not of the form"),
    ],
)
def test_what_cannot_be_read_says_why(text, said):
    with pytest.raises(FilterInvalid, match=re.escape(said)) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_what_is_registered_must_be_a_filter(monkeypatch):
    monkeypatch.setattr(plugins, "names", lambda group: ("odd",))
    monkeypatch.setattr(plugins, "load", lambda group, name: print)
    with pytest.raises(FilterInvalid, match="'odd' is a builtin_function_or_method, no Filter"):
        parse("odd")


def test_our_own_stand_in_the_table():
    assert {"simplify", "limit_speed", "autotune"} <= set(filter_names())
