"""Rotations, revocations and what names the log itself, at admission."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Composed, Secret
from ledger.errors import LogError
from ledger.log.note import Verifier, open_note
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.ledger_studio import VENDOR, LedgerStudio

OWN = ("log", "recovery", "studio")


class RotatingStudio(LedgerStudio):
    """A studio that holds every log key it ever had."""

    def log_key_for(self, public_key: str) -> Ed25519PrivateKey | None:
        for name in ("log", "log 2", "log 3"):
            if self.public(name).hex() == public_key:
                return self.signer(name)
        return None

    def point(self, size: int | None = None) -> dict[str, Any]:
        raws = self.port.reader().entries(0, size or self.rows()["entry"])
        leaves = [leaf_hash(raw) for raw in raws]
        return {"size": len(leaves), "root": root_of(leaves).hex()}

    def rotation(self, generation: int = 2, **other: object) -> Composed:
        log_key, recovery, root = (
            self.public(f"{name} {generation}").hex() for name in OWN
        )
        body = {
            "log_key": log_key,
            "recovery_key": recovery,
            "admission_roots": [root],
            "reason": "scheduled",
            "continues": self.point(),
            **other,
        }
        return self.compose("rotation.1", body, key=f"{generation:032x}")

    def signed_by(self) -> str:
        """The name of the key that signed the newest checkpoint."""
        note = self.port.reader().checkpoint()
        verifiers = {
            Verifier.of(self.origin, self.signer(name)).key_id: name
            for name in ("log", "log 2", "log 3")
        }
        keys = [
            Verifier.of(self.origin, self.signer(one)) for one in verifiers.values()
        ]
        return verifiers[open_note(note, keys).verified[0].key_id]


@pytest.fixture
def studio(tmp_path: Path) -> RotatingStudio:
    made = RotatingStudio(tmp_path / "production")
    made.found()
    return made


def test_the_checkpoint_over_a_rotation_is_signed_by_the_new_log_key(
    studio: RotatingStudio,
) -> None:
    assert studio.signed_by() == "log"
    studio.state(studio.rotation(), by="recovery")
    assert studio.signed_by() == "log 2"
    studio.state(studio.element(1), by="studio 2")
    studio.state(studio.element(2), by="pipeline")
    studio.state(studio.rotation(3), by="recovery 2")
    assert studio.signed_by() == "log 3"


def test_another_process_follows_the_rotations(studio: RotatingStudio) -> None:
    studio.state(studio.rotation(), by="recovery")
    anew = RotatingStudio(studio.root, clock=studio.clock)
    anew.state(anew.element(1), by="pipeline")
    assert anew.signed_by() == "log 2"
    assert (studio.root / "log" / "checkpoint").read_bytes() == (
        anew.port.reader().checkpoint()
    )


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("studio", "record.not_permitted"),
        ("pipeline", "record.not_permitted"),
        ("log", "record.sheet"),
        ("recovery 2", "record.sheet"),
    ],
)
def test_only_the_recovery_key_in_force_rotates(
    studio: RotatingStudio, by: str, code: str
) -> None:
    assert studio.refusal(studio.rotation(), by=by) == code


def test_the_recovery_key_states_nothing_else(studio: RotatingStudio) -> None:
    assert studio.refusal(studio.element(1), by="recovery") == "record.not_permitted"


def test_the_first_recovery_key_rotates_once(studio: RotatingStudio) -> None:
    studio.state(studio.rotation(), by="recovery")
    assert studio.refusal(studio.rotation(3), by="recovery") == "record.sheet"


def test_an_old_root_states_nothing_more(studio: RotatingStudio) -> None:
    studio.state(studio.rotation(), by="recovery")
    assert studio.refusal(studio.element(1), by="studio") == "record.sheet"


def test_an_older_point_is_continued_and_another_history_is_not(
    studio: RotatingStudio,
) -> None:
    older = studio.point(3)
    other = {**older, "root": "ab" * 32}
    late = {"size": 6, "root": older["root"]}
    for wrong in (other, late):
        refused = studio.refusal(studio.rotation(continues=wrong), by="recovery")
        assert refused == "record.unknown_reference"
    studio.state(studio.rotation(3, continues=older), by="recovery")


def test_without_the_new_log_key_nothing_is_stored(tmp_path: Path) -> None:
    poor = LedgerStudio(tmp_path / "production")
    poor.found()
    rich = RotatingStudio(poor.root, clock=poor.clock)
    rotation, before = rich.rotation(), poor.rows()
    with pytest.raises(LogError):
        poor.submit(rotation, by="recovery")
    assert poor.rows() == before


def test_who_writes_rows_cannot_write_a_rotation(studio: RotatingStudio) -> None:
    studio.state(studio.rotation(), by="recovery")
    with studio.foreign() as connection:
        connection.execute(
            "UPDATE statement SET sheet = (SELECT sheet FROM statement WHERE idx = 0) "
            "WHERE kind = 'rotation.1'"
        )
    anew = RotatingStudio(studio.root, clock=studio.clock)
    with pytest.raises(LogError):
        anew.submit(anew.element(1))


def test_fsck_follows_the_rotations_from_the_recovery_key(
    studio: RotatingStudio,
) -> None:
    studio.state(studio.rotation(), by="recovery")
    studio.state(studio.element(1), by="pipeline")
    assert {one.code.value for one in studio.check().findings} >= {"copy.checkpoint"}
    studio.recovery = studio.public("recovery")
    assert studio.check().ok
    studio.recovery = studio.public("recovery 2")
    assert not studio.check().ok


def revocation(studio: LedgerStudio, key: bytes, good_until: int) -> Composed:
    body = {"key_id": key_id_of(key), "good_until": good_until, "reason": "lost"}
    return studio.compose("revocation.1", body, key=f"{good_until:032x}")


def test_a_revoked_key_states_nothing_more(studio: RotatingStudio) -> None:
    key = studio.public("vendor")
    ahead = revocation(studio, key, 99)
    assert studio.refusal(ahead) == "record.unknown_reference"
    assert studio.refusal(revocation(studio, key, 1), by="pipeline") == (
        "record.not_permitted"
    )
    studio.state(revocation(studio, key, 5))
    assert studio.refusal(studio.element(1), by="vendor") == "record.sheet"
    strange = revocation(studio, studio.public("stranger"), 2)
    assert studio.refusal(strange) == "record.unknown_reference"


@pytest.mark.parametrize(
    ("by", "target", "code"),
    [
        ("vendor", "pipeline", None),
        ("vendor", "vendor", "record.not_permitted"),
        ("studio", "pipeline", "record.not_permitted"),
    ],
)
def test_nobody_countersigns_their_own_word(
    studio: RotatingStudio, by: str, target: str, code: str | None
) -> None:
    name = studio.delegation_of("vendor")
    kinds = ("element", "countersignature")
    grants = [{"kind": kind, "verbs": ["state"]} for kind in kinds]
    body = {
        "key_id": key_id_of(studio.public("vendor")),
        "party": Secret(VENDOR),
        "grants": grants,
    }
    more = studio.compose("delegation.1", body, key="ee" * 16, act=("supersede", name))
    studio.state(more)
    (receipt,) = studio.state(studio.element(1), by=target)
    at = "2026-11-22T08:30:00.000000Z"
    said = studio.compose(
        "countersignature.1",
        {"of": [receipt.id], "role": "supervisor"},
        key="cc" * 16,
        at=at,
    )
    if code is None:
        studio.state(said, by=by)
    else:
        assert studio.refusal(said, by=by) == code
    unknown = {"of": ["ab" * 32], "role": "supervisor"}
    stray = studio.compose("countersignature.1", unknown, key="cd" * 16, at=at)
    assert studio.refusal(stray, by=by) == "record.unknown_reference"


def test_a_succession_is_not_stated_later(studio: RotatingStudio) -> None:
    body = {"log": "jangbu.invalid/0000000000000001", "size": 3, "root": "ab" * 32}
    said = studio.compose("succession.1", body, key="5c" * 16)
    assert studio.refusal(said) == "record.conflict"


def test_an_anchor_names_the_root_that_the_log_had(studio: RotatingStudio) -> None:
    anew = RotatingStudio(studio.root, clock=studio.clock)
    more = {
        "authority": "notary",
        "on": "2026-11-22",
        "certificate": Secret("ab" * 32),
    }
    good = anew.compose("anchor.1", {**anew.point(2), **more}, key="a1" * 16)
    bad = {**anew.point(2), "size": 3, **more}
    wrong = anew.compose("anchor.1", bad, key="a2" * 16)
    anew.state(good)
    assert anew.refusal(wrong) == "record.unknown_reference"
