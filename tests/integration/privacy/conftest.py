"""One production for this folder: founded, run, bundled, verified, and offline."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.keys.certificates import DevelopmentChain, make_development_chain
from tests.integration.privacy.commands import Answer, Sandbox
from tests.integration.privacy.failing import failing_commands
from tests.integration.privacy.planting import plant, recipe_path
from tests.integration.privacy.tokens import TOKENS


@dataclass(frozen=True)
class World:
    """A sandbox after all commands.

    Attributes:
        failed: answers of the commands that had to fail, by what was wrong.
    """

    box: Sandbox
    failed: dict[str, Answer]

    @property
    def root(self) -> Path:
        return self.box.root

    @property
    def production(self) -> Path:
        return self.root / "prod"

    def person(self) -> str:
        """The person's uid."""
        registry = tomllib.loads((self.production / "production.toml").read_text())
        return next(
            str(party["uid"])
            for party in registry["party"]
            if party["name"] == TOKENS["person"]
        )


@pytest.fixture(scope="session")
def elsewhere() -> DevelopmentChain:
    return make_development_chain("elsewhere", datetime.now(UTC))


@pytest.fixture(scope="session")
def world(
    tmp_path_factory: pytest.TempPathFactory, elsewhere: DevelopmentChain
) -> World:
    root = tmp_path_factory.mktemp("privacy") / TOKENS["place"]
    box = Sandbox(root)
    plant(root / "in", elsewhere)
    production, bundle = box.path("prod"), box.path("whole.zip")
    trust = box.path("prod/trust.json")

    def run(name: str) -> tuple[str, ...]:
        return ("run", str(recipe_path(root / "in", name)), "-p", production, "--json")

    done = [
        *box.jangbu(
            ("init", production, "--from", box.path("in/production.toml"), "--json")
        ),
        box.jangbu_alone(*run("png"), "--workers", "2"),
    ]
    commands = failing_commands(root)
    offline = (*run("offline"), "--workers", "1", "--offline", "--out")
    online = (
        (*run("jpeg"), "--workers", "1", "--out", box.path("jpeg")),
        ("register", production, "--json"),
        ("bundle", production, "--out", bundle, "--frames", "all", "--json"),
        (
            *("bundle", production, "--out", box.path("part.zip"), "--json"),
            *("--shot", TOKENS["PNG shot"], "--frames", "sample:2"),
        ),
        ("verify", bundle, "--trust", trust, "--json"),
        ("verify", bundle, "--trust", trust, "--media", box.path("jpeg"), "--json"),
        ("log", production, "--private", "--json"),
    )
    # Python starts once for all. Offline comes last, as whoever is online submits
    # what waits in the outbox.
    answers = box.jangbu(
        *online,
        *commands.values(),
        (*offline, box.path("offline")),
        ("spool", production, "--json"),
    )
    failed = answers[len(online) : -2]
    done += [*answers[: len(online)], *answers[-2:]]
    assert [answer.code for answer in done] == [0] * len(done), done
    assert done[-1].json["waiting"]
    return World(box, dict(zip(commands, failed, strict=True)))
