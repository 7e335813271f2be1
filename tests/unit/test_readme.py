"""What the README shows works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_examples_run(clip: Path, tmp_path: Path) -> None:
    shutil.copy(clip, tmp_path / "clip.mp4")
    said = [_run(example, tmp_path) for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL)]
    assert re.match(r"\d+ \d+ \d+ actions; confidence [01]\.\d+", said[0])
    assert (tmp_path / "clip.funscript").is_file()
    assert re.match(r"(1 queued \n)?(1 running .*\n)*1 done \n\d+ actions\n", said[1])
    assert re.match(r"\[1\] \[\[ *3\d\.\d* +20\. .*\[ True\]", said[2])


def _run(example: str, folder: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_commands_and_options_exist() -> None:
    for line in re.findall(r"^    (funscribe [^#\n]*)", README, re.MULTILINE):
        words = line.split()
        known = words[1:2] if words[1] == "generate" else words[1:3]
        told = subprocess.run(
            [sys.executable, "-c", "from funscribe.cli.main import run; run()", *known, "--help"],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "", "COLUMNS": "200", "NO_COLOR": "1"},
        )
        assert told.returncode == 0, told.stderr
        for option in re.findall(r"--[a-z]+|-o\b", line):
            assert option in told.stdout


def test_options_named_in_the_readme_exist() -> None:
    from funscribe.recipe import Recipe, change

    settings = re.findall(r"--set (\S+)", README)
    assert len(settings) == 2
    assert change(Recipe(), settings) != Recipe()


def test_files_linked_from_the_documents_exist() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^):#]+)\)", page.read_text(encoding="utf-8")):
            if page.name == "README.md" and target == "docs/benchmarks.md":
                continue  # made of results, which a checkout may not have yet
            assert (page.parent / target).is_file(), f"{page.name} links to {target}"
