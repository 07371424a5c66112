"""Written files come back, and no bytes at all escape as a foreign exception."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pipeline.errors import PipelineError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.dpx import encode_dpx, read_dpx
from pipeline.frames.exr import encode_exr, read_exr, read_exr_planes
from pipeline.kernels.cryptomatte import cryptomattes_of
from tests.simulators.film_files import COMPRESSIONS, cryptomatte, exr, exr_parts, photo

SMALL = photo(21, 18)
IDS, TEXTS = cryptomatte({"a": np.full((21, 18), 0.5), "b": np.full((21, 18), 0.25)})
EXR_FILES = (
    *(exr({"RGB": SMALL}, name) for name in COMPRESSIONS),
    *(exr({"RGB": SMALL.astype(np.float32)}, name, tiles=16) for name in COMPRESSIONS),
    exr({"RGB": SMALL, **IDS}, **TEXTS),
    exr_parts({"rgba": {"RGB": SMALL}, "ids": IDS}, rgba=TEXTS),
)
CODES = (SMALL.astype(np.float64).clip(0, 1) * 1023).astype(np.uint16)
DPX_FILES = (
    encode_dpx(CODES, bits=10, colour=None),
    encode_dpx(CODES, bits=16, colour="rec709"),
)


@st.composite
def damaged(draw: st.DrawFn, files: tuple[bytes, ...]) -> bytes:
    """Some bytes of a file replaced, left out or put in; mostly in the header."""
    file = draw(st.sampled_from(files))
    end = draw(st.sampled_from([min(len(file), 500), len(file)]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, min(end, len(file))))
        stop = draw(st.integers(start, min(len(file), start + 8)))
        patch = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80"]),
            )
        )
        file = file[:start] + patch + file[stop:]
    return file


@settings(deadline=None, max_examples=400)
@given(damaged(EXR_FILES))
def test_damaged_openexr_is_refused_or_read_and_never_crashes(file: bytes) -> None:
    with contextlib.suppress(PipelineError):
        read_exr(file)
    with contextlib.suppress(PipelineError):
        cryptomattes_of(read_exr_planes(file))


@settings(deadline=None, max_examples=300)
@given(damaged(DPX_FILES))
def test_damaged_dpx_is_refused_or_read_and_never_crashes(file: bytes) -> None:
    with contextlib.suppress(PipelineError):
        read_dpx(file)


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float16,
        array_shapes(min_dims=2, max_dims=2, max_side=40).map(lambda s: (*s, 3)),
        elements=st.floats(width=16, allow_nan=False, allow_infinity=False),
    ),
    st.sampled_from(["none", "zips", "zip", "piz"]),
)
def test_openexr_keeps_every_bit(samples: AnyArray, compression: str) -> None:
    data = encode_exr(samples, colour=None, compression=compression)  # type: ignore[arg-type]
    assert read_exr(data).rgb.tobytes() == samples.tobytes()


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([10, 16]).flatmap(
        lambda bits: st.tuples(
            st.just(bits),
            arrays(
                np.uint16,
                array_shapes(min_dims=2, max_dims=2, max_side=40).map(
                    lambda s: (*s, 3)
                ),
                elements=st.integers(0, (1 << bits) - 1),
            ),
        )
    )
)
def test_dpx_keeps_every_code(given_codes: tuple[int, AnyArray]) -> None:
    bits, codes = given_codes
    data = encode_dpx(codes, bits=bits, colour=None)  # type: ignore[arg-type]
    raster = read_dpx(data)
    assert raster.bits == bits
    assert raster.rgb.tobytes() == codes.tobytes()
