"""Who had the right to state what, as a bundle shows it."""

import pytest

from ledger.encoding import canonical
from ledger.encoding.commitment import statement_id
from ledger.encoding.statement import Composed
from ledger.errors import ForeignKeyError, UnknownReferenceError
from ledger.evidence.bundle import Request, collect
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import OpenPoint, Reason, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.leaves import encode_leaves
from ledger.records.identity import as_digest, as_token
from ledger.records.making import AssetLeaf
from ledger.records.statement import Verb
from tests.simulators.stated_log import ACTS, STUDIO_PARTY, StatedLog

VENDOR_PARTY = "7e" * 16
FILES = {"root": "a" * 64, "count": 1, "length": 1, "blob": "b" * 64}


def only_asset(log: StatedLog) -> str:
    stated = [one.id for one in log.log.stored if one.kind == "asset.1"]
    if stated:
        return stated[0]
    leaf = AssetLeaf(
        index=0,
        file=as_digest("a" * 64),
        size=1,
        type=as_token("image/png"),
        width=1,
        height=1,
    )
    blob = encode_leaves([leaf])
    log.shelf.put(blob.raw)
    return log.state("asset.1", {"files": blob.stated}, by="studio").id


def generation(
    log: StatedLog, by: str, act: tuple[Verb, str] | None = None
) -> Composed:
    """A statement of a generation; all of a log have one asset as their output."""
    body: dict[str, object] = {
        "provider": "local",
        "model": "m",
        "model_version": "1",
        "source_type": "trainedAlgorithmicMedia",
        "prompt": {"#": "0" * 64},
        "inputs": [],
        "outputs": [only_asset(log)],
    }
    at = "2026-11-22T08:30:00.000000Z"
    if act is None:
        return log.state("generation.1", body, by=by, at=at)
    body = {} if act[0] == "withdraw" else body
    return log.state("generation.1", body, by=by, at=at, act=act)


def verdict_on(log: StatedLog, disclose: tuple[tuple[str, str], ...] = ()) -> Verdict:
    request = Request(disclose=disclose)
    return verify_bundle(log.bundle(request).to_bytes(), log.trust(), Readers())


def with_vendor() -> tuple[StatedLog, Composed, Composed]:
    log = StatedLog()
    log.make_key("vendor")
    _, delegation = log.delegate("vendor", VENDOR_PARTY, (*ACTS, "dispute"))
    return log, delegation, generation(log, "pipeline")


def test_what_a_key_was_never_delegated_is_found() -> None:
    log = StatedLog()
    log.state("element.1", {"name": {"#": "0" * 64}}, by="pipeline", scope=ELEMENT)
    assert verdict_on(log).exit_code == 5


ELEMENT = {"element": "e0" * 16}


def test_a_root_needs_no_delegation() -> None:
    log = StatedLog()
    log.state("element.1", {"name": {"#": "0" * 64}}, by="studio", scope=ELEMENT)
    assert verdict_on(log).exit_code == 0


@pytest.mark.parametrize("ended", ["key", "delegation"])
def test_a_key_that_has_ended_may_state_nothing_more(ended: str) -> None:
    log = StatedLog()
    generation(log, "pipeline")
    kind, target = {
        "key": ("key.1", log.pipeline_key.id),
        "delegation": ("delegation.1", log.delegation.id),
    }[ended]
    log.state(kind, {}, by="studio", act=("withdraw", target))
    assert verdict_on(log).exit_code == 0
    generation(log, "pipeline")
    assert verdict_on(log).exit_code == 5


def test_a_delegate_cannot_delegate() -> None:
    log = StatedLog()
    body = {
        "key_id": "0" * 32,
        "party": {"#": "0" * 64},
        "grants": [{"kind": "key", "verbs": ["state"]}],
    }
    log.state("delegation.1", body, by="pipeline")
    assert verdict_on(log).exit_code == 5


