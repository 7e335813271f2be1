import shutil
import struct
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from funscribe.errors import VideoEncrypted, VideoError, VideoUnreadable
from funscribe.video.options import VideoOptions
from funscribe.video.pyav import PyAVFrame, PyAVSource
from funscribe.video.writer import write_video

Run = Callable[..., None]
PICTURE = "testsrc2=s=96x64:r=25:d=2"


def _read(path: Path, **options: Any) -> tuple[PyAVSource, list[float], list[np.ndarray[Any, Any]]]:
    source = PyAVSource(str(path), VideoOptions(**options))
    try:
        times, lumas = [], []
        for frame in source:
            times.append(frame.time_s)
            lumas.append(frame.luma().copy())
    finally:
        source.close()
    return source, times, lumas


def _encode(
    path: Path,
    pts: list[int],
    base: Fraction,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    sound_s: float = 0.0,
    size_wh: tuple[int, int] = (64, 48),
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a clip with PyAV whose k-th frame has the grey level 16 + 4 k and the pts asked for."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size_wh, pixel_format
        stream.time_base = stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        sound: Any = container.add_stream("aac", rate=8000, layout="mono") if sound_s else None
        for k, tick in enumerate(pts):
            grey = np.full((size_wh[1], size_wh[0]), 16 + 4 * k, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=pixel_format)
            frame.pts, frame.time_base = tick, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for start in range(0, int(sound_s * 8000), 1024) if sound else ():
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            silence.rate, silence.pts = 8000, start
            container.mux(sound.encode(silence))
        if sound:
            container.mux(sound.encode(None))
    return path


def _matrix(path: Path, numbers: tuple[int, ...]) -> None:
    """Write a display matrix into the track header of an MP4 file."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    values = [number << (30 if k % 3 == 2 else 16) for k, number in enumerate(numbers)]
    data[at : at + 36] = struct.pack(">9i", *(v if v < 2**31 else v - 2**32 for v in values))
    path.write_bytes(data)


# --- times


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_varying_times_are_exact(tmp_path: Path, suffix: str) -> None:
    pts = [0, 40, 41, 90, 1000, 1001, 1500, 7333]
    path = _encode(tmp_path / f"vfr{suffix}", pts, Fraction(1, 1000))
    _, times, _ = _read(path)
    assert times == pytest.approx([tick / 1000 for tick in pts], abs=1e-9)


def test_2997_is_exact_after_an_hour(tmp_path: Path) -> None:
    base = Fraction(1001, 30_000)
    pts = [0, 1, 2, 30, 108_000, 215_784]  # the last two after one hour and after two
    path = _encode(tmp_path / "ntsc.mp4", pts, base, options={"x264-params": "bframes=0"})
    _, times, _ = _read(path)
    assert times == [float(tick * base) for tick in pts]
    assert times[4] == 3603.6


def test_a_start_of_all_streams_is_taken_off_but_a_delay_of_the_picture_is_kept(tmp_path: Path) -> None:
    base = Fraction(1, 1000)
    alone = _encode(tmp_path / "alone.mkv", [5000, 5040, 5080], base)
    assert _read(alone)[1] == pytest.approx([0, 0.04, 0.08], abs=1e-9)
    delayed = _encode(tmp_path / "delayed.mp4", [2000, 2040, 2080], base, sound_s=3)
    source, times, _ = _read(delayed)
    assert times == pytest.approx([2, 2.04, 2.08], abs=1e-9)
    assert source.info.duration_s_from_header == pytest.approx(2.12, abs=0.05)


@pytest.mark.parametrize("suffix", [".ts", ".mkv", ".mp4"])
def test_a_picture_that_begins_after_the_sound(tmp_path: Path, suffix: str) -> None:
    pts = list(range(100_000, 200_000, 4000))
    path = _encode(tmp_path / f"late{suffix}", pts, Fraction(1, 90_000), sound_s=3)
    _, times, _ = _read(path)
    assert np.diff(times) == pytest.approx(4000 / 90_000, abs=2e-3)
    assert times[0] == pytest.approx(100_000 / 90_000, abs=0.14)  # the sound has a primer of its own


def test_an_edit_list_cuts_the_start_off(tmp_path: Path, ffmpeg: Run) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg("-f", "lavfi", "-i", PICTURE, "-c:v", "libx264", "-g", 25, "-bf", 2, whole)
    ffmpeg("-ss", 0.6, "-i", whole, "-c", "copy", cut)
    _, times, lumas = _read(cut)
    _, _, all_lumas = _read(whole)
    assert times[0] == pytest.approx(0, abs=1e-6)
    assert len(times) == 35
    assert np.diff(times) == pytest.approx(0.04, abs=1e-4)
    assert np.array_equal(lumas[-1], all_lumas[-1])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("x264.mp4", ["-c:v", "libx264", "-bf", 3, "-g", 12]),
        ("x264.ts", ["-c:v", "libx264", "-bf", 3, "-g", 12]),
        ("x264.mkv", ["-c:v", "libx264", "-bf", 3, "-g", 12]),
        ("x264.flv", ["-c:v", "libx264", "-bf", 3, "-g", 12]),
        ("x264.avi", ["-c:v", "libx264", "-bf", 2, "-g", 12]),
        ("mpeg4.avi", ["-c:v", "mpeg4", "-bf", 2]),
        ("mpeg4-plain.avi", ["-c:v", "mpeg4"]),
        ("mpeg2.mpg", ["-c:v", "mpeg2video", "-bf", 2]),
        ("mpeg2.ts", ["-c:v", "mpeg2video", "-bf", 2]),
        ("vp9.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", 8]),
        ("moving.gif", []),
        ("fragments.mp4", ["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"]),
        ("raw.h264", ["-c:v", "libx264", "-bf", 2]),
        ("uncompressed.avi", ["-c:v", "rawvideo", "-pix_fmt", "yuyv422"]),
        ("nv12.mkv", ["-c:v", "rawvideo", "-pix_fmt", "nv12"]),
    ],
)
def test_every_frame_of_every_kind_of_file(
    tmp_path: Path, ffmpeg: Run, name: str, arguments: list[object]
) -> None:
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", PICTURE, *arguments, path)
    source, times, lumas = _read(path)
    assert source.damaged == 0
    assert len(times) == 50
    assert times == pytest.approx([k / 25 for k in range(50)], abs=1.1e-2 if "gif" in name else 6e-4)
    assert all(luma.shape == (64, 96) for luma in lumas)


# --- the picture


@pytest.mark.parametrize(
    ("clockwise", "matrix"),
    [
        (0, (1, 0, 0, 0, 1, 0, 0, 0, 1)),
        (90, (0, 1, 0, -1, 0, 0, 0, 0, 1)),
        (180, (-1, 0, 0, 0, -1, 0, 0, 0, 1)),
        (270, (0, -1, 0, 1, 0, 0, 0, 0, 1)),
    ],
)
def test_rotation(tmp_path: Path, clockwise: int, matrix: tuple[int, ...]) -> None:
    path = _encode(tmp_path / "r.mp4", [0, 1, 2], Fraction(1, 25))
    _matrix(path, matrix)
    source, _, lumas = _read(path)
    assert source.info.rotation == clockwise
    assert source.info.coded_size_wh == (64, 48)
    assert source.info.size_wh == ((64, 48) if clockwise % 180 == 0 else (48, 64))
    assert lumas[0].shape == (48, 64), "the plane is as it is stored"


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    path = _encode(tmp_path / "wide.mp4", [0, 1, 2], Fraction(1, 25), aspect=Fraction(4, 3))
    source, _, _ = _read(path)
    assert source.info.size_wh == (85, 48)
    assert source.info.coded_size_wh == (64, 48)
    _matrix(path, (0, 1, 0, -1, 0, 0, 0, 0, 1))
    assert _read(path)[0].info.size_wh == (48, 85)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "bits", "suffix"),
    [
        ("libx264", "yuv420p", 8, ".mp4"),
        ("libx264", "yuv420p10le", 10, ".mp4"),
        ("libx264", "yuv422p10le", 10, ".mkv"),
        ("libx264", "yuv444p", 8, ".mp4"),
        ("libx264rgb", "bgr24", 8, ".mkv"),
        ("ffv1", "gray", 8, ".mkv"),
        ("ffv1", "gray16le", 16, ".mkv"),
        ("ffv1", "yuv420p16le", 16, ".mkv"),
        ("ffv1", "bgra", 8, ".mkv"),
        ("ffv1", "yuva420p", 8, ".mkv"),
        ("rawvideo", "nv12", 8, ".mkv"),
        ("rawvideo", "yuyv422", 8, ".avi"),
        ("rawvideo", "gray10le", 10, ".nut"),
        ("mjpeg", "yuvj422p", 8, ".mov"),
    ],
)
def test_brightness_from_any_pixel_format(
    tmp_path: Path, codec: str, pixel_format: str, bits: int, suffix: str
) -> None:
    path = tmp_path / f"clip{suffix}"
    base = Fraction(1, 25)
    _encode(path, list(range(12)), base, codec=codec, pixel_format=pixel_format, size_wh=(62, 46))
    source, times, lumas = _read(path)
    assert source.info.luma_bits == bits
    assert len(times) == 12
    assert all(luma.dtype == (np.uint8 if bits == 8 else np.uint16) for luma in lumas)
    assert all(luma.shape == (46, 62) for luma in lumas)
    grey = [float(luma.mean()) / 2 ** (bits - 8) for luma in lumas]
    assert np.diff(grey) == pytest.approx(4, abs=1.6)
    assert grey[0] == pytest.approx(24, abs=10)  # full and limited range differ by up to 16 levels


@pytest.mark.parametrize(
    ("pixel_format", "bits"),
    [("p010le", 16), ("p016le", 16), ("grayf32le", 8), ("yuv420p10be", 8), ("gray12be", 8), ("gbrp10le", 8)],
)
def test_brightness_from_formats_that_hardware_and_still_pictures_have(pixel_format: str, bits: int) -> None:
    grey = np.tile(np.arange(16, 232, 4, dtype=np.uint8), (48, 1))
    frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=pixel_format)
    luma = PyAVFrame(frame, 0, 0.0).luma()
    assert luma.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert luma.shape == grey.shape
    # The middle row counts: making 16 bit pictures, FFmpeg at times spoils the start of a row.
    assert np.diff(np.median(luma, axis=0)) / 2 ** (bits - 8) == pytest.approx(4, abs=1.6)


def test_colour_is_there_when_asked_for(clip: Path) -> None:
    source = PyAVSource(str(clip), VideoOptions())
    frame = next(iter(source))
    assert frame.rgb().shape == (*source.info.coded_size_wh[::-1], 3)
    assert frame.index == 0
    source.close()


def test_a_smaller_picture_is_the_mean_of_what_it_is_made_of() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (48, 64), np.uint8)
    whole = np.repeat(rows[..., None], 3, 2)
    frame = PyAVFrame(av.VideoFrame.from_ndarray(whole, format="rgb24").reformat(format="yuv444p"), 0, 0.0)
    small = frame.rgb((16, 12))
    assert np.abs(small - rows.reshape(12, 4, 16, 4).mean((1, 3))[..., None]).max() < 6
    assert np.abs(frame.rgb((64, 48)).astype(int) - whole).max() < 6
    assert frame.rgb((32, 96)).shape == (96, 32, 3)  # smaller one way, larger the other


def test_a_plane_outlives_its_frame_and_the_source(clip: Path) -> None:
    source = PyAVSource(str(clip), VideoOptions())
    frame = next(iter(source))
    luma = frame.luma()
    before = luma.copy()
    del frame
    source.close()
    assert np.array_equal(luma, before)


def test_a_picture_that_changes_its_size_on_the_way(tmp_path: Path, ffmpeg: Run) -> None:
    for name, size in (("a", "96x64"), ("b", "64x96")):
        ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=1"),
            *(
                "-c:v",
                "libx264",
                "-bf",
                0,
                "-output_ts_offset",
                0 if name == "a" else 1,
                tmp_path / f"{name}.ts",
            ),
        )
    both = tmp_path / "both.ts"
    both.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    _, times, lumas = _read(both)
    assert times == pytest.approx([k / 25 for k in range(50)], abs=1e-6)
    assert {luma.shape for luma in lumas} == {(64, 96), (96, 64)}


def test_the_deblocking_filter_is_an_option(clip: Path) -> None:
    plain, filtered = (_read(clip, skip_loop_filter=skip)[2] for skip in (True, False))
    assert len(plain) == len(filtered)
    assert not np.array_equal(plain[20], filtered[20])
    assert np.abs(plain[20].astype(int) - filtered[20]).mean() < 3


# --- passages


@pytest.mark.parametrize("kind", ["mp4", "ts", "avi"])
def test_a_source_can_be_read_again_and_after_looking_for_keyframes(
    tmp_path: Path, ffmpeg: Run, kind: str
) -> None:
    path = tmp_path / f"a.{kind}"
    ffmpeg("-f", "lavfi", "-i", PICTURE, "-c:v", "libx264", "-g", 10, "-bf", 2, path)
    source = PyAVSource(str(path), VideoOptions())
    first = [frame.time_s for frame in source]
    source.keyframe_before(round(1.3 / source.info.time_base))
    source.keyframe_before(-5)
    assert [frame.time_s for frame in source] == first
    assert len(first) == 50
    source.close()


def test_a_keyframe_that_is_not_there_is_an_error_not_an_empty_passage(clip: Path) -> None:
    source = PyAVSource(str(clip), VideoOptions())
    with pytest.raises(VideoUnreadable, match="the keyframe at tick 12345 is not there"):
        list(source.between(12345, None))
    key = source.keyframe_near(90_000 * 3)
    assert key is not None
    assert source.begins_at(key)
    source.close()


def test_a_passage_ends_with_the_frame_after_it(clip: Path) -> None:
    source = PyAVSource(str(clip), VideoOptions())
    ticks = 1 / source.info.time_base
    got = [frame.time_s for frame in source.between(round(1 * ticks), round(2 * ticks))]
    assert (got[0], got[-1], len(got)) == (1.0, 2.0, 31)
    assert source.last_pts == round(2 * ticks)
    source.close()


# --- files that are not as they should be


def _outcome(path: Path) -> tuple[list[float], VideoError | None]:
    """Read a file to its end: finite increasing times, or an error of ours in one line."""
    times: list[float] = []
    error: VideoError | None = None
    try:
        source = PyAVSource(str(path), VideoOptions())
        try:
            for frame in source:
                assert frame.luma().ndim == 2
                times.append(frame.time_s)
        finally:
            source.close()
    except VideoError as raised:
        error = raised
    if error is not None:
        assert "\n" not in str(error)
        assert str(path) in str(error)
    assert np.all(np.isfinite(times))
    assert np.all(np.diff(times) > 0)
    return times, error


ODD = sorted((Path(__file__).resolve().parents[4] / "shared" / "data" / "odd").glob("*.*"))


@pytest.mark.parametrize("path", ODD, ids=[path.name for path in ODD])
def test_odd_files_give_frames_or_an_error_in_one_line(path: Path) -> None:
    times, error = _outcome(path)
    assert times or error


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
def test_cut_short_or_damaged_anywhere(tmp_path: Path, suffix: str) -> None:
    pts = list(range(40))
    whole = _encode(tmp_path / f"w{suffix}", pts, Fraction(1, 25), options={"g": "10"}).read_bytes()
    rng = np.random.default_rng(7)
    for _ in range(15):
        broken = bytearray(whole)
        if rng.random() < 0.5:
            broken = broken[: rng.integers(0, len(whole))]
        else:
            for at in rng.integers(0, len(whole), 20):
                broken[at] ^= int(rng.integers(1, 256))
        path = tmp_path / f"broken{suffix}"
        path.write_bytes(broken)
        _outcome(path)


def test_damage_in_the_middle_is_counted_and_the_rest_is_read(tmp_path: Path, clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(3).bytes(3000)
    path = tmp_path / "hurt.mp4"
    path.write_bytes(data)
    source, times, _ = _read(path)
    assert len(times) + source.damaged >= 170
    assert times[-1] > 5.9


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"dear diary, no video here\n" * 200, b"ftyp"])
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoUnreadable, match=r"is not a readable video|no picture"):
        PyAVSource(str(path), VideoOptions())


def test_sound_alone(tmp_path: Path, ffmpeg: Run) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "sound.m4a")
    with pytest.raises(VideoUnreadable, match="no picture stream, only sound"):
        PyAVSource(str(tmp_path / "sound.m4a"), VideoOptions())


def test_the_cover_of_an_album_is_no_video(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "album.mp3"
    ffmpeg(
        *("-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "color=s=64x64:d=1"),
        *(
            "-map",
            "0:a",
            "-map",
            "1:v",
            "-frames:v",
            1,
            "-c:v",
            "mjpeg",
            "-disposition:v",
            "attached_pic",
            path,
        ),
    )
    with pytest.raises(VideoUnreadable, match="no picture stream, only sound"):
        PyAVSource(str(path), VideoOptions())


def test_encrypted(tmp_path: Path, ffmpeg: Run) -> None:
    path = tmp_path / "secret.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", PICTURE, "-c:v", "libx264", "-encryption_scheme", "cenc-aes-ctr"),
        *("-encryption_key", "0" * 31 + "1", "-encryption_kid", "0" * 31 + "2", path),
    )
    with pytest.raises(VideoEncrypted, match="is encrypted; give a copy without protection"):
        PyAVSource(str(path), VideoOptions())


@pytest.mark.parametrize(
    "name", ["Film: the end.mp4", "http: a.mp4", "50%d.mp4", "-o.mp4", "a\nb.mp4", "ünï 映画.mp4", "pipe:1"]
)
def test_names_that_could_mean_something_else(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(write_video("a.mp4", ((k / 25, np.zeros((48, 64), np.uint8)) for k in range(3))), name)
    source = PyAVSource(name, VideoOptions())
    assert len(list(source)) == 3
    source.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only here may names be any bytes")
def test_a_name_that_is_not_utf8(clip: Path, tmp_path: Path) -> None:
    source = PyAVSource(shutil.copy(clip, f"{tmp_path}/a\udcff.mp4"), VideoOptions())
    assert source.info.duration_s_from_header == pytest.approx(6)
    source.close()
