"""An honest bundle, with and without a trust file, and what it leaves open."""

import pytest

from ledger.encoding import canonical
from ledger.errors import UnknownReferenceError, UnreadableInputError
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import OpenPoint, Origin, Reason, RecordCount, State
from ledger.evidence.verify import verify_bundle
from tests.simulators.eyes import READERS
from tests.simulators.repacking import contents
from tests.simulators.small_studio import (
    FRAMES,
    OTHER_SHOT,
    SHOT,
    Shot,
    SmallStudio,
)
from tests.simulators.stated_log import StatedLog


def test_an_honest_bundle_is_verified_against_a_trust_file(
    raw: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(raw, trust, READERS)
    assert not verdict.failures
    assert not verdict.open_points
    assert (verdict.state, verdict.exit_code) == (State.VERIFIED, 0)
    assert verdict.pixels == "pixels checked: 8 of 8"
    counts = {check.step: check.count for check in verdict.checks}
    assert counts["statements"] == verdict.size == 14
    assert counts["openings"] == 2
    assert counts["pixels"] == counts["credentials"] == counts["files"] == 8


def test_without_a_trust_file_the_origin_is_unknown(raw: bytes) -> None:
    verdict = verify_bundle(raw, None, READERS)
    assert (verdict.state, verdict.exit_code) == (State.ORIGIN_UNKNOWN, 3)
    assert verdict.failures == ()


def test_the_trust_file_of_another_log_says_nothing(raw: bytes) -> None:
    other = StatedLog(seed="another", origin="other.invalid/0123456789abcdef").trust()
    verdict = verify_bundle(raw, other, READERS)
    assert (verdict.state, verdict.exit_code) == (State.ORIGIN_UNKNOWN, 3)


def test_one_trust_file_verifies_bundles_at_different_checkpoints() -> None:
    studio = SmallStudio()
    trust = studio.trust()
    studio.shoot()
    earlier = verify_bundle(studio.bundle().to_bytes(), trust, READERS)
    studio.shoot(OTHER_SHOT)
    later = verify_bundle(studio.bundle().to_bytes(), trust, READERS)
    assert (earlier.exit_code, later.exit_code) == (0, 0)
    assert earlier.size < later.size
    assert later.pixels == "pixels checked: 16 of 16"


def test_a_log_of_its_genesis_alone_can_be_verified() -> None:
    log = StatedLog()
    verdict = verify_bundle(log.bundle().to_bytes(), log.trust(), Readers())
    assert verdict.exit_code == 0
    assert verdict.pixels == "pixels checked: 0 of 0"


def test_equal_questions_give_equal_bytes(
    made: tuple[SmallStudio, Shot], raw: bytes
) -> None:
    studio, shot = made
    again = studio.bundle(
        Request(
            frames="all",
            disclose=(
                (shot.run.id, "/body/recipe"),
                (shot.generation.id, "/body/prompt"),
            ),
        )
    )
    assert again.to_bytes() == raw


def test_private_values_are_in_a_bundle_only_when_asked_for(
    made: tuple[SmallStudio, Shot], raw: bytes
) -> None:
    prompt = b"a creature in a house"
    assert prompt in raw
    assert prompt not in made[0].bundle(Request(frames="none")).to_bytes()


def test_a_bundle_of_one_shot_leaves_the_other_one_out() -> None:
    studio = SmallStudio()
    studio.shoot()
    studio.shoot(OTHER_SHOT)
    raw = studio.bundle(Request(shots=(SHOT,), frames="all")).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    assert verdict.pixels == "pixels checked: 8 of 8"
    assert verdict.records["run.1"] == RecordCount(disclosed=1, outside=1)
    # What has no shot may concern every shot, so it is shown.
    assert verdict.records["asset.1"] == RecordCount(disclosed=6)
    assert OTHER_SHOT.encode() not in contents(raw)["statements.jsonl"]


def test_a_shot_that_the_log_does_not_know_is_refused() -> None:
    with pytest.raises(UnknownReferenceError):
        SmallStudio().bundle(Request(shots=("0" * 32,)))


def test_a_shot_without_a_version_stays_open() -> None:
    studio = SmallStudio()
    studio.state(
        "element.1", {"name": {"#": "0" * 64}}, by="studio", scope={"element": SHOT}
    )
    studio.state(
        "shot.1", {"alias": {"#": "0" * 64}}, by="studio", scope={"shot": SHOT}
    )
    raw = studio.bundle(Request(shots=(SHOT,))).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert verdict.open_points == (OpenPoint(Reason.MISSING, "version", 1),)
    assert verdict.exit_code == 3


def test_an_erased_statement_stays_open_and_is_counted() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    studio.vault.erased.add(shot.generation.id)
    studio.state("erasure.1", {"basis": "pipa-36", "count": 3, "holds": 0}, by="studio")
    bundle = studio.bundle()
    assert (bundle.withheld, bundle.erased) == (1, 1)
    verdict = verify_bundle(bundle.to_bytes(), studio.trust(), READERS)
    assert verdict.failures == ()
    assert verdict.open_points == (OpenPoint(Reason.ERASED, "generation.1", 1),)
    assert verdict.exit_code == 3
    assert verdict.records["generation.1"] == RecordCount(erased=1)


def test_a_superseded_version_is_not_asked_about_any_more() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    cells = [(31, shot.sets[0].id), (32, shot.sets[1].id)]
    scope = {"shot": SHOT, "range": FRAMES}
    studio.version(scope, cells, act=("supersede", shot.version.id))
    verdict = verify_bundle(studio.bundle().to_bytes(), studio.trust(), READERS)
    assert verdict.exit_code == 0
    assert {one.step: one.count for one in verdict.checks}["versions"] == 1


def test_two_current_versions_of_a_shot_are_a_conflict() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    cells = [(31, shot.sets[0].id), (32, shot.sets[1].id)]
    studio.version({"shot": SHOT, "range": FRAMES}, cells)
    verdict = verify_bundle(studio.bundle().to_bytes(), studio.trust(), READERS)
    assert verdict.open_points == (OpenPoint(Reason.CONFLICT, "version", 1),)


def test_a_version_that_uses_replaced_frames_stays_open() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    studio.state(
        "frame.set.1",
        {},
        by="pipeline",
        scope={"shot": SHOT, "range": FRAMES},
        act=("withdraw", shot.sets[0].id),
    )
    verdict = verify_bundle(studio.bundle().to_bytes(), studio.trust(), READERS)
    assert verdict.failures == ()
    assert verdict.exit_code == 3
    reasons = {(one.reason, one.what) for one in verdict.open_points}
    assert (Reason.CONFLICT, "version.set_replaced") in reasons


def test_the_json_of_a_verdict_is_canonical_and_complete(
    raw: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(raw, trust, READERS)
    document = verdict.to_json()
    assert canonical.parse(canonical.encode(document)) == document
    assert document["state"] == "verified"
    assert verdict.origin is Origin.KNOWN


@pytest.mark.parametrize("other", [b"", b"not a bundle", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_zip_is_unreadable(other: bytes, trust: TrustFile) -> None:
    with pytest.raises(UnreadableInputError):
        verify_bundle(other, trust, READERS)
