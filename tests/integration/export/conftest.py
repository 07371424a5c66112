"""A studio with three shots, of which proofs are made."""

import pytest

from ledger.evidence.proofs.opening import Known
from tests.simulators.proven_shot import THIRD
from tests.simulators.small_studio import OTHER_SHOT, Shot, SmallStudio


@pytest.fixture(scope="module")
def made() -> tuple[SmallStudio, Shot]:
    """A studio with three shots, and the statements of the third."""
    studio = SmallStudio()
    studio.shoot()
    studio.shoot(OTHER_SHOT)
    return studio, studio.shoot(THIRD)


@pytest.fixture(scope="module")
def studio(made: tuple[SmallStudio, Shot]) -> SmallStudio:
    return made[0]


@pytest.fixture(scope="module")
def shot(made: tuple[SmallStudio, Shot]) -> Shot:
    return made[1]


@pytest.fixture(scope="module")
def known(studio: SmallStudio) -> Known:
    return Known(trust=studio.trust())
