"""A colour decision list: slope, offset, power and saturation of one shot.

ASC CDL v1.2: each channel is `(in × slope + offset) ^ power`, then saturation with the
weights of Rec.709. The file is XML; only what is needed of it is read, within bounds,
and a document type is refused, since entities are of no use here but to exhaust memory.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias
from xml.etree import ElementTree as ET

import numpy as np

from pipeline.colour.quantise import Light
from pipeline.errors import ColourSpaceError, LookError

Three: TypeAlias = tuple[Decimal, Decimal, Decimal]

MOST_BYTES: Final = 2**20
WEIGHTS: Final = ("0.2126", "0.7152", "0.0722")
"""Rec.709 luma, as ASC CDL v1.2 uses it for saturation whatever the space."""

_NUMBER: Final = re.compile(
    r"[+-]?([0-9]{1,6}(\.[0-9]{0,17})?|\.[0-9]{1,17})([eE][+-]?[0-9]{1,2})?"
)
_ONES: Final = (Decimal(1), Decimal(1), Decimal(1))
_ZEROS: Final = (Decimal(0), Decimal(0), Decimal(0))
_DECLARATION: Final = re.compile(rb"<!(?!--|\[CDATA\[)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdl:
    """One colour correction, its figures as the file spells them.

    Attributes:
        saturation: 1 leaves colours as they are, 0 makes them grey.
        clamp: limit to 0…1 before the power and at the end, as ASC CDL does; without
            it a power leaves negative values alone, as OpenColorIO does by default.
    """

    slope: Three = _ONES
    offset: Three = _ZEROS
    power: Three = _ONES
    saturation: Decimal = Decimal(1)
    clamp: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether it is sums and products only, and needs no power."""
        return self.power == _ONES

    @property
    def digest(self) -> str:
        """SHA-256 of its figures in canonical JSON, however the file spells them."""
        figures = {
            "clamp": self.clamp,
            "offset": [_plain(one) for one in self.offset],
            "power": [_plain(one) for one in self.power],
            "saturation": _plain(self.saturation),
            "slope": [_plain(one) for one in self.slope],
        }
        text = json.dumps(figures, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def read_cdl(
    data: bytes, name: str = "", *, correction: str | None = None, clamp: bool = False
) -> Cdl:
    """Read a `.cc`, `.ccc` or `.cdl` file.

    Args:
        data: the file.
        name: of the file, for the error.
        correction: `id` of the correction wanted; needed if the file has several.
        clamp: whether the correction limits to 0…1, which no file says.

    Raises:
        LookError: no such file, no such correction, or figures out of bounds.
    """
    found = [
        node
        for node in (_root(data, name).iter())
        if _tag(node) == "ColorCorrection"
        and (correction is None or node.get("id") == correction)
    ]
    if len(found) != 1:
        met = f"{len(found)} colour corrections" + (
            f" with the id {correction[:60]!r}" if correction else ""
        )
        raise _refused(met, name, "Name one correction of the file by its id.")
    return _correction(found[0], name, clamp=clamp)


def apply_cdl(values: Light, cdl: Cdl) -> Light:
    """Apply a correction without power, by our own arithmetic.

    Per channel `(v × slope) + offset`, clamped if it clamps; then, unless the
    saturation is 1, `((0.2126 × r) + (0.7152 × g)) + (0.0722 × b)` is the luma y and
    the channel becomes `y + (saturation × (c - y))`, clamped again. Every product,
    sum and difference is rounded to float32 by itself.

    Args:
        values: (..., 3) float32.
        cdl: the correction.

    Raises:
        ColourSpaceError: a power other than 1, which has to be baked.

    Examples:
        >>> half = Cdl(slope=(Decimal("0.5"),) * 3)
        >>> apply_cdl(np.ones((1, 3), np.float32), half).tolist()
        [[0.5, 0.5, 0.5]]
    """
    if not cdl.is_exact:
        raise ColourSpaceError(
            "a correction whose power is 1",
            met="another power",
            advice="Bake it: a power cannot be computed alike on every machine.",
        )
    corrected = values * _floats(cdl.slope) + _floats(cdl.offset)
    if cdl.clamp:
        corrected = np.clip(corrected, np.float32(0), np.float32(1))
    if cdl.saturation == 1:
        return corrected
    weights = [np.float32(one) for one in WEIGHTS]
    red, green, blue = (corrected[..., channel] for channel in range(3))
    luma = ((weights[0] * red) + (weights[1] * green)) + (weights[2] * blue)
    grey = luma[..., None]
    saturated = grey + np.float32(cdl.saturation) * (corrected - grey)
    if cdl.clamp:
        saturated = np.clip(saturated, np.float32(0), np.float32(1))
    return np.asarray(saturated, np.float32)


def safe_xml(data: bytes, name: str) -> ET.Element:
    """Parse bounded XML in UTF-8 that declares no document type and no entity.

    Raises:
        LookError: anything else.
    """
    try:
        data.decode("utf-8")
        if _DECLARATION.search(data):
            raise _refused("a document type or entity in XML", name, "Remove it.")
        # Nothing is left that could expand or reach outside, and no declared encoding
        # lets these bytes mean something else than what was searched.
        return ET.fromstring(data, ET.XMLParser(encoding="utf-8"))  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _refused(f"{error}"[:120], name, "Export the file again.") from error


def _root(data: bytes, name: str) -> ET.Element:
    if not 0 < len(data) <= MOST_BYTES:
        raise _refused(f"{len(data)} bytes", name, "Export the file again.")
    return safe_xml(data, name)


def _correction(node: ET.Element, name: str, *, clamp: bool) -> Cdl:
    slope, offset, power = (
        _three(node, tag, default, name)
        for tag, default in (("Slope", _ONES), ("Offset", _ZEROS), ("Power", _ONES))
    )
    saturation = _figures(node, "Saturation", 1, name) or (Decimal(1),)
    if min(*slope, *saturation) < 0 or min(power) <= 0:
        raise _refused(
            "a negative slope or saturation, or a power that is not above 0",
            name,
            "Correct the figure; ASC CDL v1.2 allows no other.",
        )
    return Cdl(
        slope=slope, offset=offset, power=power, saturation=saturation[0], clamp=clamp
    )


def _three(node: ET.Element, tag: str, default: Three, name: str) -> Three:
    found = _figures(node, tag, 3, name)
    return (found[0], found[1], found[2]) if found else default


def _figures(node: ET.Element, tag: str, count: int, name: str) -> list[Decimal]:
    elements = list(_named(node, tag))
    if not elements:
        return []
    texts = (elements[0].text or "").split()
    if len(elements) > 1 or len(texts) != count:
        raise _refused(f"{tag} not once with {count} figures", name, "Correct it.")
    if not all(_NUMBER.fullmatch(text) for text in texts):
        raise _refused(f"{tag} that is no decimal number", name, "Correct it.")
    return [Decimal(text) for text in texts]


def _named(node: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (one for one in node.iter() if _tag(one) == tag)


def _tag(node: ET.Element) -> str:
    # Versions 1.01 and 1.2 have namespaces of their own, and many files none.
    return str(node.tag).rpartition("}")[2]


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def _floats(values: Three) -> Light:
    return np.array([np.float32(str(one)) for one in values], np.float32)


def _refused(met: str, name: str, advice: str) -> LookError:
    return LookError(
        "a colour decision list in XML: .cc, .ccc or .cdl",
        met=met,
        advice=advice,
        where=name,
    )
