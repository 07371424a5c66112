"""The frozen tables of curves and matrices, as arrays that nobody can write to.

They are files with their digests here, not formulas (`pipeline.colour.make_tables`).
They never change: another curve is another file and another token.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.colour.gamuts import GAMUTS
from pipeline.colour.grids import entries_of
from pipeline.colour.packing import Floats, unpack
from pipeline.colour.spaces import CodeRange, Space
from pipeline.errors import ColourSpaceError, ToolVersionError

Matrix: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]

DIGESTS: Final[Mapping[str, str]] = {
    "acescct.f32z": (
        "465bd87d9a7ab8aaf54605cf3f373fbb3efb80dc6bb6e4ef00b022f0e26882a0"
    ),
    "bt1886.f32z": ("4812dacdc3ef38791870591bc1ed6c6eab63b4691606a060218ce181daee923a"),
    "logc3.f32z": ("0dcc2bb9155c9accee47c230ff26f049188f2eed495d97d4ffb025da1c380087"),
    "logc4.f32z": ("86fd7e4826887607e255cfb0358480798472cf30e6103e222cfd3af2247ca9e4"),
    "matrices.f32z": (
        "339ce7e1c23aeb556054635d89861ad0e25b6f177ee06a0841d47f53365064ba"
    ),
    "slog3.f32z": ("e6668bf3c746c20f7131715fda18a6e52be3f3f046d14530aa917f8b04e720f7"),
    "srgb.f32z": ("5bd7bb68d81fd92d4e61787368a7d954022961a974a38e7c169ff02f21dbf730"),
}
"""File name → SHA-256 of the unpacked floats, little-endian; what a run states."""

_STEP_OF_8: Final = 257
"""65535 / 255: eight-bit codes are a part of the sixteen-bit ones."""


def read_table(name: str, content: bytes) -> Floats:
    """Unpack a table's file into an array that nobody can write to.

    Raises:
        ToolVersionError: not the floats that this version was made with, so that no
            pixel can be computed on this machine.
    """
    values = unpack(content, name)
    if hashlib.sha256(values.astype("<f4").tobytes()).hexdigest() != DIGESTS[name]:
        raise ToolVersionError(
            "the table with the digest in the code",
            met="other figures",
            advice="Install Jangbu again; a table on this machine is damaged.",
            where=name,
            table=name,
        )
    values.flags.writeable = False
    return values


@cache
def _shipped(name: str) -> Floats:
    return read_table(name, files(__package__).joinpath("data", name).read_bytes())


@cache
def grid(space: Space, bits: int, code_range: CodeRange) -> Floats:
    """Light of codes (even entries) and of the middles between them (odd ones).

    Raises:
        ColourSpaceError: codes of this depth and range are not read in this space.
    """
    _check(space, bits, code_range)
    if space.is_linear:
        return _linear_grid(bits)
    table = _shipped(f"{space.transfer}.f32z")
    places = entries_of(space.transfer)
    if bits == 8:
        whole = table[places["full-16"]]
        # Entry 2 × 257 c is code c; the middle after it stands 257 entries on.
        return _frozen(np.ascontiguousarray(whole[::_STEP_OF_8]))
    return table[places[f"{code_range}-{bits}"]]


@cache
def codes_to_light(space: Space, bits: int, code_range: CodeRange) -> Floats:
    """2^bits × float32: code → linear light."""
    return _every_other(grid(space, bits, code_range), 0)


@cache
def thresholds(space: Space, bits: int, code_range: CodeRange) -> Floats:
    """(2^bits - 1) × float32, ascending: light from which a code is the next one."""
    return _every_other(grid(space, bits, code_range), 1)


def half_to_light(space: Space) -> Floats:
    """65,536 × float32: bits of an encoded half → light; NaN where there is none.

    Raises:
        ColourSpaceError: a space whose halves have no table.
    """
    if not space.is_log:
        raise _unread(space, "half floats")
    return _shipped(f"{space.transfer}.f32z")[entries_of(space.transfer)["half"]]


@cache
def matrix(source: str, target: str) -> Matrix:
    """3 × 3 float32 between two gamuts (names of `pipeline.colour.gamuts`)."""
    names = sorted(GAMUTS)
    place = names.index(source) * len(names) + names.index(target)
    table = _shipped("matrices.f32z")
    return table[9 * place : 9 * place + 9].reshape(3, 3)


def _check(space: Space, bits: int, code_range: CodeRange) -> None:
    if space.kind == "data":
        raise _unread(space, "codes: they are no light")
    if bits not in (8, 10, 12, 16):
        raise _unread(space, f"{bits}-bit codes")
    if space.is_log and bits == 8:
        raise _unread(space, "8-bit codes, too few for a logarithmic curve")
    video = bits in (10, 12) and not space.is_linear and space.transfer != "srgb"
    if code_range not in ("full", "legal") or (code_range == "legal" and not video):
        raise _unread(space, f"{bits}-bit codes of range {code_range}")


def _unread(space: Space, met: str) -> ColourSpaceError:
    return ColourSpaceError(
        "codes that can be read in the space: docs/reference/colour.md lists them",
        met=f"{space.token}, {met}",
        advice="Name the space, depth and range that the picture was made in.",
    )


@cache
def _linear_grid(bits: int) -> Floats:
    # Both numbers are whole and below 2^24; IEEE 754 division rounds correctly.
    steps: np.ndarray[Any, np.dtype[np.float32]] = np.arange(
        2 ** (bits + 1) - 1, dtype=np.float32
    )
    return _frozen(steps / np.float32(2 ** (bits + 1) - 2))


def _every_other(values: Floats, first: int) -> Floats:
    return _frozen(np.ascontiguousarray(values[first::2]))


def _frozen(values: Floats) -> Floats:
    values.flags.writeable = False
    return values
