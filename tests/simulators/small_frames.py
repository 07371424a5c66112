"""Small real pictures of a plate and a creature, measured and sealed."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ledger.encoding.digest import sha256_hex
from ledger.keys.certificates import DevelopmentChain, make_development_chain
from ledger.records.frames import (
    Bounds,
    Coverage,
    LayerCoverage,
    LayerInput,
    MeasuredLeaf,
    SealedLeaf,
)
from ledger.records.identity import as_digest, as_token, as_uid
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.sealer import Sealed, Sealer
from pipeline.frames.arrays import Frame, Matte, as_frame, as_matte, pixels_digest
from pipeline.frames.reading import read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.compose import Composite, Layer
from pipeline.kernels.compose import compose as lay_over
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.iscc import fingerprint

WIDTH, HEIGHT = 70, 40
PLATE, CREATURE = "e0" * 16, "e1" * 16


@dataclass(frozen=True)
class Chain:
    """A development chain with a sealer that uses it."""

    chain: DevelopmentChain
    sealer: Sealer


_CHAINS: dict[str, Chain] = {}


def chain_of(seed: str) -> Chain:
    """One chain for each seed, so that studios of one seed share their root."""
    if seed not in _CHAINS:
        chain = make_development_chain("small-studio", datetime.now(UTC))
        sealer = Sealer(chain.chain_pem, chain.key_pem)
        _CHAINS[seed] = Chain(chain, sealer)
    return _CHAINS[seed]


def plate(frame: int) -> Frame:
    rows, columns = np.indices((HEIGHT, WIDTH))
    planes = (rows * 3 + frame, columns * 2, rows + columns + frame)
    return as_frame(np.stack(planes, axis=2).astype(np.uint8))


def creature() -> Frame:
    rows, columns = np.indices((HEIGHT, WIDTH))
    planes = (rows * 0 + 200, columns * 3, rows * 5)
    return as_frame(np.stack(planes, axis=2).astype(np.uint8))


def matte() -> Matte:
    rows, columns = np.indices((HEIGHT, WIDTH))
    inside = (rows - 20) ** 2 + (columns - 60) ** 2 < 150
    return as_matte((inside * 255 - (inside & (rows < 15)) * 100).astype(np.uint8))


def composite(background: Frame) -> Composite:
    return lay_over(
        [
            Layer(rgb=background),
            Layer(rgb=creature(), coverage=coverage_of(matte())),
        ]
    )


def measured(
    frame: int, made: Composite, inputs: tuple[LayerInput, ...]
) -> MeasuredLeaf:
    measures = made.measures
    code, profile = fingerprint(made.frame)
    picture = encode_picture(made.frame, OutputFormat(kind="png"))
    rest = measures.unattributed
    return MeasuredLeaf(
        frame=frame,
        pixels=as_digest(pixels_digest(made.frame)),
        decoder=as_token(read_picture(picture).decoder),
        inputs=inputs,
        coverage=Coverage(
            layers=tuple(
                LayerCoverage(element=as_uid(element), lower=total, upper=total)
                for element, total in zip(
                    (PLATE, CREATURE), measures.layers, strict=True
                )
            ),
            unattributed=Bounds(lower=rest, upper=rest),
        ),
        tiles=as_digest(measures.tiles_digest()),
        iscc=code,
        profile=as_token(profile),
    )


def sealed(frame: int, made: Sealed) -> SealedLeaf:
    store = made.manifest if made.beside else manifest_store_of(made.data)
    return SealedLeaf(
        frame=frame,
        file=as_digest(sha256_hex(made.data)),
        part=0,
        index=0,
        manifest=as_digest(sha256_hex(store or b"")),
        sidecar=True if made.beside else None,
    )
