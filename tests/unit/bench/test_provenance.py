import json
import os
import shutil
import subprocess

import pytest

import funscribe
from funscribe.bench.provenance import commit, made_by


@pytest.fixture
def package(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("needs git")
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
    environment = {**os.environ, **who, "GIT_COMMITTER_EMAIL": "a@b"}
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    for words in (["init", "-q"], ["add", "package"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *words], cwd=tmp_path, env=environment, check=True)
    return folder


def test_names_versions_and_processor_but_no_path_of_the_machine():
    said = made_by()
    assert said["funscribe"] == funscribe.__version__
    assert {"commit", "cpu", "cores", "python", "av", "numpy", "opencv-python-headless"} <= set(said)
    assert os.sep not in json.dumps({k: v for k, v in said.items() if k != "cpu"})


def test_a_plus_stands_for_changes(package):
    clean = commit(package)
    assert len(clean) == 10
    (package / "new.py").write_text("", encoding="utf-8")
    assert commit(package) == clean + "+"


def test_a_package_is_not_given_the_commit_of_what_it_is_installed_into(package):
    inner = package / "site-packages" / "other"
    inner.mkdir(parents=True)
    (inner / "__init__.py").write_text("", encoding="utf-8")
    assert commit(inner) == "unknown"
    assert commit(package / "missing") == "unknown"
