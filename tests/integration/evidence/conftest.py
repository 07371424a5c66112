"""One shot, made once: tests that add to the log make a studio of their own."""

import pytest

from ledger.evidence.bundle import Request
from ledger.evidence.trust import TrustFile
from tests.simulators.small_studio import Shot, SmallStudio


@pytest.fixture(scope="session")
def made() -> tuple[SmallStudio, Shot]:
    """A studio with one shot; not to be changed."""
    studio = SmallStudio()
    return studio, studio.shoot()


@pytest.fixture(scope="session")
def raw(made: tuple[SmallStudio, Shot]) -> bytes:
    """A bundle of the whole log with all frames and one opened field."""
    studio, shot = made
    opened = ((shot.generation.id, "/body/prompt"), (shot.run.id, "/body/recipe"))
    return studio.bundle(Request(frames="all", disclose=opened)).to_bytes()


@pytest.fixture(scope="session")
def trust(made: tuple[SmallStudio, Shot]) -> TrustFile:
    """The trust file of that log."""
    return made[0].trust()
