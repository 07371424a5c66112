"""Every output format is sealed by the real c2pa: embedded, or with a sidecar."""

import io
import struct
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image

from ledger.keys.certificates import DevelopmentChain
from ledger.records.identity import as_digest, as_uid
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.kinds import KINDS, media_type_of
from pipeline.credentials.manifest import (
    FrameCredential,
    LayerCredential,
    frame_assertion,
)
from pipeline.credentials.reader import CredentialReading, read_credential
from pipeline.credentials.sealer import Sealed, Sealer
from pipeline.errors import ManifestRefusedError
from pipeline.frames.raster import samples_digest
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster, read_raster
from tests.simulators import sealable_files as made

# Requirements of this project on what a seal adds, by the number of layers.
MOST_BYTES = {1: 6 * 1024, 2: 15 * 1024, 4: 26 * 1024}


@pytest.fixture(scope="module", params=sorted(made.SEALABLE))
def frame(request: pytest.FixtureRequest) -> tuple[bytes, str]:
    write, media_type = made.SEALABLE[str(request.param)]
    return write(), media_type


def read(sealed: Sealed, data: bytes, root: bytes | None) -> CredentialReading:
    media_type = media_type_of(sealed.data)
    assert media_type is not None
    beside = sealed.manifest if sealed.beside else None
    return read_credential(data, media_type, root, beside)


def with_layers(credential: FrameCredential, count: int) -> FrameCredential:
    layers = tuple(
        LayerCredential(
            layer=place,
            element=as_uid(f"{place:032x}"),
            source_type="trainedAlgorithmicMedia",
            file=as_digest(f"{place:064x}"),
            incoming="withheld",
        )
        for place in range(count)
    )
    return replace(credential, layers=layers)


def test_a_sealed_frame_is_trusted_whatever_its_format(
    sealer: Sealer,
    frame: tuple[bytes, str],
    credential: FrameCredential,
    chain: DevelopmentChain,
) -> None:
    sealed = sealer.seal(*frame, credential)
    reading = read(sealed, sealed.data, chain.root_pem)
    assert (reading.state, reading.codes) == ("trusted", ())
    assert reading.frame_assertion == frame_assertion(credential)
    assert sealed.beside == KINDS[frame[1]].beside
    within = manifest_store_of(sealed.data)
    assert within == (None if sealed.beside else sealed.manifest)
    assert not sealed.beside or sealed.data == frame[0]


def test_one_flipped_byte_anywhere_is_invalid(
    sealer: Sealer,
    frame: tuple[bytes, str],
    credential: FrameCredential,
    chain: DevelopmentChain,
) -> None:
    sealed = sealer.seal(*frame, credential)
    first, last = (0.02, 0.999) if sealed.beside else (0.6, 0.95)
    # Embedded: behind the manifest in front, or before that at the end.
    behind = frame[1] in {"image/tiff", "image/webp"}
    size = len(frame[0]) if behind else len(sealed.data)
    for place in np.linspace(first, last, 9):
        changed = bytearray(sealed.data)
        changed[int(size * place)] ^= 1
        reading = read(sealed, bytes(changed), chain.root_pem)
        assert (reading.state, reading.frame_assertion) == ("invalid", None), place


@pytest.mark.parametrize("layers", MOST_BYTES)
def test_a_seal_adds_few_bytes(
    sealer: Sealer, frame: tuple[bytes, str], credential: FrameCredential, layers: int
) -> None:
    sealed = sealer.seal(*frame, with_layers(credential, layers))
    beside = len(sealed.manifest) if sealed.beside else 0
    assert 0 < len(sealed.data) + beside - len(frame[0]) <= MOST_BYTES[layers]


@pytest.mark.parametrize("kind", ["tiff16", "tiff-deflate", "tiff-big-endian"])
def test_a_sealed_tiff_decodes_to_the_same_samples(
    sealer: Sealer, credential: FrameCredential, kind: str
) -> None:
    data = made.SEALABLE[kind][0]()
    sealed = sealer.seal(data, "image/tiff", credential)
    samples = tifffile.imread(io.BytesIO(sealed.data))
    assert np.array_equal(samples, made.noise("uint16"))


