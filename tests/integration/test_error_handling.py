"""Bad input from the outside: one line on stderr with the remedy, exit status 1, and nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from funscribe.files import exclusive
from funscribe.video.writer import write_video

Run = Callable[..., None]
PROGRAM = "from funscribe.cli.main import run; run()"
PICTURES = "testsrc2=s=96x64:r=25:d=6"
LIMITED = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}));"
)


def _run(*arguments: object, before: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", before + PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )


def _complaint(*arguments: object, before: str = "") -> str:
    """Run the command, which must fail in one line; return that line."""
    ran = _run(*arguments, before=before)
    assert ran.returncode == 1, (ran.stdout, ran.stderr)
    assert "Traceback" not in ran.stderr
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, ran.stderr
    assert lines[0].startswith("funscribe: ")
    return lines[0]


def _grey(seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).integers(0, 255, (48, 64), np.uint8)


@pytest.fixture
def good(clip: Path, tmp_path: Path) -> Path:
    """A good video with a folder of its own."""
    (tmp_path / "good").mkdir()
    return Path(shutil.copy(clip, tmp_path / "good" / "good.mp4"))


def _missing(folder: Path, ffmpeg: Run) -> Path:
    return folder / "missing.mp4"


def _empty_folder(folder: Path, ffmpeg: Run) -> Path:
    (folder / "letters").mkdir()
    (folder / "letters" / "dear.txt").write_text("dear")
    return folder / "letters"


def _empty_file(folder: Path, ffmpeg: Run) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def _text(folder: Path, ffmpeg: Run) -> Path:
    (folder / "text.mp4").write_text("this is not a video\n" * 500)
    return folder / "text.mp4"


def _sound(folder: Path, ffmpeg: Run) -> Path:
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", folder / "sound.mp4")
    return folder / "sound.mp4"


def _truncated(folder: Path, ffmpeg: Run) -> Path:
    path = folder / "truncated.mp4"
    ffmpeg("-f", "lavfi", "-i", PICTURES, "-c:v", "libx264", path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def _truncated_with_its_header(folder: Path, ffmpeg: Run) -> Path:
    path = folder / "truncated-fast.mp4"
    ffmpeg("-f", "lavfi", "-i", PICTURES, "-c:v", "libx264", "-g", 25, "-movflags", "faststart", path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def _encrypted(folder: Path, ffmpeg: Run) -> Path:
    path = folder / "secret.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", PICTURES, "-c:v", "libx264", "-encryption_scheme", "cenc-aes-ctr"),
        *("-encryption_key", "0" * 31 + "1", "-encryption_kid", "0" * 31 + "2", path),
    )
    return path


def _one_frame(folder: Path, ffmpeg: Run) -> Path:
    return write_video(folder / "one.mp4", [(0.0, _grey(1))])


def _no_duration(folder: Path, ffmpeg: Run) -> Path:
    """All frames are shown at the same time."""
    path = folder / "zero.mkv"
    codec = ["-c:v", "rawvideo", "-pix_fmt", "gray"]
    ffmpeg("-f", "lavfi", "-i", PICTURES, *codec, "-bsf:v", "setts=pts=0:dts=0", path)
    return path


BAD = {
    "missing": (_missing, "does not exist; check the path"),
    "folder without videos": (_empty_folder, "holds no video; --recursive looks in its sub-folders too"),
    "empty": (
        _empty_file,
        "is not a readable video (empty, cut short or another kind of file); copy it again",
    ),
    "text": (_text, "is not a readable video (empty, cut short or another kind of file); copy it again"),
    "sound": (_sound, "has no picture stream, only sound or data; give a video"),
    "truncated": (_truncated, "copy it again"),
    "truncated after its header": (_truncated_with_its_header, "copy it again, or raise video.max_damaged"),
    "encrypted": (_encrypted, "is encrypted; give a copy without protection"),
    "one frame": (_one_frame, "has 1 frame; motion needs at least 3"),
    "no duration": (_no_duration, "copy it again"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_video_is_one_line_and_the_others_are_done(
    tmp_path: Path, good: Path, ffmpeg: Run, kind: str
) -> None:
    make, remedy = BAD[kind]
    bad = make(tmp_path, ffmpeg)
    before = sorted(tmp_path.iterdir())
    said = _complaint("generate", bad, good)
    assert remedy in said
    assert bad.name in said
    assert json.loads(good.with_suffix(".funscript").read_text())["actions"]
    assert sorted(tmp_path.iterdir()) == before, "nothing is left beside the bad one"


def test_in_json_a_bad_video_is_an_object_too(tmp_path: Path, good: Path) -> None:
    ran = _run("generate", tmp_path / "missing.mp4", good, "--json")
    bad, fine = (json.loads(line) for line in ran.stdout.splitlines())
    assert ran.returncode == 1
    assert "does not exist" in bad["error"]
    assert fine["actions"] > 2
    assert fine["video"] == str(good)


def test_an_old_script_is_not_lost_when_its_video_goes_bad(tmp_path: Path) -> None:
    bad = tmp_path / "a.mp4"
    bad.write_text("no video")
    script = tmp_path / "a.funscript"
    script.write_text("mine")
    _complaint("generate", bad, "--overwrite")
    assert script.read_text() == "mine"


@pytest.mark.parametrize("count", [3, 30])
def test_a_clip_shorter_than_a_window_has_a_script(tmp_path: Path, count: int) -> None:
    video = write_video(tmp_path / "short.mp4", ((k / 25, _grey(k)) for k in range(count)))
    ran = _run("generate", video)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    assert json.loads((tmp_path / "short.funscript").read_text())["version"]


def test_a_header_without_a_duration_does_not_matter(tmp_path: Path, good: Path) -> None:
    data = bytearray(good.read_bytes())
    for box, at in ((b"mdhd", 20), (b"mvhd", 20), (b"tkhd", 24)):
        start = data.index(box) + at
        data[start : start + 4] = bytes(4)
    good.write_bytes(data)
    assert _run("generate", good).returncode == 0
    assert good.with_suffix(".funscript").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="only here may names be any bytes")
def test_a_name_that_is_not_utf8_does_not_matter(good: Path) -> None:
    video = good.rename(f"{good.parent}/a\udcff.mp4")
    for more in ([], ["--overwrite", "--json"], []):
        ran = _run("generate", video, *more)
        assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(video.with_suffix(".funscript").read_text())["actions"]
    assert _run("cache", "show").returncode == 0


# --- places that cannot be written


def test_an_output_folder_that_cannot_be_made(tmp_path: Path, good: Path) -> None:
    (tmp_path / "file").write_text("")
    said = _complaint("generate", good, "-o", tmp_path / "file" / "out")
    assert "cannot be written: part of the path is not a folder; choose another folder" in said


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is writable for root")
def test_an_output_folder_that_is_not_writable(tmp_path: Path, good: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "choose another folder" in _complaint("generate", good, "-o", tmp_path / "locked")


def test_a_cache_that_cannot_be_made(tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert "cannot be written: " in _complaint("generate", good)
    assert not good.with_suffix(".funscript").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_is_full_while_the_trace_is_written(good: Path, own_cache: Path, workers: int) -> None:
    settings = ("--set", "video.segment_s=2", "--workers", workers)
    said = _complaint("generate", good, *settings, before=LIMITED.format(10_000))
    assert "cannot be written" in said
    assert "choose another folder" in said
    assert not good.with_suffix(".funscript").exists()
    assert list(own_cache.glob("*/.*")) == [], "a half file is left"
    assert _run("generate", good, *settings).returncode == 0, "with space again it goes on"


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_disk_that_is_full_while_the_script_is_written(good: Path) -> None:
    assert _run("generate", good).returncode == 0
    script = good.with_suffix(".funscript")
    script.write_text("mine, and worth keeping")
    said = _complaint("generate", good, "--overwrite", before=LIMITED.format(50))
    assert f"{script} cannot be written" in said
    assert script.read_text() == "mine, and worth keeping"
    assert sorted(good.parent.iterdir()) == [script, good]


def test_a_script_that_another_run_is_writing(good: Path) -> None:
    script = good.with_suffix(".funscript")
    with exclusive(script):
        said = _complaint("generate", good)
    assert f"{script}: another run is writing it; wait for it to end or choose another folder" in said
    assert not script.exists()
    assert _run("generate", good).returncode == 0


# --- the cache


@pytest.mark.parametrize("name", ["segment-00001.npz", "plan.json"])
def test_a_cache_corrupted_by_hand_is_made_again_and_said_so(good: Path, own_cache: Path, name: str) -> None:
    settings = ("--set", "video.segment_s=2", "--overwrite")
    assert _run("generate", good, *settings).returncode == 0
    script = good.with_suffix(".funscript")
    wanted = script.read_bytes()
    (path,) = own_cache.glob(f"*/{name}")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    ran = _run("generate", good, *settings)
    assert ran.returncode == 0
    assert name in ran.stderr
    assert "again" in ran.stderr
    assert script.read_bytes() == wanted
    assert "damaged" not in _run("generate", good, *settings).stderr


# --- recipes


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("field.cels=9", "unknown option field.cels; did you mean field.cells?"),
        ("field.cells=1000", "option field.cells: expected `int` <= 64"),
        ("video.segment_s=soon", "option video.segment_s: expected a number, not 'soon'"),
        ("cells", "'cells' is not of the form stage.option=value"),
    ],
)
def test_a_wrong_setting_names_the_option(good: Path, setting: str, said: str) -> None:
    assert said in _complaint("generate", good, "--set", setting)
    assert not good.with_suffix(".funscript").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[field]\ncels = 9\n", "unknown option field.cels; did you mean field.cells?"),
        ("[field]\ncells = 1000\n", "option field.cells: expected `int` <= 64"),
        ("[field\n", "is not TOML"),
    ],
)
def test_a_wrong_recipe_names_the_file_and_the_option(
    tmp_path: Path, good: Path, content: str, said: str
) -> None:
    recipe = tmp_path / "my.toml"
    recipe.write_text(content)
    complaint = _complaint("generate", good, "--recipe", recipe)
    assert said in complaint
    assert str(recipe) in complaint


@pytest.mark.parametrize("arguments", [["generate"], ["generate", "--nothing"], ["nothing"]])
def test_wrong_usage_is_exit_status_two(arguments: list[str]) -> None:
    ran = _run(*arguments)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
