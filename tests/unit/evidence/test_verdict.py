"""Verdicts: what they come to, and that silence is no yes."""

import pytest

from ledger.encoding import canonical
from ledger.errors import AlteredEvidenceError
from ledger.evidence.audit import Audit
from ledger.evidence.verdict import (
    INTACT,
    Check,
    CutCount,
    Failure,
    MediaCount,
    OpenPoint,
    Origin,
    Reason,
    State,
    Verdict,
)

ALL = tuple(Check(step, 1) for step in sorted(INTACT))
FAILURE = Failure(
    "files",
    AlteredEvidenceError(
        "the file", met="/home/min/secret.png", advice="Ask.", where="Min", frame=7
    ),
)
WITHHELD = OpenPoint(Reason.WITHHELD, "asset.1", 2)


@pytest.mark.parametrize(
    ("verdict", "state", "code"),
    [
        (Verdict(checks=ALL, origin=Origin.KNOWN), State.VERIFIED, 0),
        (Verdict(checks=ALL), State.ORIGIN_UNKNOWN, 3),
        (Verdict(checks=ALL, origin=Origin.CONTRADICTED), State.FAILED, 5),
        (
            Verdict(checks=ALL, origin=Origin.KNOWN, open_points=(WITHHELD,)),
            State.OPEN,
            3,
        ),
        (
            Verdict(
                checks=ALL,
                origin=Origin.KNOWN,
                open_points=(WITHHELD,),
                failures=(FAILURE,),
            ),
            State.FAILED,
            5,
        ),
    ],
)
def test_a_failure_outweighs_an_open_point_and_that_an_unknown_origin(
    verdict: Verdict, state: State, code: int
) -> None:
    assert (verdict.state, verdict.exit_code) == (state, code)


def test_an_empty_list_of_checks_is_a_failure() -> None:
    assert Verdict(origin=Origin.KNOWN).exit_code == 5


@pytest.mark.parametrize("step", sorted(INTACT))
def test_a_step_that_was_never_made_is_a_failure(step: str) -> None:
    checks = tuple(check for check in ALL if check.step != step)
    assert Verdict(checks=checks, origin=Origin.KNOWN).exit_code == 5


def test_the_json_of_a_verdict_holds_nothing_private() -> None:
    verdict = Verdict(checks=ALL, failures=(FAILURE,), media=MediaCount(frames=8))
    document = canonical.encode(verdict.to_json())
    assert b"Min" not in document
    assert b"secret" not in document
    assert b'"frame":7' in document


def test_people_are_told_how_many_frames_were_seen() -> None:
    assert Verdict(media=MediaCount(frames=8, pixels=3)).pixels == (
        "pixels checked: 3 of 8"
    )


@pytest.mark.parametrize(
    ("shots", "cut", "said"),
    [
        ((), CutCount(), ""),
        (
            (),
            CutCount(cuts=1, record_frames=108, asked=108, resolved=107),
            "cut: 107 of 108 record frames resolve",
        ),
        (
            ("50" * 16,),
            CutCount(cuts=1, record_frames=108, black=4, asked=24, resolved=24),
            (
                "cut: 24 of 24 record frames of the shots asked about resolve; "
                "84 others show other shots, or nothing"
            ),
        ),
    ],
)
def test_people_are_told_how_much_of_a_cut_was_looked_at(
    shots: tuple[str, ...], cut: CutCount, said: str
) -> None:
    assert Verdict(shots=shots, cut=cut).coverage == said


def refuse() -> None:
    raise FAILURE.error


def test_an_audit_goes_on_after_a_failure() -> None:
    audit = Audit()
    with audit.step("files"):
        refuse()
    with audit.step("pixels", 3):
        pass
    audit.leave_open(Reason.WITHHELD, "asset.1")
    audit.leave_open(Reason.WITHHELD, "asset.1")
    assert not audit.sound
    assert audit.failures() == (FAILURE,)
    assert audit.checks() == (Check("pixels", 3),)
    assert audit.open_points() == (WITHHELD,)
