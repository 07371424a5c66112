"""Baking: what OpenColorIO makes of a look, once, as a table for every machine.

The lattice lies evenly in the encoded values of the source space, where looks are
smooth. A source or target without a curve is put into ACEScct's for that.
"""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses

from pipeline.colour.baked import (
    FINENESS,
    MOST_SIDE,
    Baked,
    interpolate,
    read_baked,
    steps_of,
    write_baked,
)
from pipeline.colour.cdl import Cdl
from pipeline.colour.curves import CONTEXT, light
from pipeline.colour.lut import survey_lut
from pipeline.colour.make_tables import nearest_float32
from pipeline.colour.ocio_config import ShowConfig, ocio_call, refused
from pipeline.colour.packing import Floats
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import LINEAR, Space
from pipeline.errors import ColourSpaceError, LookError

LOWEST, HIGHEST = -1, 2
"""Encoded results beyond these are no picture's."""

_SHAPER: Final = "acescct"
_CURVE: Final = "CURVE - ACEScct-LOG_to_LINEAR"
_PPM: Final = 1_000_000

Evaluate: TypeAlias = Callable[[Light], Light]
"""Encoded values of the source, (n, 3) float32, to encoded values of the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LutStep:
    """A table of another tool, from encoded values to encoded values."""

    name: str
    data: bytes
    inverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigStep:
    """A way through a show's config.

    Attributes:
        source: name of a colour space in the config.
        target: name of another; or empty, and `display` and `view` are set.
    """

    config: ShowConfig
    source: str
    target: str = ""
    display: str = ""
    view: str = ""


Step: TypeAlias = Cdl | LutStep | ConfigStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a show does to its pictures.

    Attributes:
        source: space whose encoded values the first step takes.
        target: space whose encoded values the last step gives.
        steps: in their order, at least one.
    """

    source: Space
    target: Space
    steps: tuple[Step, ...]


def bake(look: Look, *, side: int = 33) -> Baked:
    """Bake a look into a table of its own.

    The header states OpenColorIO's version, the digest of every step, and how far the
    table is from OpenColorIO in the middles of its cells, in millionths of the encoded
    value: `error_max_ppm` and `error_mean_ppm`.

    Args:
        look: what is baked.
        side: points a side of the lattice, 2 to 129.

    Raises:
        LookError: a step that OpenColorIO refuses, or results out of bounds.
        ColourSpaceError: a space without colour.
    """
    _check(look, side)
    evaluate = evaluator(look)
    knots = _knots(look.source, side)
    lattice = evaluate(_lattice(np.linspace(0, 1, side)))
    if not np.isfinite(lattice).all() or not _bounded(lattice):
        raise LookError(
            f"results from {LOWEST} to {HIGHEST} in encoded values",
            met=f"{float(lattice.min()):.3g} to {float(lattice.max()):.3g}",
            advice="Grade in a space such as acescct, or let the look clamp.",
        )
    first = int(np.floor(float(lattice.min()) * FINENESS))
    count = int(np.ceil(float(lattice.max()) * FINENESS)) - first + 2
    output = _output(look.target, first, count)
    header = {
        "baked": 1,
        "error_max_ppm": 0,
        "error_mean_ppm": 0,
        "first": first,
        "knots": count,
        "lattice": side,
        "ocio": ocio.__version__,
        "of": [_named(step) for step in look.steps],
        "source": look.source.token,
        "target": look.target.token,
    }
    floats = (knots, lattice, output)
    draft = read_baked(write_baked(header, floats))
    most, mean = _error(draft, evaluate)
    stated = {**header, "error_max_ppm": most, "error_mean_ppm": mean}
    return read_baked(write_baked(stated, floats))


def evaluator(look: Look) -> Evaluate:
    """The look as OpenColorIO itself computes it on this machine.

    Raises:
        LookError: a step that OpenColorIO refuses.
    """
    raw = ocio.Config.CreateRaw()
    curve = ocio.BuiltinTransform(_CURVE)
    into = [raw.getProcessor(curve)] if look.source.is_linear else []
    out = []
    if look.target.is_linear:
        out = [raw.getProcessor(curve, ocio.TRANSFORM_DIR_INVERSE)]
    steps = [_processor(step, raw) for step in look.steps]
    # Lossless: OpenColorIO's fast logarithms are three digits worse.
    units = [
        one.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
        for one in [*into, *steps, *out]
    ]

    def evaluate(encoded: Light) -> Light:
        values = np.array(encoded, np.float32, order="C")
        for unit in units:
            ocio_call("look", unit.applyRGB, values)
        return values

    return evaluate