def test_a_sealed_webp_decodes_to_the_same_samples(
    sealer: Sealer, credential: FrameCredential
) -> None:
    sealed = sealer.seal(made.webp(lossless=True), "image/webp", credential)
    pixels = np.asarray(Image.open(io.BytesIO(sealed.data)))
    assert np.array_equal(pixels, made.noise())


OWN = [
    *(RasterOutput(kind="png", bits=bits, colour="srgb") for bits in (8, 16)),
    RasterOutput(kind="jpeg", colour="srgb"),
    *(
        RasterOutput(kind="tiff", bits=16, compression=how)
        for how in ("none", "lzw", "deflate", "zstd")
    ),
    *(RasterOutput(kind="tiff", bits=bits, colour="rec709") for bits in (8, 16, 32)),
    *(RasterOutput(kind="webp", compression=how) for how in ("lossless", "lossy")),
    *(
        RasterOutput(kind="exr", bits=bits, colour="acescg", compression=how)
        for bits in (16, 32)
        for how in ("zip", "none", "piz", "dwaa")
    ),
    *(RasterOutput(kind="dpx", bits=bits, colour="rec709") for bits in (10, 16)),
]


@pytest.mark.parametrize("output", OWN, ids=lambda one: one.encoder)
def test_whatever_our_own_encoders_write_can_be_sealed(
    sealer: Sealer,
    credential: FrameCredential,
    chain: DevelopmentChain,
    output: RasterOutput,
) -> None:
    samples = made.noise("uint16")
    if output.is_float:
        dtype = np.float16 if output.bits == 16 else np.float32
        samples = (samples / 65536).astype(dtype)
    elif output.bits == 8:
        samples = made.noise()
    else:
        samples = (samples >> (16 - output.bits)).astype(np.uint16)
    data = encode_raster(samples, output.bits, output)
    sealed = sealer.seal(data, output.media_type, credential)
    assert read(sealed, sealed.data, chain.root_pem).state == "trusted"
    before, after = read_raster(data), read_raster(sealed.data)
    assert samples_digest(after.rgb, after.bits) == samples_digest(
        before.rgb, before.bits
    )


# --- sidecars ------------------------------------------------------------------------


@pytest.fixture(params=["exr", "dpx"])
def beside(
    request: pytest.FixtureRequest, sealer: Sealer, credential: FrameCredential
) -> tuple[Sealed, str]:
    write, media_type = made.SEALABLE[str(request.param)]
    return sealer.seal(write(), media_type, credential), media_type


def test_a_frame_without_its_sidecar_is_absent(beside: tuple[Sealed, str]) -> None:
    sealed, media_type = beside
    assert read_credential(sealed.data, media_type, None).state == "absent"


def test_a_sidecar_of_another_frame_is_invalid(
    beside: tuple[Sealed, str], sealer: Sealer, credential: FrameCredential
) -> None:
    sealed, media_type = beside
    other = bytearray(sealed.data)
    other[-1] ^= 1
    another = sealer.seal(bytes(other), media_type, credential)
    reading = read_credential(sealed.data, media_type, None, another.manifest)
    assert reading.codes[0] == "assertion.dataHash.mismatch"
    assert reading.state == "invalid"


@pytest.mark.parametrize("size", [0, 7, 300, -1])
def test_a_sidecar_that_is_cut_off_is_invalid(
    beside: tuple[Sealed, str], size: int
) -> None:
    sealed, media_type = beside
    reading = read_credential(sealed.data, media_type, None, sealed.manifest[:size])
    assert reading.state == "invalid"


def test_something_else_as_a_sidecar_is_invalid(beside: tuple[Sealed, str]) -> None:
    sealed, media_type = beside
    for other in (b"<xml/>", sealed.data, sealed.manifest + b"\0"):
        assert read_credential(sealed.data, media_type, None, other).state == "invalid"


