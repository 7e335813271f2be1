"""Orders in rows, and jobs out of them."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.errors import JobNotFound, QueueError, RecipeInvalid
from funscribe.jobs.rows import (
    JobReader,
    Recipes,
    checked_priority,
    job_not_found,
    number,
    order_values,
    path_of,
    path_value,
    place,
    plain_text,
    progress_text,
)
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_path_comes_back_as_it_was(path):
    assert path_of(path_value(path)) == path


def test_a_name_that_is_no_utf8_is_kept_as_bytes():
    name = b"caf\xe9.mp4".decode("utf-8", "surrogateescape")
    assert isinstance(path_value(name), bytes)
    assert path_of(path_value(name)).encode("utf-8", "surrogateescape") == b"caf\xe9.mp4"


def test_spellings_of_one_path_share_a_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert place("a/../b.funscript") == place("./b.funscript") == place(str(tmp_path / "b.funscript"))
    assert place("b.funscript") != place("c.funscript")
    assert place("s3://bucket/a/../b") == "s3://bucket/a/../b"


@pytest.mark.parametrize("job", [0, -1, 2**63, 10**400, math.nan, math.inf, 1.0, "1", None, True, b"1"])
def test_what_cannot_be_a_number_of_a_job_is_not_found(job):
    with pytest.raises(JobNotFound, match="there is no job"):
        number(job)


def test_the_error_stays_short_for_many_jobs():
    assert str(job_not_found(range(1000))).startswith("there is no job 0, 1, 2, 3, 4 and 995 more")
    assert len(str(job_not_found([10**400]))) < 120


@pytest.mark.parametrize("priority", [math.nan, 0.5, "1", None, 2**40, -(2**40)])
def test_priority_is_a_whole_number(priority):
    with pytest.raises(QueueError, match="whole number"):
        checked_priority(priority)


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(QueueError, match="is no path"):
        order_values(Order(video=path, script="a"), Recipes())
    with pytest.raises(QueueError, match="is no path"):
        order_values(Order(video="a", script=path), Recipes())


def test_equal_recipes_are_kept_once():
    recipes = Recipes()
    one = change(Recipe(), ["script.tolerance=3"])
    other = change(Recipe(), ["script.tolerance=3"])
    assert recipes.digest(one) == recipes.digest(other) == one.digest()
    assert recipes.digest(Recipe()) != one.digest()
    assert len(recipes.texts) == 2


def test_a_recipe_that_would_not_read_back_is_refused():
    broken = msgspec.structs.replace(Recipe().script, tolerance=math.nan)
    with pytest.raises(RecipeInvalid, match="cannot be stored"):
        Recipes().digest(msgspec.structs.replace(Recipe(), script=broken))
    beyond = msgspec.structs.replace(Recipe().script, range_high=10_000)
    with pytest.raises(RecipeInvalid, match="cannot be stored"):
        Recipes().digest(msgspec.structs.replace(Recipe(), script=beyond))
    name = msgspec.structs.replace(Recipe().detect, model="\udcff.onnx")
    with pytest.raises(RecipeInvalid, match="cannot be stored"):
        Recipes().digest(msgspec.structs.replace(Recipe(), detect=name))


def test_variants_that_are_no_text_are_refused():
    with pytest.raises(RecipeInvalid, match="no UTF-8"):
        order_values(Order(video="a", script="b", variants=("\udcff",)), Recipes())


def test_progress_is_stored_without_what_is_no_number():
    told = progress_text(Progress(math.nan, 3, math.inf, 2.0, math.inf, -math.inf, 1, 2, math.nan))
    assert msgspec.json.decode(told, type=Progress) == Progress(0.0, 3, 0.0, 2.0, None, 0.0, 1, 2, None)


def test_any_text_can_be_stored():
    assert plain_text("caf\udce9") == "caf\\udce9"
    assert plain_text("café") == "café"


@pytest.mark.parametrize(
    "text", [None, "", "{", '{"script": {"unheard": 1}}', '{"script": {"tolerance": "x"}}']
)
def test_a_recipe_that_cannot_be_read_is_told(text):
    recipe, why = JobReader().recipe(text)
    assert recipe == Recipe()
    assert "add the video again" in why


def test_a_reader_keeps_a_bounded_number_of_recipes():
    reader = JobReader()
    for k in range(1000):
        recipe, why = reader.recipe(f'{{"script": {{"tolerance": {1 + k / 1000}}}}}')
        assert not why
        assert recipe.script.tolerance == 1 + k / 1000
    assert len(reader._recipes) <= 256
