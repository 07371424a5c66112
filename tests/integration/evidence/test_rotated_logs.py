"""Bundles of logs whose keys were rotated, revoked, stolen, under one trust file."""

from collections.abc import Mapping

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Secret
from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import OpenPoint, Reason, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.leaves import encode_leaves
from ledger.records.identity import as_digest, as_token
from ledger.records.making import AssetLeaf
from tests.simulators.repacking import contents, resign
from tests.simulators.rotated_log import point, rotate
from tests.simulators.stated_log import START, STUDIO_PARTY, StatedLog

VENDOR_PARTY = "7e" * 16


@pytest.fixture
def log() -> StatedLog:
    return StatedLog()


def element(log: StatedLog, number: int, by: str = "studio") -> str:
    uid = f"{number:032x}"
    return log.state(
        "element.1", {"name": Secret("괴물")}, scope={"element": uid}, by=by
    ).id


def verdict_of(log: StatedLog, trust: TrustFile, *opened: str) -> Verdict:
    wanted = Request(disclose=tuple((one, "/body/party") for one in opened))
    return verify_bundle(log.bundle(wanted).to_bytes(), trust, Readers())


def failure(verdict: Verdict) -> tuple[str, str]:
    assert verdict.exit_code == 5
    return verdict.failures[0].step, verdict.failures[0].error.code


def step_count(verdict: Verdict, step: str) -> int:
    return sum(one.count for one in verdict.checks if one.step == step)


def test_one_trust_file_serves_before_and_after_two_rotations(log: StatedLog) -> None:
    trust = log.trust()
    before = log.bundle().to_bytes()
    rotate(log)
    element(log, 1)
    between = log.bundle().to_bytes()
    rotate(log, 3)
    element(log, 2)
    for raw, rotations in ((before, 0), (between, 1), (log.bundle().to_bytes(), 2)):
        verdict = verify_bundle(raw, trust, Readers())
        assert (verdict.exit_code, step_count(verdict, "keys")) == (0, rotations)


def test_a_stolen_log_key_signs_no_history_that_holds_the_rotation(
    log: StatedLog,
) -> None:
    trust = log.trust()
    rotate(log)
    element(log, 1, by="studio")
    log.keys["log"] = log.keys["log 1"]
    log.sign()
    verdict = verdict_of(log, trust)
    assert failure(verdict) == ("checkpoint", "log.retired_key")
    assert "rotated away" in str(verdict.failures[0].error)


@pytest.mark.parametrize("size", ["before", "at", "after"])
def test_each_size_has_one_key(log: StatedLog, size: str) -> None:
    trust, at = log.trust(), log.log.size()
    if size == "before":
        log.keys["log"] = log.keys["studio"]
        log.sign()
    else:
        rotate(log)
        if size == "after":
            element(log, 1)
        log.keys["log"] = log.keys["log 1"]
        log.sign()
    expected = "log.checkpoint" if log.log.size() == at else "log.retired_key"
    assert failure(verdict_of(log, trust)) == ("checkpoint", expected)


@pytest.mark.parametrize("thief", ["studio", "pipeline", "log"])
def test_only_the_recovery_key_rotates(log: StatedLog, thief: str) -> None:
    trust = log.trust()
    rotate(log, by=thief)
    assert failure(verdict_of(log, trust))[0] == "keys"


def test_the_first_recovery_key_rotates_once(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log)
    rotate(log, 3, by="recovery 1")
    assert failure(verdict_of(log, trust))[0] == "keys"


def test_a_rotation_to_the_key_that_was_stolen_is_refused(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log, log_key=log.public("log").hex())
    log.keys["log"] = log.keys["log 1"]
    log.sign()
    assert failure(verdict_of(log, trust)) == ("keys", "record.conflict")


def test_a_rotation_that_continues_another_history_is_refused(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log, continues={"size": 2, "root": "ab" * 32})
    assert failure(verdict_of(log, trust)) == ("points", "record.unknown_reference")


def test_a_rotation_of_what_is_still_to_come_is_refused(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log, continues={"size": log.log.size() + 1, "root": "ab" * 32})
    assert failure(verdict_of(log, trust))[0] == "keys"


def test_an_old_root_states_nothing_and_signs_no_bundle(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log)
    raw = log.bundle().to_bytes()
    packed = resign(raw, contents(raw), log.keys["studio 1"])
    assert failure(verify_bundle(packed, trust, Readers()))[0] == "index"
    element(log, 1, by="studio 1")
    assert failure(verdict_of(log, trust)) == ("statements", "record.sheet")


def rows_without(raw: bytes, kind: str) -> Mapping[str, bytes]:
    parts = contents(raw)
    kept, sheets = [], set()
    for line in parts[form.STATEMENTS].splitlines(keepends=True):
        value = canonical.parse(line[:-1])
        assert isinstance(value, dict)
        said = value["statement"]
        assert isinstance(said, dict)
        if said["kind"] != kind:
            kept.append(line)
            sheets.add(value["sheet"])
    listed = parts[form.SHEETS].splitlines(keepends=True)
    return {
        **parts,
        form.STATEMENTS: b"".join(kept),
        form.SHEETS: b"".join(one for one in listed if sha256_hex(one[:-1]) in sheets),
    }


def test_a_rotation_is_never_withheld(log: StatedLog) -> None:
    trust = log.trust()
    rotate(log)
    raw = log.bundle().to_bytes()
    packed = resign(raw, rows_without(raw, "rotation.1"), log.keys["studio"])
    expected = ("keys", "evidence.missing")
    assert failure(verify_bundle(packed, trust, Readers())) == expected


