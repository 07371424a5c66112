"""Revoking a person's key, and going on where the recovery key is lost."""

from pathlib import Path

import pytest

from ledger.answers.strengths import Strengths
from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Draft, Secret, check
from ledger.errors import ConflictingRecordError, UnknownReferenceError, UsageError
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust
from ledger.evidence.verdict import OpenPoint, Reason
from ledger.evidence.verify import verify_bundle
from ledger.keys.folder import party_key
from ledger.production.film import read_film
from ledger.production.founding import found
from ledger.production.opening import Production, opened
from ledger.production.registering import register
from ledger.production.registry import parse_registry, read_registry, uid_of
from ledger.production.revoking import key_of_party, revoke
from ledger.production.succeeding import succeed
from ledger.records.authority import Succession
from ledger.rules.values import Strength
from tests.integration.production.conftest import REGISTRY
from tests.simulators.command_line import document, jangbu

AT = "2026-11-22T08:30:00.000000Z"


def contribute(production: Production, key: str) -> int:
    """The painter says with their own key what they did; its index."""
    painter = uid_of(production.registry.party_called("painter"))
    body = {
        "route": "edit",
        "act": "paint",
        "party": Secret(painter),
        "before": [],
        "after": [],
    }
    said = production.recorder.compose(
        Draft(log=production.log, kind="contribution.1", key=key, at=AT, body=body)
    )
    (receipt,) = production.recorder.record([said], party_key(painter))
    return receipt.index


def strengths(production: Production) -> list[Strength]:
    film = read_film(production)
    return [Strengths(film).of(one.source) for one in film.contributions]


def test_what_a_stolen_key_said_is_a_word_without_a_signature(
    production: Production,
) -> None:
    contribute(production, "c1" * 16)
    second = contribute(production, "c2" * 16)
    assert strengths(production) == [Strength.SIGNED, Strength.SIGNED]
    key_id = key_of_party(production, "painter")
    done = revoke(production, key_id, second, "compromised")
    assert (done.doubted, done.replaced) == (1, False)
    assert strengths(production) == [Strength.SIGNED, Strength.ANY]
    film = read_film(production)
    assert [one.source.revoked for one in film.contributions] == [False, True]


def test_a_revoked_party_gets_a_new_key(production: Production) -> None:
    key_id = key_of_party(production, "painter")
    revoke(production, key_id, None, "lost")
    assert register(production) == 2
    assert key_of_party(production, "painter") != key_id
    contribute(production, "c1" * 16)
    assert strengths(production) == [Strength.SIGNED]


def test_a_revoked_pipeline_is_replaced_at_once(production: Production) -> None:
    old = key_id_of(production.keys.public_key("pipeline"))
    done = revoke(production, old, None, "lost")
    assert done.replaced
    assert key_id_of(production.keys.public_key("pipeline")) != old
    assert register(production) == 0
    again = revoke(production, old, done.index, "lost")
    assert (again.doubted, again.replaced) == (0, False)


def test_the_logs_own_key_and_what_is_to_come_are_not_revoked(
    production: Production,
) -> None:
    with pytest.raises(UnknownReferenceError):
        revoke(production, key_id_of(production.keys.public_key("studio")), 1, "lost")
    with pytest.raises(UsageError):
        revoke(production, key_of_party(production, "painter"), 99, "lost")


def test_the_command_revokes(root: Path, tmp_path: Path) -> None:
    with opened(root) as production:
        contribute(production, "c1" * 16)
        size = production.reader().size()
    given = ("--party", "painter", "--reason", "compromised")
    for wrong in ("soon", "-1", "99"):
        assert jangbu("revoke", root, *given, f"--good-until={wrong}").returncode == 2
    done = jangbu("revoke", root, *given, "--good-until", size - 1, "--json")
    assert (done.returncode, document(done)["doubted"]) == (0, 1), done.stderr
    out = tmp_path / "bundle.zip"
    assert jangbu("bundle", root, "--out", out).returncode == 0
    trust = read_trust(root / "trust.json")
    verdict = verify_bundle(out.read_bytes(), trust, Readers())
    assert (verdict.exit_code, verdict.failures) == (3, ())
    doubted = OpenPoint(Reason.WEAK, "statements.revoked", 1)
    assert doubted in verdict.open_points


# --- a successor --------------------------------------------------------------------


def entries_of(root: Path) -> list[str]:
    with opened(root) as production:
        reader = production.reader()
        return [parse_entry(raw).kind for raw in reader.entries(0, reader.size())]


def test_a_successor_begins_with_what_the_frozen_log_had_become(
    root: Path, tmp_path: Path
) -> None:
    with opened(root) as production:
        size = production.reader().size()
    for key in (root / "keys" / "sign").iterdir():
        key.unlink()
    new = tmp_path / "new"
    production = succeed(root, new)
    production.online().engine.dispose()
    before, after = (read_registry(one / "production.toml") for one in (root, new))
    assert (before.party, before.shot) == (after.party, after.shot)
    assert before.production.origin != after.production.origin
    with opened(new) as there:
        body = check(there.reader().statements(1, 2)[0].raw).body
        assert isinstance(body, Succession)
        assert (body.log, body.size) == (before.production.origin, size)
    out = tmp_path / "bundle.zip"
    assert jangbu("bundle", new, "--out", out).returncode == 0
    trust = read_trust(new / "trust.json")
    assert verify_bundle(out.read_bytes(), trust, Readers()).failures == ()


@pytest.mark.parametrize("step", ["_state_genesis", "_write_trust", "register"])
def test_an_interrupted_succession_is_run_again(
    root: Path, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"ledger.production.founding.{step}", dying)
    with pytest.raises(KeyboardInterrupt):
        succeed(root, new)
    monkeypatch.undo()
    for _ in range(2):
        succeed(root, new).online().engine.dispose()
    kinds = entries_of(new)
    assert kinds[:2] == ["genesis.1", "succession.1"]
    assert kinds.count("succession.1") == 1
    assert kinds.count("party.1") == 4


def test_a_log_of_its_own_is_no_successor(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    registry = parse_registry(REGISTRY.encode(), "production.toml")
    found(other, registry).online().engine.dispose()
    with pytest.raises(ConflictingRecordError):
        succeed(root, other)
    assert jangbu("succeed", root, other).returncode == 6
