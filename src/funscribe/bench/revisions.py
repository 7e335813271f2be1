"""Git revisions as sides of a comparison: each in a worktree of its own in a temporary folder."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from funscribe.bench.provenance import PACKAGE
from funscribe.bench.sitting import Side
from funscribe.errors import RevisionInvalid

WORK_TREE = "."
"""The name of the checkout as it stands, with what is not committed."""

_PATIENCE_S = 120.0
_INSIDE = Path("src", "funscribe", "__init__.py")


def find_checkout(start: Path | None = None) -> Path:
    """Return the checkout of Funscribe that holds a folder, or else the one that the package runs from.

    Args:
        start: The folder; None for the one we are in.

    Raises:
        RevisionInvalid: There is none, for the package was installed without git.
    """
    for folder in (start or Path.cwd(), PACKAGE):
        try:
            top = Path(_git(folder, "rev-parse", "--show-toplevel"))
        except RevisionInvalid:
            continue
        if (top / _INSIDE).is_file():
            return top
    raise RevisionInvalid(
        "revisions are compared in a checkout, and this is none; clone Funscribe with git and run it there, "
        "or give two saved runs (`funscribe bench list`)"
    )


@contextmanager
def sides(checkout: Path, base: str, new: str) -> Iterator[tuple[Side, Side]]:
    """Hold two revisions of a checkout while the block runs; nothing is left of them.

    Args:
        checkout: The checkout; its own files are not touched.
        base: A revision, as git understands it, or `.` for the files as they stand.
        new: Another one.

    Raises:
        RevisionInvalid: Git does not know one, or it holds no package.
    """
    commits = [None if name == WORK_TREE else resolve(checkout, name) for name in (base, new)]
    with tempfile.TemporaryDirectory(prefix="funscribe-compare-") as folder:
        made: list[Path] = []
        try:
            found = []
            for name, commit, label in zip((base, new), commits, ("base", "new"), strict=True):
                tree = checkout
                if commit is not None:
                    tree = Path(folder, label)
                    made.append(tree)
                    _git(checkout, "worktree", "add", "--detach", "--force", str(tree), commit)
                if not (tree / _INSIDE).is_file():
                    raise RevisionInvalid(f"{name} has no {_INSIDE}; choose a later revision")
                found.append(Side(name, tree / "src"))
            yield found[0], found[1]
        finally:
            for tree in made:
                if tree.exists():
                    _git(checkout, "worktree", "remove", "--force", str(tree))


def resolve(checkout: Path, name: str) -> str:
    """Return the commit of a revision.

    Raises:
        RevisionInvalid: Git knows none of that name.
    """
    try:
        return _git(checkout, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except RevisionInvalid as error:
        raise RevisionInvalid(
            f"{name!r} is no revision of {checkout.name} and no saved run; see `git log` and "
            "`funscribe bench list`"
        ) from error


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise RevisionInvalid(f"git cannot be run: {error}; install it, or compare saved runs") from error
    if ran.returncode != 0:
        said = " ".join(ran.stderr.split())[-300:] or f"status {ran.returncode}"
        raise RevisionInvalid(f"git {words[0]} failed: {said}")
    return ran.stdout.strip()
