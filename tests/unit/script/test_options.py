import msgspec
import pytest

from funscribe.script import ScriptOptions


def test_defaults_are_those_of_common_devices():
    options = ScriptOptions()
    assert (options.tolerance, options.max_speed, options.min_interval_ms) == (2, 400, 40)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tolerance": 0}, "tolerance"),
        ({"max_speed": -1}, "max_speed"),
        ({"min_interval_ms": 1.5}, "min_interval_ms"),
        ({"range_low": 60, "range_high": 40}, "range_low must be less than range_high"),
        ({"speed": 3}, "speed"),
        ({"filters": ["simplfy"]}, "there is no filter 'simplfy'; did you mean simplify"),
        ({"filters": ["clamp", "clamp(low=200)"]}, "filter clamp: option low: expected `int` <= 100"),
        ({"filters": "clamp"}, "filters"),
    ],
)
def test_refuses_what_makes_no_sense(given, said):
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(given, ScriptOptions)


def test_every_option_is_described_with_its_unit():
    for field in msgspec.inspect.type_info(ScriptOptions).fields:
        description = field.type.extra_json_schema["description"]
        assert description.endswith(")"), field.name
