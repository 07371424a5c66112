"""Clips, read frame by frame: MP4, QuickTime and Matroska by FFmpeg (PyAV).

FFmpeg takes the file apart and decodes; what a picture's time, place and colour are is
decided here, so that it can be stated. A picture's index counts all pictures of the
track in the order of their times, whatever an edit list shows of them: it belongs to
the file. docs/reference/video.md says what is taken and what is refused.
"""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO, cast

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame as Decoded
from av.video.stream import VideoStream

from pipeline.errors import UnreadableFrameError
from pipeline.frames.arrays import MAX_PIXELS, check_size
from pipeline.frames.raster import Raster
from pipeline.frames.video_boxes import check_matroska
from pipeline.frames.video_colour import colour_of, matrix_of
from pipeline.frames.video_planes import Coding, Plane, to_rgb
from pipeline.frames.video_structure import Edit, survey_boxes
from pipeline.frames.video_survey import (
    CODECS,
    LAYOUTS,
    Layout,
    ReadOptions,
    VideoFrame,
    VideoSurvey,
    kind_of,
    tags_of,
)
from pipeline.frames.video_timing import checked_ticks, constant_rate, shown_range


class Video:
    """An open clip; its one video track is part 0."""

    def __init__(
        self, file: BinaryIO, name: str = "", options: ReadOptions | None = None
    ) -> None:
        """Look at a clip; nothing is decoded to the end.

        Args:
            file: open for reading, with seek; stays open.
            name: of the file: its suffix must agree, and errors show it.
            options: the usual ones when left out.

        Raises:
            UnreadableFrameError: truncated, another kind of file, or a clip that
                cannot be shown picture by picture as it is stored.
            FrameShapeError: a size or depth that no frame may have.
            ColourSpaceError: a colour space that this pipeline lacks.
        """
        self._file, self._name = file, name
        self._options = options or ReadOptions()
        self._kind = kind_of(file, name)
        edit = Edit()
        self._stated: int | None = None
        if self._kind == "mkv":
            check_matroska(file, name)
        else:
            track = survey_boxes(file, name)
            edit, self._stated = track.edit, track.samples
        with self._opened() as container:
            self.survey = self._look(container, edit)

    def frames(
        self, start: int | None = None, stop: int | None = None
    ) -> Iterator[VideoFrame]:
        """Decode the pictures that are shown, or some of them, in order.

        Args:
            start: index of the first; the first that is shown, if left out.
            stop: index after the last; behind the last that is shown, if left out.

        Raises:
            UnreadableFrameError: a picture is damaged, missing or interlaced.
        """
        survey = self.survey
        first = survey.shown.start if start is None else start
        last = survey.shown.stop if stop is None else stop
        if not survey.shown.start <= first <= last <= survey.shown.stop:
            raise self._refused(
                f"pictures {survey.shown.start} to {survey.shown.stop - 1}",
                f"{first} to {last - 1}",
            )
        expected = first
        with self._opened() as container, self._errors():
            for picture in self._decoded(container, first):
                index = self._index_of(picture)
                if index < first:
                    continue
                if expected == last:
                    return
                if index != expected:
                    break
                yield VideoFrame(index, survey.time_of(index), self._raster(picture))
                expected += 1
        if expected != last:
            raise self._refused(f"picture {expected}", "none that can be decoded")

    # --- opening ---------------------------------------------------------------------

    @contextlib.contextmanager
    def _opened(self) -> Iterator[InputContainer]:
        """A container for each pass: a decoder keeps no memory of another."""
        self._file.seek(0)
        demuxer = "matroska" if self._kind == "mkv" else "mov"
        # Edit lists are ours to apply; frames larger than any are never allocated.
        limits = {"max_pixels": str(MAX_PIXELS), "err_detect": "explode"}
        more = {} if self._kind == "mkv" else {"ignore_editlist": "1"}
        with self._errors():
            container = cast(
                "InputContainer",
                av.open(
                    _Held(self._file),
                    format=demuxer,
                    options=limits,
                    container_options=more,
                ),
            )
        with container:
            yield container

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (FFmpegError, OSError, ValueError, EOFError) as error:
            raise self._refused(
                "a clip that can be decoded", str(error) or type(error).__name__
            ) from error

    def _stream(self, container: InputContainer) -> VideoStream:
        streams = [
            one
            for one in container.streams.video
            if "attached_pic" not in str(one.disposition)
        ]
        if len(streams) != 1:
            raise self._refused("one video track", f"{len(streams)}")
        stream = streams[0]
        if stream.codec_context.name not in CODECS:
            raise self._refused(
                f"a clip of {', '.join(CODECS)}", stream.codec_context.name
            )
        return stream

    # --- looking ---------------------------------------------------------------------

    def _look(self, container: InputContainer, edit: Edit) -> VideoSurvey:
        stream = self._stream(container)
        context: Any = stream.codec_context
        check_size(context.width, context.height, where=self._name)
        layout = LAYOUTS.get(str(context.pix_fmt))
        if layout is None:
            raise self._refused(
                "Y'CbCr 4:2:0, 4:2:2 or 4:4:4, or RGB, of 8, 10 or 12 bits",
                str(context.pix_fmt),
            )
        tags = tags_of(context)
        tick = Fraction(stream.time_base or 0)
        with self._errors():
            stamps = [one.pts for one in container.demux(stream) if one.size]
        if self._stated not in {None, len(stamps)}:
            raise self._refused(f"{self._stated} pictures, as stated", f"{len(stamps)}")
        ticks = checked_ticks(stamps, self._name)
        shown, starts_at = shown_range(ticks, tick, edit, self._name)
        declared = (stream.average_rate, stream.base_rate, stream.guessed_rate)
        rate = constant_rate(ticks, tick, declared)
        if rate is None and not self._options.variable:
            raise self._refused(
                "a constant rate, or a recipe that takes the times as they are",
                "pictures at varying distances",
                "Conform the clip to the show's rate.",
            )
        return VideoSurvey(
            format=self._kind,
            codec=context.name,
            pixel_format=context.pix_fmt,
            width=context.width,
            height=context.height,
            bits=layout.bits,
            alpha=layout.alpha,
            colour=colour_of(tags, self._name),
            matrix=matrix_of(tags, self._options.matrix, self._name),
            limited=tags.limited,
            rate=rate,
            tick=tick,
            ticks=tuple(ticks),
            shown=shown,
            starts_at=starts_at,
            pixel_aspect=Fraction(stream.sample_aspect_ratio or 1) or Fraction(1),
        )

    # --- decoding --------------------------------------------------------------------

    def _decoded(self, container: InputContainer, first: int) -> Iterator[Decoded]:
        stream = self._stream(container)
        stream.codec_context.thread_count = self._options.threads
        if self._options.threads > 1:
            stream.thread_type = "AUTO"
        if first:
            container.seek(self.survey.ticks[first], stream=stream, backward=True)
        yield from container.decode(stream)

    def _index_of(self, picture: Decoded) -> int:
        ticks = self.survey.ticks
        place = (
            int(np.searchsorted(ticks, picture.pts)) if picture.pts is not None else -1
        )
        if not 0 <= place < len(ticks) or ticks[place] != picture.pts:
            raise self._refused("a picture at each time that is stored", "another time")
        return place

    def _raster(self, picture: Decoded) -> Raster:
        survey = self.survey
        met = (picture.width, picture.height, picture.format.name)
        if met != (survey.width, survey.height, survey.pixel_format):
            raise self._refused("pictures of one size and format", f"{met}")
        if picture.is_corrupt or picture.rotation or picture.interlaced_frame:
            raise self._refused(
                "whole, upright pictures with all rows of one time",
                "a damaged, rotated or interlaced one",
                "Export the clip again: progressive, with the rotation carried out.",
            )
        layout = LAYOUTS[survey.pixel_format]
        planes = [_samples(picture, n, layout) for n in range(len(picture.planes))]
        if layout.rgb:
            green, blue, red = planes[:3]
            rgb = np.stack([red, green, blue], axis=2)
        else:
            coding = Coding(
                bits=layout.bits,
                sampling=layout.sampling,
                matrix=survey.matrix,
                limited=survey.limited,
            )
            rgb = to_rgb((planes[0], planes[1], planes[2]), coding)
        return Raster(
            rgb=np.ascontiguousarray(rgb),
            alpha=planes[3] if layout.alpha else None,
            bits=layout.bits,
            colour=survey.colour,
            decoder=survey.decoder,
        )

    def _refused(
        self,
        expected: str,
        met: str,
        advice: str = "Ask for the clip again, or export it as H.264, HEVC or ProRes.",
    ) -> UnreadableFrameError:
        return UnreadableFrameError(expected, met=met, advice=advice, where=self._name)


class _Held:
    """A file that a container may read and seek, and cannot close."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell
        self.name = ""


def _samples(picture: Decoded, number: int, layout: Layout) -> Plane:
    plane = picture.planes[number]
    dtype = np.dtype("uint8" if layout.bits == 8 else "<u2")
    rows = np.frombuffer(memoryview(plane), dtype)
    rows = rows.reshape(-1, plane.line_size // dtype.itemsize)
    samples: Plane = np.ascontiguousarray(rows[: plane.height, : plane.width])
    return samples.astype(dtype.newbyteorder("="), copy=False)
