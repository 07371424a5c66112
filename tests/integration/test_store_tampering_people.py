"""Blobs of changes, cuts and opinions that were altered, and people who were erased."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.statement import Composed, Secret, read
from ledger.evidence.fsck.check import fsck
from ledger.evidence.fsck.report import Report
from ledger.log.leaves import encode_leaves
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.identity import as_digest, as_token
from ledger.records.people import SeenLeaf
from ledger.records.time import FrameRange, Rate
from ledger.vault.erasure import default_key, retained_key
from tests.simulators.ledger_studio import PERSON, LedgerStudio

SHOT = "50" * 16
SCOPE = {"shot": SHOT, "range": FrameRange.between(0, 1, Rate(24, 1))}
AT = "2026-09-01T10:00:00.000000Z"
TABLES = bytes(16)
DECODER = as_token("pillow@1+rgb")


@pytest.fixture
def worked(ledger_studio: LedgerStudio) -> LedgerStudio:
    """A log with a change (entry 6), a cut (7) and an opinion (8)."""
    asset = ledger_studio.asset(1)
    file = as_digest("11" * 32)
    changed = encode_leaves(
        [
            ChangeLeaf(
                index=0,
                before=file,
                after=file,
                before_decoder=DECODER,
                after_decoder=DECODER,
                pixels=1,
                changed_0=0,
                changed_2=0,
                sum_abs=0,
                sum_sq=0,
                tiles=as_digest("22" * 32),
            )
        ]
    )
    resolved = encode_leaves([CutLeaf(frame=0, sources=())])
    seen = encode_leaves([SeenLeaf(frame=0, pixels=(file,))])
    for raw in (changed.raw, resolved.raw, seen.raw, TABLES):
        ledger_studio.blobs.put(raw)
    change = {
        "before": asset.id,
        "after": asset.id,
        "measure": "change/1",
        "frames": changed.stated,
        "tiles": {"length": len(TABLES), "blob": ledger_studio.blobs.put(TABLES)},
    }
    cut = {
        "rate": "24/1",
        "frames": 1,
        "file": Secret("f" * 64),
        "versions": [],
        "resolved": resolved.stated,
    }
    ledger_studio.state(
        asset,
        ledger_studio.compose("change.1", change, key="c4" * 16),
        ledger_studio.compose("cut.1", cut, key="c0" * 16),
        opinion(ledger_studio, seen.stated),
    )
    report = ledger_studio.check()
    assert report.ok
    assert report.checked["leaves"] == 4
    return ledger_studio


def opinion(studio: LedgerStudio, seen: object) -> Composed:
    body = {
        "question": "kr.authorship.edit",
        "judgement": "expression.added",
        "finding": "yes",
        "reasons": Secret("빛을 골랐다", of=default_key(PERSON)),
        "confirms": [],
        "seen": seen,
    }
    return studio.compose("opinion.1", body, key="09" * 16, at=AT, scope=SCOPE)


@pytest.mark.parametrize(
    ("index", "member"), [(6, "frames"), (6, "tiles"), (7, "resolved"), (8, "seen")]
)
def test_an_altered_or_missing_blob_is_named(
    worked: LedgerStudio, index: int, member: str
) -> None:
    path = blob_of(worked, index, member)
    raw = path.read_bytes()
    path.write_bytes(raw[:-2] + b"0" + raw[-1:])
    assert worked.found_by_fsck() == {("blob.altered", index)}
    path.unlink()
    assert worked.found_by_fsck() == {("blob.missing", index)}


def blob_of(studio: LedgerStudio, index: int, member: str) -> Path:
    (stored,) = studio.port.reader().statements(index, index + 1)
    body: dict[str, Any] = read(stored.raw).body
    digest = str(body[member]["blob"])
    return studio.root / "blobs" / digest[:2] / digest


@pytest.mark.parametrize(
    ("index", "member"), [(6, "frames"), (7, "resolved"), (8, "seen")]
)
def test_leaves_that_were_never_those_stated_are_named(
    worked: LedgerStudio,
    monkeypatch: pytest.MonkeyPatch,
    index: int,
    member: str,
) -> None:
    (stored,) = worked.port.reader().statements(index, index + 1)
    said = read(stored.raw)
    body = {**said.body, member: {**said.body[member], "root": "00" * 32}}
    more: dict[str, Any] = {} if said.at is None else {"at": AT, "scope": SCOPE}
    other = worked.compose(said.kind, body, key="0f" * 16, **more)
    # The log of an admission that did not look into blobs.
    monkeypatch.setattr(
        "ledger.store.sequencing.check_blobs", lambda _body, _blobs: None
    )
    worked.state(other)
    assert ("leaves.altered", 9) in worked.found_by_fsck()


# --- erased ----------------------------------------------------------------------


def contribution(studio: LedgerStudio) -> Composed:
    theirs = default_key(PERSON)
    body = {
        "route": "edit",
        "act": "paint",
        "party": Secret(PERSON, of=theirs),
        "note": Secret("창을 그렸다", of=theirs),
        "before": [],
        "after": [],
    }
    return studio.compose("contribution.1", body, key="c7" * 16, at=AT)


def engagement(studio: LedgerStudio, of: str) -> Composed:
    terms: dict[str, Any] = {"status": "freelancer", "from_on": "2026-01-05"}
    body = {
        "party": Secret(PERSON, of=of),
        "company": Secret("57" * 16, of=of),
        "terms": Secret(terms, of=of),
    }
    return studio.compose("engagement.1", body, key="e6" * 16, at=AT)


def erase(studio: LedgerStudio) -> Report:
    gone = studio.vault.erase_person(PERSON, studio.destroyed.add)
    said = {"basis": "pipa-36", "count": gone.count, "holds": gone.holds}
    studio.state(studio.compose("erasure.1", said, key="e5" * 16))
    return fsck(replace(studio.holdings(), graves=studio.vault.graves))


def test_who_contributed_may_be_erased_and_the_log_explains_it(
    worked: LedgerStudio,
) -> None:
    kept = engagement(worked, retained_key(PERSON))
    worked.state(contribution(worked), kept)
    report = erase(worked)
    assert report.ok
    # Party and note of the contribution, and an assessor's reasons.
    assert report.checked["values.erased"] == 3
    assert report.erased == 0
    # A contract has to be kept.
    assert worked.vault.open(kept.id, "/body/terms").value


def test_terms_that_no_erasure_accounts_for_are_found(worked: LedgerStudio) -> None:
    kept = engagement(worked, retained_key(PERSON))
    worked.state(kept)
    bury(worked, kept.id, "/body/terms")
    assert worked.found_by_fsck() == {("erasure.unexplained", None)}


@pytest.mark.parametrize("path", ["/body/party", "/body/note"])
def test_a_contribution_that_was_not_erased_is_no_erasure(
    worked: LedgerStudio, path: str
) -> None:
    said = contribution(worked)
    worked.state(said)
    bury(worked, said.id, path)
    assert worked.found_by_fsck() == {("erasure.unexplained", None)}


def bury(studio: LedgerStudio, statement: str, path: str) -> None:
    """Forge a tombstone."""
    with closing(sqlite3.connect(studio.root / "vault.sqlite")) as vault:
        spot = (statement, path)
        vault.execute("DELETE FROM value WHERE statement = ? AND path = ?", spot)
        vault.execute("INSERT INTO tombstone VALUES (?, ?)", spot)
        vault.commit()
