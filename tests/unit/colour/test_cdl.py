from decimal import Decimal

import numpy as np
import pytest

from pipeline.colour.cdl import MOST_BYTES, Cdl, apply_cdl, read_cdl
from pipeline.errors import ColourSpaceError, LookError

BODY = """
  <SOPNode>
    <Slope>1.1 1 0.9</Slope><Offset>0.01 -0.02 0</Offset><Power>1 1.2 1</Power>
  </SOPNode>
  <{sat}><Saturation>0.85</Saturation></{sat}>
"""
CC = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ColorCorrection id="a">'
    + BODY.format(sat="SatNode")
    + "</ColorCorrection>"
)
CCC = (
    '<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.2">'
    '<ColorCorrection id="a"><SOPNode><Slope>2 2 2</Slope></SOPNode>'
    "</ColorCorrection>"
    f'<ColorCorrection id="b">{BODY.format(sat="SATNode")}</ColorCorrection>'
    "</ColorCorrectionCollection>"
)
CDL = (
    '<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision>'
    f"{CC.partition('?>')[2]}</ColorDecision></ColorDecisionList>"
)
EXPECTED = Cdl(
    slope=(Decimal("1.1"), Decimal(1), Decimal("0.9")),
    offset=(Decimal("0.01"), Decimal("-0.02"), Decimal(0)),
    power=(Decimal(1), Decimal("1.2"), Decimal(1)),
    saturation=Decimal("0.85"),
)


def three(value: str) -> tuple[Decimal, Decimal, Decimal]:
    return (Decimal(value), Decimal(value), Decimal(value))


@pytest.mark.parametrize(
    ("text", "correction"),
    [(CC, None), (CDL, None), (CCC, "b")],
    ids=["cc", "cdl", "ccc"],
)
def test_the_three_files_are_read_alike(text: str, correction: str | None) -> None:
    found = read_cdl(text.encode(), "a.cc", correction=correction)
    assert found == EXPECTED
    assert found.digest == EXPECTED.digest


def test_a_figure_counts_by_its_value_and_not_by_its_spelling() -> None:
    spelt = CC.replace("1.1 1 0.9", "1.10 1e0 .9").replace("0.85", "8.5e-1")
    assert read_cdl(spelt.encode()).digest == EXPECTED.digest
    other = CC.replace("1.1 1 0.9", "1.1 1 0.90000001")
    assert read_cdl(other.encode()).digest != EXPECTED.digest
    assert read_cdl(CC.encode(), clamp=True).digest != EXPECTED.digest


def test_what_is_left_out_changes_nothing() -> None:
    assert read_cdl(b"<ColorCorrection/>") == Cdl()


BOMB = (
    '<!DOCTYPE a [<!ENTITY l "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<ColorCorrection>",
        "<ColorCorrectionCollection/>",
        CCC,  # two corrections, none named
        BOMB + CC.partition("?>")[2],
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + CC.partition("?>")[2],
        CC.replace("1.1 1 0.9", "1.1 1"),
        CC.replace("1.1 1 0.9", "nan 1 1"),
        CC.replace("1.1 1 0.9", "inf 1 1"),
        CC.replace("1.1 1 0.9", "0x1 1 1"),
        CC.replace("1.1 1 0.9", "-1 1 1"),
        CC.replace("1 1.2 1", "0 1 1"),
        CC.replace("0.85", "-0.1"),
        CC.replace("0.85", "1" * 400),
        CC.replace("0.85", "\N{FULLWIDTH DIGIT ONE}"),
        CC.replace("<Slope>", "<Slope>1 1 1</Slope><Slope>"),
        "<!-- " + "x" * MOST_BYTES + " -->" + CC,
    ],
)
def test_a_hostile_file_is_refused(text: str) -> None:
    with pytest.raises(LookError):
        read_cdl(text.encode(), "shot.cc")


@pytest.mark.parametrize("codec", ["utf-16", "cp037", "utf-32"])
def test_another_encoding_is_refused(codec: str) -> None:
    with pytest.raises(LookError):
        read_cdl(CC.replace("UTF-8", codec).encode(codec))


def test_an_encoding_that_is_declared_is_not_believed() -> None:
    # Read as UTF-7 this would be a document type.
    text = CC.replace("UTF-8", "UTF-7").replace("<SOPNode>", "+ADwAIQ-DOCTYPE<SOPNode>")
    assert read_cdl(text.encode()) == EXPECTED


def test_a_correction_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookError) as refused:
        read_cdl(CC.encode(), correction="z" * 300)
    assert len(refused.value.met) < 120


def test_slope_comes_before_offset_and_saturation_last() -> None:
    cdl = Cdl(slope=three("2"), offset=three("0.25"), saturation=Decimal(0))
    found = apply_cdl(np.array([[0.125, 0.25, 0.5]], np.float32), cdl)
    luma = 0.2126 * 0.5 + 0.7152 * 0.75 + 0.0722 * 1.25
    assert np.abs(found - luma).max() < 1e-7


def test_clamping_is_said_and_not_assumed() -> None:
    light = np.array([[-1, 0.5, 3]], np.float32)
    assert apply_cdl(light, Cdl()).tolist() == light.tolist()
    assert apply_cdl(light, Cdl(clamp=True)).tolist() == [[0, 0.5, 1]]


def test_a_power_is_not_computed_here() -> None:
    with pytest.raises(ColourSpaceError):
        apply_cdl(np.ones((1, 3), np.float32), EXPECTED)
