"""Time tokens against the log's own times, as functions of values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.entry import Entry
from ledger.evidence.audit import Audit
from ledger.evidence.steps.stamped import Stamped, check_stamps
from ledger.evidence.times import KnownTime
from ledger.evidence.verdict import Check, OpenPoint, Reason
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.records.identity import as_statement_id, instant_from
from ledger.records.statement import Private, Scope
from tests.simulators.time_authority import authority, forge_reply, saying

KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
AUTHORITY = authority()
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


def note(size: int) -> bytes:
    return sign_checkpoint(
        Checkpoint(
            origin="jangbu.invalid/5111a11570d10000", size=size, root=b"\x07" * 32
        ),
        KEY,
    )


def entry(at: datetime) -> Entry:
    return Entry(
        kind="element.1",
        id=as_statement_id("05" * 32),
        scope=Scope(),
        refs=(),
        by=Private.of("06" * 32),  # type: ignore[arg-type]
        at=instant_from(at),
    )


def judged(
    times: Sequence[datetime],
    tokens: dict[int, datetime],
    *,
    roots: Sequence[str] = (AUTHORITY.root_pem,),
    changed: bool = False,
) -> tuple[Audit, tuple[KnownTime, ...]]:
    audit = Audit()
    raws = {
        (size, "example"): forge_reply(replace(saying(note(size)), at=at), AUTHORITY)
        for size, at in tokens.items()
    }
    if changed:
        raws = {key: raw[:-1] + bytes([raw[-1] ^ 1]) for key, raw in raws.items()}
    stamped = Stamped(
        notes={size: note(size) for size in (2, 4)},
        entries=[entry(at) for at in times],
        roots_pem=roots,
    )
    return audit, check_stamps(audit, stamped, raws)


def test_a_token_after_the_entries_it_covers_says_since_when_they_are_there() -> None:
    times = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW, NOW]
    audit, known = judged(times, {2: NOW - HOUR, 4: NOW + HOUR})
    assert [(one.size, one.at, one.trusted) for one in known] == [
        (2, NOW - HOUR, True),
        (4, NOW + HOUR, True),
    ]
    assert audit.checks() == (Check("time", 2), Check("time.trusted", 2))
    assert audit.open_points() == ()


def test_a_token_of_an_unknown_authority_makes_nothing_open() -> None:
    audit, known = judged([NOW] * 4, {4: NOW}, roots=())
    assert [one.trusted for one in known] == [False]
    assert audit.checks() == (Check("time", 1), Check("time.intact", 1))
    assert audit.open_points() == ()


def test_entries_that_claim_to_be_later_than_their_token_are_reported() -> None:
    audit, _ = judged([NOW, NOW + 2 * HOUR, NOW + 3 * HOUR, NOW + 3 * HOUR], {2: NOW})
    assert audit.open_points() == (
        OpenPoint(Reason.CONFLICT, "time.covered-entries-are-later", 1),
    )


def test_entries_slipped_in_with_an_older_date_are_reported() -> None:
    past = NOW - 48 * HOUR
    audit, _ = judged([past, past, past + HOUR, past + HOUR], {2: NOW})
    assert audit.open_points() == (
        OpenPoint(Reason.CONFLICT, "time.later-entries-are-earlier", 1),
    )


def test_clocks_an_hour_apart_are_no_conflict() -> None:
    audit, _ = judged([NOW, NOW + HOUR, NOW + HOUR, NOW + HOUR], {2: NOW})
    assert audit.open_points() == ()
    audit, _ = judged([NOW - HOUR] * 4, {2: NOW})
    assert audit.open_points() == ()


def test_a_changed_token_is_a_failure() -> None:
    audit, known = judged([NOW] * 4, {4: NOW}, changed=True)
    assert known == ()
    assert [one.error.code for one in audit.failures()] == ["evidence.altered"]


def test_a_token_of_a_checkpoint_that_is_not_there_is_a_failure() -> None:
    audit, known = judged([NOW] * 4, {3: NOW})
    assert known == ()
    assert [one.error.facts for one in audit.failures()] == [{"size": 3}]
