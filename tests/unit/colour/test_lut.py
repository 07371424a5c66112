"""Tables of other tools, written here by hand in their published forms."""

from itertools import product

import pytest

from pipeline.colour.lut import MOST_BYTES, survey_lut
from pipeline.errors import LookError


def cube(side: int, last: str = "1 1 1") -> str:
    rows = [f"{b} {g} {r}" for r, g, b in product(range(side), repeat=3)]
    return f'TITLE "a"\n# made by hand\nLUT_3D_SIZE {side}\n' + "\n".join(
        [*rows[:-1], last]
    )


def spi3d(side: int) -> str:
    rows = [f"{r} {g} {b} {r} {g} {b}" for r, g, b in product(range(side), repeat=3)]
    return f"SPILUT 1.0\n3 3\n{side} {side} {side}\n" + "\n".join(rows)


SPI1D = "Version 1\nFrom 0 1\nLength 3\nComponents 1\n{\n 0\n 0.5\n 1\n}\n"
THREE_DL = "0 512 1023\n" + "\n".join(
    f"{r * 2047} {g * 2047} {b * 2047}" for r, g, b in product(range(3), repeat=3)
)
CLF = (
    '<ProcessList id="a" compCLFversion="3"><LUT1D inBitDepth="32f" outBitDepth="32f">'
    '<Array dim="2 1">0 1</Array></LUT1D></ProcessList>'
)


@pytest.mark.parametrize(
    ("name", "text", "length", "lattice"),
    [
        ("a.cube", "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", 2, 0),
        ("A.CUBE", cube(3), 0, 3),
        ("a.spi1d", SPI1D, 3, 0),
        ("a.spi3d", spi3d(2), 0, 2),
        ("a.3dl", THREE_DL, 0, 3),
        ("a.clf", CLF, 2, 0),
    ],
)
def test_a_table_is_surveyed(name: str, text: str, length: int, lattice: int) -> None:
    assert survey_lut(text.encode(), name) == (length, lattice)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", cube(2)),
        ("a.cube", ""),
        ("a.cube", "LUT_3D_SIZE 100000\n0 0 0\n"),
        ("a.cube", "LUT_3D_SIZE 999999999\n"),
        ("a.cube", "LUT_1D_SIZE 65537\n"),
        ("a.cube", "LUT_3D_SIZE 1\n0 0 0\n"),
        ("a.cube", "LUT_3D_SIZE 2\nLUT_3D_SIZE 3\n"),
        ("a.cube", cube(3, last="")),
        ("a.cube", cube(3) + "\n1 1 1"),
        ("a.cube", cube(2, last="1 1")),
        ("a.cube", cube(2, last="1 nan 1")),
        ("a.cube", cube(2, last="1 inf 1")),
        ("a.cube", cube(2, last="1 1e99 1")),
        ("a.cube", cube(2, last="1 1,5 1")),
        ("a.cube", "0 0 0\n1 1 1"),
        ("a.spi1d", SPI1D.replace("Length 3", "Length 300000000")),
        ("a.spi1d", SPI1D.replace("Length 3", "Length 4")),
        ("a.spi1d", SPI1D.replace("Components 1", "Components 9")),
        ("a.spi1d", SPI1D.replace("{", "")),
        ("a.spi3d", spi3d(2).replace("2 2 2", "2 2 3")),
        ("a.spi3d", spi3d(2).replace("2 2 2", "900 900 900")),
        ("a.spi3d", "SPILUT 1.0\n3 3\n"),
        ("a.spi3d", spi3d(2).replace("SPILUT", "LUT")),
        ("a.3dl", THREE_DL + "\n1 1 1"),
        ("a.3dl", "0 1\n0 1\n" + THREE_DL),
        ("a.clf", "<ProcessList"),
        ("a.clf", "<html/>"),
        ("a.clf", CLF.replace('"2 1"', '"3 1"')),
        ("a.clf", CLF.replace('"2 1"', '"9999999 9999999"')),
        ("a.clf", CLF.replace('"2 1"', '""')),
        ("a.clf", CLF.replace("0 1<", "0 nan<")),
        ("a.clf", '<!DOCTYPE a [<!ENTITY x "y">]>' + CLF),
    ],
)
def test_a_hostile_table_is_refused(name: str, text: str) -> None:
    with pytest.raises(LookError):
        survey_lut(text.encode(), name)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(LookError):
        survey_lut(b"\xff\xfe\x00", "a.cube")


def test_a_file_beyond_the_bound_is_not_read() -> None:
    with pytest.raises(LookError):
        survey_lut(b" " * (MOST_BYTES + 1), "a.cube")
