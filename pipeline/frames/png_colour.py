"""The colour space that a PNG declares, and the chunks that declare one.

Four chunks can name a space (PNG specification, third edition, 4.3): cICP, iCCP, sRGB,
and gAMA together with cHRM. All that are there must agree, also where one overrides
another, since not every reader honours the precedence. Only gAMA gives way to the
first three: one exponent cannot state any of their curves, and writers round it.
"""

import struct
from collections.abc import Mapping
from typing import Final

from pipeline.errors import ColourSpaceError
from pipeline.frames.icc import agreed_space, icc_space
from pipeline.frames.icc_profile import PROFILED
from pipeline.frames.png_structure import inflated_profile

DECLARING: Final = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")

# Primaries, transfer, matrix, full range: ITU-T H.273. Transfers 1, 6, 14 and 15 are
# one curve there; as a picture to look at, it is shown by BT.1886.
_CICP: Final = {
    bytes((1, 13, 0, 1)): "srgb",
    bytes((1, 8, 0, 1)): "linear-rec709",
    **{bytes((1, transfer, 0, 1)): "rec709" for transfer in (1, 6, 14, 15)},
}
_CICP_OF: Final = {
    "rec709": bytes((1, 1, 0, 1)),
    "linear-rec709": bytes((1, 8, 0, 1)),
}

_GAMMAS: Final = {"srgb": 45455, "rec709": 41667, "linear-rec709": 100_000}
_GAMMA_TOLERANCE: Final = 455  # one per cent
_CHROMATICITIES: Final = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_CHROMATICITY_TOLERANCE: Final = 1000  # libpng's own, for "these are sRGB's"

PNG_SPACES: Final = PROFILED
"""Spaces that a PNG of ours can declare."""


def declared_space(chunks: Mapping[bytes, bytes], name: str) -> str | None:
    """The space that the chunks declare; `None` if they leave it open.

    Args:
        chunks: contents of those of `DECLARING` that the file has, by type.
        name: for the error.

    Raises:
        ColourSpaceError: another space than those known here, or two that differ.
    """
    if b"cHRM" in chunks and not _are_rec709(chunks[b"cHRM"]):
        raise _refused("a cHRM chunk with other primaries than Rec. 709", name)
    named: list[str] = []
    if b"cICP" in chunks:
        named.append(_CICP.get(chunks[b"cICP"]) or _unknown_cicp(chunks[b"cICP"], name))
    if b"iCCP" in chunks:
        named.append(icc_space(inflated_profile(chunks[b"iCCP"], name), name))
    if b"sRGB" in chunks:
        if len(chunks[b"sRGB"]) != 1 or chunks[b"sRGB"][0] > 3:
            raise _refused("an sRGB chunk that is not well formed", name)
        named.append("srgb")
    return agreed_space(named, name) or _space_of_gamma(chunks, name)


def colour_chunk(space: str | None) -> bytes:
    """Type and content of the chunk that declares a space; empty for `None`."""
    if space is None:
        return b""
    if space == "srgb":
        return b"sRGB\x00"  # perceptual
    return b"cICP" + _CICP_OF[space]


def _space_of_gamma(chunks: Mapping[bytes, bytes], name: str) -> str | None:
    if b"gAMA" not in chunks:
        return None
    body = chunks[b"gAMA"]
    met = int.from_bytes(body, "big") if len(body) == 4 else 0
    for space, gamma in _GAMMAS.items():
        if abs(met - gamma) <= _GAMMA_TOLERANCE:
            # An exponent without primaries is half a declaration.
            return space if b"cHRM" in chunks else None
    raise _refused(f"a gAMA chunk of {met}", name)


def _are_rec709(body: bytes) -> bool:
    if len(body) != 32:
        return False
    met = struct.unpack(">8I", body)
    return all(
        abs(a - b) <= _CHROMATICITY_TOLERANCE
        for a, b in zip(met, _CHROMATICITIES, strict=True)
    )


def _unknown_cicp(body: bytes, name: str) -> str:
    raise _refused(f"cICP {'-'.join(map(str, body))}", name)


def _refused(met: str, name: str) -> ColourSpaceError:
    return ColourSpaceError(
        "sRGB, Rec. 709 or linear Rec. 709, or no declared colour space",
        met=met,
        advice="Convert the picture, or remove the declaration if it is wrong.",
        where=name,
    )
