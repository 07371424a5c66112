"""Clips are written with right colour tags, no notes and the same bytes each time."""

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from ledger.keys.certificates import DevelopmentChain
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.reader import read_credential
from pipeline.credentials.sealer import Sealer
from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    ManifestRefusedError,
    UnreadableFrameError,
)
from pipeline.frames.video import Video
from pipeline.frames.video_writing import VideoOutput, write_video
from tests.integration.credentials.conftest import frame_credential
from tests.simulators import small_clips as made
from tests.simulators.small_frames import chain_of

ENCODINGS = [("h264", 8), ("h264", 10), ("hevc", 8), ("hevc", 10), ("prores", 10)]
ENCODINGS += [("prores-4444", 10)]
NTSC = Fraction(24000, 1001)


@pytest.fixture(scope="module", params=ENCODINGS, ids=lambda one: f"{one[0]}-{one[1]}")
def clip(request: pytest.FixtureRequest) -> tuple[bytes, int]:
    encoding, bits = request.param
    return made.written(encoding, bits=bits, rate=NTSC), bits


def name_of(raw: bytes) -> str:
    return "x.mov" if raw[8:12] == b"qt  " else "x.mp4"


def test_a_clip_says_what_it_is_when_ffmpeg_looks_at_it(
    clip: tuple[bytes, int],
) -> None:
    raw, bits = clip
    with av.open(io.BytesIO(raw)) as container:
        stream = container.streams.video[0]
        context: Any = stream.codec_context
        assert (context.color_primaries, context.color_trc) == (1, 1)
        assert (context.colorspace, context.color_range) == (1, 1)
        assert (context.width, context.height) == (made.WIDTH, made.HEIGHT)
        assert (stream.average_rate, stream.start_time) == (NTSC, 0)
        assert stream.frames == made.COUNT
        assert str(context.pix_fmt).endswith("p") == (bits == 8)
        said = {*container.metadata, *stream.metadata}
        assert not said & {"creation_time", "encoder", "title"}
    assert (b"nclx" if name_of(raw) == "x.mp4" else b"nclc") in raw


def test_no_encoder_signs_the_clip(clip: tuple[bytes, int]) -> None:
    raw, _ = clip
    for mark in (b"x264", b"x265", b"Lavf", b"core 1"):
        assert mark not in raw
    # The four letters that every ProRes frame must name its maker with.
    assert raw.count(b"Lavc") == (made.COUNT if name_of(raw) == "x.mov" else 0)


def test_the_same_frames_give_the_same_bytes(clip: tuple[bytes, int]) -> None:
    raw, bits = clip
    for encoding, depth in ENCODINGS:
        if depth == bits:
            again = made.written(encoding, bits=bits, rate=NTSC)
            if again == raw:
                return
    pytest.fail("other bytes")


def test_a_clip_reads_back_as_what_was_written(clip: tuple[bytes, int]) -> None:
    raw, _ = clip
    video = Video(io.BytesIO(raw), name_of(raw))
    survey = video.survey
    assert (survey.colour, survey.matrix, survey.limited) == ("rec709", "bt709", True)
    assert survey.rate == NTSC
    assert survey.starts_at == 0
    for frame, pixels in zip(video.frames(), made.pictures(), strict=True):
        assert frame.time == frame.index / NTSC
        codes = frame.raster.rgb.astype(np.float64) * 255 / (2**survey.bits - 1)
        # Chroma of half the columns is what costs most; the pictures are full of edges.
        assert np.abs(codes.mean(axis=2) - pixels.mean(axis=2)).mean() < 3


def test_srgb_frames_are_tagged_as_srgb() -> None:
    video = Video(io.BytesIO(made.written(colour="srgb")), "x.mp4")
    assert video.survey.colour == "srgb"


