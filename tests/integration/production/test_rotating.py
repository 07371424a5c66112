"""Rotating the keys of a real production: recovery key on another machine."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.evidence import bundle_production
from ledger.encoding import canonical
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import STUDIO
from ledger.errors import (
    ForeignKeyError,
    MissingKeyError,
    NotPermittedError,
    ProductionError,
    RetiredKeyError,
    UnreadableInputError,
    UsageError,
)
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust
from ledger.evidence.verdict import Origin, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.history.log_keys import LogKeys
from ledger.keys.folder import KeyFolder
from ledger.keys.replacing import read_private_key
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.production.film import read_film
from ledger.production.opening import SystemClock, opened
from ledger.production.own_keys import own_authority
from ledger.production.registering import register
from ledger.production.rotating import Rotated, apply, opened_to_rotate, prepare
from ledger.production.rotation_request import read_request, read_signed
from tests.simulators.command_line import document, jangbu


@pytest.fixture
def offline(root: Path, tmp_path: Path) -> Path:
    """The recovery key where it belongs: away from the production."""
    away = tmp_path / "offline"
    away.mkdir()
    shutil.move(root / "keys" / "sign" / "recovery.pem", away / "recovery.pem")
    return away


def requested(root: Path, out: Path, **given: Any) -> Path:  # noqa: ANN401
    with opened_to_rotate(root) as production:
        request = prepare(
            production, given.get("reason", "scheduled"), given.get("good_until")
        )
    path = out / f"request {request.id}.json"
    path.write_bytes(request.to_bytes())
    return path


def signed(request: Path, key: Path) -> Path:
    parcel = read_request(request).signed(read_private_key(key), SystemClock().now())
    path = request.with_name(f"signed {request.name}")
    path.write_bytes(canonical.encode(parcel.to_json()))
    return path


def applied(root: Path, path: Path) -> Rotated:
    parcel, composed, body = read_signed(path)
    with opened_to_rotate(root) as production:
        return apply(production, parcel, composed, body)


def rotated(root: Path, away: Path, **given: Any) -> Rotated:  # noqa: ANN401
    done = applied(root, signed(requested(root, away, **given), away / "recovery.pem"))
    shutil.move(root / "keys" / "sign" / "recovery.pem", away / "recovery.pem")
    return done


def verdict(root: Path, trust: Path) -> Verdict:
    out = root.parent / "bundle.zip"
    with opened(root) as production:
        bundle_production(production, Request(), out, force=True)
    return verify_bundle(out.read_bytes(), read_trust(trust), Readers())


def intact(found: Verdict) -> bool:
    """Whether it is known and whole; shots without frames stay open here."""
    assert not found.failures, found.failures[0].error
    doubted = [one for one in found.open_points if one.what == "statements.revoked"]
    return found.origin is Origin.KNOWN and not doubted


def sizes(root: Path) -> dict[str, int]:
    with opened(root) as production:
        return {"log": production.reader().size(), "film": read_film(production).size}


def test_a_production_goes_on_with_new_keys_and_the_old_trust_file(
    root: Path, offline: Path, tmp_path: Path
) -> None:
    trust = Path(shutil.copy(root / "trust.json", tmp_path / "trust.json"))
    before, old = verdict(root, trust), public_keys(root)
    done = rotated(root, offline)
    assert (done.receipt.new, done.replaced) == (True, ())
    after = verdict(root, trust)
    assert intact(before)
    assert intact(after)
    assert after.size == before.size + 1
    new = public_keys(root)
    assert old["pipeline"] == new["pipeline"]
    assert not {old["log"], old["studio"]} & {new["log"], new["studio"]}
    assert sizes(root) == {"log": after.size, "film": after.size}
    assert (root / "trust.json").read_bytes() == trust.read_bytes()
    assert not list((root / "keys" / "sign").glob("next-*"))
    assert register_again(root) == 0
    assert jangbu("fsck", root).returncode == 0


def register_again(root: Path) -> int:
    with opened(root) as production:
        return register(production)


def public_keys(root: Path) -> Mapping[str, bytes]:
    keys = KeyFolder(root / "keys")
    return {name: keys.public_key(name) for name in ("log", "studio", "pipeline")}


def test_a_second_rotation_needs_the_second_recovery_key(
    root: Path, offline: Path, tmp_path: Path
) -> None:
    first = shutil.copy(offline / "recovery.pem", tmp_path / "first.pem")
    rotated(root, offline)
    request = requested(root, offline)
    with pytest.raises(ForeignKeyError):
        signed(request, Path(first))
    rotated(root, offline)
    assert len(log_keys(root).periods) == 3
    assert intact(verdict(root, root / "trust.json"))


def test_a_rotation_that_a_root_signed_is_refused(root: Path, offline: Path) -> None:
    request = read_request(requested(root, offline))
    root_key = KeyFolder(root / "keys").signing_key("studio")
    posing = replace(
        request, key_id=key_id_of(root_key.public_key().public_bytes_raw())
    )
    path = offline / "signed.json"
    parcel = posing.signed(root_key, SystemClock().now())
    path.write_bytes(canonical.encode(parcel.to_json()))
    before = public_keys(root)
    with pytest.raises(NotPermittedError):
        applied(root, path)
    assert public_keys(root) == before
    assert sizes(root)["log"] == sizes(root)["film"]


def test_a_signature_by_the_first_recovery_key_is_refused_after_it_was_replaced(
    root: Path, offline: Path
) -> None:
    late = signed(requested(root, offline), offline / "recovery.pem")
    applied(root, late)
    assert not applied(root, late).receipt.new
    request = read_request(requested(root, offline))
    with pytest.raises(ForeignKeyError):
        request.signed(read_private_key(offline / "recovery.pem"), SystemClock().now())


@pytest.mark.parametrize("until", [0, 1, 5])
def test_an_interrupted_apply_is_run_again(
    root: Path, offline: Path, until: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = signed(requested(root, offline), offline / "recovery.pem")
    steps = 0
    real = KeyFolder.destroy_signing_key

    def dying(self: KeyFolder, name: str) -> bool:
        nonlocal steps
        if steps == until:
            raise KeyboardInterrupt
        steps += 1
        return real(self, name)

    monkeypatch.setattr(KeyFolder, "destroy_signing_key", dying)
    with pytest.raises(KeyboardInterrupt):
        applied(root, path)
    monkeypatch.undo()
    if until == 0:
        with pytest.raises(ProductionError, match="interrupted"), opened(root):
            pass
    assert not applied(root, path).receipt.new
    assert intact(verdict(root, root / "trust.json"))
    assert not list((root / "keys" / "sign").glob("next-*"))


def test_what_was_never_applied_changes_nothing(root: Path, offline: Path) -> None:
    before = public_keys(root)
    request = requested(root, offline)
    assert read_request(requested(root, offline)).rotation.keys == (
        read_request(request).rotation.keys
    )
    assert public_keys(root) == before
    assert register_again(root) == 0
    assert intact(verdict(root, root / "trust.json"))


@pytest.mark.parametrize("lost", ["log", "studio"])
def test_a_lost_key_is_replaced(root: Path, offline: Path, lost: str) -> None:
    (root / "keys" / "sign" / f"{lost}.pem").unlink()
    with pytest.raises(MissingKeyError), opened(root):
        pass
    rotated(root, offline, reason="lost")
    assert intact(verdict(root, root / "trust.json"))


def test_after_a_theft_what_the_root_said_is_open_and_its_keys_are_new(
    root: Path, offline: Path
) -> None:
    old = public_keys(root)
    size = sizes(root)["log"]
    done = rotated(root, offline, reason="compromised", good_until=1)
    # All parties' keys and the pipeline's were stated by that root.
    assert "pipeline" in done.replaced
    assert len(done.replaced) == 3
    assert public_keys(root)["pipeline"] != old["pipeline"]
    found = verdict(root, root / "trust.json")
    assert found.exit_code == 3
    (point,) = (one for one in found.open_points if one.what == "statements.revoked")
    assert point.count == size - 1
    assert register_again(root) == 0


@pytest.mark.parametrize(
    ("reason", "good_until"),
    [("compromised", None), ("scheduled", 2), ("compromised", 999), ("lost", 999)],
)
def test_doubts_have_to_fit(
    root: Path, offline: Path, reason: str, good_until: int | None
) -> None:
    with pytest.raises(UsageError):
        requested(root, offline, reason=reason, good_until=good_until)


def test_another_productions_rotation_is_refused(
    root: Path, offline: Path, founded_film: Path, tmp_path: Path
) -> None:
    path = signed(requested(root, offline), offline / "recovery.pem")
    other = tmp_path / "other"
    shutil.copytree(founded_film, other)
    with pytest.raises(MissingKeyError):
        applied(other, path)
    assert sizes(other)["log"] == sizes(root)["log"]


def test_a_changed_request_is_not_signed_for_what_it_was(
    root: Path, offline: Path
) -> None:
    request = requested(root, offline)
    text = request.read_text()
    thief = "ab" * 32
    body = read_request(request).rotation
    request.write_text(text.replace(body.log_key, thief))
    changed = read_request(request)
    assert any(thief in line for line in changed.lines())
    request.write_text(text.replace('"v":1}', '"v":1,"x":1}'))
    with pytest.raises(UnreadableInputError):
        read_request(request)
    with pytest.raises(UnreadableInputError):
        read_signed(request)


def test_a_thief_with_the_old_keys_extends_the_log_in_vain(
    root: Path, offline: Path
) -> None:
    stolen = KeyFolder(root / "keys").signing_key("log")
    rotated(root, offline)
    with opened(root) as production:
        log, size = production.log, production.reader().size()
    longer = Checkpoint(origin=log, size=size + 1, root=b"\1" * 32)
    with pytest.raises(RetiredKeyError, match="rotated away"):
        log_keys(root).open(sign_checkpoint(longer, stolen), log)


def log_keys(root: Path) -> LogKeys:
    with opened(root) as production:
        secret = production.keys.blinding_key(STUDIO)
        return own_authority(production.reader(), secret).log_keys


def test_the_commands_rotate(root: Path, offline: Path, tmp_path: Path) -> None:
    request, out = tmp_path / "request.json", tmp_path / "signed.json"
    made = jangbu("rotate", "prepare", root, "-o", request, "--json")
    assert made.returncode == 0, made.stderr
    asked = document(made)
    key = offline / "recovery.pem"
    done = jangbu("rotate", "sign", request, "--key", key, "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    assert document(done) == asked
    assert "new log key" in done.stderr
    for new in (True, False):
        told = document(jangbu("rotate", "apply", root, out, "--json"))
        assert told["new"] is new
        assert Verifier.from_vkey(told["log_vkey"]).public_key.hex() == told["log_key"]
    again = jangbu("rotate", "sign", request, "--key", key, "-o", out)
    assert again.returncode == 6
    no_key = root / "production.toml"
    wrong = jangbu("rotate", "sign", request, "--key", no_key, "-o", tmp_path / "x")
    assert wrong.returncode == 7
