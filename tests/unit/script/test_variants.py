import numpy as np
import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse_all
from funscribe.script.variants import VARIANTS, find_variants, make_variant

AT = np.arange(0, 60_000, 150)
SCRIPT = Script(AT, np.rint(50 - 35 * np.cos(2 * np.pi * AT / 900)), {"title": "x"})


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_variant_is_made_of_filters_that_are_there(variant):
    assert parse_all(variant.filters)
    got = make_variant(SCRIPT, variant)
    assert len(got) > 50
    assert got.metadata == {"title": "x"}
    assert len(make_variant(Script([], []), variant)) == 0


def test_soft_is_shallower_and_slower_than_full_and_full_than_intense():
    depths, speeds = [], []
    for variant in find_variants(["soft", "full", "intense"]):
        got = make_variant(SCRIPT, variant)
        depths.append(np.percentile(got.pos, 90) - np.percentile(got.pos, 10))
        speeds.append((np.abs(np.diff(got.pos)) * 1000 / np.diff(got.at_ms)).max())
    assert depths == sorted(depths)
    assert depths[0] < depths[1]
    assert depths[1] < depths[2]
    assert speeds[0] <= 200
    assert speeds[1] <= 400
    assert speeds[2] <= 550


def test_names_are_found_in_their_order_and_once():
    assert [v.name for v in find_variants(["intense", "soft", "intense"])] == ["intense", "soft"]
    assert find_variants([]) == ()


@pytest.mark.parametrize(("name", "said"), [("sofft", "did you mean soft"), ("zzz", "there are: soft, full")])
def test_an_unknown_name_says_what_there_is(name, said):
    with pytest.raises(FilterInvalid, match=said):
        find_variants([name])
