import os
import re
from pathlib import Path

import msgspec
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.jobs.rules import Asked, BatchRules, Rulebook, Rules, order_of, read_rules, rules_for
from funscribe.recipe import Recipe, change
from funscribe.script.variants import VARIANTS

INVERTED = change(Recipe(), ["script.invert=yes"])


def _rules(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "funscribe.toml"
    path.write_text(text)
    return path


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    rules = rules_for(tmp_path / "a" / "b.mp4", tmp_path)
    assert rules == Rules()
    order, priority = order_of(tmp_path / "a" / "b.mp4", tmp_path, rules, Asked())
    assert (order.script, order.recipe, order.variants, order.overwrite, priority) == (
        str(tmp_path / "a" / "b.funscript"),
        Recipe(),
        (),
        False,
        0,
    )


def test_the_nearest_file_upward_holds_and_none_above_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _rules(tmp_path, "[batch]\npriority = 9")
    _rules(root / "a", "[script]\ninvert = true\n[batch]\npriority = 1")
    _rules(root / "a" / "b" / "c", "[batch]\npriority = 2")

    def priority(folder: Path) -> int | None:
        return rules_for(folder / "v.mp4", root).batch.priority

    assert priority(root) is None
    assert priority(root / "a") == priority(root / "a" / "b") == 1
    assert priority(root / "a" / "b" / "c") == priority(root / "a" / "b" / "c" / "d") == 2
    assert rules_for(root / "a" / "b" / "v.mp4", root).recipe == INVERTED
    assert rules_for(root / "a" / "b" / "c" / "v.mp4", root).recipe == Recipe(), "it stands alone"
    assert rules_for(root / "v.mp4", tmp_path).batch.priority == 9


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    text = '[batch]\npriority = -3\nvariants = ["soft", "full"]\noverwrite = true\noutput = "../scripts"\n'
    _rules(tmp_path / "in", text)
    video = tmp_path / "in" / "deep" / "v.mp4"
    order, priority = order_of(video, tmp_path, rules_for(video, tmp_path), Asked())
    assert order.script == str(tmp_path / "scripts" / "deep" / "v.funscript")
    assert (order.variants, order.overwrite, priority) == (("soft", "full"), True, -3)


def test_what_is_asked_for_goes_before_the_rules(tmp_path: Path) -> None:
    _rules(tmp_path, '[batch]\npriority = 3\nvariants = ["soft"]\noverwrite = true\noutput = "there"\n')
    video = tmp_path / "deep" / "v.mp4"
    asked = Asked(output=tmp_path / "here", priority=0, variants=(), overwrite=False)
    order, priority = order_of(video, tmp_path, rules_for(video, tmp_path), asked)
    assert order.script == str(tmp_path / "here" / "deep" / "v.funscript")
    assert (order.variants, order.overwrite, priority) == ((), False, 0)


@pytest.mark.parametrize(
    ("ignore", "left_out"),
    [
        ("true", {"a.mp4", "deep/a.mp4", "deep/b [x].mp4"}),
        ("false", set()),
        ('["a.*"]', {"a.mp4", "deep/a.mp4"}),
        ('["deep/*"]', {"deep/a.mp4", "deep/b [x].mp4"}),
        ('["*[[]x]*", "none"]', {"deep/b [x].mp4"}),
        ("[]", set()),
    ],
)
def test_videos_can_be_left_out(tmp_path: Path, ignore: str, left_out: set[str]) -> None:
    _rules(tmp_path, f"[batch]\nignore = {ignore}")
    names = ("a.mp4", "deep/a.mp4", "deep/b [x].mp4")
    assert {
        name for name in names if rules_for(tmp_path / name, tmp_path).ignores(tmp_path / name)
    } == left_out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[batch", "is not TOML"),
        ("[batch]\npriority = 'high'", "option batch.priority: expected `int`, got `str`"),
        ("[batch]\npriorty = 1", "unknown option batch.priorty; there are priority, variants"),
        ("[batch]\nvariants = ['loud']", "option batch.variants.*loud"),
        ("[batch]\noutput = ''", "option batch.output"),
        ("[batch]\nignore = 3", "option batch.ignore"),
        ("batch = 3", "option batch: expected a table"),
        ("[script]\ninvrt = true", "unknown option script.invrt; did you mean script.invert"),
        ("[fild]", "unknown option fild; did you mean field"),
        ("[script]\nmin_interval_ms = nan", "option script.min_interval_ms|unknown"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_path(tmp_path: Path, text: str, said: str) -> None:
    path = _rules(tmp_path / "a", text)
    with pytest.raises(RecipeInvalid, match=said) as caught:
        rules_for(tmp_path / "a" / "v.mp4", tmp_path)
    assert str(caught.value).startswith(str(path))
    with pytest.raises(RecipeInvalid):
        read_rules(path)


def test_what_is_no_text_or_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "funscribe.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeInvalid, match="is not TOML"):
        rules_for(tmp_path / "v.mp4", tmp_path)
    (tmp_path / "funscribe.toml").unlink()
    (tmp_path / "funscribe.toml").mkdir()
    with pytest.raises(RecipeInvalid, match="cannot be read"):
        rules_for(tmp_path / "v.mp4", tmp_path)
    (tmp_path / "funscribe.toml").rmdir()
    (tmp_path / "funscribe.toml").symlink_to(tmp_path / "none")
    with pytest.raises(RecipeInvalid, match="cannot be read"):
        rules_for(tmp_path / "v.mp4", tmp_path)


def test_a_file_is_read_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, video, book, reads = _rules(tmp_path, "[batch]\npriority = 1"), tmp_path / "v.mp4", Rulebook(), []

    def read(where: Path) -> Rules:
        reads.append(where)
        return read_rules(where)

    monkeypatch.setattr("funscribe.jobs.rules.read_rules", read)
    for _ in range(3):
        assert book.rules_for(video, tmp_path).batch.priority == 1
    assert len(reads) == 1
    path.write_text("[batch]\npriority = 22")
    assert book.rules_for(video, tmp_path).batch.priority == 22
    path.write_text("[batch")
    for _ in range(2):
        with pytest.raises(RecipeInvalid):
            book.rules_for(video, tmp_path)
    assert len(reads) == 3
    path.unlink()
    assert book.rules_for(video, tmp_path) == Rules()
    assert book.file_for(video, tmp_path) is None


def test_files_that_rules_name_lie_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "mine.onnx").write_bytes(b"")
    recipe = read_rules(_rules(tmp_path, '[detect]\nmodel = "mine.onnx"')).recipe
    assert recipe is not None
    assert recipe.detect.model == str(tmp_path / "mine.onnx")
    recipe = read_rules(_rules(tmp_path, '[detect]\nmodel = "of-the-store"')).recipe
    assert recipe is not None
    assert recipe.detect.model == "of-the-store"


def test_a_file_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "funscribe.toml"
    path.write_bytes(b"\xef\xbb\xbf[script]\r\ninvert = true\r\n")
    assert read_rules(path).recipe == INVERTED


def test_the_names_of_variants_are_those_there_are() -> None:
    (field,) = (one for one in msgspec.structs.fields(BatchRules) if one.name == "variants")
    offered = re.findall(r"'(\w+)'", str(field.type).partition("Meta")[0])
    assert offered == [variant.name for variant in VARIANTS]


def test_the_script_stays_below_the_place_that_was_said(tmp_path: Path) -> None:
    rules = Rules(batch=BatchRules(output=str(tmp_path / "out")), folder=tmp_path / "in")
    assert rules.script(tmp_path / "in" / "a" / "v.mp4") == tmp_path / "out" / "a" / "v.funscript"
    assert Rules().script(tmp_path / "v.mp4") is None
    assert not Rules(batch=BatchRules(ignore=("*",))).ignores(tmp_path / "v.mp4")
    assert os.sep in str(rules.script(tmp_path / "in" / "v.mp4"))
