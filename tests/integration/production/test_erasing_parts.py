"""Erasing who did something, and keeping that it was done."""

import json
import re
from pathlib import Path

import pytest

from ledger.encoding.commitment import statement_id
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.errors import ErasedEvidenceError, NotPermittedError, ProductionError
from ledger.evidence.fsck.check import Holdings, fsck
from ledger.evidence.fsck.report import Finding
from ledger.log.note import Verifier
from ledger.ports import Refusal
from ledger.production.erasing import erase_person
from ledger.production.opening import Production, opened
from ledger.production.registering import register
from ledger.records.identity import as_uid
from ledger.store.published import PublishedLog
from ledger.vault.erasure import default_key
from tests.oracles.canary_search import CanarySearch
from tests.simulators.film_studio import FilmStudio

NAME = "김하나 (가공인물)"


def found_by_fsck(production: Production) -> list[Finding]:
    log_key = production.keys.public_key("log")
    report = fsck(
        Holdings(
            database=production.layout.database,
            studio=production.studio,
            log=production.log,
            verifiers=[Verifier(name=production.log, public_key=log_key)],
            published=PublishedLog(production.layout.published),
            blobs=production.blobs,
            openings=production.vault,
            graves=production.vault.graves,
        )
    )
    return list(report.findings)


def about(production: Production, uid: str) -> Composed:
    """A statement that is the person's as a whole."""
    return production.recorder.compose(
        Draft(
            log=production.log,
            kind="party.1",
            key="0d" * 16,
            body={"type": "person", "party": Secret(uid), "name": Secret(NAME)},
            blinded_by=default_key(as_uid(uid)),
        )
    )


def leave_refused(production: Production, *composed: Composed) -> Path:
    outbox = production.recorder.outbox
    path = outbox.add(production.recorder.parcel(composed, "studio"))
    error = NotPermittedError("a right", met="none", advice="Ask for one.")
    outbox.refused(path, [Refusal(id=one.id, error=error) for one in composed])
    return path.with_suffix(".refused")


def test_only_what_is_wholly_the_persons_leaves_the_outbox(
    production: Production,
) -> None:
    studio = FilmStudio(production)
    uid = studio.uid("painter")
    partly, wholly = studio.contributed("painter"), about(production, uid)
    path = leave_refused(production, partly, wholly)
    assert {wholly.blind.hex(), partly.blind.hex()} <= tokens(path)
    erase_person(production, uid, "pipa-36")
    assert partly.blind.hex() in tokens(path)
    assert wholly.blind.hex() not in tokens(path)


def tokens(path: Path) -> set[str]:
    """Every text that stands in a parcel."""

    def texts(value: object) -> set[str]:
        match value:
            case str():
                return {value}
            case list():
                return set().union(*map(texts, value))
            case dict():
                return set().union(*map(texts, value.values()))
            case _:
                return set()

    return texts(json.loads(path.read_bytes()))


def test_a_contribution_stays_provable_and_its_person_is_gone(
    root: Path,
) -> None:
    with opened(root) as production:
        studio = FilmStudio(production)
        uid = studio.uid("painter")
        did = studio.state(studio.contributed("painter"), "painter")
        report = erase_person(production, uid, "pipa-36")
        # Blinds, uid, name and Latin name; whose the key is; who contributed, and why.
        assert (report.count, report.holds) == (7, 0)
    with opened(root) as production:
        raw = production.reader().find(
            "contribution.1", json.loads(statement(production, did))["key"]
        )
        assert raw is not None
        blind, _ = production.vault.blinds(did)
        assert statement_id(blind, raw.raw) == did
        for field in ("/body/party", "/body/note"):
            with pytest.raises(ErasedEvidenceError):
                production.vault.open(did, field)
        assert register(production) == 0
        assert found_by_fsck(production) == []
    search = CanarySearch({"name": NAME, "latin": "Kim Hana", "uid": uid})
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        assert search.in_text(name, name) == []
        if path.is_file():
            assert search.in_file(path, name) == []


def statement(production: Production, wanted: str) -> bytes:
    reader = production.reader()
    return next(
        one.raw for one in reader.statements(0, reader.size()) if one.id == wanted
    )


def test_contracts_are_held_and_their_key_stays(root: Path) -> None:
    with opened(root) as production:
        studio = FilmStudio(production)
        uid = studio.uid("painter")
        terms = {"status": "freelancer", "from_on": "2026-01-05"}
        said = studio.state(studio.engaged("painter", terms))
        first = erase_person(production, uid, "pipa-36")
        assert first.holds == 3
        assert production.vault.open(said, "/body/terms").value == terms
        assert erase_person(production, uid, "pipa-36") == first
        assert found_by_fsck(production) == []


def test_a_person_is_erased_by_handle_and_afterwards_known_by_uid_alone(
    production: Production,
) -> None:
    uid = FilmStudio(production).uid("painter")
    name = production.registry.party_called("painter").name
    for other in ("nobody", name):
        with pytest.raises(ProductionError, match=re.escape(other)):
            erase_person(production, other, "pipa-36")
    assert not production.vault.was_erased(as_uid(uid))
    first = erase_person(production, "painter", "pipa-36")
    assert production.vault.was_erased(as_uid(uid))
    with opened(production.layout.root) as again:
        with pytest.raises(ProductionError, match="uid"):
            erase_person(again, "painter", "pipa-36")
        assert erase_person(again, uid, "pipa-36") == first
        assert found_by_fsck(production) == []
