"""Files of a show as other tools leave them: all written by OpenColorIO itself."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses
import skimage
from PIL import Image

from pipeline.colour.cdl import Cdl
from pipeline.colour.convert import Samples, decode, encode, to_primaries
from pipeline.colour.spaces import Space, space_of

STUDIO = "studio-config-v2.2.0_aces-v1.3_ocio-v2.4"
PHOTOS = Path(skimage.__file__).parent / "data"
WARM = Cdl(
    slope=(Decimal("1.08"), Decimal("1.0"), Decimal("0.94")),
    offset=(Decimal("0.012"), Decimal("-0.004"), Decimal("-0.01")),
    power=(Decimal("1.05"), Decimal("0.98"), Decimal("1.02")),
    saturation=Decimal("0.9"),
)


@cache
def studio() -> Any:  # noqa: ANN401 - OpenColorIO has no types
    return ocio.Config.CreateFromBuiltinConfig(STUDIO)


@cache
def film_lut(form: str, side: int) -> bytes:
    """The ACES output transform from ACEScct to Rec.709, as a LUT of some format."""
    baker = ocio.Baker()
    baker.setConfig(studio())
    baker.setFormat(form)
    baker.setInputSpace("ACEScct")
    baker.setDisplayView("Rec.1886 Rec.709 - Display", "ACES 1.0 - SDR Video")
    baker.setCubeSize(side)
    return str(baker.bake()).encode()


def plain_config() -> Any:  # noqa: ANN401 - OpenColorIO has no types
    """A config with one space, the reference; the raw one's own space is data."""
    config = ocio.Config.CreateRaw()
    config.addColorSpace(ocio.ColorSpace(name="plain"))
    return config


def curve_lut(form: str) -> bytes:
    """A curve of its own for each channel, from ACEScct to ACEScct."""
    config = plain_config()
    space = ocio.ColorSpace(name="curved")
    exponent = ocio.ExponentTransform([1.1, 1.0, 0.9, 1.0])
    space.setTransform(exponent, ocio.COLORSPACE_DIR_TO_REFERENCE)
    config.addColorSpace(space)
    baker = ocio.Baker()
    baker.setConfig(config)
    baker.setFormat(form)
    baker.setInputSpace("curved")
    baker.setTargetSpace("plain")
    baker.setCubeSize(33)
    return str(baker.bake()).encode()


def cdl_file(form: str, cdl: Cdl) -> bytes:
    """A correction as OpenColorIO writes it."""
    transform = ocio.CDLTransform(
        slope=[float(one) for one in cdl.slope],
        offset=[float(one) for one in cdl.offset],
        power=[float(one) for one in cdl.power],
        sat=float(cdl.saturation),
        id="SQ010_0010",
    )
    group = ocio.GroupTransform([transform])
    return str(group.write(formatName=form, config=ocio.Config.CreateRaw())).encode()


@cache
def photograph(name: str, space: Space) -> Samples:
    """A real photograph as 16-bit codes of a space, exposed over six stops."""
    with Image.open(PHOTOS / name) as image:
        codes = np.asarray(image.convert("RGB").crop((0, 0, 400, 300)))
    display = space_of("srgb")
    light = decode(np.ascontiguousarray(codes), 8, display)
    ramp = np.exp2(np.linspace(-4, 2, light.shape[1])).astype(np.float32)
    lit = to_primaries(light * ramp[None, :, None], display, space)
    return encode(lit, space, "uint16", 16)
