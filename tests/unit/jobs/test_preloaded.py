import subprocess
import sys
from pathlib import Path

import pytest


def test_a_job_loads_nothing_more_than_was_loaded_before(clip: Path, tmp_path: Path) -> None:
    code = (
        "import sys, funscribe.jobs.preloaded\nbefore = set(sys.modules)\n"
        "from funscribe.pipeline.delivering import deliver\nfrom funscribe.pipeline.order import Order\n"
        "deliver(Order(video=sys.argv[1], script=sys.argv[2]), workers=1)\n"
        "print(*(set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", code, str(clip), str(tmp_path / "a.funscript")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    late = set(ran.stdout.split())
    assert {
        name for name in late if name.startswith(("funscribe", "scipy", "cv2", "numpy", "psutil"))
    } == set()
    assert len(late) < 20  # PyAV loads a module or two of its own when it opens a file


def test_a_plug_in_that_is_missing_is_the_job_s_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    from funscribe.errors import PluginNotFound
    from funscribe.jobs import preloaded

    def missing(group: str, name: str) -> None:
        raise PluginNotFound(f"{name} in {group}")

    monkeypatch.setattr(preloaded, "load", missing)
    preloaded.warm_up()
