"""Two revisions of a checkout are held in worktrees, of which nothing is left."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from funscribe.bench import revisions
from funscribe.bench.revisions import find_checkout, resolve, sides
from funscribe.errors import RevisionInvalid

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    ran = subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Three commits: without a package, then with two versions of one; and a change that is not committed."""
    folder = tmp_path / "checkout"
    package = folder / "src" / "funscribe"
    package.mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    git(folder, "commit", "-q", "--allow-empty", "-m", "nothing")
    for text in ("one", "two"):
        (package / "__init__.py").write_text(f"# {text}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", text)
    (package / "__init__.py").write_text("# three\n")
    return folder


def text_of(source: Path | None) -> str:
    assert source is not None
    return (source / "funscribe" / "__init__.py").read_text().strip("# \n")


def test_each_side_is_its_revision_and_nothing_is_left(checkout: Path) -> None:
    with sides(checkout, "HEAD~1", "main") as (base, new):
        assert (text_of(base.source), text_of(new.source)) == ("one", "two")
        assert (base.name, new.name) == ("HEAD~1", "main")
        held = [base.source, new.source]
    assert not any(source is not None and source.exists() for source in held)
    assert git(checkout, "worktree", "list").count("\n") == 0
    assert text_of(checkout / "src") == "three"


def test_a_point_is_the_checkout_as_it_stands(checkout: Path) -> None:
    with sides(checkout, "HEAD", ".") as (base, new):
        assert (text_of(base.source), text_of(new.source)) == ("two", "three")
    assert text_of(checkout / "src") == "three"


def test_the_same_revision_twice(checkout: Path) -> None:
    with sides(checkout, "main", "main") as (base, new):
        assert base.source != new.source


def test_nothing_is_left_after_an_error(checkout: Path) -> None:
    with pytest.raises(KeyboardInterrupt), sides(checkout, "HEAD", "HEAD~1"):
        raise KeyboardInterrupt
    with pytest.raises(RevisionInvalid, match="has no src"), sides(checkout, "HEAD", "HEAD~2"):
        pass
    assert git(checkout, "worktree", "list").count("\n") == 0


@pytest.mark.parametrize("name", ["nowhere", "", "--help", "HEAD:src", "a b\0"])
def test_what_is_no_revision_is_told(checkout: Path, name: str) -> None:
    with pytest.raises(RevisionInvalid, match=r"no revision of checkout|git cannot be run|is no revision"):
        resolve(checkout, name)


def test_the_checkout_is_found_from_within(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_checkout(checkout / "src" / "funscribe") == checkout.resolve()
    monkeypatch.chdir(checkout)
    assert find_checkout() == checkout.resolve()


def test_without_a_checkout_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "PACKAGE", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionInvalid, match="clone Funscribe with git"):
        find_checkout(tmp_path)