def test_a_second_genesis_is_found() -> None:
    log = StatedLog()
    log.state("genesis.1", log.genesis, by="studio")
    assert verdict_on(log).exit_code == 5


def test_who_said_it_may_withdraw_it() -> None:
    log = StatedLog()
    said = generation(log, "pipeline")
    generation(log, "pipeline", ("withdraw", said.id))
    verdict = verdict_on(log)
    assert verdict.exit_code == 0
    assert ("rights", 1) in [(one.step, one.count) for one in verdict.checks]


def test_an_act_between_parties_that_are_not_opened_stays_open() -> None:
    log, _, said = with_vendor()
    generation(log, "vendor", ("dispute", said.id))
    verdict = verdict_on(log)
    assert verdict.open_points == (OpenPoint(Reason.WEAK, "rights.unchecked", 1),)


@pytest.mark.parametrize(("verb", "code"), [("dispute", 0), ("withdraw", 5)])
def test_opened_parties_decide_about_an_act(verb: Verb, code: int) -> None:
    log, delegation, said = with_vendor()
    generation(log, "vendor", (verb, said.id))
    opened = tuple((one.id, "/body/party") for one in (log.delegation, delegation))
    assert verdict_on(log, opened).exit_code == code


def test_nobody_disputes_himself_with_a_second_key() -> None:
    log = StatedLog()
    log.make_key("second")
    _, delegation = log.delegate("second", STUDIO_PARTY, (*ACTS, "dispute"))
    said = generation(log, "pipeline")
    generation(log, "second", ("dispute", said.id))
    opened = tuple((one.id, "/body/party") for one in (log.delegation, delegation))
    assert verdict_on(log, opened).exit_code == 5


def test_an_act_upon_what_is_no_longer_current_is_found() -> None:
    log = StatedLog()
    said = generation(log, "pipeline")
    generation(log, "pipeline", ("supersede", said.id))
    generation(log, "pipeline", ("supersede", said.id))
    assert log.log.size() == 7
    with pytest.raises(Exception, match="current"):
        log.bundle()


def test_a_statement_that_names_none_in_the_log_is_found() -> None:
    log = StatedLog()
    body = {"set": "0" * 64, "audience": "public", "cert": "0" * 64, "sealed": FILES}
    scope = {"shot": "50" * 16, "range": RANGE}
    log.shelf.blobs["b" * 64] = b"\n"
    log.state("seal.set.1", body, by="pipeline", scope=scope)
    verdict = verdict_on(log)
    assert [failure.step for failure in verdict.failures] == ["statements"]


RANGE = {"unit": "frame", "rate": "24/1", "start": 0, "end": 1}


def test_a_kind_of_a_newer_version_stays_opaque_and_open() -> None:
    log = StatedLog()
    value = {
        "v": 1,
        "log": log.origin,
        "kind": "publish.1",
        "key": "0" * 32,
        "prev": [],
        "scope": {},
        "body": {"anything": True},
    }
    raw = canonical.encode(value)  # type: ignore[arg-type]  # plain JSON
    blind = b"\x01" * 32
    newer = Composed(
        kind="publish.1",
        key="0" * 32,
        id=statement_id(blind, raw),
        raw=raw,
        blind=blind,
        by_blind=b"\x02" * 32,
        blinded_by="studio",
        values=(),
    )
    log.admit(newer, by="studio")
    verdict = verdict_on(log)
    assert not verdict.failures
    assert verdict.open_points == (
        OpenPoint(Reason.WEAK, "statements.unknown_kind", 1),
    )


def test_only_an_admission_root_signs_a_bundle() -> None:
    log = StatedLog()
    with pytest.raises(ForeignKeyError):
        collect(log.sources(), Request(), log.keys["pipeline"])


def test_a_field_of_a_statement_that_is_not_shown_cannot_be_opened() -> None:
    log = StatedLog()
    with pytest.raises(UnknownReferenceError):
        log.bundle(Request(disclose=(("0" * 64, "/body/prompt"),)))