def test_a_revocation_is_never_withheld(log: StatedLog) -> None:
    trust = log.trust()
    revoke(log, "pipeline", 2)
    raw = log.bundle().to_bytes()
    packed = resign(raw, rows_without(raw, "revocation.1"), log.keys["studio"])
    assert failure(verify_bundle(packed, trust, Readers()))[1] == "evidence.missing"


# --- what is not believed -----------------------------------------------------------


def revoke(log: StatedLog, name: str, good_until: int) -> None:
    log.state(
        "revocation.1",
        {
            "key_id": key_id_of(log.public(name)),
            "good_until": good_until,
            "reason": "compromised",
        },
        by="studio",
    )


def asset(log: StatedLog, by: str = "pipeline") -> str:
    """State an asset of one file, another one each time."""
    leaf = AssetLeaf(
        index=0,
        file=as_digest(sha256_hex(bytes([log.log.size()]))),
        size=1,
        type=as_token("image/png"),
        width=1,
        height=1,
    )
    blob = encode_leaves([leaf])
    log.shelf.put(blob.raw)
    return log.state("asset.1", {"files": blob.stated}, by=by).id


def doubted(verdict: Verdict) -> int:
    assert not verdict.failures, verdict.failures[0].error
    return sum(
        one.count
        for one in verdict.open_points
        if one == OpenPoint(Reason.WEAK, "statements.revoked", one.count)
    )


@pytest.mark.parametrize(("good_until", "expected"), [(3, 2), (4, 1), (5, 0)])
def test_what_a_revoked_key_said_from_a_point_on_is_open(
    log: StatedLog, good_until: int, expected: int
) -> None:
    trust = log.trust()
    asset(log)
    asset(log)
    revoke(log, "pipeline", good_until)
    assert doubted(verdict_of(log, trust)) == expected


def test_a_revoked_key_that_states_more_breaks_the_log(log: StatedLog) -> None:
    trust = log.trust()
    revoke(log, "pipeline", 3)
    asset(log)
    assert failure(verdict_of(log, trust))[0] == "statements"


@pytest.mark.parametrize("of", ["studio", "recovery", "stranger"])
def test_a_revocation_of_the_logs_own_keys_breaks_it(log: StatedLog, of: str) -> None:
    trust = log.trust()
    log.make_key("stranger")
    revoke(log, of, 1)
    expected = ("statements", "record.unknown_reference")
    assert failure(verdict_of(log, trust)) == expected


def test_what_a_stolen_root_said_is_open_and_its_keys_end(log: StatedLog) -> None:
    trust, size = log.trust(), log.log.size()
    element(log, 1)
    log.make_key("thief")
    log.delegate("thief", VENDOR_PARTY)
    asset(log, by="thief")
    asset(log)
    rotate(log, reason="compromised", good_until=size)
    # The element, the thief's key and delegation, what the thief's key said.
    assert doubted(verdict_of(log, trust)) == 4
    asset(log, by="thief")
    assert failure(verdict_of(log, trust))[0] == "statements"


# --- successions and countersignatures ----------------------------------------------


class Successor(StatedLog):
    """A log that states a succession before anything else."""

    def delegate(self, *given, **named):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003, ANN201
        if self.log.size() == 1:
            body = {"log": OLD, "size": 3, "root": "ab" * 32}
            self.state("succession.1", body, by="studio")
        return super().delegate(*given, **named)


OLD = "jangbu.invalid/0000000000000001"


def test_a_succession_stands_right_after_genesis(log: StatedLog) -> None:
    successor = Successor()
    assert verdict_of(successor, successor.trust()).exit_code == 0
    trust = log.trust()
    log.state("succession.1", {"log": OLD, "size": 3, "root": "ab" * 32}, by="studio")
    assert failure(verdict_of(log, trust)) == ("statements", "record.conflict")


@pytest.mark.parametrize(
    ("by", "expected"),
    [(VENDOR_PARTY, 0), (STUDIO_PARTY, 5), (None, 3)],
    ids=["another party", "the same party", "not opened"],
)
def test_a_countersignature_is_another_partys(
    log: StatedLog, by: str | None, expected: int
) -> None:
    trust = log.trust()
    target = asset(log)
    log.make_key("second")
    kinds = ("countersignature",)
    _, delegation = log.delegate("second", by or VENDOR_PARTY, kinds=kinds)
    at = START.isoformat(timespec="microseconds").replace("+00:00", "Z")
    body = {"of": [target], "role": "supervisor"}
    log.state("countersignature.1", body, by="second", at=at)
    opened = (delegation.id, log.delegation.id) if by else ()
    assert verdict_of(log, trust, *opened).exit_code == expected


def anchor(at: Mapping[str, object]) -> dict[str, object]:
    return {
        **at,
        "authority": "notary",
        "on": "2026-11-22",
        "certificate": Secret("ab" * 32),
    }


def test_an_anchor_of_another_root_is_refused(log: StatedLog) -> None:
    trust = log.trust()
    log.state("anchor.1", anchor(point(log, 2)), by="studio")
    verdict = verdict_of(log, trust)
    assert (verdict.exit_code, step_count(verdict, "points")) == (0, 1)
    log.state("anchor.1", anchor({"size": 2, "root": "ab" * 32}), by="studio")
    assert failure(verdict_of(log, trust)) == ("points", "record.unknown_reference")
