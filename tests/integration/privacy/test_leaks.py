"""No token is anywhere but in the inputs, the registry and, sealed, in the vault."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.privacy.conftest import World
from tests.integration.privacy.tokens import TOKENS
from tests.oracles.canary_search import CanarySearch, Finding

OUTPUTS = ("prod/frames", "jpeg", "offline")
"""Folders of sealed frames, whose names carry the shot's code."""


@pytest.fixture(scope="session")
def search(world: World) -> CanarySearch:
    return CanarySearch({**TOKENS, "person's uid": world.person()})


def left(world: World) -> Iterator[tuple[str, Path]]:
    """All files in the sandbox that the program made, but the registry."""
    for path in sorted(world.root.rglob("*")):
        name = str(path.relative_to(world.root))
        made = not name.startswith(("in/", "bad/"))
        if path.is_file() and made and name != "prod/production.toml":
            yield name, path


def where_the_program_may_know(finding: Finding) -> bool:
    """The person's uid names keys; the place stands beside the token of an output."""
    keys = finding.place.startswith(("prod/keys/", "prod/vault.sqlite"))
    return (finding.label == "person's uid" and keys) or (
        finding.label == "place" and finding.place.startswith("prod/vault.sqlite")
    )


def test_no_file_that_the_program_leaves_holds_a_token(
    world: World, search: CanarySearch
) -> None:
    seen, findings = set(), []
    for name, path in left(world):
        seen.add(name.split("/")[0 if "prod/" not in name else 1])
        findings += search.in_file(path, name)
    assert [one for one in findings if not where_the_program_may_know(one)] == []
    # Everything that there is to search was there to be searched.
    assert seen >= {
        *("ledger.sqlite", "vault.sqlite", "log", "blobs", "outbox", "frames", "keys"),
        *("trust.json", "jpeg", "offline", "whole.zip", "part.zip"),
    }
    names = {name for name, _ in left(world)}
    assert any("/.jangbu/cells/" in name for name in names)
    assert sum(name.startswith("prod/outbox/") for name in names) > 1


def test_no_name_of_a_file_holds_a_token_but_those_of_sealed_frames(
    world: World, search: CanarySearch
) -> None:
    for name, path in left(world):
        if path.suffix in {".png", ".jpg"} and name.startswith(OUTPUTS):
            code = TOKENS["PNG shot" if not name.startswith("jpeg") else "JPEG shot"]
            name = name.replace(f"{code}.", "")  # noqa: PLW2901
        findings = search.in_text(name, name)
        assert [one for one in findings if not where_the_program_may_know(one)] == []


def test_no_command_prints_a_token_as_json(world: World, search: CanarySearch) -> None:
    answered = {answer.arguments[0] for answer in world.box.answers}
    assert answered >= {"init", "run", "register", "bundle", "verify", "erase", "spool"}
    for answer in world.box.answers:
        assert search.in_text(answer.out, answer.arguments[0]) == []
    assert world.box.stray == b""


def test_commands_that_fail_say_why_in_json_without_a_token(
    world: World, search: CanarySearch
) -> None:
    odd = {
        wrong: answer
        for wrong, answer in world.failed.items()
        if answer.code in (0, 1, 70)
    }
    assert odd == {}
    for wrong, answer in world.failed.items():
        document = answer.json
        assert "error" in document or document["state"] == "failed", (wrong, answer)
        assert search.in_text(answer.out, wrong) == []


@pytest.mark.parametrize("wrong", ["a torn picture", "somebody unknown", "no bundle"])
def test_the_message_for_people_names_what_the_json_leaves_out(
    world: World, search: CanarySearch, wrong: str
) -> None:
    assert search.in_text(world.failed[wrong].err, wrong)


def test_no_process_that_a_run_starts_shows_a_token_in_its_arguments(
    world: World, search: CanarySearch
) -> None:
    lines = world.box.arguments
    workers = [line for line in lines if b"spawn_main" in line]
    assert len(workers) >= 2, lines
    for line in lines:
        assert search.in_bytes(line, "arguments") == []
