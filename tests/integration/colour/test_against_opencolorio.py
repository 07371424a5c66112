"""The tables and matrices against OpenColorIO's own transforms and configs.

OpenColorIO works in single floats, and its powers and logarithms are approximations:
the tolerances are what is theirs. That the tables are nearer to the published formulas
is shown in doubles in tests/unit/colour/test_tables.py.
"""

from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses
import pytest

from pipeline.colour.convert import decode, to_primaries
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import space_of
from pipeline.colour.tables import codes_to_light, half_to_light, matrix
from tests.integration.colour.show_files import studio

INPUTS = {
    "acescg": "ACEScg_to_ACES2065-1",
    "acescct": "ACEScct_to_ACES2065-1",
    "logc3-ei800-awg3": "ARRI_ALEXA-LOGC-EI800-AWG_to_ACES2065-1",
    "logc4-awg4": "ARRI_LOGC4_to_ACES2065-1",
    "slog3-sgamut3": "SONY_SLOG3-SGAMUT3_to_ACES2065-1",
    "slog3-sgamut3cine": "SONY_SLOG3-SGAMUT3.CINE_to_ACES2065-1",
}
# Largest difference as a share of the light, or of 0.01 where there is less.
CURVES = {
    "acescct": 5e-6,
    "logc3-ei800-awg3": 4e-6,
    "logc4-awg4": 1.5e-5,
    "slog3-sgamut3": 2e-6,
    "slog3-sgamut3cine": 2e-6,
}
DISPLAYS = {
    "srgb": "DISPLAY - CIE-XYZ-D65_to_sRGB - MIRROR NEGS",
    "rec709": "DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709 - MIRROR NEGS",
}
STUDIO_NAMES = {
    "acescg": "ACEScg",
    "acescct": "ACEScct",
    "linear-rec709": "Linear Rec.709 (sRGB)",
    "logc3-ei800-awg3": "ARRI LogC3 (EI800)",
    "logc4-awg4": "ARRI LogC4",
    "slog3-sgamut3": "S-Log3 S-Gamut3",
    "slog3-sgamut3cine": "S-Log3 S-Gamut3.Cine",
    "srgb": "sRGB Encoded Rec.709 (sRGB)",
    "rec709": "Gamma 2.4 Encoded Rec.709",
}
FULL_16 = np.repeat(
    np.arange(65536, dtype=np.float32)[:, None] / np.float32(65535), 3, 1
)


def parts(name: str) -> list[Any]:
    raw = ocio.Config.CreateRaw()
    return list(raw.getProcessor(ocio.BuiltinTransform(name)).createGroupTransform())


def matrix_of(transform: Any) -> np.ndarray[Any, np.dtype[np.float64]]:  # noqa: ANN401
    return np.array(transform.getMatrix()).reshape(4, 4)[:3, :3]


def run(processor: Any, values: Light) -> Light:  # noqa: ANN401
    result = np.array(values, np.float32, order="C")
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(result)
    return result


def share(found: Light, expected: Light) -> float:
    apart = np.abs(found.astype(np.float64) - expected)
    return float((apart / np.maximum(np.abs(expected), 0.01)).max())


@pytest.mark.parametrize(("token", "name"), INPUTS.items())
def test_a_matrix_is_opencolorios_rounded_to_single_floats(
    token: str, name: str
) -> None:
    theirs = next(one for one in parts(name) if isinstance(one, ocio.MatrixTransform))
    ours = matrix(space_of(token).gamut, "ap0")
    assert ours.tolist() == matrix_of(theirs).astype(np.float32).tolist()


def test_rec709_is_adapted_as_opencolorio_does() -> None:
    (theirs,) = parts("UTILITY - ACES-AP1_to_LINEAR-REC709_BFD")
    ours = matrix("ap1", "rec709")
    assert ours.tolist() == matrix_of(theirs).astype(np.float32).tolist()


@pytest.mark.parametrize(("token", "within"), CURVES.items())
def test_a_logarithmic_curve_is_opencolorios(token: str, within: float) -> None:
    raw = ocio.Config.CreateRaw()
    theirs = run(raw.getProcessor(parts(INPUTS[token])[0]), FULL_16)[:, 0]
    assert share(codes_to_light(space_of(token), 16, "full"), theirs) <= within


@pytest.mark.parametrize(("token", "within"), CURVES.items())
def test_halves_mean_the_same_to_opencolorio(token: str, within: float) -> None:
    halves = np.arange(65536).astype(np.uint16).view(np.float16)
    usual = np.flatnonzero((halves >= -0.2) & (halves <= 1.1))
    values = np.repeat(halves[usual].astype(np.float32)[:, None], 3, 1)
    raw = ocio.Config.CreateRaw()
    theirs = run(raw.getProcessor(parts(INPUTS[token])[0]), values)[:, 0]
    assert share(half_to_light(space_of(token))[usual], theirs) <= within


@pytest.mark.parametrize(("token", "within"), [("srgb", 8e-7), ("rec709", 2e-7)])
def test_a_display_curve_is_opencolorios(token: str, within: float) -> None:
    raw = ocio.Config.CreateRaw()
    curve = raw.getProcessor(parts(DISPLAYS[token])[-1], ocio.TRANSFORM_DIR_INVERSE)
    theirs = run(curve, FULL_16)[:, 0]
    ours = codes_to_light(space_of(token), 16, "full")
    # OpenColorIO moves sRGB's knee so that its slope is continuous: IEC 61966-2-1
    # does not, and near the knee that is 8 × 10^-7 of white.
    assert np.abs(ours - theirs).max() <= within


@pytest.mark.parametrize(("token", "name"), STUDIO_NAMES.items())
def test_the_studio_config_leads_to_the_same_aces(token: str, name: str) -> None:
    space, aces = space_of(token), space_of("aces2065-1")
    rng = np.random.default_rng(9)
    if space.is_linear:
        light = rng.normal(0.3, 0.5, (20_000, 3)).astype(np.float32)
        encoded = light
    else:
        codes = rng.integers(0, 65536, (20_000, 3)).astype(np.uint16)
        light = decode(codes, 16, space)
        encoded = codes.astype(np.float32) / np.float32(65535)
    theirs = run(studio().getProcessor(name, "ACES2065-1"), encoded)
    ours = to_primaries(light, space, aces)
    scale = np.maximum(np.abs(light).max(axis=1, keepdims=True), 0.1)
    assert (np.abs(ours - theirs) / scale).max() <= 1.5e-5


def test_the_default_config_leads_to_the_same_aces() -> None:
    config = ocio.Config.CreateFromFile("ocio://default")
    light = np.random.default_rng(3).normal(0.3, 0.5, (5000, 3)).astype(np.float32)
    for token, name in (
        ("acescg", "ACEScg"),
        ("linear-rec709", "Linear Rec.709 (sRGB)"),
    ):
        theirs = run(config.getProcessor(name, "ACES2065-1"), light)
        ours = to_primaries(light, space_of(token), space_of("aces2065-1"))
        assert np.abs(ours - theirs).max() <= 1e-6
