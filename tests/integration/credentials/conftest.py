"""A development chain, a sealer and small frames, made once for this folder."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from ledger.keys.certificates import DevelopmentChain, make_development_chain
from ledger.records.identity import (
    as_digest,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
)
from pipeline.credentials.manifest import FrameCredential, LayerCredential
from pipeline.credentials.sealer import Sealer


@pytest.fixture(scope="session")
def chain() -> DevelopmentChain:
    return make_development_chain("studio", datetime.now(UTC))


@pytest.fixture(scope="session")
def other_chain() -> DevelopmentChain:
    return make_development_chain("elsewhere", datetime.now(UTC))


@pytest.fixture(scope="session")
def sealer(chain: DevelopmentChain) -> Iterator[Sealer]:
    with Sealer(chain.chain_pem, chain.key_pem) as made:
        yield made


@pytest.fixture(scope="session")
def credential() -> FrameCredential:
    return frame_credential()


def frame_credential() -> FrameCredential:
    plate = LayerCredential(
        layer=0,
        element=as_uid("a0" * 16),
        source_type="digitalCapture",
        file=as_digest("f0" * 32),
    )
    creature = LayerCredential(
        layer=1,
        element=as_uid("a1" * 16),
        source_type="trainedAlgorithmicMedia",
        file=as_digest("f1" * 32),
        incoming="withheld",
    )
    return FrameCredential(
        log=as_origin("jangbu.invalid/0123456789abcdef"),
        run=as_statement_id("12" * 32),
        cell_key=as_digest("34" * 32),
        frame=1042,
        layers=(plate, creature),
        source_type="compositeWithTrainedAlgorithmicMedia",
        version=as_token("0.1.0"),
        tools=(as_token("picture/1"),),
    )


def encoded(media_type: str) -> tuple[bytes, str]:
    noise = np.random.default_rng(7).integers(0, 256, (72, 96, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, media_type.rpartition("/")[2])
    return buffer.getvalue(), media_type


@pytest.fixture(scope="session", params=["image/png", "image/jpeg"])
def picture(request: pytest.FixtureRequest) -> tuple[bytes, str]:
    """An encoded frame with its media type, once of each type."""
    return encoded(str(request.param))


@pytest.fixture(scope="session")
def png() -> bytes:
    return encoded("image/png")[0]


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    return encoded("image/jpeg")[0]
