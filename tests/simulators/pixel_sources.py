"""Layers for comparing backends: real photographs where they are installed, and noise.

Noise and synthetic screens are labelled so; photographs are scikit-image's.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.frames.arrays import Frame, as_frame, as_matte
from pipeline.kernels.backends import Backend
from pipeline.kernels.coverage import as_coverage
from pipeline.kernels.key import Despill, KeySettings, Screen
from pipeline.kernels.sources import AnyMatte, Source

KINDS = ("opaque", "matte", "q15", "light", "key", "key with mattes")
SIZES = ((1, 1), (63, 65), (65, 63), (7, 130), (130, 7), (64, 64), (70, 129))
"""Height and width; below, at and above a tile, and far from square."""


def noise(rng: np.random.Generator, height: int, width: int) -> Frame:
    return as_frame(rng.integers(0, 256, (height, width, 3), np.uint8))


def matte(rng: np.random.Generator, height: int, width: int) -> AnyMatte:
    """Mostly absent and opaque, with what is in between."""
    shape = (height, width)
    if rng.integers(2):
        codes = rng.choice([0, 0, 1, 127, 128, 254, 255, 255], shape)
        return as_matte(codes.astype(np.uint8))
    steps = rng.choice([0, 0, 1, 16383, 16384, 32767, 32768, 32768], shape)
    return as_coverage(steps.astype(np.uint16))


def source(rng: np.random.Generator, rgb: Frame, kind: str) -> Source:
    """One layer of a kind, with settings that are drawn."""
    height, width = rgb.shape[:2]
    if kind == "light":
        dim = rgb.astype(np.uint32) ** 3 // 65025
        return Source(rgb=as_frame(dim.astype(np.uint8)), light=True)
    if kind == "matte":
        codes = rng.integers(0, 256, (height, width), np.uint8)
        return Source(rgb=rgb, matte=as_matte(codes))
    if kind == "q15":
        steps = rng.integers(0, 32769, (height, width), np.uint16)
        return Source(rgb=rgb, matte=as_coverage(steps))
    if not kind.startswith("key"):
        return Source(rgb=rgb)
    with_mattes = kind == "key with mattes"
    return Source(
        rgb=rgb,
        key=settings(rng),
        core=matte(rng, height, width) if with_mattes else None,
        garbage=matte(rng, height, width) if with_mattes else None,
    )


def settings(rng: np.random.Generator) -> KeySettings:
    low = int(rng.choice([0, 900, 30000, 65534]))
    screens: tuple[Screen, ...] = ("green", "blue")
    despills: tuple[Despill, ...] = ("average", "none")
    return KeySettings(
        screen=screens[rng.integers(2)],
        lo=low,
        hi=int(rng.integers(low + 1, 65536)),
        despill=despills[rng.integers(2)],
    )


def noisy_stack(seed: int, size: tuple[int, int], kinds: Sequence[str]) -> list[Source]:
    rng = np.random.default_rng(seed)
    return [source(rng, noise(rng, *size), kind) for kind in kinds]


def digests(backend: Backend, sources: Sequence[Source]) -> dict[str, Any]:
    """All that a backend says of a stack, as one compares it."""
    made = backend.compose(sources)
    change = backend.measure_differences(made.frame, sources[0].rgb)
    return {
        "frame": made.frame.tobytes(),
        "shape": made.frame.shape,
        "tiles": made.measures.tiles_digest(),
        "layers": made.measures.layers,
        "unattributed": made.measures.unattributed,
        "code": backend.fingerprint(made.frame, bits=256),
        "change": change.tiles_digest(),
        "changed": (change.changed_0, change.changed_2),
        "sums": (change.sum_abs, change.sum_sq, change.pixels),
    }