def test_every_byte_of_a_sidecar_is_the_logs_to_judge(
    beside: tuple[Sealed, str],
) -> None:
    # A changed claim is found by the signature. What is padding to c2pa is found by
    # the digest in the sealed leaf: that it covers the whole file is shown here.
    sealed, _ = beside
    assert struct.unpack(">I", sealed.manifest[:4])[0] == len(sealed.manifest)


def test_a_manifest_within_and_one_beside_are_one_too_many(
    sealer: Sealer, credential: FrameCredential, chain: DevelopmentChain
) -> None:
    sealed = sealer.seal(made.tiff(), "image/tiff", credential)
    reading = read_credential(
        sealed.data, "image/tiff", chain.root_pem, sealed.manifest
    )
    assert reading.state == "invalid"
    assert reading.codes == ("kr.jangbu.two_manifest_stores",)


# --- what is not sealed in -----------------------------------------------------------


def with_exif() -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Kim Hana (fictional)"
    Image.fromarray(made.noise()).save(buffer, "WEBP", exif=exif)
    return buffer.getvalue()


def two_pages() -> bytes:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as pages:
        for _ in range(2):
            pages.write(made.noise(), photometric="rgb", software=False, metadata=None)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "met"),
    [
        (made.tiff(software="tool 1"), "image/tiff", "tag 305"),
        (made.tiff(description="a duck"), "image/tiff", "tag 270"),
        (made.tiff(datetime=True), "image/tiff", "tag 306"),
        (made.tiff(metadata={}), "image/tiff", "tag 270"),
        (
            made.tiff(extratags=[(700, 1, 4, b"<x/>", True)]),
            "image/tiff",
            "tag 700",
        ),
        (two_pages(), "image/tiff", "a second picture"),
        (with_exif(), "image/webp", "EXIF"),
        (made.exr(owner="Kim Hana (fictional)"), "image/x-exr", "owner"),
        (made.exr(comments="a duck"), "image/x-exr", "comments"),
        (made.exr(capDate="2026:11:22 08:00:00"), "image/x-exr", "capDate"),
        (made.exr(anything="made up"), "image/x-exr", "anything"),
        (made.dpx_as_written(), "image/x-dpx", "creator"),
        (made.dpx({"DocumentName": "secret"}), "image/x-dpx", "project"),
        (made.dpx({"dpx:InputDevice": "camera"}), "image/x-dpx", "input device"),
        (made.dpx({"dpx:SlateInfo": "12A take 3"}), "image/x-dpx", "slate"),
    ],
)
def test_what_says_more_than_pixels_is_not_sealed(
    sealer: Sealer,
    credential: FrameCredential,
    data: bytes,
    media_type: str,
    met: str,
) -> None:
    with pytest.raises(ManifestRefusedError) as refused:
        sealer.seal(data, media_type, credential)
    assert met in str(refused.value)


def test_colour_may_be_said(sealer: Sealer, credential: FrameCredential) -> None:
    chromaticities = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
    data = made.exr(chromaticities=chromaticities, pixelAspectRatio=2.0)
    assert sealer.seal(data, "image/x-exr", credential).beside
    data = made.tiff(iccprofile=b"\0" * 132)
    assert not sealer.seal(data, "image/tiff", credential).beside


@pytest.mark.parametrize("kind", sorted(made.SEALABLE))
def test_a_frame_that_is_cut_off_is_refused_or_sealed_never_a_crash(
    sealer: Sealer, credential: FrameCredential, kind: str
) -> None:
    write, media_type = made.SEALABLE[kind]
    data = write()
    refused = 0
    for size in (0, 3, 4, 8, 11, 12, 40, 300, len(data) // 2):
        try:
            sealer.seal(data[:size], media_type, credential)
        except ManifestRefusedError:
            refused += 1
    # With the whole header in front half a file may pass: encoders write whole ones.
    assert refused >= 7