@pytest.mark.parametrize("encoding", ["h264", "hevc", "prores"])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 100])
def test_clips_of_any_length_start_at_zero_and_keep_their_order(
    encoding: Any,  # noqa: ANN401
    count: int,
) -> None:
    bits = 10 if encoding == "prores" else 8
    output = VideoOutput(
        encoding=encoding, rate=Fraction(25), width=96, height=64, bits=bits
    )
    # Cuts every seven pictures, so that encoders reorder what they can.
    frames = [one // (1 + n // 7 % 3) for n, one in enumerate(made.pictures(count))]
    wrote = [io.BytesIO(), io.BytesIO()]
    for buffer in wrote:
        assert write_video(buffer, frames, 8, output) == count
    assert wrote[0].getvalue() == wrote[1].getvalue()
    video = Video(wrote[0], f"x{output.suffix}")
    assert [one.time for one in video.frames()] == [
        Fraction(n, 25) for n in range(count)
    ]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"bits": 12}, FrameShapeError),
        ({"bits": 8, "encoding": "prores"}, FrameShapeError),
        ({"width": 97}, FrameShapeError),
        ({"height": 0}, FrameShapeError),
        ({"rate": Fraction(0)}, FrameShapeError),
        ({"colour": "acescg"}, ColourSpaceError),
    ],
)
def test_what_cannot_be_written_is_refused_before_a_byte(
    more: dict[str, Any], error: type[Exception]
) -> None:
    said = {"encoding": "h264", "rate": Fraction(24), "width": 96, "height": 64, **more}
    with pytest.raises(error):
        VideoOutput(**said)


def test_frames_that_do_not_fit_are_refused() -> None:
    output = VideoOutput(encoding="h264", rate=Fraction(24), width=96, height=64)
    for frames, bits in (
        ([np.zeros((64, 98, 3), np.uint8)], 8),
        ([np.zeros((64, 96), np.uint8)], 8),
        ([np.zeros((64, 96, 3), np.float32)], 32),
        ([np.zeros((64, 96, 3), np.uint8)], 10),
        ([], 8),
    ):
        with pytest.raises(FrameShapeError):
            write_video(io.BytesIO(), frames, bits, output)


class FullDisk(io.BytesIO):
    def write(self, piece: Any, /) -> int:  # noqa: ANN401
        if self.tell() + len(piece) > 3000:
            raise OSError(28, "No space left on device")
        return super().write(piece)


def test_a_full_disk_is_our_error() -> None:
    output = VideoOutput(encoding="h264", rate=Fraction(24), width=96, height=64)
    with pytest.raises(UnreadableFrameError, match="disk"):
        write_video(FullDisk(), made.pictures(), 8, output)


# --- seals ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signed() -> tuple[Sealer, DevelopmentChain]:
    chain = chain_of("clips")
    return chain.sealer, chain.chain


@pytest.mark.parametrize("encoding", ["h264", "hevc", "prores"])
def test_a_clip_has_one_manifest_within(
    signed: tuple[Sealer, DevelopmentChain], encoding: str
) -> None:
    raw = made.written(encoding)
    kind = "video/quicktime" if encoding == "prores" else "video/mp4"
    sealed = signed[0].seal(raw, kind, frame_credential())
    assert not sealed.beside
    assert manifest_store_of(sealed.data) == sealed.manifest
    assert len(sealed.data) - len(raw) < 6 * 1024
    root = signed[1].root_pem
    assert read_credential(sealed.data, kind, root).state == "trusted"
    changed = bytearray(sealed.data)
    changed[sealed.data.index(b"mdat") + 200] ^= 1
    assert read_credential(bytes(changed), kind, root).state == "invalid"
    name = f"x.{'mov' if encoding == 'prores' else 'mp4'}"
    before, after = (
        [one.raster.rgb.tobytes() for one in Video(io.BytesIO(one), name).frames()]
        for one in (raw, sealed.data)
    )
    assert before == after


def test_a_clip_with_notes_is_not_sealed(
    signed: tuple[Sealer, DevelopmentChain],
) -> None:
    with pytest.raises(ManifestRefusedError, match="udta"):
        signed[0].seal(made.foreign(), "video/mp4", frame_credential())
