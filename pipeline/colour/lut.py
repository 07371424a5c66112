"""Look-up tables of other tools, checked before OpenColorIO sees them.

Nothing is allocated by what a header says: the figures are counted in the text, which
is bounded, and must be as many as the header promises, all finite.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from pipeline.colour.cdl import safe_xml
from pipeline.errors import LookError

MOST_BYTES: Final = 2**24
MOST_LATTICE: Final = 129
MOST_LENGTH: Final = 65_536
SUFFIXES: Final = (".cube", ".spi1d", ".spi3d", ".3dl", ".clf")

_MOST_FLOAT: Final = np.finfo(np.float32).max
_COUNTED: Final = re.compile(r"^\s*(LUT_[13]D_SIZE)\s+([0-9]{1,9})\s*$", re.MULTILINE)
_KEYWORD: Final = re.compile(r"^\s*(?:#|[A-Za-z_])")


class LutSurvey(NamedTuple):
    """Entries of a table's curve, and points a side of its lattice; 0 if none."""

    length: int
    lattice: int


Reader: TypeAlias = Callable[[str], LutSurvey]


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """Why a table is refused."""


def survey_lut(data: bytes, name: str) -> LutSurvey:
    r"""Check a table and say how large it is.

    Raises:
        LookError: another kind of file, too large, not as many figures as its header
            says, or a figure that is not finite.

    Examples:
        >>> survey_lut(b"LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", "a.cube").length
        2
    """
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix not in SUFFIXES:
        raise _refused(f"a name that ends in none of {', '.join(SUFFIXES)}", name)
    if not 0 < len(data) <= MOST_BYTES:
        raise _refused(f"{len(data)} bytes", name)
    if suffix == ".clf":
        return _clf(data, name)
    try:
        found = READERS[suffix](data.decode("utf-8"))
    except (_Unfit, ValueError) as error:
        raise _refused(str(error)[:120], name) from error
    _bounded(found, name)
    return found


def _cube(text: str) -> LutSurvey:
    sizes = dict[str, int]()
    for keyword, count in _COUNTED.findall(text):
        if keyword in sizes:
            raise _Unfit(f"{keyword} twice")
        sizes[keyword] = int(count)
    found = LutSurvey(sizes.get("LUT_1D_SIZE", 0), sizes.get("LUT_3D_SIZE", 0))
    _fit(found)
    rows = [row for row in text.splitlines() if row.strip() and not _KEYWORD.match(row)]
    _check_rows(rows, found.length + found.lattice**3, 3)
    return found


def _spi1d(text: str) -> LutSurvey:
    header, brace, rest = text.partition("{")
    length = _header_number(header, "Length")
    channels = _header_number(header, "Components")
    if not brace or channels not in (1, 2, 3):
        raise _Unfit("no table of 1 to 3 components in braces")
    found = LutSurvey(length, 0)
    _fit(found)
    rows = rest.partition("}")[0].split("\n")
    _check_rows([row for row in rows if row.strip()], length, channels)
    return found


def _spi3d(text: str) -> LutSurvey:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 4 or not lines[0].upper().startswith("SPILUT"):
        raise _Unfit("no SPILUT header")
    sides = {int(side) for side in lines[2].split()}
    if len(sides) != 1 or len(lines[2].split()) != 3:
        raise _Unfit("a lattice with unequal sides")
    found = LutSurvey(0, sides.pop())
    _fit(found)
    _check_rows(lines[3:], found.lattice**3, 6)
    return found


def _3dl(text: str) -> LutSurvey:
    lines = [
        line
        for line in text.splitlines()
        if line.strip() and not _KEYWORD.match(line) and not line.startswith("<")
    ]
    # A line of shaper values, one for each point of a side, may come first.
    shaper = lines[0].split() if lines else []
    has_shaper = len(lines) - 1 == len(shaper) ** 3
    rows = lines[1:] if has_shaper else lines
    _finite(shaper)
    found = LutSurvey(0, round(len(rows) ** (1 / 3)))
    _fit(found)
    _check_rows(rows, found.lattice**3, 3)
    return found


READERS: Final[Mapping[str, Reader]] = {
    ".cube": _cube,
    ".spi1d": _spi1d,
    ".spi3d": _spi3d,
    ".3dl": _3dl,
}


def _clf(data: bytes, name: str) -> LutSurvey:
    """Common LUT Format (S-2014-006): every array as long as its `dim` says."""
    largest = LutSurvey(0, 0)
    root = safe_xml(data, name)
    if not str(root.tag).endswith("ProcessList"):
        raise _refused(f"an element {str(root.tag)[:60]!r}", name)
    for node in root.iter():
        if not str(node.tag).endswith("Array"):
            continue
        try:
            found = _array(node.get("dim", ""), (node.text or "").split())
        except (_Unfit, ValueError, IndexError) as error:
            raise _refused(str(error)[:120], name) from error
        largest = LutSurvey(*map(max, zip(largest, found, strict=True)))
    return largest


def _array(dimensions: str, figures: list[str]) -> LutSurvey:
    sides = [int(side) for side in dimensions.split()]
    # Four numbers are a lattice; two are a curve, and two or three a matrix.
    solid = len(sides) == 4
    found = LutSurvey(0, sides[0]) if solid else LutSurvey(sides[0], 0)
    _fit(found)
    fits = len(set(sides[:3])) == 1 if solid else len(sides) in (2, 3)
    if not fits or len(figures) != math.prod(sides):
        raise _Unfit("an array not as long as its dimensions")
    _finite(figures)
    return found


def _header_number(header: str, keyword: str) -> int:
    found = re.search(rf"^\s*{keyword}\s+([0-9]{{1,9}})\s*$", header, re.MULTILINE)
    if found is None:
        raise _Unfit(f"no {keyword}")
    return int(found.group(1))


def _check_rows(rows: list[str], count: int, width: int) -> None:
    if len(rows) != count:
        raise _Unfit(f"{len(rows)} rows where the header says {count}")
    figures = [row.split() for row in rows]
    if any(len(row) != width for row in figures):
        raise _Unfit(f"a row without {width} figures")
    _finite([figure for row in figures for figure in row])


def _finite(figures: list[str]) -> None:
    # OpenColorIO keeps float32; NaN compares as false.
    if not (np.abs(np.array(figures, np.float64)) <= _MOST_FLOAT).all():
        raise _Unfit("a figure that is not finite")


def _fit(found: LutSurvey) -> None:
    if found.length > MOST_LENGTH or found.lattice > MOST_LATTICE:
        raise _Unfit(f"{found.length} entries, a lattice of {found.lattice}")
    if max(found) < 2:
        raise _Unfit("no table of two entries or more")


def _bounded(found: LutSurvey, name: str) -> None:
    try:
        _fit(found)
    except _Unfit as error:
        raise _refused(str(error), name) from error


def _refused(met: str, name: str) -> LookError:
    return LookError(
        f"a table in one of {', '.join(SUFFIXES)}, at most {MOST_LENGTH} entries or "
        f"{MOST_LATTICE} points a side, all figures finite",
        met=met,
        advice="Export the table again.",
        where=name,
    )
