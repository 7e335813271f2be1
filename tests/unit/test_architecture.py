"""The rules of the house: who may import whom, what is loaded when, and how long files are."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "funscribe"
UNIT = ROOT / "tests" / "unit"
HEAVY = {
    "av", "buttplug", "cv2", "fsspec", "librosa", "matplotlib", "nicegui", "numpy", "onnxruntime", "openvino",
    "ray", "scipy", "serial",
}  # fmt: skip
DOORS = {
    "av": ("video/",),
    "buttplug": ("devices/routes/buttplug.py",),
    "cv2": ("field/flow.py", "detect/letterbox.py", "detect/crops.py", "testing/"),
    "fsspec": ("remote.py",),
    "librosa": ("script/beats.py",),
    "matplotlib": ("plots.py",),
    "onnxruntime": ("detect/engines/onnxruntime.py",),
    "openvino": ("detect/engines/openvino", "detect/quantise.py"),
    "ray": ("jobs/engines/cluster.py",),
    "scipy": ("field/", "motion/", "script/", "track/", "evaluate/", "testing/", "zigzag.py"),
    "serial": ("devices/routes/tcode.py",),
}

# Packages' own files only pass names on, and options are covered by the tests of recipes.
COVERED_ELSEWHERE = {
    "cli/report.py": "cli/test_generate.py",
    "cli/script/arguments.py": "cli/script/test_validate.py",
    "devices/playing.py": "devices/test_player.py",
    "devices/routes/route.py": "testing/test_route_kit.py",
    "script/repair.py": "script/test_funscript.py",
    "testing/__main__.py": "testing/test_render.py",
    "testing/poses.py": "testing/test_layers.py",
    "testing/scene.py": "testing/test_scenes.py",
    "testing/textures.py": "testing/test_layers.py",
}


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split()) & HEAVY


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_import_contracts_are_kept() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert _loaded_by("import funscribe") == set()


def test_the_command_line_loads_no_heavy_library_before_it_works() -> None:
    assert _loaded_by("import funscribe.cli.main") <= {"numpy"}
    help_wanted = (
        "import contextlib, io, runpy\nsys.argv = ['funscribe', '--help']\n"
        "from funscribe.cli.main import run\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    run()"
    )
    assert _loaded_by(help_wanted) <= {"numpy"}


def test_options_and_recipes_load_nothing_heavy() -> None:
    assert _loaded_by("import funscribe.recipe") == set()


@pytest.mark.parametrize("library", DOORS)
def test_each_heavy_library_has_one_door(library: str) -> None:
    strangers = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if library in _imports(path) and not path.relative_to(SOURCE).as_posix().startswith(DOORS[library])
    ]
    assert strangers == []


def test_every_module_has_its_tests() -> None:
    missing = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE)
        if path.name in ("__init__.py", "options.py"):
            continue
        tests = COVERED_ELSEWHERE.get(name.as_posix(), str(name.with_name(f"test_{name.name}")))
        if not (UNIT / tests).is_file():
            missing.append(f"{name}: no {tests}")
    assert missing == []


def test_no_file_is_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCE.rglob("*.py")
    }
    assert [f"{name}: {count} lines" for name, count in lengths.items() if count > 400] == []


@pytest.mark.parametrize("word", ["utils", "common", "helpers", "core", "misc"])
def test_no_room_is_called_nothing(word: str) -> None:
    assert list(SOURCE.rglob(f"{word}*")) == []
