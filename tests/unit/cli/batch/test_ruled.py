from pathlib import Path

import pytest
from typer.testing import CliRunner

from funscribe.cli.batch.ruled import Wishes, orders_of
from funscribe.cli.main import app
from funscribe.cli.targets import Target, find_targets
from funscribe.errors import FunscribeError, RecipeInvalid, VideoNotFound
from funscribe.jobs.rules import Asked
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change

INVERTED = change(Recipe(), ["script.invert=yes"])


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    root = tmp_path / "library"
    for name in ("a.mp4", "ruled/b.mp4", "ruled/deep/c.mp4", "ruled/deep/trailer.mp4"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    text = '[script]\ninvert = true\n[batch]\npriority = 5\nvariants = ["soft"]\nignore = ["trailer*"]\n'
    (root / "ruled" / "funscribe.toml").write_text(text)
    return root


def _orders(root: Path, wishes: Wishes) -> dict[str, Order]:
    found = list(orders_of(find_targets([root], wishes.asked.output, True), wishes))
    assert all(isinstance(one, Order) for one in found)
    return {Path(one.video).name: one for one in found if isinstance(one, Order)}


def test_each_folder_has_its_rules(library: Path) -> None:
    wishes = Wishes(Recipe(), Asked())
    orders = _orders(library, wishes)
    assert list(orders) == ["a.mp4", "b.mp4", "c.mp4"]
    assert [order.recipe for order in orders.values()] == [Recipe(), INVERTED, INVERTED]
    assert [order.variants for order in orders.values()] == [(), ("soft",), ("soft",)]
    groups = [
        (each, [Path(one.video).name for one in group]) for each, group in wishes.by_priority(orders.values())
    ]
    assert groups == [(5, ["b.mp4", "c.mp4"]), (0, ["a.mp4"])]


def test_what_the_command_line_says_goes_before(library: Path, tmp_path: Path) -> None:
    asked = Asked(output=tmp_path / "out", priority=1, variants=(), overwrite=True)
    settings = ("script.invert=no", "field.cells=8")
    wishes = Wishes(change(Recipe(), settings), asked, settings)
    orders = _orders(library, wishes)
    assert {order.recipe for order in orders.values()} == {change(Recipe(), ["field.cells=8"])}
    assert orders["c.mp4"].script == str(tmp_path / "out" / "ruled" / "deep" / "c.funscript")
    assert {(order.variants, order.overwrite) for order in orders.values()} == {((), True)}
    assert [each for each, _ in wishes.by_priority(orders.values())] == [1]
    named = _orders(library, Wishes(Recipe(), Asked(), by_folder=False))
    assert {order.recipe for order in named.values()} == {Recipe()}, "a recipe that is named is for all"
    assert named["b.mp4"].variants == ("soft",)


def test_a_video_named_by_itself_and_a_url_have_no_rules(library: Path) -> None:
    wishes = Wishes(Recipe(), Asked(priority=2))
    video = library / "ruled" / "deep" / "trailer.mp4"
    targets = [Target(video, video.with_suffix(".funscript")), Target("s3://b/v.mp4", Path("/o/v.funscript"))]
    one, other = orders_of(targets, wishes)
    assert isinstance(one, Order)
    assert isinstance(other, Order)
    assert (one.recipe, one.variants, other.video) == (Recipe(), (), "s3://b/v.mp4")
    assert [each for each, _ in wishes.by_priority([one, other])] == [2]


def test_broken_rules_are_told_once_and_others_go_on(library: Path) -> None:
    (library / "ruled" / "funscribe.toml").write_text("[batch]\npriority = []")
    targets: list[Target | FunscribeError] = [*find_targets([library], None, True)]
    found = list(
        orders_of(
            [*targets, Target(library / "none.mp4", library / "n.funscript")], Wishes(Recipe(), Asked())
        )
    )
    assert [type(one) for one in found] == [Order, RecipeInvalid, VideoNotFound]
    assert str(found[1]).startswith(str(library / "ruled" / "funscribe.toml"))


def test_on_the_command_line(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.parent)
    ran = CliRunner().invoke(app, ["batch", "add", "library", "--recursive"])
    assert ran.exit_code == 0
    assert "3 videos added" in ran.stdout
    with JobStore() as store:
        jobs = {Path(job.order.video).name: job for job in store.page()}
    assert {name: job.priority for name, job in jobs.items()} == {"a.mp4": 0, "b.mp4": 5, "c.mp4": 5}
    assert jobs["c.mp4"].order.recipe == INVERTED
    assert jobs["c.mp4"].order.script == str(library / "ruled" / "deep" / "c.funscript")
    (library / "ruled" / "funscribe.toml").write_text("[batch")
    ran = CliRunner().invoke(app, ["batch", "add", "library", "--recursive", "--json"])
    assert ran.exit_code == 1
    assert "is not TOML" in ran.stderr
