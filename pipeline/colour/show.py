"""A grade: a transform that a show declares, by a token that a run states.

A grade is no person's change. Both are measured: the change measure is taken before the
grade and after it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, TypeAlias

import numpy as np

from pipeline.colour.bake import Look, LutStep, bake
from pipeline.colour.baked import Baked, apply_baked, read_baked
from pipeline.colour.cdl import Cdl, apply_cdl
from pipeline.colour.convert import to_primaries
from pipeline.colour.lut import survey_lut
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import Space
from pipeline.errors import LookError

EXACT: Final = "cdl/1"
BAKED: Final = "baked/1"
CORRECTION_SIDE: Final = 33
LOOK_SIDE: Final = 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction that is computed as it stands, in a linear space."""

    cdl: Cdl
    space: Space

    @property
    def token(self) -> str:
        """The rule of its arithmetic, its space and its figures."""
        return f"{EXACT} {self.space.token} sha256:{self.cdl.digest}"


Part: TypeAlias = Correction | Baked


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grade:
    """A declared transform, from light to light.

    Attributes:
        parts: applied one after the other; each is computed alike on every machine.
    """

    parts: tuple[Part, ...]

    @property
    def token(self) -> str:
        """What a run states: its parts, each by its rule and its digest.

        Examples:
            >>> from pipeline.colour.spaces import space_of
            >>> grade_of_cdl(Cdl(), space_of("acescg")).token[:34]
            'cdl/1 acescg sha256:4a494c32ae9eed'
        """
        return ", ".join(_token(part) for part in self.parts)

    @property
    def digest(self) -> str:
        """SHA-256 of the token."""
        return hashlib.sha256(self.token.encode("ascii")).hexdigest()

    @property
    def tables(self) -> Mapping[str, bytes]:
        """Digest → bytes of every baked table; with the token it is the whole grade."""
        return {
            part.digest: part.data for part in self.parts if isinstance(part, Baked)
        }

    def apply(self, linear: Light, working: Space) -> Light:
        """Grade light of the working space; the result is light of the working space.

        Args:
            linear: (..., 3) float32 in the primaries of `working`.
            working: the show's working space.
        """
        light, space = linear, working
        for part in self.parts:
            source, target = _ends(part)
            light = to_primaries(light, space, source)
            if isinstance(part, Baked):
                light = apply_baked(light, part)
            else:
                light = np.asarray(apply_cdl(light, part.cdl), np.float32)
            space = target
        return to_primaries(light, space, working)


def grade_of_cdl(cdl: Cdl, space: Space, *, side: int = CORRECTION_SIDE) -> Grade:
    """A correction in the encoded values of a space.

    Without a power and in a linear space it is computed as it stands; otherwise it is
    baked.
    """
    return Grade(parts=(_correction(cdl, space, side),))


def grade_of_look(look: Look, *, side: int | None = None) -> Grade:
    """A look of any steps.

    Corrections at its beginning are parts of their own, and what follows is one table:
    a look-up table sampled on another table's lattice would lose what lies between.

    Args:
        look: what the show does.
        side: points a side of the table; `None` takes those of the LUT, if the table is
            one, so that it is copied without loss, and 65 otherwise.

    Raises:
        LookError: see `pipeline.colour.bake.bake`.
    """
    corrections = list(takewhile(lambda step: isinstance(step, Cdl), look.steps))
    if look.source != look.target and len(corrections) == len(look.steps):
        corrections = corrections[:-1]
    parts = [
        _correction(step, look.source, side or CORRECTION_SIDE)
        for step in corrections
        if isinstance(step, Cdl)
    ]
    rest = look.steps[len(corrections) :]
    if rest or not parts:
        last = Look(source=look.source, target=look.target, steps=rest)
        parts.append(bake(last, side=side or _own_side(last)))
    return Grade(parts=tuple(parts))


def table_of(data: bytes, digest: str, name: str = "") -> Baked:
    """A table that was baked before, from its bytes.

    Raises:
        LookError: other bytes than the digest names, or no baked table.
    """
    baked = read_baked(data, name)
    if baked.digest != digest:
        raise LookError(
            f"the baked table {digest}",
            met=baked.digest,
            advice="Bring the table that the run was stated with.",
            where=name,
        )
    return baked


def _correction(cdl: Cdl, space: Space, side: int) -> Part:
    if cdl.is_exact and space.is_linear:
        return Correction(cdl=cdl, space=space)
    return bake(Look(source=space, target=space, steps=(cdl,)), side=side)


def _own_side(look: Look) -> int:
    match look.steps:
        case (LutStep() as step,) if not step.inverse and not look.source.is_linear:
            return survey_lut(step.data, step.name).lattice or LOOK_SIDE
        case _:
            return LOOK_SIDE


def _ends(part: Part) -> tuple[Space, Space]:
    if isinstance(part, Baked):
        return part.source, part.target
    return part.space, part.space


def _token(part: Part) -> str:
    return f"{BAKED} sha256:{part.digest}" if isinstance(part, Baked) else part.token