def _processor(step: Step, raw: Any) -> Any:  # noqa: ANN401
    match step:
        case Cdl():
            return ocio_call("cdl", raw.getProcessor, _cdl(step))
        case LutStep():
            return _lut(step, raw)
        case ConfigStep():
            return _through(step)


def _cdl(cdl: Cdl) -> Any:  # noqa: ANN401
    transform = ocio.CDLTransform(
        slope=[float(one) for one in cdl.slope],
        offset=[float(one) for one in cdl.offset],
        power=[float(one) for one in cdl.power],
        sat=float(cdl.saturation),
    )
    transform.setStyle(ocio.CDL_ASC if cdl.clamp else ocio.CDL_NO_CLAMP)
    return transform


def _lut(step: LutStep, raw: Any) -> Any:  # noqa: ANN401
    survey_lut(step.data, step.name)
    suffix = step.name.rpartition(".")[2].lower()
    # OpenColorIO reads files only. It is given a copy of the bytes that were checked.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{hashlib.sha256(step.data).hexdigest()}.{suffix}"
        copy.write_bytes(step.data)
        transform = ocio.FileTransform(
            src=str(copy),
            interpolation=ocio.INTERP_BEST,
            direction=ocio.TRANSFORM_DIR_INVERSE
            if step.inverse
            else ocio.TRANSFORM_DIR_FORWARD,
        )
        return ocio_call(step.name, raw.getProcessor, transform)


def _through(step: ConfigStep) -> Any:  # noqa: ANN401
    config, context = step.config.config, step.config.context
    for name in filter(None, (step.source, step.target)):
        space = config.getColorSpace(name)
        if space is None or space.isData():
            # OpenColorIO converts nothing from or to data, and does not say so.
            raise refused(f"no colour space {name[:60]!r}, or one of data", "config")
    way: tuple[Any, ...] = (step.source, step.target)
    if step.display:
        way = (step.source, step.display, step.view, ocio.TRANSFORM_DIR_FORWARD)
    return ocio_call("config", config.getProcessor, context, *way)


def _named(step: Step) -> dict[str, str]:
    match step:
        case Cdl():
            return {"kind": "cdl", "digest": step.digest}
        case LutStep():
            way = "inverse lut" if step.inverse else "lut"
            return {"kind": way, "digest": hashlib.sha256(step.data).hexdigest()}
        case ConfigStep():
            parts = (step.config.digest, step.source, step.target)
            text = "\0".join((*parts, step.display, step.view))
            return {
                "kind": "config",
                "digest": hashlib.sha256(text.encode()).hexdigest(),
            }


def _lattice(values: np.ndarray[Any, np.dtype[Any]]) -> Light:
    """All triples of some values; blue runs fastest."""
    red, green, blue = np.meshgrid(values, values, values, indexing="ij")
    return np.stack([red, green, blue], -1).reshape(-1, 3).astype(np.float32)


def _curve_of(space: Space) -> str:
    return _SHAPER if space.transfer == LINEAR else space.transfer


def _knots(space: Space, side: int) -> Floats:
    steps = steps_of(side) * (side - 1)
    with localcontext(CONTEXT):
        places = [Decimal(step) / steps for step in range(steps + 1)]
    return nearest_float32([light(_curve_of(space), place) for place in places])


def _output(space: Space, first: int, count: int) -> Floats:
    places = [Decimal(step) / FINENESS for step in range(first, first + count)]
    return nearest_float32([light(_curve_of(space), place) for place in places])


def _error(baked: Baked, evaluate: Evaluate) -> tuple[int, int]:
    middles = (np.arange(baked.side - 1) + 0.5) / (baked.side - 1)
    direct = evaluate(_lattice(middles))
    cells = _lattice(np.arange(baked.side - 1)).astype(np.int32)
    ours = interpolate(cells, np.full(cells.shape, 0.5, np.float32), baked)
    apart = np.abs(direct.astype(np.float64) - ours)
    return int(np.ceil(apart.max() * _PPM)), int(np.ceil(apart.mean() * _PPM))


def _bounded(lattice: Light) -> bool:
    return bool(lattice.min() >= LOWEST and lattice.max() <= HIGHEST)


def _check(look: Look, side: int) -> None:
    for space in (look.source, look.target):
        if space.kind == "data":
            raise ColourSpaceError(
                "a look between spaces of colour",
                met=space.token,
                advice="Mattes and ids are not graded.",
            )
    if not 2 <= side <= MOST_SIDE or not look.steps:
        raise LookError(
            f"at least one step, and a lattice of 2 to {MOST_SIDE} points a side",
            met=f"{len(look.steps)} steps, a lattice of {side}",
            advice="Name what the look does, and such a size.",
        )
