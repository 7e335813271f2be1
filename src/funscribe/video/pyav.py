"""Decoding with PyAV: the one place that reads media files.

Times come from the presentation time stamps alone. The origin is the start of the container, which is
where players put 0:00; a picture stream that begins later keeps its delay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from funscribe.errors import VideoEncrypted, VideoError, VideoUnreadable
from funscribe.records import VideoInfo
from funscribe.urls import shown
from funscribe.video.input import Input
from funscribe.video.options import VideoOptions

# FFmpeg reports every damaged block on stderr; what matters of it is counted and told by us. Its own
# callback, not PyAV's: that one takes the interpreter's lock, and a decoder thread that logs while
# its context is being freed would wait for ever.
av.logging.restore_default_callback()
av.logging.set_libav_level(-8)

_FIRST_FRAME_TRIES = 500  # packets without a single picture before a file counts as unreadable
_KEYFRAME_TRIES = 3000  # packets without a keyframe before a file counts as having no more
_BACK_S = (0.0, 1.0, 4.0, 16.0)  # MPEG streams have no index: a seek may land behind what it looks for


class PyAVFrame:
    """A decoded picture, its planes read only when asked for."""

    __slots__ = ("_frame", "index", "time_s")

    def __init__(self, frame: VideoFrame, index: int, time_s: float) -> None:
        self._frame = frame
        self.index = index
        self.time_s = time_s

    def luma(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Return the stored luma plane (H, W): uint8, or uint16 where `VideoInfo.luma_bits` is over 8."""
        frame = self._frame
        bits = _plain_luma_bits(frame)
        if not bits:
            return _plane(frame.reformat(format="gray"), np.uint8)
        return _plane(frame, np.uint8 if bits == 8 else np.uint16)

    def rgb(self, size_wh: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Return the stored picture as RGB (H, W, 3), at another size (px) if one is given."""
        frame = self._frame
        width, height = size_wh or (frame.width, frame.height)
        # Taken over whole areas, a picture shrinks in less time than by FFmpeg's usual way, and truer.
        way = Interpolation.AREA if width < frame.width and height < frame.height else None
        return np.asarray(
            frame.to_ndarray(format="rgb24", width=width, height=height, interpolation=way), np.uint8
        )


def _plain_luma_bits(frame: VideoFrame) -> int:
    """Return the depth of a luma plane that can be read as it is, or 0 where a conversion is needed."""
    components = frame.format.components
    first = components[0]
    alone = not any(other.plane == first.plane for other in components[1:])
    name, bits = frame.format.name, first.bits
    readable = bits == 8 or (8 < bits <= 16 and not name.endswith("be"))
    plain = first.is_luma and alone and readable and frame.planes[0].line_size > 0
    if not plain or frame.format.has_palette:
        return 0
    return 16 if name.startswith(("p0", "p2", "p4")) and bits > 8 else bits  # p010 keeps its bits on top


def _plane(frame: VideoFrame, dtype: type[np.generic]) -> NDArray[Any]:
    plane = frame.planes[0]
    rows: NDArray[Any] = np.frombuffer(memoryview(plane), dtype=dtype)
    return rows.reshape(-1, plane.line_size // np.dtype(dtype).itemsize)[: frame.height, : frame.width]


class PyAVSource:
    """A video read with PyAV, whole or one passage of it.

    Attributes:
        info: What the file says of itself.
        damaged: Packets and frames left out so far: not decodable, or shown out of order.
        concealed: Pictures so far of which the decoder had to make up a part.
        first_pts: The pts of the first frame of the file (ticks of the stream), None without a clock.
        last_pts: The pts of the last frame yielded (ticks of the stream), None before the first.
    """

    def __init__(self, path: str, options: VideoOptions, *, threads: int = 0) -> None:
        self._path = shown(path)  # as it is told; what is secret in a URL is not
        self._options = options
        self._threads = threads
        self._moved = False
        self._by_order = False
        self.damaged = 0
        self.concealed = 0
        self.last_pts: int | None = None
        self._input = Input(path)
        try:
            self._container, self._stream = self._open(threads=1)
            try:
                first = self._first_frame()
                self.info = self._describe(first, path)
                self.first_pts: int | None = first.pts
            finally:
                self._container.close()
            # A fresh decoder: what the first one held must not leak into a passage.
            self._container, self._stream = self._open(threads)
        except BaseException:
            self._input.close()
            raise

    def close(self) -> None:
        """Release the file and the decoder."""
        self._container.close()
        self._input.close()

    def __iter__(self) -> Iterator[PyAVFrame]:
        return self.between(None, None)

    def between_s(self, start_s: float, end_s: float | None) -> Iterator[PyAVFrame]:
        """Yield the frames shown in [start_s, end_s) (s), and the one after as a last one."""
        key = self.keyframe_before(self._ticks(start_s))
        for frame in self.between(key, None):
            if frame.time_s >= start_s:
                yield frame
            if end_s is not None and frame.time_s >= end_s:
                return

    def between(self, start_pts: int | None, end_pts: int | None) -> Generator[PyAVFrame, None, None]:
        """Yield the frames with pts in [start_pts, end_pts), and the one after as a last one.

        Args:
            start_pts: The pts of a keyframe, where decoding begins; None is the start of the file.
            end_pts: The pts to stop at; None is the end of the file. The frame that ends the passage
                is yielded too: whoever follows motion needs it.

        Raises:
            VideoUnreadable: The keyframe is not there.
            VideoEncrypted: The pictures are encrypted.
        """
        index = 0
        last = -np.inf
        for frame, tick in self._decoded(start_pts):
            if start_pts is not None and (tick is None or tick < start_pts):
                continue  # leading pictures of an open GOP belong to the passage before
            time_s = self._time_s(tick, last)
            if time_s <= last:
                self.damaged += 1
                continue
            last, self.last_pts = time_s, tick
            self.concealed += frame.is_corrupt
            yield PyAVFrame(frame, index, time_s)
            del frame  # the decoder may need its room for the next one
            index += 1
            if end_pts is not None and tick is not None and tick >= end_pts:
                return

    def keyframe_before(self, pts: int) -> int | None:
        """Return the pts of a keyframe at or before `pts`, or None where there is none or none is told."""
        for back_s in _BACK_S:
            key = self.keyframe_near(pts - round(back_s / self.info.time_base))
            if key is not None and key <= pts:
                return key
        return None

    def keyframe_near(self, pts: int) -> int | None:
        """Return the pts of the keyframe that a seek to `pts` finds, before or after it, or None."""
        if self._by_order or not self._seek(pts):
            return None
        with suppress(av.FFmpegError):
            for count, packet in enumerate(self._container.demux(self._stream)):
                if packet.is_keyframe and packet.pts is not None:
                    return packet.pts
                if count >= _KEYFRAME_TRIES:
                    break
        return None

    def begins_at(self, key: int) -> bool:
        """Tell whether decoding may begin at a keyframe: not all that are called so are whole pictures."""
        for frame, tick in self._decoded(key):
            if tick is not None and tick >= key:
                return tick == key and not frame.is_corrupt
        return False

    def _open(self, threads: int) -> tuple[InputContainer, VideoStream]:
        try:
            container: InputContainer = av.open(self._input.begin(), "r", metadata_errors="ignore")
        except VideoError:  # of the place where it lies
            raise
        except (av.FFmpegError, OSError, ValueError) as error:
            raise VideoUnreadable(
                f"{self._path} is not a readable video (empty, cut short or another kind of file); "
                "copy it again, or check that it plays"
            ) from error
        stream = next((video for video in container.streams.video if not _is_cover(video)), None)
        if stream is None:
            container.close()
            raise VideoUnreadable(f"{self._path} has no picture stream, only sound or data; give a video")
        codec: VideoCodecContext | None = stream.codec_context
        if codec is None:
            container.close()
            raise VideoUnreadable(f"{self._path} uses a codec that this build of FFmpeg does not know")
        codec.thread_type = "AUTO"
        codec.thread_count = threads
        if self._options.skip_loop_filter:
            codec.options = {"skip_loop_filter": "all"}
        return container, stream

    def _decoded(self, start_pts: int | None) -> Iterator[tuple[VideoFrame, int | None]]:
        """Yield pictures as they are shown, each with its time (ticks of the stream) where it has one."""
        order: deque[int] = deque()
        for packet in self._packets(start_pts):
            if packet is not None and packet.has_sidedata("encryption_info"):
                raise VideoEncrypted(f"{self._path} is encrypted; give a copy without protection")
            if self._by_order and packet is not None and packet.size and packet.dts is not None:
                order.append(packet.dts)
            try:
                pictures = deque(self._stream.decode(packet))
                while pictures:  # none is held here once it is handed on: one of 8K is 50 MB
                    tick = order.popleft() if order else _tick(pictures[0])
                    yield pictures.popleft(), tick
            except av.error.EOFError:
                return
            except av.FFmpegError:
                self.damaged += 1
                if order:
                    order.pop()

    def _packets(self, start_pts: int | None) -> Iterator[Any]:
        """Yield the packets from the keyframe at `start_pts` on, and None or an empty one at the end."""
        if start_pts is None:
            self._rewind()
            yield from self._demuxed()
            return
        for back_s in (*_BACK_S, None):
            if back_s is None:
                self._rewind()
            elif not self._seek(start_pts - round(back_s / self.info.time_base)):
                continue
            packets = self._demuxed()
            for packet in packets:
                if packet is None or (back_s is not None and _is_past(packet, start_pts)):
                    break
                if packet.is_keyframe and packet.pts == start_pts:
                    yield packet
                    yield from packets
                    return
        raise VideoUnreadable(
            f"{self._path}: the keyframe at tick {start_pts} is not there; if the file is still being "
            "written, wait for that to end, then clear its trace with `funscribe cache clear`"
        )

    def _demuxed(self) -> Iterator[Any]:
        self._moved = True
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except IndexError:
                # At the end PyAV stumbles over streams that turned up on the way, as they may in MPEG-TS.
                yield None
                return
            except av.FFmpegError:
                # The rest of the file is lost, but the decoder still holds pictures.
                self.damaged += 1
                yield None
                return
            yield packet

    def _seek(self, pts: int) -> bool:
        self._moved = True
        try:
            self._container.seek(pts, stream=self._stream, backward=True)
        except (av.FFmpegError, OverflowError):
            return False
        return True

    def _rewind(self) -> None:
        """Go to the start of the file; not all kinds of files can be sought, but all can be opened again."""
        if self._moved:
            self._container.close()
            self._container, self._stream = self._open(self._threads)
            self._moved = False

    def _first_frame(self) -> VideoFrame:
        packets, unclocked = 0, False
        for packet in self._packets(None):
            packets += 1
            if packet is not None and packet.has_sidedata("encryption_info"):
                raise VideoEncrypted(f"{self._path} is encrypted; give a copy without protection")
            if packet is not None and packets == 1:
                unclocked = packet.pts is None and packet.dts is not None
            with suppress(av.FFmpegError):
                for frame in self._stream.decode(packet):
                    if frame.width and frame.height:
                        # AVI numbers packets as they are stored. Where frames are stored in another order
                        # than they are shown, the n-th frame shown has the n-th number.
                        stored = unclocked or self._container.format.name == "avi"
                        self._by_order = stored and packets > 1
                        return frame
            if packets >= _FIRST_FRAME_TRIES:
                break
        raise VideoUnreadable(
            f"{self._path}: no picture could be decoded from {packets} packets; "
            "the file is cut short or damaged, copy it again"
        )

    def _describe(self, frame: VideoFrame, path: str) -> VideoInfo:
        stream, container = self._stream, self._container
        rotation = round(-frame.rotation / 90) * 90 % 360
        aspect = stream.sample_aspect_ratio or Fraction(1)
        coded = (frame.width, frame.height)
        base = stream.time_base or Fraction(1, av.time_base)
        # A short file may be over before FFmpeg has made out where it starts; the first frame knows.
        begin = stream.start_time if stream.start_time is not None else frame.pts or 0
        origin_s = _origin_s(container, float(begin * base))
        duration = None
        if stream.duration:
            duration = float((begin + stream.duration) * base) - origin_s
        elif container.duration:
            duration = container.duration / av.time_base
        # A raw stream has no clock, and its average is a default of FFmpeg's; the codec may know better.
        unclocked = stream.start_time is None and stream.duration is None
        rate = stream.guessed_rate if unclocked else stream.average_rate
        return VideoInfo(
            path=path,
            size_wh=_upright(coded, aspect, rotation),
            coded_size_wh=coded,
            time_base=base,
            origin_s=origin_s,
            rotation=rotation,
            codec=stream.codec_context.name,
            pixel_format=frame.format.name,
            luma_bits=_plain_luma_bits(frame) or 8,
            duration_s_from_header=duration,
            frame_count_from_header=stream.frames or None,
            rate_hz_from_header=float(rate) if rate else None,
        )

    def _ticks(self, time_s: float) -> int:
        return int((time_s + self.info.origin_s) / self.info.time_base)

    def _time_s(self, tick: int | None, last: float) -> float:
        if tick is None:  # a raw stream has no clock: the rate in its header is all there is
            return max(last, -1 / self._rate()) + 1 / self._rate()
        base = self.info.time_base
        return tick * base.numerator / base.denominator - self.info.origin_s + 0.0  # no negative zero

    def _rate(self) -> float:
        return self.info.rate_hz_from_header or 25.0


def _is_cover(stream: VideoStream) -> bool:
    """Tell whether a stream is a picture that goes with the sound, such as the cover of an album."""
    return bool(stream.disposition & Disposition.attached_pic)


def _is_past(packet: Any, pts: int) -> bool:
    return packet.dts is not None and bool(packet.dts > pts)


def _tick(frame: VideoFrame) -> int | None:
    return frame.pts if frame.pts is not None else frame.dts


def _origin_s(container: InputContainer, own: float) -> float:
    """Return where players put 0:00: the start of the container, in the exact ticks of its first stream."""
    ticks: Any = container.start_time
    if ticks is None:
        return own
    start = ticks / av.time_base  # rounded to microseconds
    exact = [
        float(other.start_time * other.time_base)
        for other in container.streams
        if other.start_time is not None and other.time_base is not None
    ]
    return next((first for first in [own, *exact] if abs(first - start) < 2e-6), start)


def _upright(coded_wh: tuple[int, int], aspect: Fraction, rotation: int) -> tuple[int, int]:
    """Return the size of the picture with square pixels, turned upright."""
    width = max(1, round(coded_wh[0] * aspect)) if aspect > 0 else coded_wh[0]
    shown = (width, coded_wh[1])
    return shown if rotation % 180 == 0 else (shown[1], shown[0])
